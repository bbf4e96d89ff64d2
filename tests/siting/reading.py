"""What a page says."""

from __future__ import annotations

from html import unescape
from typing import Any


def text(response: Any) -> str:
    """The page without doubled blanks nor blanks that do not break."""
    plain = unescape(response.content.decode()).replace("\xa0", " ").replace("\u202f", " ")
    return " ".join(plain.split())
