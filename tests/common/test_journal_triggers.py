"""The database itself keeps the journal: plain SQL is refused too, and the triggers come back."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction

from millecafes.common import preparation
from millecafes.common.journal import triggers
from millecafes.common.journal.models import JournalEntry, JournalPersonal
from tests.common.journals import past, verbs, write

__all__ = ["verbs"]
pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.usefixtures("verbs")]


def refused(sql: str, *, because: str) -> None:
    """Run plain SQL, which must be refused, in words."""
    with pytest.raises(IntegrityError, match=because), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_line_is_never_updated() -> None:
    entry = write(purge_after=past())
    with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
        entry.save()
    with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
        JournalEntry.objects.update(verb="tests.painted")
    refused("UPDATE common_journalentry SET hat = 'buyer@network'", because="ne se modifie pas")
    assert JournalEntry.objects.get() == entry


def test_a_line_is_deleted_past_its_date_only() -> None:
    kept = write()
    with pytest.raises(IntegrityError, match="ne s’efface qu’après"), transaction.atomic():
        JournalEntry.objects.all().delete()
    refused("DELETE FROM common_journalentry", because="ne s’efface qu’après")
    write(purge_after=past())
    assert JournalEntry.objects.filter(purge_after__lte=past()).delete()[0] == 1
    assert JournalEntry.objects.get() == kept


def test_a_line_is_not_replaced_under_the_same_number() -> None:
    entry = write()
    copied = "at, hat, command, verb, target_type, target_id, perimeters, data, purge_after"
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    resolved = "" if connection.vendor == "sqlite" else " ON CONFLICT (id) DO UPDATE SET hat = 'x'"
    sql = f"{verb} INTO common_journalentry (id, {copied}) SELECT id, {copied} FROM common_journalentry"
    because = "existe déjà" if connection.vendor == "sqlite" else "ne se modifie pas"
    refused(f"{sql} WHERE true{resolved}", because=because)
    assert JournalEntry.objects.get() == entry


def test_the_personal_part_is_erased_without_touching_the_line() -> None:
    entry = write(subject_id=1, before={"nom": "Roux"}, after={"nom": "Le Roux"})
    with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
        JournalPersonal.objects.update(after={})
    before = JournalEntry.objects.values().get()
    assert JournalPersonal.objects.filter(subject_id=1).delete()[0] == 1
    assert JournalEntry.objects.values().get() == before
    assert JournalEntry.objects.get() == entry


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite n’a pas de TRUNCATE")
def test_the_journal_is_not_truncated() -> None:
    write()
    refused("TRUNCATE common_journalentry CASCADE", because="ne s’efface qu’après")
    assert JournalEntry.objects.exists()


def test_every_trigger_is_there_after_the_migrations() -> None:
    assert triggers.missing() == []
    assert triggers.check_triggers(databases=["default"]) == []


@pytest.mark.django_db(transaction=True)
def test_the_triggers_come_back_after_a_table_is_rebuilt() -> None:
    """On SQLite a migration that alters a column loses them; on PostgreSQL they are dropped here by hand."""
    rebuild()
    lost = triggers.missing()
    assert "common_journal_update" in lost
    said = [str(message.msg) for message in triggers.check_triggers(databases=["default"])]
    assert said == [f"Le journal n’est plus protégé dans la base « default » : il manque {', '.join(lost)}."]
    assert triggers.check_triggers(databases=None) == []
    step = dict(zip(preparation._steps, preparation.steps(), strict=True))["common.journal"]
    assert step.is_needed()
    call_command(step.command, *step.arguments, interactive=False, verbosity=0)
    assert triggers.missing() == []
    assert not step.is_needed()
    write()
    refused("UPDATE common_journalentry SET hat = 'x'", because="ne se modifie pas")


def rebuild() -> None:
    """Alter a column, and put it back, as a migration does."""
    if connection.vendor == "postgresql":
        triggers.remove()
        return
    old = JournalEntry._meta.get_field("hat")
    new = models.CharField(max_length=61, blank=True)
    new.set_attributes_from_name("hat")
    new.model = JournalEntry
    with connection.schema_editor() as editor:
        editor.alter_field(JournalEntry, old, new)
        editor.alter_field(JournalEntry, new, old)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite ne suspend pas un déclencheur")
def test_a_disabled_trigger_is_missing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE common_journalentry DISABLE TRIGGER common_journal_delete")
    assert triggers.missing() == ["common_journal_delete"]
    triggers.install()
    assert triggers.missing() == []


@pytest.mark.django_db(transaction=True)
def test_the_whole_database_can_be_emptied_and_is_kept_again(monkeypatch: pytest.MonkeyPatch) -> None:
    write()
    monkeypatch.setattr("builtins.input", lambda _: "non")
    said = io.StringIO()
    call_command("flush", stdout=said)
    assert "Rien n’a été effacé" in said.getvalue()
    assert JournalEntry.objects.exists()
    assert triggers.missing() == []
    monkeypatch.setattr("builtins.input", lambda _: "oui")
    call_command("flush", verbosity=0, inhibit_post_migrate=True)
    assert not JournalEntry.objects.exists()
    assert triggers.missing() == []
