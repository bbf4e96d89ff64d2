"""`millecafes serve`: the production server, its workers, and the background step after its start."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from millecafes.common import guards, preparation
from millecafes.common.port import PortTakenError, ensure_free
from millecafes.common.supervisor import Plan

# Of each process, slow clients included: well below the files that a process may open.
CONNECTIONS = 400


class Command(BaseCommand):
    """Serve with gunicorn until Ctrl-C or SIGTERM."""

    help = "Sert le site et fait ses tâches de fond (PORT, HOST, WORKERS, THREADS, JOBS) jusqu’à Ctrl-C."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Check that the site may be served here, then become its supervisor."""
        try:
            guards.check()
            ensure_free(settings.HOST, settings.PORT)
        except (guards.GuardError, PortTakenError) as refusal:
            raise CommandError(str(refusal)) from None
        connections.close_all()
        plan().take_over()


def plan() -> Plan:
    """What serving this site starts."""
    background = preparation.background_commands() if settings.OPEN_DATA else {}
    return Plan(
        server=server_command(),
        workers=[work_command(number) for number in range(settings.JOBS)],
        background={
            name: [sys.executable, "-m", "millecafes", name, *arguments]
            for name, arguments in background.items()
        },
        host={"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.HOST, settings.HOST),  # noqa: S104
        port=settings.PORT,
        address=public_address(),
        logs=str(Path(settings.DATA_DIR) / "logs"),
        log_format=settings.LOG_FORMAT,
    )


def server_command() -> list[str]:
    """Gunicorn as this site runs it."""
    host = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST
    return [
        *(sys.executable, "-m", "gunicorn", "millecafes.config.wsgi:application"),
        *("--bind", f"{host}:{settings.PORT}", "--config", "python:millecafes.config.server_hooks"),
        *("--worker-class", "millecafes.config.server_worker.PatientWorker"),
        *("--workers", str(settings.WORKERS), "--worker-connections", str(CONNECTIONS)),
        *("--threads", str(settings.THREADS), "--log-level", "error", "--no-control-socket"),
        *("--logger-class", "millecafes.config.server_logs.ServerLogger"),
    ]


def work_command(number: int) -> list[str]:
    """A worker of this server. Its name stays when it is started again, so that it takes back at once the
    job during which it died."""
    name = f"{socket.gethostname()[:60]}:{settings.PORT}:{number + 1}"
    return [sys.executable, "-m", "millecafes", "work", "--name", name]


def public_address() -> str:
    """The address to type in a browser of this machine."""
    host = "localhost" if settings.HOST in {"127.0.0.1", "::1", "0.0.0.0", "::"} else settings.HOST  # noqa: S104
    return f"http://{host}:{settings.PORT}"
