"""What `millecafes serve` becomes once it has checked the settings: a small process that keeps the others.

`python -m millecafes.common.supervisor PLAN`, PLAN being the JSON of a `Plan`. It loads neither Django nor
the rooms: a supervisor that did would hold 50 MB for nothing.
"""

from __future__ import annotations

import http.client
import json
import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

from millecafes.common.logs import Context, formatter
from millecafes.common.supervising import KeptAlive, end

PATIENCE = 60.0  # seconds given to the server to answer
BACKGROUND_NICENESS = 10


@dataclass(frozen=True)
class Plan:
    """What to start, and where it answers.

    Parameters
    ----------
    server, workers
        Commands: of the server, which ends everything when it ends; of the workers, each started again.
    background
        Name and command of what runs once the server answers; its words go to a file of `logs`.
    host, port
        Where to ask the server whether it answers.
    address
        What to type in a browser.
    """

    server: list[str]
    workers: list[list[str]]
    background: dict[str, list[str]]
    host: str
    port: int
    address: str
    logs: str
    log_format: str

    def take_over(self) -> NoReturn:
        """Become the supervisor: same process, nothing of what was loaded before."""
        sys.stdout.flush()
        sys.stderr.flush()
        command = [sys.executable, "-m", "millecafes.common.supervisor", json.dumps(asdict(self))]
        os.execv(sys.executable, command)  # noqa: S606 - our own command


class Supervisor:
    """Starts the server, tells its address, starts the rest, waits, ends everything."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._stop = False

    def run(self) -> int:
        """Until Ctrl-C or SIGTERM; the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        # A session of its own: Ctrl-C reaches this process only, which ends the others in order.
        server = subprocess.Popen(self.plan.server, start_new_session=True)  # noqa: S603 - our own command
        children = [server]
        workers: list[KeptAlive] = []
        try:
            if self._wait_until_it_answers(server):
                say(f"Mille cafés répond sur {self.plan.address} (Ctrl-C pour arrêter)")
                workers = [KeptAlive(_with_parent(command)) for command in self.plan.workers]
                children += self._start_background()
            while not self._stop and server.poll() is None:
                for worker in workers:
                    worker.look()
                time.sleep(0.1)
        finally:
            end(children + [worker.process for worker in workers if worker.process])
        if not self._stop:
            sys.stderr.write("Le serveur s’est arrêté de lui-même ; son message est ci-dessus.\n")
            return 1
        say("Mille cafés est arrêté.")
        return 0

    def _ask_to_stop(self, number: int, frame: Any) -> None:
        self._stop = True

    def _wait_until_it_answers(self, server: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + PATIENCE
        while not self._stop and server.poll() is None and time.monotonic() < deadline:
            if answers(self.plan.host, self.plan.port):
                return True
            time.sleep(0.1)
        return False

    def _start_background(self) -> list[subprocess.Popen[bytes]]:
        started = []
        for name, command in self.plan.background.items():
            folder = Path(self.plan.logs)
            folder.mkdir(exist_ok=True)
            with (folder / f"{name}.log").open("wb") as log:
                process = subprocess.Popen(  # noqa: S603 - our own command
                    command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
                )
            os.setpriority(os.PRIO_PROCESS, process.pid, BACKGROUND_NICENESS)
            started.append(process)
        if started:
            say(
                "Les petits fichiers de données ouvertes se chargent en tâche de fond : "
                f"suivi sur {self.plan.address}/donnees/ (OPEN_DATA=off pour refuser)"
            )
        return started


def _with_parent(command: list[str]) -> list[str]:
    return [*command, "--parent", str(os.getpid())]


def say(words: str) -> None:
    """Tell whoever started the site."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def answers(host: str, port: int) -> bool:
    """Whether the server answers a request (whatever it answers)."""
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request("GET", "/sante/vivant/", headers={"Host": "localhost"})
        connection.getresponse()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def main() -> int:
    """Supervise what the plan says."""
    plan = Plan(**json.loads(sys.argv[1]))
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(plan.log_format))
    handler.addFilter(Context())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    return Supervisor(plan).run()


if __name__ == "__main__":
    raise SystemExit(main())
