"""The OSRM adapter against a small HTTP server on the loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from millecafes.engines.geo.distances import Points, great_circle_km
from millecafes.engines.geo.travel import FORMULA, OSRM, FormulaTimes
from millecafes.territory.enums import Provenance, Service
from millecafes.territory.models import AccessTime
from millecafes.territory.osrm import OsrmError, OsrmTable
from millecafes.territory.services.access import refresh_access
from millecafes.territory.solving.travel import OsrmTimes
from tests.factories.access import NOW, make_dataset, make_road, make_supply


class RoadServer(ThreadingHTTPServer):
    """Answers /table as OSRM does: 80 km/h as the crow flies, no road to or from latitudes over 60."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), RoadHandler)
        self.sizes: list[int] = []
        self.answer: tuple[int, bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class RoadHandler(BaseHTTPRequestHandler):
    server: RoadServer

    def do_GET(self) -> None:
        status, body = self.server.answer or (200, json.dumps(self.table()).encode())
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def table(self) -> dict:
        address = urlsplit(self.path)
        prefix, points = address.path.rsplit("/", 1)
        assert prefix == "/table/v1/driving"
        query = parse_qs(address.query)
        coordinates = [tuple(map(float, point.split(","))) for point in points.split(";")]
        self.server.sizes.append(len(coordinates))
        sources, destinations = (
            [coordinates[int(i)] for i in query[key][0].split(";")] for key in ("sources", "destinations")
        )
        return {"code": "Ok", "durations": [[self.seconds(a, b) for b in destinations] for a in sources]}

    @staticmethod
    def seconds(a: tuple[float, float], b: tuple[float, float]) -> float | None:
        if max(a[1], b[1]) > 60:
            return None
        ends = [Points(np.array([lon]), np.array([lat])) for lon, lat in (a, b)]
        return float(great_circle_km(*ends)[0]) / 80 * 3600

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[RoadServer]:
    with RoadServer() as running:
        Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def scattered(n: int, seed: int = 1) -> Points:
    random = np.random.default_rng(seed)
    return Points(random.uniform(1, 3, n).round(6), random.uniform(43, 45, n).round(6))


def test_every_pair_gets_its_own_minutes_in_several_tables(server: RoadServer):
    origins, destinations = scattered(90), scattered(90, seed=2)
    minutes = OsrmTimes(OsrmTable(server.url, table_size=25)).times(origins, destinations)
    assert minutes.value == pytest.approx(great_circle_km(origins, destinations) / 80 * 60, rel=1e-9)
    assert set(minutes.provenance) == {OSRM}
    assert (minutes.low < minutes.value).all()
    assert (minutes.value < minutes.high).all()
    assert len(server.sizes) > 1
    assert max(server.sizes) <= 25


def test_many_pairs_of_few_points_take_one_table(server: RoadServer):
    few = scattered(10)
    row, column = (index.ravel() for index in np.indices((10, 10)))
    minutes = OsrmTimes(OsrmTable(server.url)).times(few.take(row), few.take(column))
    assert server.sizes == [20]
    assert minutes.value.reshape(10, 10).diagonal().tolist() == [0] * 10


def test_where_no_road_is_known_the_formula_answers_and_says_so(server: RoadServer):
    origins = Points(np.array([2.0, 2.0]), np.array([44.0, 61.0]))
    destinations = Points(np.array([2.1, 2.1]), np.array([44.0, 61.0]))
    minutes = OsrmTimes(OsrmTable(server.url)).times(origins, destinations)
    assert minutes.provenance.tolist() == [OSRM, FORMULA]
    assert minutes.value[1] == FormulaTimes().times(origins, destinations).value[1]


@pytest.mark.django_db
def test_the_setting_makes_every_minute_come_from_the_road(server: RoadServer, settings):
    settings.OSRM_URL = server.url
    make_road(500, 500, 500)
    make_supply(make_dataset("sirene_5630z"), Service.DRINKS, c81001=1)
    refresh_access(services=[Service.DRINKS], now=NOW)
    far = AccessTime.objects.get(commune="81003")
    assert far.provenance == Provenance.OSRM
    assert far.minutes == pytest.approx(16.0512 / 80 * 60, rel=1e-4)
    assert AccessTime.objects.get(commune="81001").provenance == Provenance.ON_SITE


@pytest.mark.django_db
def test_a_server_that_fails_leaves_the_former_minutes(server: RoadServer, settings):
    make_road(500, 4_000)
    refresh_access(services=[Service.DRINKS], now=NOW)
    settings.OSRM_URL = server.url
    server.answer = (500, b"{}")
    with pytest.raises(OsrmError):
        refresh_access(services=[Service.DRINKS], now=NOW)
    assert AccessTime.objects.get(commune="81001").provenance == Provenance.FORMULA


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((400, b'{"code": "TooBig", "message": "Too many table coordinates"}'), "refuse : TooBig Too many"),
        ((200, b"<html>"), "autre chose que du JSON"),
        ((200, b'{"code": "Ok", "durations": [[1, 2]]}'), "tableau de 1 lignes sur 1"),
        ((200, b"[]"), "refuse : None"),
    ],
)
def test_odd_answers_are_one_clear_sentence(server: RoadServer, answer, message):
    server.answer = answer
    with pytest.raises(OsrmError, match=message):
        OsrmTimes(OsrmTable(server.url)).times(scattered(1), scattered(1, seed=2))


def test_nobody_listening_is_one_clear_sentence(server: RoadServer):
    server.shutdown()
    server.server_close()
    with pytest.raises(OsrmError, match="ne répond pas"):
        OsrmTimes(OsrmTable(server.url)).times(scattered(1), scattered(1, seed=2))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"url": "osrm:5000"}, "url: expected http"), ({"url": "http://x", "table_size": 1}, "from 2 to 10000")],
)
def test_bad_settings_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        OsrmTable(**arguments)
