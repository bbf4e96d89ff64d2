"""Lists given piece by piece: every row once, whatever happens meanwhile; only our own cursors."""

from __future__ import annotations

import pytest
from django.core import signing
from hypothesis import given
from hypothesis import strategies as st

from millecafes.common.keyset import CursorError, piece_of, piece_of_list
from millecafes.territory.models import Commune
from tests.factories.territory import make_commune


def walk(codes: list[str], limit: int) -> list[str]:
    """Every row of a list at hand, piece by piece."""
    found: list[str] = []
    cursor = ""
    while True:
        piece = piece_of_list(codes, key=str, cursor=cursor, limit=limit, of="codes")
        assert len(piece.rows) <= limit
        found += piece.rows
        cursor = piece.cursor
        if not cursor:
            return found


@given(st.sets(st.text("0123456789AB", min_size=1, max_size=5)), st.integers(1, 7))
def test_every_row_once_and_in_order(codes: set[str], limit: int) -> None:
    assert walk(list(codes), limit) == sorted(codes)


@pytest.mark.django_db
def test_what_is_added_or_removed_meanwhile_moves_nothing() -> None:
    for number in range(1, 7):
        make_commune(f"8100{number}", f"Commune {number}")
    rows = Commune.objects.all()
    first = piece_of(rows, key="code", cursor="", limit=2, of="communes")
    assert [row.code for row in first.rows] == ["81001", "81002"]
    make_commune("81000", "Avant")
    make_commune("81007", "Après")
    Commune.objects.filter(code="81002").delete()
    second = piece_of(rows, key="code", cursor=first.cursor, limit=3, of="communes")
    assert [row.code for row in second.rows] == ["81003", "81004", "81005"]
    third = piece_of(rows, key="code", cursor=second.cursor, limit=3, of="communes")
    assert [row.code for row in third.rows] == ["81006", "81007"]
    assert third.cursor == ""


@pytest.mark.parametrize(
    "forged",
    [
        "zzz",
        "x" * 5_000,
        "…",
        signing.Signer(salt="another").sign_object(["codes", "b"]),
        signing.Signer(salt="common.keyset").sign_object(2),
        signing.Signer(salt="common.keyset").sign_object(["codes", "b"]),  # ours, but of no list
    ],
    ids=["short", "long", "not ASCII", "another secret", "another shape", "of no list"],
)
def test_a_forged_cursor_is_refused(forged: str) -> None:
    with pytest.raises(CursorError, match="Attendu"):
        piece_of_list(["a", "b", "c"], key=str, cursor=forged, limit=1, of="codes")


def test_a_cursor_of_another_list_is_refused() -> None:
    cursor = piece_of_list(["a", "b"], key=str, cursor="", limit=1, of="communes").cursor
    with pytest.raises(CursorError, match="d’une autre liste"):
        piece_of_list(["a", "b"], key=str, cursor=cursor, limit=1, of="départements")
    assert piece_of_list(["a", "b"], key=str, cursor=cursor, limit=1, of="communes").rows == ["b"]
