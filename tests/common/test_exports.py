"""Exports: every format gives the numbers of the table, and no text becomes a formula."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millecafes.common.exports import (
    FORMATS,
    Column,
    Table,
    content_of,
    export_response,
    safe_text,
)
from millecafes.common.exports.columns import safe_texts
from tests.common.files import write_ods

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
COLUMNS = [
    Column("nom", "Nom"),
    Column("count", "Communes", "communes", "number", definition="Toutes.", source="INSEE", vintage="2026"),
    Column("share", "Part", "%", "number", 1),
]
ROWS = [
    {"nom": "Tarn", "count": 314, "share": 46.649},
    {"nom": "=1+1", "count": "secret statistique", "share": None},
]
TABLE = Table("essai", "Essai", COLUMNS, ROWS, {"Tarn": {"type": "Point", "coordinates": [2, 43]}}, "nom")


def read_csv(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def read_ods(content: bytes) -> dict[str, list[list[tuple[str, str]]]]:
    """Type and text of each cell of each sheet."""
    from odf.opendocument import load
    from odf.table import Table as Sheet
    from odf.table import TableCell, TableRow
    from odf.teletype import extractText

    found = {}
    for sheet in load(io.BytesIO(content)).getElementsByType(Sheet):
        found[sheet.getAttribute("name")] = [
            [
                (cell.getAttribute("valuetype"), cell.getAttribute("value") or extractText(cell))
                for cell in row.getElementsByType(TableCell)
            ]
            for row in sheet.getElementsByType(TableRow)
        ]
    return found


def test_csv_is_what_french_spreadsheets_open():
    assert read_csv(content_of(TABLE, "csv")) == [
        ["Nom", "Communes (communes)", "Part (%)"],
        ["Tarn", "314", "46,6"],
        ["'=1+1", "secret statistique", "inconnu"],
    ]


def test_ods_types_its_cells_and_tells_its_sources():
    sheets = read_ods(content_of(TABLE, "ods"))
    assert sheets["Essai"][1] == [("string", "Tarn"), ("float", "314"), ("float", "46.6")]
    assert sheets["Essai"][2] == [("string", "=1+1"), ("string", "secret statistique"), ("string", "inconnu")]
    texts = [text for _, text in sheets["Sources et définitions"][2]]
    assert texts == ["Communes", "communes", "Toutes.", "INSEE", "2026"]


def test_ods_is_packed_as_the_standard_asks():
    content = content_of(TABLE, "ods")
    # OpenDocument 1.3, part 2, §3.3: the type is the first entry, unpacked, without extra field.
    assert content[30:38] == b"mimetype"
    assert content[38:].startswith(b"application/vnd.oasis.opendocument.spreadsheetPK")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        declared = ElementTree.fromstring(archive.read("META-INF/manifest.xml"))
        body = ElementTree.fromstring(archive.read("content.xml"))
        names = archive.namelist()
    paths = {value for entry in declared for key, value in entry.items() if key.endswith("full-path")}
    assert paths - {"/"} == set(names) - {"mimetype", "META-INF/manifest.xml"}
    for sheet in body.iterfind(".//{*}table"):
        (column,) = sheet.iterfind("{*}table-column")
        (width,) = column.attrib.values()
        assert {len(row) for row in sheet.iterfind("{*}table-row")} == {int(width)}
    assert content == content_of(TABLE, "ods")


def test_ods_keeps_blanks_and_lines():
    text = '  deux espaces,\tune tabulation \net <une> ligne & "demie" '
    sheet = read_ods(write_ods([('Feuille d’essai <&">', [[text, None], [0.5, -3]])]))
    assert sheet['Feuille d’essai <&">'] == [
        [("string", text.replace("\n", "")), ("string", "")],
        [("float", "0.5"), ("float", "-3")],
    ]


def test_parquet_holds_types_states_and_metadata():
    import pyarrow.parquet as pq

    found = pq.read_table(io.BytesIO(content_of(TABLE, "parquet")))
    assert found.to_pylist() == [
        {"nom": "Tarn", "count": 314, "count_etat": "connu", "share": 46.6, "share_etat": "connu"},
        {
            "nom": "=1+1",
            "count": None,
            "count_etat": "secret statistique",
            "share": None,
            "share_etat": "inconnu",
        },
    ]
    assert found.schema.field("count").metadata[b"vintage"] == b"2026"
    assert found.schema.metadata[b"title"] == b"Essai"


def test_geojson_has_a_null_geometry_where_none_is_known():
    found = json.loads(content_of(TABLE, "geojson"))
    assert [feature["geometry"] for feature in found["features"]] == [TABLE.geometries["Tarn"], None]
    assert found["features"][0]["properties"]["share"] == 46.6
    assert found["columns"]["count"]["source"] == "INSEE"


@pytest.mark.parametrize("extension", FORMATS)
def test_an_empty_table_is_still_a_file(extension):
    response = export_response(Table("vide", "Vide", COLUMNS, []), extension)
    assert response.status_code == 200
    assert response.content
    assert response["Content-Disposition"] == f'attachment; filename="vide.{extension}"'


@pytest.mark.parametrize("text", ["\x01=1+1", "\u200b=1", "\ufeff+1", " \u00ad@a"])
def test_what_shows_nothing_hides_no_formula(text):
    assert safe_text(text) == f"'{text}"
    assert safe_texts([text, "Café", None]) == [f"'{text}", "Café", ""]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("decimals", [0, 1])
def test_what_is_no_number_is_unknown(value, decimals):
    column = Column("x", "X", kind="number", decimals=decimals)
    table = Table("t", "T", [column], [(value,)])
    for extension in FORMATS:
        assert "inconnu" in str(column.shown([value]))
        assert content_of(table, extension)
    assert read_csv(content_of(table, "csv"))[1] == ["inconnu"]


@given(st.text())
def test_no_text_begins_as_a_formula(text):
    safe = safe_text(text)
    assert safe.lstrip()[:1] not in {"=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%"}
    assert safe[:1] not in {"\t", "\r", "\n"}
    assert safe in {text, f"'{text}"}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=1, max_size=4))
def test_any_text_survives_csv_and_ods(texts):
    table = Table("t", "T", [Column("nom", "Nom")], [{"nom": text} for text in texts])
    assert [row[0] for row in read_csv(content_of(table, "csv"))[1:]] == [safe_text(text) for text in texts]
    # XML cannot carry control characters: they are left out, and nothing else is lost but line ends,
    # each line being a paragraph of its cell.
    expected = ["".join(NOT_XML.sub("", text).splitlines()) for text in texts]
    assert [text for ((_, text),) in read_ods(content_of(table, "ods"))["T"][1:]] == expected
