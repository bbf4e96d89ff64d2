"""The documents tell the truth: settings, commands, glossary, and what the README says of the data."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import find_commands, get_commands, load_command_class
from django.db.models import Choices

from millecafes.config import env
from tests.architecture.source import PACKAGE, ROOT, floors, rooms

DOCS = ROOT / "docs"
COMMON_OPTIONS = {
    *("--version", "--verbosity", "--settings", "--pythonpath", "--traceback", "--no-color"),
    *("--force-color", "--skip-checks", "--help"),
}


def undocumented_settings(text: str) -> Iterator[str]:
    """Each declared setting that the page misses, or tells wrongly."""
    rows = {row[0].strip("`"): row for row in table_rows(text) if row[0].startswith("`")}
    for name, setting in env.DECLARED.items():
        row = rows.get(name, [])
        if setting.accepts not in row or setting.purpose not in row:
            yield name
    yield from (name for name, row in rows.items() if len(row) == 4 and name not in env.DECLARED)


def table_rows(text: str) -> list[list[str]]:
    """The rows of the tables of a page, headings apart."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_setting_is_documented() -> None:
    assert list(undocumented_settings((DOCS / "reglages.md").read_text())) == []


def test_an_undocumented_setting_is_caught() -> None:
    text = (DOCS / "reglages.md").read_text()
    assert {"PORT", "PORTE"} <= set(undocumented_settings(text.replace("| `PORT` |", "| `PORTE` |")))
    assert "PORT" in set(undocumented_settings(text.replace("de 1 à 65535", "de 1 à 99")))


def own_commands() -> dict[str, set[str]]:
    """Each command of the project, with its own options."""
    found = {}
    # The room `demo` is installed in its own mode only; its commands are documented all the same.
    demo = dict.fromkeys(find_commands(str(ROOT / "millecafes" / "demo" / "management")), f"{PACKAGE}.demo")
    for name, app in {**get_commands(), **demo}.items():
        if isinstance(app, str) and app.startswith(f"{PACKAGE}."):
            parser = load_command_class(app, name).create_parser("millecafes", name)
            options = {o for action in parser._actions for o in action.option_strings if o.startswith("--")}
            found[name] = options - COMMON_OPTIONS
    return found


def undocumented_commands(text: str) -> Iterator[str]:
    """Each command or option that the page misses, and each that it invents."""
    sections = dict(
        re.findall(r"^## `millecafes (\w+)[^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    )
    commands = own_commands()
    yield from (name for name in sorted(sections.keys() ^ commands.keys()))
    for name in sorted(sections.keys() & commands.keys()):
        told = set(re.findall(r"^- `(--[\w-]+)", sections[name], re.MULTILINE))
        yield from (f"{name} {option}" for option in sorted(told ^ commands[name]))


def test_every_command_is_documented() -> None:
    assert list(undocumented_commands((DOCS / "commandes.md").read_text())) == []


def test_an_undocumented_command_is_caught() -> None:
    text = (DOCS / "commandes.md").read_text()
    assert "serve" in list(undocumented_commands(text.replace("## `millecafes serve`", "## `autre`")))
    assert "load_open_data --apply" in list(undocumented_commands(text.replace("- `--apply`", "- ")))


def words_of_the_domain() -> set[str]:
    """Each model and each closed list of the rooms."""
    models = {model.__name__ for model in apps.get_models() if model.__module__.startswith(f"{PACKAGE}.")}
    lists = {
        name
        for room in rooms()
        if (ROOT / PACKAGE / room / "enums.py").is_file()
        for name, found in vars(import_module(f"{PACKAGE}.{room}.enums")).items()
        if inspect.isclass(found) and issubclass(found, Choices) and found.__module__.startswith(PACKAGE)
    }
    return models | lists


def test_the_glossary_defines_every_word_of_the_domain() -> None:
    told = {row[1].strip("`") for row in table_rows((ROOT / "GLOSSARY.md").read_text())}
    assert {"User", "Commune", "Service"} <= words_of_the_domain()
    assert sorted(words_of_the_domain() - told) == []


def test_the_architecture_page_shows_the_floors() -> None:
    block = re.search(r"```floors\n(.*?)```", (ROOT / "ARCHITECTURE.md").read_text(), re.DOTALL)
    assert block
    told = [set(re.findall(r"\w+", line)) for line in block.group(1).strip().splitlines()]
    assert told == floors()


def test_links_between_documents_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
    assert len(pages) > 5
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("command", ["run", "data", "test", "check", "bench"])
def test_the_readme_names_commands_that_exist(command: str) -> None:
    assert f"make {command}" in (ROOT / "README.md").read_text()
    assert re.search(rf"^{command}:.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_readme_says_which_small_files_are_fetched() -> None:
    from millecafes.territory.catalogue import SOURCES

    small = [source for source in SOURCES.values() if source.small]
    total = round(sum(source.size_mb for source in small))
    assert small
    assert f"{len(small)} petits fichiers, environ {total} Mo" in (ROOT / "README.md").read_text()
