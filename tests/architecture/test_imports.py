"""No import cycle, nothing heavy at start, settings read in one place, thin views."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

from tests.architecture.source import PACKAGE, ROOT, modules

HEAVY = ("numpy", "scipy", "shapely", "pyarrow", "pandas", "pyproj", "openpyxl", "odf", "httpx")
READ_THE_ENVIRONMENT = {f"{PACKAGE}.config", f"{PACKAGE}.__main__"}


def check_no_cycle(graph: dict[str, set[str]]) -> None:
    """Raise CycleError, with the cycle, when there is one."""
    TopologicalSorter(graph).prepare()


def test_there_is_no_import_cycle() -> None:
    graph = grimp.build_graph(PACKAGE, exclude_type_checking_imports=True, cache_dir=None)
    check_no_cycle({m: set(graph.find_modules_directly_imported_by(m)) for m in graph.modules})


def test_a_cycle_is_caught() -> None:
    with pytest.raises(CycleError):
        check_no_cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}})


def loaded_after(statements: str) -> set[str]:
    """Which heavy packages a fresh process has loaded after these statements."""
    program = f"{statements}\nimport sys\nprint(*({HEAVY!r} & sys.modules.keys()))".replace(
        repr(HEAVY), f"set({HEAVY!r})"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(result.stdout.split())


def test_nothing_heavy_is_loaded_at_start() -> None:
    start = (
        "import os, django\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'millecafes.config.settings.test'\n"
        "django.setup()\n"
        "from django.urls import get_resolver\n"
        "assert get_resolver().url_patterns\n"
    )
    assert loaded_after(start) == set()


def test_a_heavy_import_is_caught() -> None:
    assert "numpy" in loaded_after("import numpy")


def environment_readers(root: Path) -> Iterator[str]:
    """Each module that reads the environment by itself instead of through `config.env`."""
    for name, _, tree in modules(root):
        if any(name == allowed or name.startswith(f"{allowed}.") for allowed in READ_THE_ENVIRONMENT):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}:
                yield f"{name}:{node.lineno}"


def test_the_environment_is_read_by_config_only() -> None:
    assert list(environment_readers(ROOT)) == []


def orm_in_views(root: Path) -> Iterator[str]:
    """Each view or API route that asks the database by itself instead of through queries."""
    for name, _, tree in modules(root):
        if ".views" not in name:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}:
                yield f"{name}:{node.lineno}"


def test_views_ask_queries_not_the_database() -> None:
    assert list(orm_in_views(ROOT)) == []


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (environment_readers, "import os\nx = os.environ['X']"),
        (orm_in_views, "def page(request):\n    return Commune.objects.filter(code=1)"),
    ],
)
def test_a_planted_fault_is_caught(rule: Callable[[Path], Iterator[str]], text: str, tmp_path: Path) -> None:
    (tmp_path / PACKAGE / "room").mkdir(parents=True)
    (tmp_path / PACKAGE / "room" / "views.py").write_text(text)
    assert list(rule(tmp_path))
