"""Downloads, against a server on the loopback."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.management import call_command

from millecafes.territory import catalogue
from millecafes.territory.enums import RunState
from millecafes.territory.importing import fetch
from millecafes.territory.importing.errors import DownloadError
from millecafes.territory.management.commands import load_open_data as command
from millecafes.territory.models import Dataset, ImportRun
from millecafes.territory.services.open_data import load_open_data, open_data_dir
from tests.territory.open_data import ACTOR, SAMPLES, make_territory

NOW = dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC)
CONTENT = bytes(range(256)) * 4_000


@dataclass
class Site:
    """What the test server answers, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    cut_at: int | None = None  # the first answer stops there
    ranges: bool = True
    etag: str = '"v1"'
    asked: list[tuple[str, str]] = field(default_factory=list)
    address: str = ""


class Handler(BaseHTTPRequestHandler):
    """Serves `site`, given by the subclass made for a test."""

    protocol_version = "HTTP/1.1"
    site: Site

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""

    def do_GET(self) -> None:
        self.site.asked.append((self.path, self.headers.get("Range", "")))
        if self.path in self.site.moved:
            self.send_response(302)
            self.send_header("Location", self.site.moved[self.path])
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path in self.site.files:
            self._send(self.site.files[self.path])
        else:
            self.send_error(404)

    def _send(self, content: bytes) -> None:
        start = 0
        asked = self.headers.get("Range", "")
        if asked and self.site.ranges and self.headers.get("If-Range") == self.site.etag:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - start))
        self.send_header("Content-Type", self.site.types.get(self.path, "application/octet-stream"))
        self.send_header("ETag", self.site.etag)
        self.end_headers()
        cut, self.site.cut_at = self.site.cut_at, None
        self.wfile.write(content[start:cut])
        if cut is not None:
            self.close_connection = True


@pytest.fixture
def site() -> Iterator[Site]:
    """A site on the loopback."""
    site = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("SiteHandler", (Handler,), {"site": site}))
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


def get(
    site: Site, target: Path, path: str = "/f.zip", max_bytes: int = 10_000_000
) -> list[tuple[int, int | None]]:
    """Download a file; returns the progress told."""
    told: list[tuple[int, int | None]] = []
    fetch.download(
        site.address + path,
        target,
        max_bytes=max_bytes,
        progress=lambda done, total: told.append((done, total)),
    )
    return told


def test_download_follows_redirections_and_tells_progress(site: Site, tmp_path: Path) -> None:
    site.files["/f.zip"] = CONTENT
    site.moved["/latest"] = "/f.zip"

    told = get(site, tmp_path / "sub" / "f.zip", "/latest")

    assert (tmp_path / "sub" / "f.zip").read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [path.name for path in (tmp_path / "sub").iterdir()] == ["f.zip"]
    assert fetch.sha256_of(tmp_path / "sub" / "f.zip") == hashlib.sha256(CONTENT).hexdigest()


def test_an_interrupted_download_resumes(site: Site, tmp_path: Path) -> None:
    site.files["/f.zip"] = CONTENT
    site.cut_at = 600_000

    get(site, tmp_path / "f.zip")

    assert (tmp_path / "f.zip").read_bytes() == CONTENT
    assert len(site.asked) == 2
    start = int(site.asked[1][1].removeprefix("bytes=").rstrip("-"))
    assert 0 < start <= 600_000


def test_a_part_of_another_version_is_not_mixed(site: Site, tmp_path: Path) -> None:
    (tmp_path / "f.zip.part").write_bytes(b"x" * 1_000)
    (tmp_path / "f.zip.part.version").write_text('"v0"')
    site.files["/f.zip"] = CONTENT

    get(site, tmp_path / "f.zip")

    assert site.asked == [("/f.zip", "bytes=1000-")]
    assert (tmp_path / "f.zip").read_bytes() == CONTENT


def test_a_part_of_the_same_version_is_continued_in_another_run(site: Site, tmp_path: Path) -> None:
    (tmp_path / "f.zip.part").write_bytes(CONTENT[:1_000])
    (tmp_path / "f.zip.part.version").write_text('"v1"')
    site.files["/f.zip"] = CONTENT

    get(site, tmp_path / "f.zip")

    assert site.asked == [("/f.zip", "bytes=1000-")]
    assert (tmp_path / "f.zip").read_bytes() == CONTENT


def test_a_site_without_ranges_starts_again(site: Site, tmp_path: Path) -> None:
    site.files["/f.zip"] = CONTENT
    site.ranges = False
    site.cut_at = 600_000

    get(site, tmp_path / "f.zip")

    assert (tmp_path / "f.zip").read_bytes() == CONTENT


def test_too_big_is_refused_before_and_while(site: Site, tmp_path: Path) -> None:
    site.files["/f.zip"] = CONTENT

    with pytest.raises(DownloadError, match="bien plus que prévu"):
        get(site, tmp_path / "f.zip", max_bytes=1_000)
    assert not (tmp_path / "f.zip").exists()


def test_a_web_page_is_refused(site: Site, tmp_path: Path) -> None:
    site.files["/f.zip"] = b"<html>"
    site.types["/f.zip"] = "text/html; charset=utf-8"

    with pytest.raises(DownloadError, match="page web au lieu du fichier"):
        get(site, tmp_path / "f.zip")


