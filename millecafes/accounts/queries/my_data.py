"""What is known of a person, put so that this person can read it; and under which addresses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import DateField, DateTimeField
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from millecafes.accounts.models import EmailChange, Invitation, User
from millecafes.accounts.queries import perimeters
from millecafes.accounts.queries.journal import PEOPLE
from millecafes.common import formats, privacy
from millecafes.common.journal import registry
from millecafes.common.journal.queries import kind_label
from millecafes.common.privacy import PersonalRows

Labels = Callable[[Collection[str]], Mapping[str, str]]
# Lines of one kind shown on the page; the files hold them all.
MOST_SHOWN = 20


def _verbs(keys: Collection[str]) -> Mapping[str, str]:
    words = registry.verbs()
    return {key: registry.blanked(words.get(key, key)) for key in keys}


def _kinds(keys: Collection[str]) -> Mapping[str, str]:
    return {key: kind_label(key) for key in keys}


# Fields kept as keys, and how their values are called.
IN_WORDS: dict[tuple[str, str], Labels] = {
    ("accounts.role", "perimeter"): perimeters.labels,
    ("accounts.invitation", "perimeter"): perimeters.labels,
    ("common.journalentry", "verb"): _verbs,
    ("common.journalentry", "hat"): PEOPLE.hats,
    ("common.journalentry", "target_type"): _kinds,
}


@dataclass(frozen=True)
class Known:
    """The lines of one kind: what they are, until when they are kept, and what they say."""

    title: str
    retention: str
    kept: str  # why they stay after the account is erased; empty when they go
    lines: Sequence[Sequence[tuple[str, str]]]
    more: int = 0


@dataclass(frozen=True)
class Purpose:
    """Why something is kept, and all that is kept for it."""

    title: str
    basis: str
    recipients: str
    kinds: list[Known] = field(default_factory=list)


def addresses_of(user: User) -> set[str]:
    """The addresses known to be a person's: today's, and before; never one that is now somebody else's.

    An address asked for and not confirmed is not theirs.
    """
    rows = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    before = EmailChange.objects.filter(user=user, confirmed_at__isnull=False).values_list(
        "old_email", flat=True
    )
    # Whoever accepted an invitation held the link sent to its address.
    invited = Invitation.objects.filter(accepted_by=user).values_list("email", flat=True)
    found = {address.lower() for address in (*rows, *before, *invited)} - {user.email}
    taken = User.objects.filter(email__in=found).values_list("email", flat=True)
    return {user.email} | (found - set(taken))


def known_of(user: User, *, limit: int | None = MOST_SHOWN) -> list[Purpose]:
    """Everything known of a person, purpose by purpose."""
    purposes: dict[str, Purpose] = {}
    # The journal, which all else leads to, comes last.
    found = sorted(privacy.rows_of(user), key=lambda rows: rows.declaration.label.startswith("common."))
    for rows in found:
        declared, known = rows.declaration, _known(rows, user, limit)
        if known.lines:
            purpose = Purpose(declared.purpose, declared.basis, declared.recipients)
            purposes.setdefault(declared.purpose, purpose).kinds.append(known)
    return list(purposes.values())


def _known(rows: PersonalRows, user: User, limit: int | None) -> Known:
    declared = rows.declaration
    # The latest come last in the tables: they are what people look for.
    shown = rows.rows[::-1][:limit]
    words = {
        name: labels({str(row[name]) for row in shown if row.get(name)})
        for (label, name), labels in IN_WORDS.items()
        if label == declared.label
    }
    lines = [line for row in shown if (line := _line(rows, row, words, user))]
    return Known(
        title=rows.title[:1].upper() + rows.title[1:],
        retention=declared.retention_words,
        kept=declared.reason if declared.erase == "keep" else "",
        lines=lines,
        more=len(rows.rows) - len(shown),
    )


def _line(
    rows: PersonalRows, row: Mapping[str, Any], words: Mapping[str, Mapping[str, str]], user: User
) -> list[tuple[str, str]]:
    """The values of a row with something to say; that the row is theirs is known."""
    model = rows.declaration.model
    found = []
    for name, label in rows.labels.items():
        value = row[name]
        said = words.get(name, {}).get(str(value)) or _text(model._meta.get_field(name), value)
        is_oneself = model._meta.get_field(name).related_model is User and value == user.pk
        if said and not is_oneself:
            found.append((label[:1].upper() + label[1:], said))
    return found


def _text(column: Any, value: Any) -> str:
    """A value as it is read."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(column, DateTimeField):
        return _moment(parse_datetime(value))
    if isinstance(column, DateField):
        day = parse_date(value)
        return formats.day(day) if day else str(value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} : {_text(None, inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(_text(None, inner) for inner in value)
    return str(value)


def _moment(moment: dt.datetime | None) -> str:
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return f"{formats.day(local)} à {local:%H:%M}"


def export_of(user: User, *, now: dt.datetime) -> dict[str, Any]:
    """Everything known of a person, as other programs read it."""
    return {
        "titre": "Mes données sur Mille cafés",
        "ecrit_le": now.isoformat(),
        "demonstration": user.is_demo,
        "exploitant": settings.SITE_OPERATOR["name"],
        "traitements": [_exported(rows) for rows in privacy.rows_of(user)],
    }


def _exported(rows: PersonalRows) -> dict[str, Any]:
    declared = rows.declaration
    return {
        "table": declared.label,
        "pourquoi": declared.purpose,
        "fondement": declared.basis,
        "jusqu_a_quand": declared.retention_words,
        "qui_lit": declared.recipients,
        "champs": dict(rows.labels),
        "lignes": [dict(row) for row in rows.rows],
    }
