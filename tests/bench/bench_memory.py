"""Memory of the site at rest: `DATA_DIR=… python -m tests.bench.bench_memory`.

The server as `millecafes serve` starts it by default (two processes, one worker of jobs), after a visit of
its pages: the sum of what each process keeps, shared pages divided between those that share them (PSS).
"""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

LIMIT = 400  # MB
PAGES = (
    *("/", "/communes/?q=saint", "/programme/", "/contact/", "/plan-du-site/", "/donnees/", "/carte/"),
    *("/connexion/", "/api/v1/openapi.json", "/api/v1/communes", "/sante/pret/", "/accessibilite/"),
)


def tree(pid: int) -> list[int]:
    """A process and its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(found for child in children for found in tree(int(child)))]


def kept(pid: int) -> float:
    """What a process keeps in memory, in MB."""
    found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def visit(port: int) -> None:
    """Ask each page a few times, so that each process of the server has answered."""
    for page in PAGES * 8:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", page, headers={"Host": "localhost"})
        response = connection.getresponse()
        response.read()
        connection.close()
        assert response.status < 500, (page, response.status)


def main() -> None:
    """Print the report as JSON."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "OPEN_DATA": "off"}
    for name in ("WORKERS", "THREADS", "JOBS", "DATABASE_URL"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "millecafes", "serve"]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert server.stdout
        server.stdout.readline()  # it answers
        visit(port)
        time.sleep(5)
        processes = tree(server.pid)
        total = sum(map(kept, processes))
    finally:
        server.terminate()
        server.wait(60)
    detail = f"Mo (PSS) de {len(processes)} processus : serveur, deux processus de pages, un de tâches"
    name = "mémoire du serveur et des tâches au repos"
    row = {"name": name, "ratio": round(total), "limit": LIMIT, "ok": total <= LIMIT, "detail": detail}
    sys.stdout.write(json.dumps([row], ensure_ascii=False))


if __name__ == "__main__":
    main()
