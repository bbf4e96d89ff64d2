"""`make test`: the tests that the database may change, on PostgreSQL; then every test, on SQLite.

The last line is pytest's own. What the machine lacks (PostgreSQL, Chromium) is said loudly and its
tests are skipped, except with CI=true, where it is a failure.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CI = os.environ.get("CI", "").lower() in {"1", "true"}
INITDB = ["-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", "postgres", "--no-sync"]
LOCAL = ("postgres", "root")  # users tried on a server that already listens


def loud(message: str) -> None:
    """Say what will not be tested, or end when it must be."""
    frame = "!" * 100
    print(f"{frame}\n{message}\n{frame}", flush=True)
    if CI:
        raise SystemExit("CI=true : rien ne peut être laissé de côté.")


def as_root() -> bool:
    """Whether packages of the system can be installed."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def find_chromium() -> str | None:
    """$CHROMIUM, /usr/bin/chromium, or the Debian package when root."""
    given = os.environ.get("CHROMIUM")
    if given:
        return given if Path(given).is_file() else None
    usual = Path("/usr/bin/chromium")
    if not usual.is_file() and as_root():
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        packages = ["chromium", "fonts-dejavu-core", "fonts-noto-core"]
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
            subprocess.run(["apt-get", *command], env=environment, stdout=subprocess.DEVNULL, check=False)
    return str(usual) if usual.is_file() else None


def accepts(url: str) -> bool:
    """Whether a PostgreSQL database can be entered and may create others."""
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            row = connection.execute("select rolcreatedb from pg_roles where rolname = current_user")
            return bool((row.fetchone() or [False])[0])
    except psycopg.Error:
        return False


@contextmanager
def postgresql() -> Iterator[str | None]:
    """The address of a database: given, local, or of a throw-away server; None when there is none."""
    given = os.environ.get("TEST_DATABASE_URL")
    candidates = [given] if given else [f"postgresql://{user}@127.0.0.1:5432/postgres" for user in LOCAL]
    found = next((url for url in candidates if accepts(url)), None)
    if found or given or not shutil.which("initdb", path=server_path()):
        yield found
        return
    with throw_away_server() as url:
        yield url


def server_path() -> str:
    """Where PostgreSQL's programs may be (Debian keeps them out of PATH)."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return os.pathsep.join([os.environ.get("PATH", ""), *map(str, debian)])


def program(name: str) -> str:
    """The full path of one of PostgreSQL's programs."""
    return shutil.which(name, path=server_path()) or name


@contextmanager
def throw_away_server() -> Iterator[str]:
    """A server of our own on a free port of the loopback, removed at the end."""
    folder = tempfile.mkdtemp(prefix="millecafes-pg-")
    user: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres")
        user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = (
        f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off "
        "-c synchronous_commit=off -c full_page_writes=off"
    )
    data = f"{folder}/data"

    def run(*command: str) -> None:
        subprocess.run([*user, *command], cwd="/", check=True, stdout=subprocess.DEVNULL)

    try:
        run(program("initdb"), "-D", data, *INITDB)
        run(program("pg_ctl"), "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            run(program("pg_ctl"), "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def pytest(*arguments: str, **variables: str) -> int:
    """Run pytest on two processes."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "2",
        "-q",
        *arguments,
        *sys.argv[1:],
    ]
    return subprocess.call(command, cwd=ROOT, env={**os.environ, **variables})


def main() -> int:
    """Both passes; the first failure ends."""
    variables = {}
    chromium = find_chromium()
    if chromium:
        variables["CHROMIUM"] = chromium
    else:
        loud("Ni $CHROMIUM ni /usr/bin/chromium : les tests de navigateur ne seront PAS lancés.")
    with postgresql() as url:
        if url:
            print("Premier passage : tests sensibles à la base, sur PostgreSQL", flush=True)
            code = pytest("-m", "database", DATABASE_URL=url, **variables)
            if code:
                return code
        else:
            loud("Aucun serveur PostgreSQL : les tests sensibles à la base ne passeront que sur SQLite.")
    print("Tous les tests, sur SQLite", flush=True)
    os.environ.pop("DATABASE_URL", None)
    return pytest(**variables)


if __name__ == "__main__":
    raise SystemExit(main())
