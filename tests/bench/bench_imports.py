"""Ten thousand organisations imported, against the same rows written bare; and queries per line.

    DATA_DIR=… python -m tests.bench.bench_imports

Needs a database with the territory loaded; what it writes is taken back. Prints a JSON list of {name, ratio,
limit, ok, detail}. The bare side is one `bulk_create` of the same rows in one transaction: no file, look-up,
comparison, journal nor undo.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

LINES = 10_000
PER_LINE = 0.2
SECONDS = 60.0
WORDS = ("Cave", "Fournil", "Épicerie", "Brasserie", "Maraîcher", "Fromagerie", "Librairie", "Imprimerie")


class Undone(Exception):  # noqa: N818 - the way out of a transaction
    """Nothing of what was measured is kept."""


def main() -> None:
    """Measure and print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millecafes.config.settings.dev")
    import django

    django.setup()
    from django.db import transaction

    report: list[dict[str, Any]] = []
    try:
        with transaction.atomic():
            report += _measured()
            raise Undone
    except Undone:
        sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")


def _measured() -> list[dict[str, Any]]:
    from django.conf import settings
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    settings.DEBUG = False
    communes = _communes()
    if len(communes) < 1_000:
        sys.exit("Base vide : chargez le territoire.")
    names = [
        f"{WORDS[rank % 8]} {rank * 7_919 % 100_003}-{communes[rank % len(communes)][1]}"
        for rank in range(LINES)
    ]
    content = _file(names, communes)
    bare = _taken_back(lambda: _timed(lambda: _bare(names, communes)))
    with CaptureQueriesContext(connection) as made:
        whole = _timed(lambda: _import(content))
    per_line = len(made) / LINES
    return [
        {
            "name": f"import de {LINES} organisations, du fichier à la base",
            "ratio": f"{whole / bare:.1f} fois l’écriture nue",
            "limit": f"{SECONDS:.0f} s",
            "ok": whole <= SECONDS,
            "detail": f"{whole:.1f} s ; les mêmes lignes par bulk_create : {bare:.2f} s",
        },
        {
            "name": "requêtes par ligne importée",
            "ratio": f"{per_line:.3f}",
            "limit": f"≤ {PER_LINE}",
            "ok": per_line <= PER_LINE,
            "detail": f"{len(made)} requêtes : lecture, aperçu et écriture",
        },
    ]


def _communes() -> list[tuple[str, str]]:
    from millecafes.territory.models import Commune

    rows = Commune.objects.filter(zone="metro").order_by("code").values_list("code", "name")
    return [(str(code), str(name)) for code, name in rows][::3]


def _file(names: list[str], communes: list[tuple[str, str]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    writer.writerow(["Nom", "Nature", "Code Insee", "Commune", "Téléphone public"])
    for rank, name in enumerate(names):
        writer.writerow([name, "Fournisseur", *communes[rank % len(communes)], "05 63 00 00 00"])
    return stream.getvalue().encode("utf-8-sig")


def _timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _taken_back(act: Callable[[], float]) -> float:
    """What an act took, once what it wrote is gone."""
    from django.db import transaction

    try:
        with transaction.atomic():
            took = act()
            raise Undone
    except Undone:
        return took


def _bare(names: list[str], communes: list[tuple[str, str]]) -> None:
    from django.db import transaction
    from django.utils import timezone

    from millecafes.common.matching import fold
    from millecafes.partners.models import Organisation

    now = timezone.now()
    with transaction.atomic():
        rows = [
            Organisation(
                name=name,
                key=fold(name),
                kind="supplier",
                commune_id=communes[rank % len(communes)][0],
                phone="05 63 00 00 00",
                created_at=now,
            )
            for rank, name in enumerate(names)
        ]
        Organisation.objects.bulk_create(rows, batch_size=500)


def _import(content: bytes) -> None:
    from django.utils import timezone

    from millecafes.common.actors import Actor
    from millecafes.common.imports import services
    from millecafes.common.imports.models import ImportRun
    from millecafes.common.imports.reading import read
    from millecafes.partners.importing import ORGANISATIONS

    actor, now = Actor(kind="team", perimeter="network"), timezone.now()
    run = services.start_import(
        kind=ORGANISATIONS, file_name="banc.csv", sheet=read(content), actor=actor, now=now
    )
    services.analyse(run=run, actor=actor, now=now, report=lambda done: None)
    services.choose_everywhere(run=run, choice="new")
    services.apply_now(run=ImportRun.objects.get(pk=run.pk), actor=actor, now=now, report=lambda done: None)
    written = run.lines.filter(outcome="created").count()
    if written != LINES:
        sys.exit(f"{written} lignes écrites sur {LINES}.")


if __name__ == "__main__":
    main()
