"""Application of the room `common`."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate
from django.utils import timezone

from millecafes.common import health, journal, navigation, preparation


class CommonConfig(AppConfig):
    name = "millecafes.common"
    verbose_name = "Socle"

    def ready(self) -> None:
        """Keep the journal and what is known of people; erase in time, before the site is served."""
        from millecafes.common.documents import privacy as _documents  # noqa: F401 - its declarations
        from millecafes.common.documents import services as documents
        from millecafes.common.jobs import privacy as _jobs  # noqa: F401 - its declarations
        from millecafes.common.jobs import queries as job_queries
        from millecafes.common.jobs import queue, telling
        from millecafes.common.journal import privacy, triggers  # noqa: F401 - its declarations
        from millecafes.common.notifications import privacy as _notices  # noqa: F401 - its declarations
        from millecafes.common.notifications.topics import register_topic
        from millecafes.common.privacy import checking, purging

        register_topic(telling.FAILED)
        post_migrate.connect(triggers.install, sender=self, dispatch_uid="common.journal")
        checks.register(triggers.check_triggers, checks.Tags.database)
        checks.register(checking.check_declarations)
        journal.register_verbs({**purging.VERBS, **queue.VERBS, **documents.VERBS})
        journal.register_targets({"common.purge": journal.Target("Purge", purging.labels_of)})
        navigation.register(
            "journal",
            navigation.Item("Journal", "common:journal", "list-bullets", "common.view_journal", order=900),
        )
        self._export()
        navigation.register(
            "jobs",
            navigation.Item("Tâches de fond", "common:jobs", "hourglass", "common.view_jobs", order=890),
        )
        self._take_imports()
        health.register("jobs", health.Part("Tâches de fond", lambda: job_queries.well(timezone.now())))
        preparation.register(
            "common.journal",
            preparation.Step("Protection du journal", lambda: bool(triggers.missing()), "migrate"),
        )
        preparation.register(
            "common.purge",
            preparation.Step(
                "Données dont le temps de conservation est passé", purging.purge_is_due_now, "purge"
            ),
        )

    def _take_imports(self) -> None:
        """Files come in: what the journal says of it, and the entry of the rail."""
        from millecafes.common.imports import privacy  # noqa: F401 - its declarations
        from millecafes.common.imports.services import VERBS
        from millecafes.common.imports.tasks import ENDED
        from millecafes.common.notifications import register_topic

        journal.register_verbs(VERBS)
        register_topic(ENDED)
        journal.register_targets({"common.import": journal.Target("Import")})
        item = navigation.Item("Imports", "common:imports", "rows", "common.import_files", order=880)
        navigation.register("imports", item)

    def _export(self) -> None:
        """Lists as files, and where long ones are kept."""
        from millecafes.common import documents, exports
        from millecafes.common.imports import feeds as imports
        from millecafes.common.jobs import feeds as jobs
        from millecafes.common.journal import feeds as journal
        from millecafes.common.notifications import register_topic

        exports.register("common.journal", journal.JOURNAL)
        exports.register("common.jobs", jobs.JOBS)
        exports.register("common.imports", imports.IMPORTS)
        documents.register_kind(exports.KIND)
        register_topic(exports.TOPIC)
