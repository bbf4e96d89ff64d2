"""What keeps the journal in the database itself, whoever writes: a screen, a shell, or plain SQL.

A line is never updated, replaced or truncated, and is deleted only past its `purge_after`; its personal part
may be deleted, never rewritten. "Past" is counted in days of UTC, which both databases know alike.

Django's migrations on SQLite rebuild tables, and lose their triggers without a word: they are written again
after every `migrate` (`install`), and `missing` says what a check must complain of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core import checks
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

ENTRY = "common_journalentry"
PERSONAL = "common_journalpersonal"
UNTOUCHED = "journal : une ligne ne se modifie pas"
TOO_EARLY = "journal : une ligne ne s’efface qu’après sa date (purge_after)"
FORGED = "journal : cette ligne existe déjà"


@dataclass(frozen=True)
class Trigger:
    """One trigger: its table, the event it refuses, in which case, and what it answers."""

    name: str
    table: str
    event: str
    answer: str
    condition: str = ""

    def sql(self, vendor: str) -> str:
        """What writes it in this kind of database."""
        when = f" WHEN ({self.condition})" if self.condition else ""
        head = f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table}"
        if vendor == "sqlite":
            return f"{head}{when} BEGIN SELECT RAISE(ABORT, '{self.answer}'); END"
        each = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        return f"{head} FOR EACH {each}{when} EXECUTE FUNCTION common_journal_refuse('{self.answer}')"


SQLITE = (
    Trigger("common_journal_update", ENTRY, "UPDATE", UNTOUCHED),
    Trigger("common_journal_delete", ENTRY, "DELETE", TOO_EARLY, "OLD.purge_after >= date('now')"),
    # INSERT OR REPLACE deletes the former row without asking the trigger of DELETE.
    Trigger(
        "common_journal_replace",
        ENTRY,
        "INSERT",
        FORGED,
        "EXISTS (SELECT 1 FROM common_journalentry WHERE id = NEW.id)",
    ),
    Trigger("common_journal_personal_update", PERSONAL, "UPDATE", UNTOUCHED),
    Trigger(
        "common_journal_personal_replace",
        PERSONAL,
        "INSERT",
        FORGED,
        "EXISTS (SELECT 1 FROM common_journalpersonal WHERE entry_id = NEW.entry_id)",
    ),
)
POSTGRESQL = (
    Trigger("common_journal_update", ENTRY, "UPDATE", UNTOUCHED),
    Trigger(
        "common_journal_delete",
        ENTRY,
        "DELETE",
        TOO_EARLY,
        "OLD.purge_after >= (now() AT TIME ZONE 'UTC')::date",
    ),
    Trigger("common_journal_truncate", ENTRY, "TRUNCATE", TOO_EARLY),
    Trigger("common_journal_personal_update", PERSONAL, "UPDATE", UNTOUCHED),
)
REFUSE = """
CREATE OR REPLACE FUNCTION common_journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def _wanted(connection: BaseDatabaseWrapper) -> list[Trigger]:
    """The triggers of this kind of database, for the tables that exist."""
    known = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
    if connection.vendor not in known:
        raise NotImplementedError(f"journal : pas de protection écrite pour {connection.vendor}")
    tables = set(connection.introspection.table_names())
    return [trigger for trigger in known[connection.vendor] if trigger.table in tables]


def install(*, using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Write every trigger, anew (receiver of `post_migrate`)."""
    connection = connections[using]
    wanted = _wanted(connection)
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if wanted and connection.vendor == "postgresql":
            cursor.execute(REFUSE)
        for trigger in wanted:
            cursor.execute(_drop(connection, trigger))
            cursor.execute(trigger.sql(connection.vendor))


def remove(*, using: str = DEFAULT_DB_ALIAS) -> None:
    """Drop every trigger: only to empty the whole database (`flush`)."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for trigger in _wanted(connection):
            cursor.execute(_drop(connection, trigger))


def _drop(connection: BaseDatabaseWrapper, trigger: Trigger) -> str:
    on_table = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
    return f"DROP TRIGGER IF EXISTS {trigger.name}{on_table}"


def missing(*, using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """The triggers that should be there and are not, or are disabled."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        present = {name for (name,) in cursor.fetchall()}
    return sorted({trigger.name for trigger in _wanted(connection)} - present)


def check_triggers(databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """A journal without its triggers. A warning: an error would stop the `migrate` that writes them again."""
    return [
        checks.Warning(
            f"Le journal n’est plus protégé dans la base « {using} » : il manque {', '.join(names)}.",
            hint="Lancez `millecafes migrate`, qui remet ces déclencheurs.",
            id="common.W001",
        )
        for using in databases or ()
        if (names := missing(using=using))
    ]
