"""Samples in the official formats, and a small territory, for the tests of open data."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

from openpyxl import Workbook

from millecafes.common.actors import command
from millecafes.territory.catalogue import SOURCES
from millecafes.territory.enums import NameKind, Zone
from millecafes.territory.importing.readers import Mapped
from millecafes.territory.importing.reading import read_source
from millecafes.territory.models import Commune, PlaceName
from millecafes.territory.services.open_data import Outcome, load_open_data
from tests.factories.territory import make_commune, make_departement

SAMPLES = Path(__file__).resolve().parents[1] / "fixtures" / "open_data"
THIS_YEAR = 2026
ACTOR = command("tests")
NOW = dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC)

COMMUNES = (
    ("48080", "Langogne"),
    ("23003", "Ajain"),
    ("01187", "Haut Valromey"),
    ("01004", "Ambérieu-en-Bugey"),
    ("15141", "Neussargues en Pinatelle"),
    ("15031", "Celles"),
    ("12218", "Conques-en-Rouergue"),
    ("55039", "Beaumont-en-Verdunois"),
    ("75056", "Paris"),
    ("2A004", "Ajaccio"),
)


def read(source: str, path: Path) -> Mapped:
    """Read a file as one source of the catalogue."""
    return read_source(path, SOURCES[source], this_year=THIS_YEAR)


def sample(source: str, name: str) -> Mapped:
    """Read a committed sample."""
    return read(source, SAMPLES / name)


def write(folder: Path, name: str, content: str | bytes) -> Path:
    """A file made by a test."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def text_of(name: str) -> str:
    """The text of a committed sample."""
    return (SAMPLES / name).read_text(encoding="utf-8")


def zipped(folder: Path, name: str, **members: str) -> Path:
    """A zip whose members are named with a double underscore for the dot."""
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member.replace("__", "."), content)
    return path


def passage_zip(folder: Path, rows: list[list[str]]) -> Path:
    """The official table: a workbook with titles, in a zip."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Table de passage"], [], ["CODGEO_INI", "CODGEO_2025"], *rows):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    path = folder / "table_passage_geo2003_geo2025.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("table_passage.xlsx", content.getvalue())
    return path


def make_territory() -> None:
    """Communes of the edge cases: merged, re-established, renumbered, overseas, a city of districts."""
    for code, name in COMMUNES:
        make_commune(code, name, epci=f"2000{code.replace('A', '0')}")
    make_commune("97601", "Acoua", zone=Zone.DROM)
    Commune.objects.filter(code="97601").update(departement=make_departement("976", "Mayotte", "06"))
    make_commune("97801", "Saint-Martin", zone=Zone.COM)
    for former, current in (("01330", "01187"), ("12076", "12218")):
        PlaceName.objects.create(
            key=former, name=former, code=former, kind=NameKind.FORMER, commune_id=current
        )


def load(folder: Path, *keys: str, apply: bool = True) -> Outcome:
    """Load sources from a folder."""
    return load_open_data(
        actor=ACTOR, sources=[SOURCES[key] for key in keys], clock=lambda: NOW, folder=folder, apply=apply
    )
