"""What the architecture tests read: the tree of the code, its rooms, floors, modules and templates."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "millecafes"


def floors() -> list[set[str]]:
    """Rooms by floor, the highest first, as written in pyproject.toml (built or not)."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = next(c["layers"] for c in config["contracts"] if c["name"].startswith("Floors"))
    return [{name.strip(" ()") for name in layer.split("|")} for layer in layers]


def floor_of(room: str) -> int:
    """How high a room stands (0: the ground)."""
    return next(number for number, names in enumerate(reversed(floors())) if room in names)


def rooms(root: Path = ROOT) -> set[str]:
    """The rooms built: folders of the package that are Django applications."""
    return {path.parent.name for path in (root / PACKAGE).glob("*/apps.py")}


def modules(root: Path = ROOT) -> Iterator[tuple[str, Path, ast.Module]]:
    """Each module of the package (migrations apart): dotted name, path, tree."""
    for path in sorted((root / PACKAGE).rglob("*.py")):
        if "migrations" in path.parts:
            continue
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        yield name, path, ast.parse(path.read_text(), str(path))


def imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Each module imported, wherever in the file, as a dotted name with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def templates(root: Path = ROOT) -> Iterator[tuple[str, str, Path]]:
    """Each template: the room that holds it, its name, its path."""
    for room in sorted(rooms(root)):
        folder = root / PACKAGE / room / "templates"
        for path in sorted(folder.rglob("*.*")):
            yield room, path.relative_to(folder).as_posix(), path
