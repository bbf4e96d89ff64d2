"""`make bench`: the ratios that the project promises, measured in one run, written in docs/bench.md."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BENCHES = ("load", "access", "pages", "paint", "jobs", "exports", "imports", "cafes", "backup", "memory")
PAGE = ROOT / "docs" / "bench.md"


def environment() -> dict[str, str]:
    """A data folder of its own, with all that is shared."""
    return {
        **os.environ,
        "DATA_DIR": str(ROOT / "var" / "bench"),
        "OPEN_DATA": "off",
        "DJANGO_SETTINGS_MODULE": "millecafes.config.settings.dev",
    }


def prepare() -> str:
    """Load everything; says which data are loaded."""
    command = [sys.executable, "-m", "millecafes"]
    subprocess.run([*command, "prepare"], cwd=ROOT, env=environment(), check=True)
    shared = Path(os.environ.get("MILLECAFES_SHARED") or ROOT.parent / "shared") / "data"
    if not shared.is_dir():
        return "territoire seul (dossier des fichiers nationaux absent)"
    load = [*command, "load_open_data", "--from", str(shared), "--apply"]
    # Some sources are not in the folder: what can be loaded is.
    subprocess.run(load, cwd=ROOT, env=environment(), check=False, stdout=subprocess.DEVNULL)
    return "territoire et fichiers nationaux"


def measure(name: str) -> list[dict[str, Any]]:
    """Run one bench, which prints a JSON list as its last line or lines."""
    result = subprocess.run(
        [sys.executable, "-m", f"tests.bench.bench_{name}"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    text = result.stdout
    found: list[dict[str, Any]] = json.loads(text[text.index("[") :])
    return found


def page(rows: list[dict[str, Any]], loaded: str) -> str:
    """The report."""
    day = dt.datetime.now(tz=dt.UTC).date().isoformat()
    python = platform.python_version()
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cœurs, Python {python}"
    lines = [
        "# Mesures",
        "",
        f"Écrit par `make bench` le {day} sur {machine} ; données : {loaded}. Des rapports mesurés dans le",
        "même passage, non des secondes : ils se comparent d'une machine à l'autre.",
        "",
        "| Mesure | Rapport | Limite | Tenue | Détail |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        held = "oui" if row["ok"] else "**non**"
        lines.append(f"| {row['name']} | {row['ratio']} | {row['limit']} | {held} | {row['detail']} |")
    return "\n".join([*lines, ""])


def main() -> int:
    """Prepare, measure, write, and fail when a limit is not held."""
    loaded = prepare()
    rows = [row for name in BENCHES for row in measure(name)]
    PAGE.write_text(page(rows, loaded))
    print(PAGE.read_text())
    return 0 if all(row["ok"] for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
