"""What becomes of the files of long exports."""

from millecafes.common.documents.filetypes import CSV, GEOJSON, ODS, PARQUET
from millecafes.common.documents.kinds import Kind
from millecafes.common.notifications import Topic

DAYS = 7
# About their job: who asked for it sees it, and so does the team.
KIND = Kind(
    *("common.export", "Export", (CSV, ODS, PARQUET, GEOJSON), 2_000_000_000),
    view="common.view_job",
    edit="common.view_jobs",
    personal=True,
    made_here=True,
)
TOPIC = Topic("common.export_ready", "Fichiers prêts", "vous avez demandé ce fichier")
