"""The guides of operations and of security tell the truth: what they name exists."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from millecafes.config import env
from tests.architecture.source import ROOT
from tests.architecture.test_documents import own_commands

GUIDE, SECURITY = ROOT / "docs" / "exploitation.md", ROOT / "docs" / "securite.md"
REQUIREMENTS = ROOT / "tests" / "fixtures" / "asvs-4.0.3-niveau-2.txt"
# Named beside ours: Django's own, and what the compose file asks for.
OTHERS = {"DJANGO_SETTINGS_MODULE", "NOM_DU_SITE", "CLE_SECRETE", "MOT_DE_PASSE"}
DJANGO = {"check", "migrate"}
CALL = r"(?:`|bin/|-m |&& |^)millecafes ([a-z_]+)((?: --?[\w-]+| [A-Z0-9]+)*)"
STATES = {"oui", "en partie", "non", "sans objet"}


def invented(text: str) -> Iterator[str]:
    """Each command, option or setting that a page names and that does not exist."""
    commands = own_commands()
    for name, rest in re.findall(CALL, text, re.MULTILINE):
        if name not in commands and name not in DJANGO:
            yield name
        yield from (
            option for option in re.findall(r"--[\w-]+", rest) if option not in commands.get(name, {option})
        )
    named = {*re.findall(r"^([A-Z][A-Z_]+)=", text, re.M), *re.findall(r"`([A-Z]+_[A-Z_]+)[`=/]", text)}
    yield from sorted(named - env.DECLARED.keys() - OTHERS)


def test_the_guide_names_what_exists() -> None:
    text = GUIDE.read_text()
    assert {"backup", "restore", "work"} <= set(re.findall(r"millecafes (\w+)", text))
    assert list(invented(text)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`millecafes sauver`", ["sauver"]),
        ("`millecafes backup --garder 3`", ["--garder"]),
        ("REGLAGE_INCONNU=1", ["REGLAGE_INCONNU"]),
        ("le réglage `REQUEST_MAX_GB`", ["REQUEST_MAX_GB"]),
    ],
)
def test_an_invention_is_caught(text: str, found: list[str]) -> None:
    assert list(invented(text)) == found


def expanded(cell: str) -> list[str]:
    """The requirements that a cell names: « V2.1.1 à V2.1.3, V2.2.1 »."""
    known, found = REQUIREMENTS.read_text().split(), []
    for part in cell.split(", "):
        first, _, last = part.partition(" à ")
        start = known.index(first)
        found += known[start : known.index(last or first) + 1]
    return found


def security_rows() -> list[list[str]]:
    """The lines of the map: requirements, state, where."""
    lines = [line for line in SECURITY.read_text().splitlines() if line.startswith("| V")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_each_requirement_has_its_answer_once() -> None:
    told = [requirement for cells in security_rows() for requirement in expanded(cells[0])]
    known = REQUIREMENTS.read_text().split()
    assert len(known) > 250
    assert sorted(told) == sorted(known)
    assert {cells[1] for cells in security_rows()} == STATES


def test_what_is_met_says_where_and_it_exists() -> None:
    for requirements, state, where in security_rows():
        named = re.findall(r"`((?:millecafes|tests|docs|tools)[\w/.-]*(?:::\w+)?)`", where)
        if state in {"oui", "en partie"}:
            assert named, requirements
        for name in named:
            path, _, function = name.partition("::")
            assert (ROOT / path).exists(), (requirements, name)
            assert f"def {function}" in (ROOT / path).read_text() if function else True, (requirements, name)


def test_the_counts_told_are_those_of_the_map() -> None:
    counts = dict.fromkeys(STATES, 0)
    for cells in security_rows():
        counts[cells[1]] += len(expanded(cells[0]))
    for state, count in counts.items():
        assert f"**{state}** : {count}" in SECURITY.read_text(), (state, count)