def test_failures_are_told_in_words(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DownloadError, match="a répondu 404"):
        get(site, tmp_path / "f.zip", "/absent.zip")
    site.moved["/a"] = "/b"
    site.moved["/b"] = "/a"
    with pytest.raises(DownloadError, match="trop de redirections"):
        get(site, tmp_path / "f.zip", "/a")
    with pytest.raises(DownloadError, match="injoignable"):
        fetch.download("http://127.0.0.1:9/f", tmp_path / "f", max_bytes=1, progress=lambda done, total: None)
    with pytest.raises(DownloadError, match="interrompu"):
        fetch.download("ftp://127.0.0.1/f", tmp_path / "f", max_bytes=1, progress=lambda done, total: None)


def test_names_of_files_are_safe() -> None:
    assert fetch.file_name("https://x.fr/a/Liste%20communes%20FRR_juillet2025.xlsx?x=1") == (
        "Liste communes FRR_juillet2025.xlsx"
    )
    assert fetch.file_name("https://x.fr/..%2f..%2fetc%2fpasswd") == "passwd"
    assert fetch.file_name("https://x.fr/") == "fichier"


def test_pages_are_joined_on_the_same_site_only(site: Site, tmp_path: Path) -> None:
    site.files["/1"] = json.dumps({"next": site.address + "/2", "results": [{"a": 1}]}).encode()
    site.files["/2"] = json.dumps({"results": [{"a": 2}]}).encode()
    target = tmp_path / "p.json"

    fetch.download_pages(site.address + "/1", target, max_bytes=1_000, progress=lambda done, total: None)

    assert json.loads(target.read_text()) == {"results": [{"a": 1}, {"a": 2}]}

    site.files["/3"] = json.dumps({"next": "http://ailleurs.test/", "results": [{"a": 1}]}).encode()
    with pytest.raises(DownloadError, match="un autre site"):
        fetch.download_pages(site.address + "/3", target, max_bytes=1_000, progress=lambda done, total: None)


@pytest.mark.parametrize("answer", [b"rien", b"[]", b'{"results": 3}'])
def test_pages_of_another_form(site: Site, tmp_path: Path, answer: bytes) -> None:
    site.files["/1"] = answer

    with pytest.raises(DownloadError, match="réponse"):
        fetch.download_pages(
            site.address + "/1", tmp_path / "p", max_bytes=1_000, progress=lambda done, total: None
        )


# ---------------------------------------------------------------- the whole way


@pytest.fixture
def _territory(db: None, settings: Any, tmp_path: Path) -> None:
    settings.SOURCES_DIR = tmp_path / "sources"
    make_territory()


@pytest.mark.usefixtures("_territory")
def test_a_source_is_downloaded_read_and_kept(site: Site) -> None:
    site.files["/fs"] = (SAMPLES / "france_services_2024-08.csv").read_bytes()
    source = dataclasses.replace(catalogue.SOURCES["france_services"], address=site.address + "/fs")

    (run,) = load_open_data(sources=[source], actor=ACTOR, clock=lambda: NOW, apply=True).runs

    assert (run.state, run.message) == (RunState.APPLIED, "")
    assert Dataset.objects.get().vintage == "2026-11"  # the month of the download
    assert (open_data_dir() / "france_services" / "france_services_2026-11.csv").exists()


@pytest.mark.usefixtures("_territory")
def test_the_background_step_never_raises_and_does_not_ask_twice(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.files["/fs"] = (SAMPLES / "france_services_2024-08.csv").read_bytes()
    sources = {
        key: dataclasses.replace(source, address=site.address + ("/fs" if key == "france_services" else "/x"))
        for key, source in catalogue.SOURCES.items()
    }
    monkeypatch.setattr(command, "SOURCES", sources)
    monkeypatch.setattr(command.os, "nice", lambda level: level)

    call_command("load_open_data", small=True, apply=True, stdout=StringIO(), stderr=StringIO())

    states = dict(ImportRun.objects.values_list("source", "state"))
    assert states["france_services"] == RunState.APPLIED
    assert states["bpe"] == RunState.FAILED
    assert set(states) == {key for key, source in sources.items() if source.small}
    assert "a répondu 404" in ImportRun.objects.get(source="bpe").message

    call_command("load_open_data", small=True, apply=True, stdout=StringIO(), stderr=StringIO())
    assert ImportRun.objects.filter(source="france_services").count() == 1


@pytest.mark.usefixtures("_territory")
def test_the_background_step_swallows_the_unexpected(monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(**kwargs: Any) -> None:
        raise RuntimeError("boum")

    monkeypatch.setattr(command, "load_open_data", explode)
    monkeypatch.setattr(command.os, "nice", lambda level: level)
    err = StringIO()

    call_command("load_open_data", small=True, apply=True, stderr=err)

    assert "boum" in err.getvalue()


def test_the_client_is_bounded() -> None:
    with fetch.new_client() as client:
        assert client.timeout == httpx.Timeout(30.0, connect=10.0)
        assert client.max_redirects == 5
