"""What imports hold of people: whatever is in the files, kept a short time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from millecafes.common.privacy import Purge, declare, register_purge

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from millecafes.common.imports.models import ImportLine, ImportMatching, ImportRun

LINES_DAYS = 30
RUNS_DAYS = 365
MATCHING_DAYS = 730


def lines_about(user: Any) -> QuerySet[ImportLine]:
    """The lines in which somebody's address is written."""
    from django.db.models import Q

    from millecafes.common.imports.models import ImportLine

    if not user.email:
        return ImportLine.objects.none()
    return ImportLine.objects.filter(
        Q(cells__icontains=user.email) | Q(before__icontains=user.email) | Q(changes__icontains=user.email)
    )


declare(
    "common.importrun",
    purpose="Suivre un fichier importé, de l’envoi à l’annulation",
    basis="intérêt légitime",
    retention=RUNS_DAYS,
    purge="common.imports",
    subject="owner",
    recipients="qui a envoyé le fichier, et l’équipe nationale",
    personal={
        "owner": "numéro de la personne",
        "file_name": "nom du fichier",
        "created_at": "envoyé le",
        "fixed": "valeurs pour toutes les lignes",
    },
    not_personal=("kind", "state", "headers", "matching", "notices"),
    erase="blank",
    blanks={"file_name": "fichier", "created_at": lambda run: run.created_at},
)
declare(
    "common.importline",
    purpose="Montrer ce qu’un fichier changerait, puis pouvoir l’annuler",
    basis="intérêt légitime",
    retention=LINES_DAYS,
    purge="common.imports",
    subject=lines_about,
    recipients="qui a envoyé le fichier, et l’équipe nationale",
    personal={
        "cells": "cases",
        "values": "valeurs lues",
        "problems": "erreurs",
        "changes": "différences",
        "candidates": "fiches qui ressemblent",
        "label": "nom affiché",
        "before": "valeurs d’avant",
    },
    not_personal=("state", "choice", "target", "version", "outcome", "outcome_words", "after_version"),
    erase="delete",
)
declare(
    "common.importmatching",
    purpose="Reconnaître les colonnes du prochain fichier qui a les mêmes titres",
    basis="intérêt légitime",
    retention=MATCHING_DAYS,
    purge="common.imports",
    subject="user",
    recipients="la personne elle-même",
    personal={
        "user": "numéro de la personne",
        "header": "titre",
        "column": "colonne",
        "used_at": "dernier usage",
    },
    not_personal=("kind",),
    erase="delete",
)


def _before(now: dt.datetime, days: int) -> dt.datetime:
    return now - dt.timedelta(days=days)


def past_runs(now: dt.datetime) -> QuerySet[ImportRun]:
    """The imports past their time: those that wrote nothing go with their lines."""
    from django.db.models import Q

    from millecafes.common.imports.models import ImportRun

    unused = Q(applied_at=None, created_at__lt=_before(now, LINES_DAYS))
    return ImportRun.objects.filter(unused | Q(created_at__lt=_before(now, RUNS_DAYS)))


def past_lines(now: dt.datetime) -> QuerySet[ImportLine]:
    """The lines that may not be undone any more."""
    from millecafes.common.imports.models import ImportLine

    return ImportLine.objects.filter(run__applied_at__lt=_before(now, LINES_DAYS))


def past_matchings(now: dt.datetime) -> QuerySet[ImportMatching]:
    """The columns that nobody met again."""
    from millecafes.common.imports.models import ImportMatching

    return ImportMatching.objects.filter(used_at__lt=_before(now, MATCHING_DAYS))


def purge_is_due(now: dt.datetime) -> bool:
    """Whether something is past its time."""
    return past_runs(now).exists() or past_lines(now).exists() or past_matchings(now).exists()


def purge_imports(*, now: dt.datetime) -> Mapping[str, int]:
    """Erase what is past its time."""
    lines = past_lines(now).delete()[0]
    runs = past_runs(now)
    count = runs.count()
    runs.delete()
    return {
        "lignes d’imports": lines,
        "imports de fichiers": count,
        "colonnes retenues": past_matchings(now).delete()[0],
    }


register_purge("common.imports", Purge("Imports", purge_is_due, purge_imports))
