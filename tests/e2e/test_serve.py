"""`millecafes serve`, as a process: what it says, what it serves, how it ends. No browser."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import PACKAGES, Site, command, site_environment, start, stop


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated base: made once, copied for each test."""
    folder = tmp_path_factory.mktemp("migrated")
    command(site_environment(folder), "migrate", "--verbosity", "0")
    return folder


@pytest.fixture
def environment(tmp_path: Path, migrated: Path) -> dict[str, str]:
    """A site of its own: a copy of that base."""
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    return site_environment(tmp_path)


@pytest.fixture
def running(environment: dict[str, str]) -> Iterator[Site]:
    """That site, started."""
    site = start(environment)
    yield site
    if site.process.poll() is None:
        stop(site)


def get(site: Site, address: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    """Ask an address of the site."""
    connection = http.client.HTTPConnection("127.0.0.1", int(site.environment["PORT"]), timeout=30)
    try:
        connection.request("GET", address, headers=headers)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def processes_of(folder: str) -> list[int]:
    """The processes whose DATA_DIR is this folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"DATA_DIR={folder}\0".encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_in_order(running: Site, number: signal.Signals) -> None:
    response, _ = get(running, "/nulle-part/?q=secret")
    assert response.status == 404
    said = stop(running, number)
    assert running.process.returncode == 0
    _, line, last = said.splitlines()
    assert last == "Mille cafés est arrêté."
    # Not a terminal: a line of JSON, which the answer's identifier finds.
    found = json.loads(line)
    assert (found["route"], found["status"], found["request"]) == ("-", 404, response.headers["X-Request-ID"])
    assert "secret" not in line
    assert processes_of(running.environment["DATA_DIR"]) == []


def worker_of(folder: str) -> int:
    """The process that does the jobs of this site, once there is one."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for number in processes_of(folder):
            if b"\0work\0" in Path(f"/proc/{number}/cmdline").read_bytes():
                return number
        time.sleep(0.1)
    raise AssertionError("aucun processus de tâches de fond")


def test_a_worker_that_is_killed_starts_again(running: Site) -> None:
    folder = running.environment["DATA_DIR"]
    first = worker_of(folder)
    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while worker_of(folder) == first and time.monotonic() < deadline:
        time.sleep(0.1)
    assert worker_of(folder) != first
    assert "relancé" in stop(running)
    assert processes_of(folder) == []


def test_a_port_in_use_is_one_sentence(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", int(environment["PORT"]))):
        result = subprocess.run(
            [sys.executable, "-m", "millecafes", "serve"], env=environment, capture_output=True, text=True
        )
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert f"Le port {environment['PORT']} de 127.0.0.1 n’est pas libre" in result.stderr
    assert "PORT=" in result.stderr.split("choisissez")[1]


def test_the_background_step_fails_without_harm(environment: dict[str, str]) -> None:
    # Every address is unreachable: the step must fail by itself, and be told on /donnees/.
    command(environment, "load_territory", "--from", str(PACKAGES))
    unreachable = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    site = start({**environment, **unreachable, "OPEN_DATA": "on"})
    try:
        log = Path(environment["DATA_DIR"]) / "logs" / "load_open_data.log"
        deadline = time.monotonic() + 90
        while not (log.is_file() and b"comparateur" in log.read_bytes()) and time.monotonic() < deadline:
            assert get(site, "/plan-du-site/")[0].status == 200
            time.sleep(0.5)
        assert "comparateur : échec" in log.read_text()  # the last of the small files
        assert get(site, "/donnees/")[0].status == 200
        assert site.process.poll() is None
    finally:
        said = stop(site)
    assert "OPEN_DATA=off" in said
    assert processes_of(environment["DATA_DIR"]) == []


def test_files_are_served_by_ranges_and_compressed(environment: dict[str, str]) -> None:
    tiles = Path(environment["DATA_DIR"]) / "tuiles"
    tiles.mkdir()
    content = os.urandom(50_000)
    (tiles / "communes.pmtiles").write_bytes(content)
    command(environment, "collectstatic", "--no-input", "--verbosity", "0")
    site = start(environment)
    try:
        response, body = get(site, "/tuiles/communes.pmtiles", Range="bytes=1000-1999")
        assert response.status == 206
        assert body == content[1000:2000]
        assert response.headers["Content-Range"] == "bytes 1000-1999/50000"
        style = next(Path(environment["DATA_DIR"]).glob("static/assets/*.css"))
        response, body = get(site, f"/static/assets/{style.name}", **{"Accept-Encoding": "gzip"})
        assert response.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(body) == style.read_bytes()
        assert "immutable" in response.headers["Cache-Control"]
        response, _ = get(site, f"/static/assets/{style.name}", **{"Accept-Encoding": "br"})
        assert response.headers["Content-Encoding"] == "br"
    finally:
        stop(site)


def test_endless_addresses_and_bodies_are_refused(running: Site) -> None:
    assert get(running, "/communes/?q=" + "a" * 100_000)[0].status in {400, 414}
    assert get(running, "/communes/?q=%00")[0].status == 400


def test_what_the_server_itself_says_is_a_line_of_the_same_form(running: Site) -> None:
    worker = next(
        pid
        for pid in processes_of(running.environment["DATA_DIR"])
        if pid != running.process.pid and b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )
    os.kill(max(worker, *gunicorn_children(worker)), signal.SIGKILL)
    time.sleep(1)
    assert get(running, "/sante/pret/")[0].status == 200
    lines = [line for line in stop(running).splitlines() if line.startswith("{")]
    told = [json.loads(line) for line in lines]
    assert any(line["logger"] == "gunicorn.error" and "SIGKILL" in line["message"] for line in told)


def gunicorn_children(pid: int) -> list[int]:
    """The workers of a server."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_the_server_listens_on_the_loopback_only(running: Site) -> None:
    port = int(running.environment["PORT"])
    listening = {
        line.split()[1]
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in Path(table).read_text().splitlines()[1:]
        if line.split()[3] == "0A" and int(line.split()[1].split(":")[1], 16) == port
    }
    assert listening == {f"0100007F:{port:04X}"}
