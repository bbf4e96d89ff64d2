"""`millecafes serve`: the production server, and the background step that may follow its start."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from millecafes.common import guards, preparation
from millecafes.common.port import PortTakenError, ensure_free

PATIENCE = 60.0  # seconds given to the server to answer, and then to end
BACKGROUND_NICENESS = 10


class Command(BaseCommand):
    """Serve with gunicorn until Ctrl-C or SIGTERM."""

    help = "Sert le site (PORT, HOST, WORKERS, THREADS) jusqu’à Ctrl-C."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Start the server, tell its address, start the background step, wait, end everything."""
        try:
            guards.check()
            ensure_free(settings.HOST, settings.PORT)
        except (guards.GuardError, PortTakenError) as refusal:
            raise CommandError(str(refusal)) from None
        self._stop = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        # A session of its own: Ctrl-C reaches this process only, which ends the others in order.
        server = subprocess.Popen(server_command(), start_new_session=True)  # noqa: S603 - our own command
        children = [server]
        try:
            if self._wait_until_it_answers(server):
                self.stdout.write(f"Mille cafés répond sur {public_address()} (Ctrl-C pour arrêter)")
                self.stdout.flush()
                children += self._start_background()
            while not self._stop and server.poll() is None:
                time.sleep(0.1)
        finally:
            end(children)
        if not self._stop:
            raise CommandError("Le serveur s’est arrêté de lui-même ; son message est ci-dessus.")
        self.stdout.write("Mille cafés est arrêté.")

    def _ask_to_stop(self, number: int, frame: Any) -> None:
        self._stop = True

    def _wait_until_it_answers(self, server: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + PATIENCE
        while not self._stop and server.poll() is None and time.monotonic() < deadline:
            if answers():
                return True
            time.sleep(0.1)
        return False

    def _start_background(self) -> list[subprocess.Popen[bytes]]:
        if not settings.OPEN_DATA:
            return []
        folder = Path(settings.DATA_DIR) / "logs"
        folder.mkdir(exist_ok=True)
        started = []
        for name, arguments in preparation.background_commands().items():
            with (folder / f"{name}.log").open("wb") as log:
                command = [sys.executable, "-m", "millecafes", name, *arguments]
                process = subprocess.Popen(  # noqa: S603 - our own command
                    command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
                )
            os.setpriority(os.PRIO_PROCESS, process.pid, BACKGROUND_NICENESS)
            started.append(process)
        if started:
            self.stdout.write(
                "Les petits fichiers de données ouvertes se chargent en tâche de fond : "
                f"suivi sur {public_address()}/donnees/ (OPEN_DATA=off pour refuser)"
            )
            self.stdout.flush()
        return started


def server_command() -> list[str]:
    """Gunicorn as this site runs it."""
    host = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST
    return [
        *(sys.executable, "-m", "gunicorn", "millecafes.config.wsgi:application"),
        *("--bind", f"{host}:{settings.PORT}"),
        *("--worker-class", "gthread", "--workers", str(settings.WORKERS)),
        *("--threads", str(settings.THREADS), "--log-level", "error", "--no-control-socket"),
        *("--logger-class", "millecafes.config.server_logs.ServerLogger"),
    ]


def public_address() -> str:
    """The address to type in a browser of this machine."""
    host = "localhost" if settings.HOST in {"127.0.0.1", "::1", "0.0.0.0", "::"} else settings.HOST  # noqa: S104
    return f"http://{host}:{settings.PORT}"


def answers() -> bool:
    """Whether the server answers a request (whatever it answers)."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.HOST, settings.HOST)  # noqa: S104
    connection = http.client.HTTPConnection(host, settings.PORT, timeout=10)
    try:
        connection.request("GET", "/sante/vivant/", headers={"Host": "localhost"})
        connection.getresponse()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def end(children: list[subprocess.Popen[bytes]]) -> None:
    """Ask each process to end, wait, and insist if it does not."""
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(PATIENCE / 2)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
