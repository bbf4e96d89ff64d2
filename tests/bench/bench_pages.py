"""Requests per second of public pages and of a list for the team, against the same templates from memory.

    DATA_DIR=… python -m tests.bench.bench_pages

Needs a database with everything loaded. Prints a JSON list of {name, ratio, limit, ok, detail}.
Both sides run on the same gunicorn, in turns, with the same client; medians of the turns.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from itertools import cycle
from urllib.parse import quote

LIMIT = 0.5
PEOPLE = 1_000
NAMES = ("Élise", "Bruno", "Zoé", "Ali", "Rose", "Noël", "Chloé", "Yann", "Inès", "Paul")
TURNS, SECONDS, CLIENTS = 5, 3.0, 4
PLACES = 24
QUERIES = ("saint mar", "villen", "chatea", "st aub", "beaumo", "montag", "la roc", "bourg", "valle", "champ")


def main() -> None:
    """Measure and print."""
    pages = _addresses()
    cookie = {"Cookie": f"sessionid={_somebody_of_the_team()}"}
    port = _free_port()
    server = subprocess.Popen(  # the production server, one process per core
        [sys.executable, "-m", "gunicorn", "-w", "2", "--threads", "4", "-b", f"127.0.0.1:{port}",
         "--no-control-socket", "--log-level", "error", "tests.bench.pages_app:application"],
    )  # fmt: skip
    try:
        _wait(port)
        report = [_compare(port, name, *pair, {}) for name, pair in pages.items()]
        numbers = range(1, PEOPLE // 50)
        lists = [[f"/{root}/personnes/?page={page}" for page in numbers] for root in ("equipe", "bench")]
        # The twin knows who asks from memory too: it needs no session.
        report.append(_compare(port, "liste de personnes, équipe connectée", *lists, cookie))
        sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
    finally:
        server.terminate()
        server.wait(20)


def _addresses() -> dict[str, tuple[list[str], list[str]]]:
    """Real addresses and their twins: communes spread over the country, searches with many answers."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millecafes.config.settings.dev")
    import django

    django.setup()
    from millecafes.territory.models import AccessTime, Commune

    if not AccessTime.objects.exists():
        sys.exit("Base vide : chargez le territoire, les données ouvertes, puis compute_access.")
    codes = Commune.objects.filter(population__gt=0, population__lt=3_500, zone="metro").order_by("code")
    step = codes.count() // PLACES
    communes = list(codes[::step])[:PLACES]
    from millecafes.territory.queries.search import search_communes

    # One certain answer redirects: only searches that show a list are compared.
    queries = [query for query in QUERIES if not search_communes(query, 2)[0].certain]
    return {
        "page d’une commune": (
            [commune.get_absolute_url() for commune in communes],
            [f"/bench/communes/{commune.code}/" for commune in communes],
        ),
        "réponse de la recherche": (
            [f"/communes/?q={quote(query)}" for query in queries],
            [f"/bench/communes/?q={quote(query)}" for query in queries],
        ),
    }


def _somebody_of_the_team() -> str:
    """The key of a session of the team, in a base where a thousand people have roles in the communes."""
    from django.utils import timezone

    from millecafes.accounts.models import Role, User
    from millecafes.territory.models import Commune
    from tests.e2e.signed_in import TEAM, sign_in

    now = timezone.now()
    known = User.objects.filter(email__endswith="@bench.example").count()
    codes = Commune.objects.order_by("code").values_list("code", flat=True)[: 30 * PEOPLE : 30]
    for number, code in list(enumerate(codes))[known:]:
        person = User(email=f"p{number}@bench.example", full_name=f"{NAMES[number % 10]} Numéro {number}")
        person.save()
        kinds = ("elected", "secretary") if number % 3 == 0 else ("elected",)
        Role.objects.bulk_create(
            Role(
                user=person,
                kind=kind,
                perimeter=f"commune:{code}",
                starts_on=timezone.localdate(now),
                created_at=now,
            )
            for kind in kinds
        )
    return sign_in([TEAM])


def _compare(
    port: int, name: str, real: list[str], memory: list[str], cookie: dict[str, str]
) -> dict[str, object]:
    for paths, headers in ((real, cookie), (memory, {})):  # warm caches of templates, modules and contexts
        _rate(port, paths, 2.0, headers)
    rates: dict[str, list[float]] = {"real": [], "memory": []}
    for _ in range(TURNS):
        rates["real"].append(_rate(port, real, SECONDS, cookie))
        rates["memory"].append(_rate(port, memory, SECONDS, {}))
    page, twin = statistics.median(rates["real"]), statistics.median(rates["memory"])
    ratio = page / twin
    detail = f"{page:.0f} requêtes/s, contre {twin:.0f} depuis la mémoire"
    return {"name": name, "ratio": round(ratio, 2), "limit": LIMIT, "ok": ratio >= LIMIT, "detail": detail}


def _rate(port: int, paths: list[str], seconds: float, headers: dict[str, str]) -> float:
    """Requests per second of a few clients that keep their connection."""
    counts = [0] * CLIENTS
    end = time.perf_counter() + seconds

    def ask(client: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        for path in cycle(paths[client:] + paths[:client]):
            if time.perf_counter() >= end:
                break
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != http.HTTPStatus.OK:
                raise RuntimeError(f"{path}: {answer.status}")
            counts[client] += 1
        connection.close()

    threads = [threading.Thread(target=ask, args=(client,)) for client in range(CLIENTS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if not all(counts):
        sys.exit(f"Le serveur n’a pas répondu : {paths[0]}")
    return sum(counts) / (time.perf_counter() - start)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 0.5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    sys.exit("Le serveur n’a pas démarré.")


if __name__ == "__main__":
    main()
