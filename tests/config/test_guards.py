"""The guards of the suite itself, each shown to catch what it is for."""

from __future__ import annotations

import socket
import urllib.request
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

from millecafes.territory.models import Region

pytest_plugins = ["pytester"]


@pytest.mark.django_db
def test_rows_without_explicit_order_come_in_random_order() -> None:
    Region.objects.bulk_create(Region(code=f"{n:02}", name=f"Région {n:02}") for n in range(30))
    orders = {tuple(Region.objects.order_by().values_list("code", flat=True)) for _ in range(8)}
    assert len(orders) > 1


@pytest.mark.django_db
def test_an_explicit_order_is_respected() -> None:
    Region.objects.bulk_create(Region(code=f"{n:02}", name=f"Région {n:02}") for n in range(30))
    codes = list(Region.objects.order_by("code").values_list("code", flat=True))
    assert codes == sorted(codes)
    assert [region.name for region in Region.objects.all()] == [f"Région {code}" for code in codes]


@pytest.mark.django_db
def test_random_order_changes_no_count_and_no_distinct() -> None:
    Region.objects.bulk_create(Region(code=f"{n:02}", name=f"Région {n % 3}") for n in range(30))
    assert Region.objects.order_by().count() == 30
    assert Region.objects.order_by().exists()
    assert set(Region.objects.order_by().values_list("name", flat=True).distinct()) == {
        "Région 0",
        "Région 1",
        "Région 2",
    }


@pytest.mark.filterwarnings("ignore:A test tried to use socket:UserWarning")
def test_the_network_is_cut() -> None:
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(SocketConnectBlockedError):
        urllib.request.urlopen("http://192.0.2.1/", timeout=1)


def test_the_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


def test_what_uses_the_database_is_marked(request: pytest.FixtureRequest) -> None:
    marked = {item.name: item.get_closest_marker("database") for item in request.session.items}
    assert marked["test_an_explicit_order_is_respected"]
    assert not marked["test_the_network_is_cut"]


def test_a_run_where_everything_is_skipped_fails(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(Path(__file__).parents[2].joinpath("conftest.py").read_text())
    pytester.makepyprojecttoml(
        "[tool.pytest.ini_options]\nDJANGO_SETTINGS_MODULE = 'millecafes.config.settings.test'\n"
    )
    folder = pytester.mkdir("tests")
    body = "import pytest\n\n@pytest.mark.skipif({}, reason='said')\ndef test_one():\n    pass\n"
    (folder / "test_it.py").write_text(body.format(True))
    assert pytester.runpytest_subprocess("-p", "no:randomly").ret == pytest.ExitCode.NO_TESTS_COLLECTED
    (folder / "test_it.py").write_text(body.format(False))
    assert pytester.runpytest_subprocess("-p", "no:randomly").ret == pytest.ExitCode.OK
