"""Fields of this room: numbers with a unit, sliders, budgets written one by line, a commune."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from millecafes.common.forms import LineField
from millecafes.common.matching import fold
from millecafes.siting.rules import Budget
from millecafes.territory.models import Departement, Region
from millecafes.territory.queries.choice import NoSuchCommuneError, chosen_commune

NOT_IN_LIST = "« %(value)s » n’est pas dans la liste : choisissez une valeur proposée."
MOST_LINES = 300


class WholeField(forms.IntegerField):
    """A whole number between two bounds; a mistake says what was found and what is expected."""

    def __init__(self, *, low: int, high: int, unit: str, **kwargs: Any) -> None:
        expected = f"attendu un nombre entier de {low} à {high} ({unit})"
        kwargs.setdefault("error_messages", {}).update(
            {
                "required": f"Rien n’est écrit : {expected}.",
                "invalid": f"Ce n’est pas un nombre entier : {expected}.",
                "min_value": f"C’est trop peu : {expected}.",
                "max_value": f"C’est trop : {expected}.",
            }
        )
        super().__init__(min_value=low, max_value=high, **kwargs)


class MinutesField(forms.FloatField):
    """Minutes, with a comma or a point."""

    def __init__(self, *, low: float, high: float, **kwargs: Any) -> None:
        self.expected = f"attendu de {low:g} à {high:g} minutes"
        kwargs.setdefault("error_messages", {}).update(
            {
                "required": f"Rien n’est écrit : {self.expected}.",
                "invalid": f"Ce n’est pas un nombre : {self.expected}.",
                "min_value": f"C’est trop peu : {self.expected}.",
                "max_value": f"C’est trop : {self.expected}.",
            }
        )
        super().__init__(min_value=low, max_value=high, **kwargs)

    def to_python(self, value: Any) -> Any:
        """A number; a comma will do."""
        return super().to_python(str(value).replace(",", ".") if value else value)


class SliderInput(forms.NumberInput):
    """A slider; without a script its marks tell where it stands."""

    input_type = "range"


class CommuneField(LineField):
    """A commune, by name or code."""

    def clean(self, value: Any) -> Any:
        """The commune typed."""
        typed = super().clean(value)
        try:
            return chosen_commune(typed)
        except NoSuchCommuneError as error:
            raise ValidationError(str(error)) from error


class BudgetsField(forms.CharField):
    """Budgets, one area by line: « Tarn ; 2 ; 10 » is at least 2 and at most 10."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 6}))
        super().__init__(max_length=20_000, required=False, **kwargs)

    def clean(self, value: Any) -> tuple[Budget, ...]:
        """The budgets, or which lines cannot be read."""
        lines = [line.strip() for line in (super().clean(value) or "").splitlines()]
        told = [(number, line) for number, line in enumerate(lines, 1) if line]
        if len(told) > MOST_LINES:
            raise ValidationError(f"{len(told)} lignes : attendu {MOST_LINES} au plus.")
        if not told:
            return ()
        areas = _areas()
        found: dict[tuple[str, str], Budget] = {}
        wrong = []
        for number, line in told:
            try:
                budget = _budget(line, areas)
            except ValueError as error:
                wrong.append(f"Ligne {number}, « {line[:60]} » : {error}")
                continue
            if (budget.kind, budget.code) in found:
                wrong.append(f"Ligne {number}, « {line[:60]} » : ce territoire est déjà plus haut.")
            found[budget.kind, budget.code] = budget
        if wrong:
            raise ValidationError(wrong[:20])
        return tuple(found.values())


def budgets_text(budgets: tuple[Budget, ...]) -> str:
    """Budgets as they are typed."""
    names = {("departement", code): name for code, name in Departement.objects.values_list("pk", "name")}
    names |= {("region", code): name for code, name in Region.objects.values_list("pk", "name")}
    return "\n".join(
        f"{names.get((budget.kind, budget.code), budget.code)} ; {budget.least or ''} ; "
        f"{'' if budget.most is None else budget.most}"
        for budget in budgets
    )


def _areas() -> dict[str, tuple[str, str]]:
    """What may be typed for an area: the name of a région or a département, the code of a département.

    Overseas, one name is both: it is the département, whose communes are the same.
    """
    found = {fold(name): ("region", code) for code, name in Region.objects.values_list("pk", "name")}
    for code, name in Departement.objects.exclude(region=None).values_list("pk", "name"):
        found[fold(name)] = found[fold(code)] = ("departement", code)
    return found


def _budget(line: str, areas: dict[str, tuple[str, str]]) -> Budget:
    parts = [part.strip() for part in line.replace("\t", ";").split(";")]
    if len(parts) != 3:
        raise ValueError("attendu « nom ; au moins ; au plus », comme « Tarn ; 2 ; 10 ».")
    name, low, high = parts
    area = areas.get(fold(name))
    if area is None:
        raise ValueError(f"« {name[:40]} » n’est ni une région ni un département.")
    numbers = []
    for text in (low, high):
        if text and not (text.isdecimal() and len(text) < 5):
            raise ValueError(f"« {text[:20]} » n’est pas un nombre de cafés.")
        numbers.append(int(text) if text else None)
    least, most = numbers
    if most is not None and (least or 0) > most:
        raise ValueError(f"au moins {least} et au plus {most} ne vont pas ensemble.")
    return Budget(area[0], area[1], least or 0, most)
