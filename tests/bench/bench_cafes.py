"""Ten thousand cafés: brought in by an import, listed, mapped; against the same template from memory.

    DATA_DIR=… python -m tests.bench.bench_cafes

Needs a database with the territory loaded; what it writes is taken back. Prints a JSON list of {name, ratio,
limit, ok, detail}. Both sides of a list are asked in turns in one process, by the same test client; medians.
"""

from __future__ import annotations

import csv
import io
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

LINES, PER_LINE, SECONDS = 10_000, 0.2, 60.0
LIMIT, TURNS, MOST_BYTES, MAPPED = 0.5, 15, 20_000, 1_000
NAMES = ("Zinc", "Comptoir", "Bar", "Relais", "Halte", "Auberge", "Bistrot", "Guinguette")
MODELS = ("Entrepreneurial", "Associatif", "Itinérant")
HOURS = ("mardi au samedi 8h-19h30", "lu-ve 7h-13h et 16h-20h; di 9h-13h", "Fr,Sa 18:00-01:00; PH off")
LISTS = {
    "liste filtrée": "service=pain&modele=associative&fauteuil=on",
    "« ouvert maintenant », tout le réseau": "ouvert=maintenant",
}


class Undone(Exception):  # noqa: N818 - the way out of a transaction
    """Nothing of what was measured is kept."""


def main() -> None:
    """Measure and print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millecafes.config.settings.dev")
    import django

    django.setup()
    from django.conf import settings
    from django.db import transaction
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)
    settings.ROOT_URLCONF = "tests.bench.cafes_urls"
    report: list[dict[str, Any]] = []
    try:
        with transaction.atomic():
            report += _imported()
            report += [_list(name, query) for name, query in LISTS.items()]
            report.append(_map())
            raise Undone
    except Undone:
        sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")


def _communes() -> list[tuple[str, str, float, float]]:
    from millecafes.territory.models import Commune

    rows = Commune.objects.filter(zone="metro", lat__isnull=False, population__lt=3_500).order_by("code")
    found = [row for row in rows.values_list("code", "name", "lat", "lon") if row[2] and row[3]]
    return [(str(row[0]), str(row[1]), row[2], row[3]) for row in found][::3]  # type: ignore[misc]


def _file() -> bytes:
    communes = _communes()
    if len(communes) < 1_000:
        sys.exit("Base vide : chargez le territoire.")
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    life = ("Activité", "Activité depuis", "Lien avec le réseau", "Lien depuis")
    writer.writerow(
        ["Nom", "Modèle", "Code Insee", "Latitude", "Longitude", *life, "Services", "Horaires", "PMR"]
    )
    for rank in range(LINES):
        code, name, lat, lon = communes[rank % len(communes)]
        where = (f"{NAMES[rank % 8]} {rank * 7_919 % 100_003}-{name}"[:120], MODELS[rank % 3], code)
        since = ("Ouvert", f"{2019 + rank % 7}-03-01", "Membre", "2026-01-01")
        services = "Point colis, dépôt de pain" if rank % 2 else "Presse"
        writer.writerow([*where, f"{lat:.6f}", f"{lon:.6f}", *since, services, HOURS[rank // 3 % 3], "oui"])
    return stream.getvalue().encode("utf-8-sig")


def _timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _imported() -> list[dict[str, Any]]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from millecafes.cafes.services.intervals import compute_all

    content = _file()
    with CaptureQueriesContext(connection) as made:
        whole = _timed(lambda: _import(content))
    ahead = _timed(lambda: compute_all(now=timezone.now()))
    per_line = len(made) / LINES
    return [
        {
            "name": f"import de {LINES} cafés, du fichier à la base",
            "ratio": f"{whole:.1f} s",
            "limit": f"{SECONDS:.0f} s",
            "ok": whole <= SECONDS,
            "detail": f"leurs ouvertures à 35 jours, par des tâches qui suivent : {ahead:.1f} s de plus",
        },
        {
            "name": "requêtes par café importé",
            "ratio": f"{per_line:.3f}",
            "limit": f"≤ {PER_LINE}",
            "ok": per_line <= PER_LINE,
            "detail": f"{len(made)} requêtes : lecture, aperçu et écriture",
        },
    ]


def _import(content: bytes) -> None:
    from django.utils import timezone

    from millecafes.cafes.importing import CAFES
    from millecafes.common.actors import Actor
    from millecafes.common.imports import services
    from millecafes.common.imports.models import ImportRun
    from millecafes.common.imports.reading import read

    actor, now = Actor(kind="team", perimeter="network"), timezone.now()
    told: dict[str, Any] = {"actor": actor, "now": now, "report": lambda done: None}
    run = services.start_import(kind=CAFES, file_name="banc.csv", sheet=read(content), actor=actor, now=now)
    services.analyse(run=run, **told)
    services.choose_everywhere(run=run, choice="new")
    services.apply_now(run=ImportRun.objects.get(pk=run.pk), **told)
    written = run.lines.filter(outcome="created").count()
    if written != LINES:
        wrong = run.lines.filter(state="error").first()
        sys.exit(f"{written} lignes écrites sur {LINES} ; {wrong.problems if wrong else 'pas d’erreur'}")


def _list(name: str, query: str) -> dict[str, Any]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    real, twin = f"/cafes/?{query}", f"/bench/cafes/?{query}"
    for address in (real, twin) * 2:  # warm caches of templates and modules
        answer = client.get(address)
        if answer.status_code != 200:
            sys.exit(f"{address} : {answer.status_code}")
    took: dict[str, list[float]] = {real: [], twin: []}
    for _ in range(TURNS):
        for address, times in took.items():
            times.append(_timed(lambda asked=address: client.get(asked)))  # type: ignore[misc]
    with CaptureQueriesContext(connection) as made:
        client.get(real)
    with CaptureQueriesContext(connection) as next_page:
        client.get(f"{real}&page=2")
    slow, fast = statistics.median(took[real]), statistics.median(took[twin])
    ratio = fast / slow
    constant = len(made) == len(next_page)
    return {
        "name": f"cafés, {name}",
        "ratio": round(ratio, 2),
        "limit": LIMIT,
        "ok": ratio >= LIMIT and constant,
        "detail": f"{slow * 1e3:.1f} ms, contre {fast * 1e3:.1f} depuis la mémoire ; {len(made)} requêtes "
        f"parmi {LINES} cafés, {len(next_page)} à la page suivante",
    }


def _map() -> dict[str, Any]:
    """What the map weighs for a thousand cafés: the first of those here, the others put aside."""
    from django.test import Client

    from millecafes.cafes.models import Cafe

    kept = list(Cafe.objects.exclude(kind="").order_by("?").values_list("pk", flat=True)[:MAPPED])
    Cafe.objects.exclude(pk__in=kept).update(kind="")
    answer = Client().get("/cafes/carte.json", headers={"accept-encoding": "br"})
    plain = Client().get("/cafes/carte.json")
    count = len(json.loads(plain.content)["ids"])
    size = len(answer.content)
    return {
        "name": f"carte de {count} cafés, compressée",
        "ratio": f"{size} octets",
        "limit": f"≤ {MOST_BYTES}",
        "ok": size <= MOST_BYTES and count == MAPPED,
        "detail": f"en colonnes, {len(plain.content)} octets sans compression",
    }


if __name__ == "__main__":
    main()
