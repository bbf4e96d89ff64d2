"""Bad input: the message names the file, the line, what was found and what was expected."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millecafes.territory.catalogue import SOURCES
from millecafes.territory.importing import readers_table
from millecafes.territory.importing.errors import SourceError
from millecafes.territory.importing.readers_columns import commune_code, full_year, number
from millecafes.territory.importing.reading import read_source
from tests.territory.open_data import SAMPLES, THIS_YEAR, read, text_of, write, zipped

HOUSING = "base-cc-logement-2021.csv"


@pytest.fixture
def files() -> Iterator[ExitStack]:
    """Closes what a table opened."""
    with ExitStack() as stack:
        yield stack


def refusal(source: str, path: Path) -> SourceError:
    """The refusal of a file."""
    with pytest.raises(SourceError) as caught:
        read(source, path)
    return caught.value


def test_truncated_zip(tmp_path: Path) -> None:
    rows = "\n".join(f"{n:05};{n};1;1;1;1" for n in range(1001, 9999))
    path = zipped(tmp_path, "base-cc-logement-2021_csv.zip", data__csv=text_of(HOUSING) + rows)
    path.write_bytes(path.read_bytes()[:-400])

    error = refusal("rp_logement", path)

    assert error.file == path.name
    assert error.found == "une archive tronquée ou abîmée"


def test_zip_with_a_corrupt_member(tmp_path: Path) -> None:
    path = zipped(tmp_path, "base-cc-logement-2021_csv.zip", data__csv=text_of(HOUSING) * 1)
    content = bytearray(path.read_bytes())
    content[60:80] = b"\xff" * 20
    path.write_bytes(bytes(content))

    assert "tronquée ou abîmée" in str(refusal("rp_logement", path))


def test_web_page_instead_of_a_csv(tmp_path: Path) -> None:
    page = "\n<!DOCTYPE html>\n<html><body>503 Service indisponible</body></html>"
    error = refusal("rp_logement", write(tmp_path, HOUSING, page))

    assert error.line == 1
    assert "page web" in error.found


def test_wrong_header(tmp_path: Path) -> None:
    text = text_of(HOUSING).replace("P21_LOGVAC", "P21_VIDES")
    error = refusal("rp_logement", write(tmp_path, HOUSING, text))

    assert str(error) == (
        f"{HOUSING}, ligne 1 : trouvé l’en-tête"
        " « CODGEO, P21_LOG, P21_RP, P21_RSECOCC, P21_VIDES, P15_LOG » ; attendu une colonne « Paa_LOGVAC »."
    )


def test_two_columns_of_one_name(tmp_path: Path) -> None:
    text = text_of(HOUSING).replace("P15_LOG", "P21_LOG")

    assert refusal("rp_logement", write(tmp_path, HOUSING, text)).found == "deux colonnes « P21_LOG »"


def test_other_encoding_names_the_line(tmp_path: Path) -> None:
    content = text_of("liste-communes-FRR-juillet2025.csv").encode("latin-1")
    error = refusal("frr", write(tmp_path, "liste-communes-FRR-juillet2025.csv", content))

    assert (error.line, error.found, error.expected) == (4, "l’octet 0xE9", "un texte en UTF-8")


def test_utf16(tmp_path: Path) -> None:
    error = refusal("rp_logement", write(tmp_path, HOUSING, text_of(HOUSING).encode("utf-16")))

    assert error.found == "un texte en UTF-16"


def test_bom_is_accepted(tmp_path: Path) -> None:
    assert read("rp_logement", write(tmp_path, HOUSING, "\ufeff" + text_of(HOUSING))).rows == 5


def test_four_digit_codes_are_completed_and_said(tmp_path: Path) -> None:
    text = text_of(HOUSING).replace("\n01187;", "\n1187;")
    mapped = read("rp_logement", write(tmp_path, HOUSING, text))

    assert mapped.values["dwellings"]["01187"].value == 300
    assert mapped.notes == ["1 codes de 4 chiffres complétés d’un zéro"]


@pytest.mark.parametrize("code", ["1187.0", "01187.0", "2A04", "117", "48080,5"])
def test_codes_that_lost_something_are_refused(tmp_path: Path, code: str) -> None:
    text = text_of(HOUSING).replace("\n01187;", f'\n"{code}";')
    path = write(tmp_path, HOUSING, text)
    error = refusal("rp_logement", path)

    assert error.line == 5
    assert code in error.found


def test_float_codes_in_parquet(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "sirene_5630Z.parquet"
    pq.write_table(pa.table({"code_insee": [48080.0, 1187.0], "bars": [2, 1]}), path)

    assert "le code décimal 48080.0" in str(refusal("sirene_5630z", path))


def test_duplicate_keys_name_both_lines(tmp_path: Path) -> None:
    text = text_of(HOUSING) + "48080;1;1;1;1;1\n"
    error = refusal("rp_logement", write(tmp_path, HOUSING, text))

    assert error.line == 7
    assert error.found == "la commune 48080 une deuxième fois (déjà ligne 4)"


def test_duplicate_points(tmp_path: Path) -> None:
    name = "laposte_points_2025-06.csv"
    text = text_of(name).replace("00004X", "08862A")

    assert "08862A une deuxième fois (déjà ligne 2)" in str(refusal("laposte", write(tmp_path, name, text)))


@pytest.mark.parametrize(
    ("source", "name", "old", "new"),
    [
        ("comparateur", "base_cc_comparateur.csv", "P22_", "P31_"),
        ("bpe", "DS_BPE_2024_data.csv", ";2024;", ";2031;"),
        ("rp_logement", HOUSING, "P21_", "P31_"),
    ],
)
def test_future_vintage(tmp_path: Path, source: str, name: str, old: str, new: str) -> None:
    error = refusal(source, write(tmp_path, name, text_of(name).replace(old, new)))

    assert (error.found, error.expected) == ("le millésime 2031", "un millésime de 2026 au plus tard")


def test_nul(tmp_path: Path) -> None:
    text = text_of(HOUSING).replace("48080;", "48080\0;")

    assert (refusal("rp_logement", write(tmp_path, HOUSING, text)).line) == 4


def test_row_of_another_width(tmp_path: Path) -> None:
    error = refusal("rp_logement", write(tmp_path, HOUSING, text_of(HOUSING) + "48081;1;2\n"))

    assert (error.line, error.found, error.expected) == (7, "3 colonnes", "6 colonnes")


@pytest.mark.parametrize("value", ["beaucoup", "1e999", "-3", "nan"])
def test_values_that_are_no_counts(tmp_path: Path, value: str) -> None:
    text = text_of(HOUSING).replace("48080;2016", f"48080;{value}")

    assert refusal("rp_logement", write(tmp_path, HOUSING, text)).line == 4


def test_unknown_label(tmp_path: Path) -> None:
    name = "liste-communes-FRR-juillet2025.csv"
    error = refusal("frr", write(tmp_path, name, text_of(name).replace("FRR socle", "FRR inventée")))

    assert (error.line, error.found) == (3, "« FRR inventée »")


def test_decompression_bomb_by_its_announced_size(tmp_path: Path, files: ExitStack) -> None:
    path = zipped(tmp_path, "base-cc-logement-2021_csv.zip", data__csv=text_of(HOUSING) + "0" * 3_000)

    def select(name: str, header: object) -> list[int]:
        return [0]

    with pytest.raises(SourceError, match="une fois décompressé"):
        readers_table.open_table(path, select, max_bytes=2_000, files=files)


def test_endless_file_is_stopped_while_reading(tmp_path: Path, files: ExitStack) -> None:
    path = write(tmp_path, "x.csv", "CODGEO;A\n" + "48080;1\n" * 1_000)
    table = readers_table.open_table(path, lambda name, header: [0, 1], max_bytes=1_000, files=files)

    with pytest.raises(SourceError, match="attendu un fichier plus petit"):
        list(table.rows)


def test_endless_line(tmp_path: Path, files: ExitStack) -> None:
    path = write(tmp_path, "x.csv", "CODGEO;A\n" + "4" * 1_100_000)
    table = readers_table.open_table(path, lambda name, header: [0, 1], max_bytes=10_000_000, files=files)

    with pytest.raises(SourceError, match=r"ligne 2 : trouvé une ligne de plus d’un mégaoctet"):
        list(table.rows)


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("base-cc-logement-2021.zip", b"rien", "un contenu d’une autre nature"),
        ("base-cc-logement-2021.csv", b"", "un fichier vide"),
        ("base-cc-logement-2021.csv", b"\x1f\x8b\x08\x00", "un fichier gzip"),
        ("base-cc-logement-2021.csv", b"PAR1 tronque", "un fichier parquet tronqué ou abîmé"),
        ("base-cc-logement-2021.csv", b'{"results": [', "un json illisible ou tronqué"),
        ("autre.csv", b"a;b\n", "un nom inconnu"),
    ],
)
def test_files_of_another_nature(tmp_path: Path, name: str, content: bytes, found: str) -> None:
    assert refusal("rp_logement", write(tmp_path, name, content)).found == found


def test_archive_without_data(tmp_path: Path) -> None:
    path = tmp_path / "base-cc-logement-2021.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lisez-moi.pdf", b"%PDF")

    assert refusal("rp_logement", path).found == "une archive sans csv ni xlsx"


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), HOUSING, content)
        with pytest.raises(SourceError):
            read_source(path, SOURCES["rp_logement"], this_year=THIS_YEAR)


@given(st.text(max_size=8))
def test_codes_are_five_characters_or_refused(text: str) -> None:
    try:
        code = commune_code(text, "f", 1)
    except SourceError:
        return
    assert code is None or len(code) >= 5


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_come_back(value: float) -> None:
    assert number(repr(value), "f", 1)[0] == value


def test_years_of_two_digits() -> None:
    assert [full_year(text) for text in ("22", "68", "99", "00", "2019")] == [2022, 1968, 1999, 2000, 2019]


def test_every_sample_is_read() -> None:
    read_by = {
        path.name: [s.key for s in SOURCES.values() if s.rule_for(path.name)] for path in SAMPLES.iterdir()
    }

    assert all(len(keys) == 1 for keys in read_by.values()), read_by
