"""Forms of imports: the file, its columns, the decisions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from millecafes.common.forms import HouseForm
from millecafes.common.imports.models import ImportRun
from millecafes.common.imports.reading import read, too_large
from millecafes.common.imports.registry import ImportColumn, ImportKind
from millecafes.common.imports.sheets import MOST_BYTES, ImportFileError, Sheet, letters

IGNORED = "— Laisser de côté —"


class FileForm(HouseForm):
    """The file to import, read as soon as it is there."""

    file = forms.FileField(
        label="Fichier",
        help_text=f"CSV, ODS ou XLSX, {MOST_BYTES // 1_000_000} Mo au plus. Les titres viennent en premier.",
        widget=forms.FileInput(attrs={"accept": ".csv,.ods,.xlsx,.txt,.tsv"}),
        error_messages={
            "required": "Choisissez un fichier.",
            "empty": "Ce fichier est vide. Attendu : une ligne de titres, puis une ligne par fiche.",
            "invalid": "Aucun fichier n’est arrivé : choisissez-le à nouveau.",
        },
    )

    sheet: Sheet

    def clean_file(self) -> Any:
        """Read it; what is wrong is told in words."""
        file = self.cleaned_data["file"]
        try:
            if (file.size or 0) > MOST_BYTES:
                raise too_large(file.size or 0)
            self.sheet = read(file.read())
        except ImportFileError as error:
            raise ValidationError(str(error)) from error
        return file


class ColumnsForm(HouseForm):
    """Which column of ours each title is, what stands for a column that lacks, and what blanks mean."""

    clears = forms.BooleanField(
        label="Une case vide efface ce que la fiche contient (sinon, elle n’y change rien)", required=False
    )

    def __init__(
        self, data: Any = None, *, run: ImportRun, kind: ImportKind, samples: list[list[str]]
    ) -> None:
        super().__init__(data, initial={"clears": run.clears})
        self.run, self.kind = run, kind
        ours = [("", IGNORED), *((column.key, column.label) for column in kind.columns)]
        self.titles = []
        for rank, header in enumerate(run.headers):
            name = f"colonne-{rank}"
            self.fields[name] = forms.ChoiceField(
                label=f"{letters(rank)} · {header[:80] or '(sans titre)'}",
                choices=ours,
                required=False,
                initial=run.matching.get(str(rank), ""),
                help_text=_sample(samples[rank]),
                widget=forms.Select(attrs={"class": "select", "autocomplete": "off"}),
                error_messages={"invalid_choice": "« %(value)s » n’est pas une de nos colonnes."},
            )
            self.titles.append(name)
        self.constants = {f"pour-tous-{column.key}": column for column in kind.columns if column.required}
        for name, column in self.constants.items():
            self.fields[name] = _constant(column, run.fixed.get(column.key, ""))

    @property
    def title_fields(self) -> list[Any]:
        """A field for each title of the file."""
        return [self[name] for name in self.titles]

    @property
    def constant_fields(self) -> list[Any]:
        """A field for each column that nothing new can do without."""
        return [self[name] for name in self.constants]

    @property
    def matching(self) -> dict[str, str]:
        """The column of each title, by rank."""
        return {str(rank): self.cleaned_data[name] for rank, name in enumerate(self.titles)}

    @property
    def fixed(self) -> dict[str, str]:
        """What stands for columns that lack."""
        return {column.key: self.cleaned_data[name] for name, column in self.constants.items()}


def _sample(texts: list[str]) -> str:
    if not texts:
        return "Toutes ses cases sont vides."
    return "Par exemple\u00a0: " + "\u00a0; ".join(text[:40] for text in texts)


def _constant(column: ImportColumn, text: str) -> forms.Field:
    label = f"{column.label}, pour toutes les lignes"
    hint = "Seulement si aucune colonne du fichier ne le dit."
    if column.choices:
        return forms.ChoiceField(
            label=label,
            choices=[("", "—"), *column.choices],
            required=False,
            initial=text,
            help_text=hint,
            widget=forms.Select(attrs={"class": "select", "autocomplete": "off"}),
        )
    return forms.CharField(
        label=label,
        max_length=column.longest,
        required=False,
        initial=text,
        help_text=hint,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
