"""Files as people send them: every encoding and spreadsheet, and whatever is no spreadsheet at all."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from millecafes.common.exports import Column, Table, content_of, safe_text
from millecafes.common.imports import archives, sheets
from millecafes.common.imports.reading import read
from millecafes.common.imports.sheets import ImportFileError, letters, plain_text
from tests.common.files import write_ods

TEXT = "Nom;Ville\nCafé « l’Été »;Técou\nŒuvre €;Albi\n"
ROWS = [(1, ["Nom", "Ville"]), (2, ["Café « l’Été »", "Técou"]), (3, ["Œuvre €", "Albi"])]


def workbook(*rows: list[object], **more: object) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cells in more.get("merged", ()):  # type: ignore[attr-defined]
        sheet.merge_cells(cells)
    for _ in range(int(more.get("sheets", 1)) - 1):  # type: ignore[call-overload]
        book.create_sheet()
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def packed(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return stream.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_every_encoding_gives_the_same_text(encoding: str) -> None:
    assert read(TEXT.encode(encoding)).rows == ROWS


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_separator_is_found(separator: str, end: str) -> None:
    text = end.join(f"{left}{separator}{right}" for left, right in (("A", "B"), ("1", "x"), ("2", "y")))
    assert read(text.encode()).rows == [(1, ["A", "B"]), (2, ["1", "x"]), (3, ["2", "y"])]


def test_quotes_hold_separators_and_lines_and_blank_lines_count() -> None:
    content = b'Nom;Note\n\n"Le ""Bon"" Coin; bar";"un\ndeux"\n;\n'
    assert read(content).rows == [(1, ["Nom", "Note"]), (3, ['Le "Bon" Coin; bar', "un\ndeux"])]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "est vide"),
        (b" \n ", "est vide"),
        (b";;\n;;", "aucune case n’est remplie"),
        (b"Nom;Ville\nCaf\x81;x\n", "À la ligne 2, ce fichier n’est pas du texte"),
        (b"Nom;Ville\nA\0B;x\n", "Ligne 2, colonne A : un caractère nul"),
        (b'Nom;Ville\n"Le Bon Coin;Albi\nAutre;Gaillac\n', "ligne 2, un guillemet"),
        (b"Nom\n" + b"x" * 5_001, "ligne 2"),
        (b'Nom\n"' + b"x" * 200_000, "ligne 2, un guillemet"),
        (b"\n".join([b"a;" * 101] * 2), "101 colonnes. Attendu : 100"),
        (b"%PDF-1.7 ...", "C’est un PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "ancien classeur Excel"),
        (b"\x89PNG\r\n", "C’est une image"),
        (b"<!DOCTYPE html><table>", "C’est une page web"),
        (b"PK\x03\x04 cut", "C’est une archive"),
        (b"PK\x03\x04 content.xml cut", "abîmé"),
        (b"PK\x03\x04 [Content_Types].xml cut", "abîmé"),
    ],
)
def test_what_cannot_be_read_is_told_in_words(content: bytes, words: str) -> None:
    with pytest.raises(ImportFileError, match=words):
        read(content)


def test_files_too_large_or_too_long_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_LINES", 3)
    assert len(read(b"Nom\na\nb\nc\n").rows) == 4
    with pytest.raises(ImportFileError, match="plus de 3 lignes"):
        read(b"Nom\na\nb\nc\nd\n")
    with pytest.raises(ImportFileError, match="Attendu : 20 Mo au plus"):
        read(b"x" * 20_000_001)


def test_a_workbook_gives_texts_whatever_its_cells_hold() -> None:
    hour = dt.datetime(2026, 3, 1, 14, 30)  # noqa: DTZ001 - spreadsheets know no zone
    day = hour.replace(hour=0, minute=0)
    content = workbook(
        ["Nom", "SIRET", "Part", "Le", "À", "Actif"], ["Été", 73282932000074, 2.5, day, hour, True]
    )
    assert read(content).rows[1] == (
        2,
        ["Été", "73282932000074", "2,5", "2026-03-01", "2026-03-01 14:30", "oui"],
    )


def test_formulas_without_result_merged_cells_and_other_sheets_are_told() -> None:
    content = workbook(["Nom", "Ville"], ["=1+1", "Albi"], [], ["Fin", "", ""], merged=["A2:A3"], sheets=2)
    found = read(content)
    assert found.rows == [(1, ["Nom", "Ville"]), (2, ["", "Albi"]), (4, ["Fin"])]
    told = " ".join(found.notices)
    assert "La case A2 contient une formule sans résultat" in told
    assert "2 feuilles" in told
    assert "fusionnées" in told


def test_a_workbook_cut_short_is_broken() -> None:
    whole = workbook(["Nom"], ["x"])
    for size in (len(whole) // 4, len(whole) // 2, len(whole) - 30):
        with pytest.raises(ImportFileError):
            read(whole[:size])


def test_bombs_are_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImportFileError, match="démesuré"):
        read(packed(content_xml=b"0" * 20_000_000))
    monkeypatch.setattr(archives, "MOST_UNPACKED", 1_000)
    with pytest.raises(ImportFileError, match="démesuré"):
        read(workbook(["Nom"], ["x"]))


def test_entities_are_not_expanded() -> None:
    laugh = b'<!DOCTYPE l [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;">]>'
    for content in (
        packed(content_xml=b'<?xml version="1.0"?>' + laugh + b"<a>&b;</a>"),
        packed(content_xml=('<?xml version="1.0"?>' + laugh.decode() + "<a>&b;</a>").encode("utf-16")),
        packed(xl__workbook_xml=laugh, **{"[Content_Types]_xml": b"<a/>"}),
    ):
        with pytest.raises(ImportFileError, match="définitions"):
            read(content)


def test_a_sheet_of_opendocument() -> None:
    lines = [["Nom", "Part", "Note"], ["A  b\tc", 2.5, "un\ndeux"], [None, None, None], ["=1+1", 7.0, None]]
    found = read(write_ods([("Une", lines), ("Deux", [["x"]])]))
    assert found.rows == [
        (1, ["Nom", "Part", "Note"]),
        (2, ["A  b\tc", "2,5", "un\ndeux"]),
        (4, ["=1+1", "7"]),
    ]
    assert found.notices == ["Ce fichier a 2 feuilles : seule la première, « Une », est lue."]


def test_opendocument_repeats_dates_and_merged_cells() -> None:
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    cells = (
        '<table:table-cell office:value-type="date" office:date-value="2026-03-01T00:00:00"/>'
        "<table:covered-table-cell/>"
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>'
        '<table:table-cell table:number-columns-repeated="16000"/>'
    )
    rows = (
        f'<table:table-row table:number-rows-repeated="2">{cells}</table:table-row>'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    )
    body = f'<a {names}><table:table table:name="T">{rows}</table:table></a>'
    found = read(packed(content_xml=body.encode()))
    assert found.rows == [(1, ["2026-03-01", "", "oui"]), (2, ["2026-03-01", "", "oui"])]
    assert "fusionnées" in found.notices[0]


def test_columns_are_named_as_spreadsheets_do() -> None:
    assert [letters(rank) for rank in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30).map(str.strip)


@given(st.text())
def test_the_apostrophe_of_our_exports_comes_off(text: str) -> None:
    assert plain_text(safe_text(text)) == text or text.startswith("'")


@settings(max_examples=60)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=5))
def test_an_export_is_read_as_it_was_written(rows: list[list[str]]) -> None:
    kept = [row for row in rows if row[0] and row[1] and not any(cell.startswith("'") for cell in row)]
    table = Table(
        "t",
        "T",
        (Column("a", "Alpha"), Column("b", "Bêta")),
        [dict(zip("ab", row, strict=True)) for row in kept],
    )
    expected = [["Alpha", "Bêta"], *kept]
    assert [row for _, row in read(content_of(table, "csv")).rows] == expected
    assert [row for _, row in read(content_of(table, "ods")).rows] == expected


def rows_or_words(content: bytes) -> bool:
    """Whether a file gives rows, or else words."""
    try:
        return bool(read(content).rows)
    except ImportFileError as error:
        return bool(str(error))


@settings(max_examples=300)
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_bytes_give_rows_or_words(content: bytes) -> None:
    assert rows_or_words(content)


WHOLE = st.sampled_from([workbook(["Nom"], ["x"]), write_ods([("T", [["Nom"], ["x"]])])])


@settings(max_examples=150)
@given(WHOLE, st.integers(0), st.binary(min_size=1, max_size=8))
def test_a_damaged_spreadsheet_gives_rows_or_words(whole: bytes, place: int, damage: bytes) -> None:
    place %= len(whole)
    assert rows_or_words(whole[:place] + damage + whole[place + 4 :])
