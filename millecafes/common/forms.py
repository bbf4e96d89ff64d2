"""Forms of the house: how fields are drawn, and lines of text that hold nothing invisible."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

# Line breaks, bells, and marks that turn the direction of what follows; not the joiners of some scripts.
_INVISIBLE = {"Cc", "Co", "Cs", "Zl", "Zp"}
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u200b")


def is_invisible(character: str) -> bool:
    """Whether a character shows nothing, or changes how its neighbours show."""
    return character in _TURNING or unicodedata.category(character) in _INVISIBLE


class LineField(forms.CharField):
    """One line of text; invisible characters are refused, and the place of the first is told."""

    def to_python(self, value: Any) -> str:
        """The text, with single blanks."""
        text = super().to_python(value) or ""
        return " ".join(part for part in text.split(" ") if part)

    def validate(self, value: str) -> None:
        """Refuse what cannot be seen.

        Raises
        ------
        ValidationError
        """
        super().validate(value)
        place = next((rank for rank, letter in enumerate(value, 1) if is_invisible(letter)), None)
        if place is not None:
            raise ValidationError(
                f"Le {place}ᵉ caractère est invisible (U+{ord(value[place - 1]):04X}). "
                "Attendu : une ligne de texte ; effacez ce caractère, ou tapez la ligne à la main."
            )


class HouseForm(forms.Form):
    """A form drawn like all others: label, help, field, error, each tied to its field."""

    template_name = "common/fields.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            widget = field.widget
            if isinstance(widget, forms.Select):
                widget.attrs.setdefault("class", "select")
            elif isinstance(widget, forms.Textarea):
                widget.attrs.setdefault("class", "textarea")
            elif not isinstance(widget, forms.CheckboxInput | forms.RadioSelect):
                widget.attrs.setdefault("class", "input")
            widget.attrs.setdefault("autocomplete", "off")
