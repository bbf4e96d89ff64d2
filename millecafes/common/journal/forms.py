"""The filter of the journal."""

from __future__ import annotations

from typing import Any

from django import forms

from millecafes.common.journal import queries, registry
from millecafes.common.journal.queries import Asked

# More people than this answer too short a text.
MANY = 100
NOT_A_DAY = "« %(value)s » n’est pas une date. Attendu : un jour du calendrier, comme 2026-05-31."
FIRST, LAST = 2000, 2100  # years


class DayField(forms.DateField):
    """A day; a mistake says what was typed."""

    widget = forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d")

    def to_python(self, value: Any) -> Any:
        """Read the day typed.

        Raises
        ------
        ValidationError
            With the text that is no day, or too far a day.
        """
        text = str(value)[:40]
        try:
            day = super().to_python(value)
        except forms.ValidationError as error:
            raise forms.ValidationError(NOT_A_DAY, "invalid", {"value": text}) from error
        if day is not None and not FIRST <= day.year <= LAST:
            raise forms.ValidationError(f"« {text} » est trop loin : attendu, une année de {FIRST} à {LAST}.")
        return day


class JournalFilter(forms.Form):
    """Who, what, on what, when. Everything is optional."""

    personne = forms.CharField(label="Personne", max_length=150, required=False)
    action = forms.ChoiceField(label="Action", required=False)
    objet = forms.ChoiceField(label="Objet", required=False)
    numero = forms.CharField(label="Numéro de l’objet", max_length=60, required=False)
    du = DayField(label="Du", required=False)
    au = DayField(label="Au (compris)", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people: frozenset[int] | None = None
        verbs = sorted((plain(words), verb) for verb, words in registry.verbs().items())
        choices = {
            "action": [("", "Toutes"), *((verb, words) for words, verb in verbs)],
            "objet": [("", "Tous"), *queries.kinds()],
        }
        for name, found in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = found
            field.widget.attrs["class"] = "select"
            field.error_messages["invalid_choice"] = (
                "« %(value)s » n’est pas dans la liste : choisissez une valeur proposée."
            )
        for name in ("personne", "numero"):
            self.fields[name].widget.attrs.update({"class": "input", "autocomplete": "off"})

    def clean_personne(self) -> str:
        """Find the people whose name or address holds the text; nobody, or too many, is said."""
        typed = str(self.cleaned_data["personne"]).strip()
        if not typed:
            return typed
        found = registry.people_called(typed, MANY + 1)
        if not found:
            raise forms.ValidationError(
                f"Personne ne répond à « {typed} ». Vérifiez le nom ou l’adresse ; "
                "une personne effacée ne se retrouve plus par son nom."
            )
        if len(found) > MANY:
            raise forms.ValidationError(
                f"Plus de {MANY} personnes répondent à « {typed} ». Écrivez davantage de lettres."
            )
        self.people = frozenset(found)
        return typed

    def clean(self) -> dict[str, Any]:
        """The days are in order, and a number has its kind of object."""
        cleaned = self.cleaned_data
        since, until = cleaned.get("du"), cleaned.get("au")
        if since and until and since > until:
            self.add_error(
                "au", f"Le dernier jour ({until:%d/%m/%Y}) vient avant le premier ({since:%d/%m/%Y})."
            )
        if cleaned.get("numero") and not cleaned.get("objet") and "objet" not in self.errors:
            self.add_error(
                "numero", "Choisissez aussi la sorte d’objet : un numéro seul en désigne plusieurs."
            )
        return cleaned

    @property
    def asked(self) -> Asked:
        """What a valid filter looks for."""
        cleaned = self.cleaned_data
        return Asked(
            people=self.people,
            verb=cleaned["action"],
            target_type=cleaned["objet"],
            target_id=cleaned["numero"],
            since=cleaned["du"],
            until=cleaned["au"],
        )


def plain(words: str) -> str:
    """The words of a verb without what each line puts in them: « a donné … le rôle … »."""
    text = registry.blanked(words)
    return text[:1].upper() + text[1:]
