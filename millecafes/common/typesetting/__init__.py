"""Papers and images of the house, set by typst: our fonts only, tagged PDFs, nothing asked of the network.

A paper is a `.typ` file of a room, which imports `/common/typesetting/house.typ`. What it says comes as data
(`house.typ` reads it), never as source: no text of a user is ever read as code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from django.core.cache import cache

ROOT = Path(__file__).resolve().parents[2]
_FONTS = Path(__file__).with_name("fonts")
_HOUSE = Path(__file__).with_name("house.typ")
_KEPT_SECONDS = 24 * 3600
Form = Literal["pdf", "png"]


def pdf(paper: str, data: Mapping[str, Any]) -> bytes:
    """A tagged PDF (PDF/UA-1) of a paper ("cafes/papers/sign.typ"), the same for the same data."""
    return _made(paper, data, "pdf")


def png(paper: str, data: Mapping[str, Any], *, pixels_per_inch: float = 144.0) -> bytes:
    """The first page of a paper as a PNG."""
    return _made(paper, data, "png", pixels_per_inch)


def _made(paper: str, data: Mapping[str, Any], form: Form, ppi: float | None = None) -> bytes:
    """Set once for all who ask for the same."""
    source, told = ROOT / paper, json.dumps(data, ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(told.encode())
    for part in (source, _HOUSE):
        digest.update(part.read_bytes())
    key = f"typeset-{paper}-{form}-{digest.hexdigest()[:40]}"
    known = cache.get(key)
    if known is None:
        known = _compiled(source, told, form, ppi)
        cache.set(key, known, _KEPT_SECONDS)
    return bytes(known)


def _compiled(source: Path, told: str, form: Form, ppi: float | None) -> bytes:
    import typst

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(_FONTS)])
    return typst.compile(
        str(source),
        root=str(ROOT),
        font_paths=fonts,
        format=form,
        ppi=ppi,
        sys_inputs={"data": told},
        pdf_standards="ua-1" if form == "pdf" else None,
        timestamp=0,
    )


def qr_svg(address: str) -> str:
    """The QR code of an address as SVG, with its quiet zone."""
    import segno

    code = segno.make(address, error="m", micro=False)
    return str(code.svg_inline(border=4, dark="#16262c", light="#ffffff", scale=4))
