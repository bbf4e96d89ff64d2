"""Imports of organisations, step by step, through the same services as the pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from millecafes.accounts.models import User
from millecafes.common.actors import Actor
from millecafes.common.imports import services
from millecafes.common.imports.models import ImportRun
from millecafes.common.imports.reading import read
from millecafes.common.imports.registry import ImportKind
from millecafes.partners.importing import ORGANISATIONS

TEAM = Actor(kind="team", perimeter="network")
HEAD = ("Nom", "Nature", "SIRET", "Code Insee", "Téléphone public", "Adresse e-mail publique")


def csv_of(*rows: Sequence[str], head: Sequence[str] = HEAD) -> bytes:
    """A file of these lines."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=";").writerows((head, *rows))
    return stream.getvalue().encode()


def send(
    content: bytes, *, actor: Actor = TEAM, name: str = "structures.csv", kind: ImportKind = ORGANISATIONS
) -> ImportRun:
    """A file just sent, its columns guessed."""
    sheet = read(content)
    return services.start_import(kind=kind, file_name=name, sheet=sheet, actor=actor, now=timezone.now())


def look(content: bytes, *, actor: Actor = TEAM, kind: ImportKind = ORGANISATIONS, **more: Any) -> ImportRun:
    """A file whose columns are those guessed, and whose lines are analysed."""
    run = send(content, actor=actor, kind=kind)
    more = {"fixed": {}, "clears": False, **more}
    wrong = services.choose_columns(
        run=run, matching=more.pop("matching", run.matching), actor=actor, now=timezone.now(), **more
    )
    assert wrong == []
    return fresh(run)


def apply(run: ImportRun, *, actor: Actor = TEAM) -> ImportRun:
    """An import written."""
    services.apply(run=run, actor=actor, now=timezone.now())
    return fresh(run)


def undo(run: ImportRun, *, actor: Actor = TEAM) -> ImportRun:
    """An import taken back."""
    services.undo(run=run, actor=actor, now=timezone.now())
    return fresh(run)


def fresh(run: ImportRun) -> ImportRun:
    """An import as it is now."""
    return ImportRun.objects.get(pk=run.pk)


def sent_by(user: User) -> ImportRun:
    """A file that somebody sent, ready to be looked at."""
    return look(csv_of(("Cave", "Entreprise")), actor=Actor(user.pk, None, "team", "network"))
