"""The site as people run it, on a free port, with the fixture's communes; and a browser to visit it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "tests" / "fixtures" / "packages"
OPEN_DATA = ROOT / "tests" / "fixtures" / "open_data"
CI = os.environ.get("CI", "").lower() in {"1", "true"}
# Chromium must not look for its maker's servers.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)


def command(environment: dict[str, str], *arguments: str) -> None:
    """Run a command of the project; show what it said when it fails."""
    result = subprocess.run(
        [sys.executable, "-m", "millecafes", *arguments], env=environment, capture_output=True, text=True
    )
    assert result.returncode == 0, f"{arguments}\n{result.stdout}\n{result.stderr}"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def site_environment(folder: Path) -> dict[str, str]:
    """The environment of a site of its own in `folder`."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "HOST"}}
    return {
        **kept,
        "DATA_DIR": str(folder),
        "PORT": str(free_port()),
        "OPEN_DATA": "off",
        "DJANGO_SETTINGS_MODULE": "millecafes.config.settings.dev",
    }


@dataclass(frozen=True)
class Site:
    """A running site."""

    url: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    said: Path


@dataclass
class Journal:
    """What the browser saw go wrong: other sites asked, the content policy broken, scripts that failed."""

    home: str
    elsewhere: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        """Follow a page."""
        page.on("request", lambda request: self._request(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self._message(message.text))

    def _request(self, url: str) -> None:
        self.requested.append(url)
        if not url.startswith((self.home + "/", "data:", "blob:" + self.home)):
            self.elsewhere.append(url)

    def _message(self, text: str) -> None:
        if "Content Security Policy" in text or "Content-Security-Policy" in text:
            self.refused.append(text)

    def assert_clean(self) -> None:
        """Nothing asked elsewhere, nothing refused, no script failed."""
        assert (self.elsewhere, self.refused, self.errors) == ([], [], [])


def start(environment: dict[str, str]) -> Site:
    """Start `millecafes serve` and wait until it says that it answers."""
    # In a file: a pipe that nobody empties is full after some hundred requests, and the site waits for ever.
    said = Path(environment["DATA_DIR"]) / "serve.log"
    with said.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "millecafes", "serve"],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    site = Site(f"http://localhost:{environment['PORT']}", environment, process, said)
    deadline = time.monotonic() + 60
    while site.url not in said.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"le serveur n’a pas démarré : {stop(site)}")
        time.sleep(0.05)
    return site


def stop(site: Site, number: int = signal.SIGINT) -> str:
    """Stop the site as Ctrl-C does; returns what it said."""
    site.process.send_signal(number)
    site.process.wait(timeout=60)
    return site.said.read_text()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site, prepared from the fixture through the real commands."""
    assert (ROOT / "frontend" / "dist" / "manifest.json").is_file(), "construisez l’interface : make setup"
    environment = site_environment(tmp_path_factory.mktemp("site"))
    command(environment, "migrate", "--verbosity", "0")
    command(environment, "load_territory", "--from", str(PACKAGES))
    if OPEN_DATA.is_dir():
        command(environment, "load_open_data", "--from", str(OPEN_DATA), "--apply")
    command(environment, "prepare")
    running = start(environment)
    yield running
    stop(running)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright; its loop runs in this thread, which Django would take for asynchronous code."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as started:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium: $CHROMIUM, else /usr/bin/chromium."""
    path = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
    if not Path(path).is_file():
        message = f"pas de Chromium ({path}) : indiquez-le par CHROMIUM"
        if CI:
            pytest.fail(message)
        pytest.skip(message)
    opened = playwright.chromium.launch(executable_path=path, headless=True, args=list(QUIET))
    yield opened
    opened.close()


@pytest.fixture
def journal(site: Site) -> Journal:
    """What the browser sees go wrong during the test."""
    return Journal(site.url)


Visit = Callable[..., Page]


@pytest.fixture
def visit(site: Site, browser: Browser, journal: Journal) -> Iterator[Visit]:
    """Open an address of the site in a browser of its own (options are those of a context)."""
    contexts: list[BrowserContext] = []

    def go(address: str, **options: object) -> Page:
        given = {"viewport": {"width": 1280, "height": 900}, "locale": "fr-FR", **options}
        context = browser.new_context(base_url=site.url, **given)
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        journal.listen(page)
        page.goto(address)
        return page

    yield go
    for context in contexts:
        context.close()
    journal.assert_clean()
