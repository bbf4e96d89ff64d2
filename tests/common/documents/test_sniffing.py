"""What is in a file decides what it is; its name is made safe, and believed in nothing."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millecafes.common.documents import filetypes
from millecafes.common.documents.errors import DocumentError
from millecafes.common.documents.filetypes import endings_of, size_words, words_of
from millecafes.common.documents.kinds import Kind
from millecafes.common.documents.names import MAX_LENGTH, clean_name
from millecafes.common.documents.sniffing import type_of, verify_type, verify_whole
from tests.factories.documents import PDF, image_bytes

PHOTO = Kind("tests.photo", "Photo", filetypes.IMAGES, 1_000_000, "tests.view", "tests.edit")


def archive(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, text in parts.items():
            made.writestr(zipfile.ZipInfo(name), text)  # without the hour: the same file everywhere
    return out.getvalue()


CONTENT = {"[Content_Types].xml": "<Types/>"}


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (image_bytes("JPEG"), "a.txt", filetypes.JPEG),
        (image_bytes("PNG"), "", filetypes.PNG),
        (image_bytes("WEBP"), "a.jpg", filetypes.WEBP),
        (PDF, "a.docx", filetypes.PDF),
        (b"PAR1....PAR1", "", filetypes.PARQUET),
        (archive(mimetype=filetypes.ODS), "a.zip", filetypes.ODS),
        (archive(**CONTENT, **{"word/document.xml": ""}), "", filetypes.DOCX),
        (archive(**CONTENT, **{"xl/workbook.xml": ""}), "", filetypes.XLSX),
        (archive(**CONTENT, **{"ppt/presentation.xml": ""}), "", filetypes.PPTX),
        (archive(**CONTENT, **{"word/vbaProject.bin": ""}), "a.docx", filetypes.MACROS),
        (archive(a="a"), "a.docx", filetypes.ZIP),
        (archive(a="a" * 5_000)[:60], "a.zip", ""),
        (b"<!DOCTYPE html><p>x", "photo.jpg", filetypes.HTML),
        (b"\xef\xbb\xbf \n<HTML>", "a.csv", filetypes.HTML),
        (b"  \n<script>alert(1)</script>", "a.txt", filetypes.HTML),
        (b"<!-- a --><!doctype html>", "a.txt", filetypes.HTML),
        (b"nom;site\nZo\xc3\xa9;<a href=x>\n", "a.csv", filetypes.CSV),
        (b'<?xml version="1.0"?><svg xmlns="x"><script/></svg>', "a.png", filetypes.SVG),
        (b"<?xml version='1.0'?><a/>", "a.svg", filetypes.XML),
        (b'{"a": 1}', "a.json", filetypes.JSON),
        (b'{"a": 1}', "a.geojson", filetypes.GEOJSON),
        (b"{bonjour", "a.json", filetypes.TEXT),
        ("nom;âge\nZoé;7\n".encode("cp1252"), "A.CSV", filetypes.CSV),
        (b"bonjour", "a.jpg", filetypes.TEXT),
        (b"bon\0jour", "a.txt", ""),
        (b"", "a.txt", ""),
        (b"MZ\x90\x00" + b"\0" * 80, "a.pdf", ""),
    ],
)
def test_the_content_decides(content: bytes, name: str, expected: str) -> None:
    assert type_of(io.BytesIO(content), name) == expected


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!doctype html><p>", "une page web (HTML), quel que soit son nom"),
        (b"<svg></svg>", "un dessin SVG"),
        (b"", "Ce fichier est vide"),
        (b"MZ\x90\x00" + b"\0" * 80, "d’un autre type (application/vnd.microsoft.portable-executable)"),
        (b"\x01\x02\x03\x04", "d’un type inconnu ou abîmé"),
    ],
)
def test_a_file_of_another_type_is_refused_in_words(content: bytes, said: str) -> None:
    with pytest.raises(DocumentError) as refused:
        verify_type(io.BytesIO(content), "photo.jpg", PHOTO)
    assert said in refused.value.words
    assert "Attendu : JPEG, PNG ou WebP." in refused.value.words


def test_a_drawing_is_taken_only_where_its_kind_says_so() -> None:
    kind = Kind("tests.drawing", "Dessin", (filetypes.SVG,), 1_000, "tests.view", "tests.edit")
    assert verify_type(io.BytesIO(b"<svg></svg>"), "a", kind) == filetypes.SVG


def test_a_pdf_that_was_cut_is_refused() -> None:
    verify_whole(io.BytesIO(PDF), filetypes.PDF)
    whole = PDF + b"x" * 10_000 + b"%%EOF"
    with pytest.raises(DocumentError, match="sa fin manque"):
        verify_whole(io.BytesIO(whole[: len(whole) * 9 // 10]), filetypes.PDF)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Convention 2026.pdf", "Convention 2026.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Documents\\bail.PDF", "bail.pdf"),
        ("facture.pdf.exe", "facture.pdf"),
        ("page.html", "page.pdf"),
        ("  .cache  ", "cache.pdf"),
        ("", "document.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("a\r\nSet-Cookie: b.pdf", "aSet-Cookie b.pdf"),
        ("É" * 5_000, "É" * (MAX_LENGTH - 4) + ".pdf"),
        ("Arrêté n° 3.5 du 2 mai", "Arrêté n° 3.5 du 2 mai.pdf"),
    ],
)
def test_names_are_made_safe(name: str, expected: str) -> None:
    assert clean_name(name, filetypes.PDF) == expected


def test_a_nul_in_a_name_is_refused() -> None:
    with pytest.raises(DocumentError, match="caractère nul"):
        clean_name("photo\0.jpg", filetypes.JPEG)


@given(st.text(max_size=300).filter(lambda text: "\0" not in text), st.sampled_from(sorted(filetypes.TYPES)))
def test_any_name_gives_one_that_holds(name: str, content_type: str) -> None:
    made = clean_name(name, content_type)
    assert made.isprintable()
    assert len(made) <= MAX_LENGTH
    assert not set('<>:"|?*/\\') & set(made)
    assert made.endswith(filetypes.TYPES[content_type].endings)
    assert not made.startswith(".")
    assert clean_name(made, content_type) == made


def test_words_and_sizes() -> None:
    assert words_of([filetypes.PDF]) == "PDF"
    assert words_of([filetypes.JPEG, filetypes.PDF]) == "JPEG ou PDF"
    assert endings_of(filetypes.IMAGES) == ".jpg,.jpeg,.png,.webp"
    sizes = {1: "1 octet", 999: "999 octets", 1_500: "1,5 ko", 20_000_000: "20 Mo", 2_147_483_648: "2,1 Go"}
    for size, words in sizes.items():
        assert size_words(size).replace("\u202f", " ").replace("\u00a0", " ") == words


@pytest.mark.parametrize("fault", [{"accepts": ()}, {"accepts": ("x/y",)}, {"max_bytes": 0}, {"keep": 0}])
def test_a_kind_that_cannot_be_is_refused(fault: dict[str, object]) -> None:
    values = {"accepts": (filetypes.PDF,), "max_bytes": 1, "keep": None, **fault}
    with pytest.raises(ValueError, match=r"tests\.bad"):
        Kind("tests.bad", "x", view="a", edit="b", **values)  # type: ignore[arg-type]
