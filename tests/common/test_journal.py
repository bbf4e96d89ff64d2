"""A line of the journal: what it keeps, what it refuses, and how it reads."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import User
from millecafes.common import journal, privacy
from millecafes.common.actors import ANONYMOUS, Actor, command
from millecafes.common.journal import queries, recording, registry
from millecafes.common.journal.models import JournalEntry, JournalPersonal
from tests.common.journals import VERBS, verbs, write
from tests.factories.people import make_person, make_role
from tests.factories.territory import make_commune

__all__ = ["verbs"]
pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.usefixtures("verbs")]


def said(entry: JournalEntry) -> str:
    """The sentence of a line."""
    return queries.lines(JournalEntry.objects.filter(pk=entry.pk))[0].sentence


def team(user: User) -> Actor:
    """Somebody under the hat of the team."""
    return Actor(user_id=user.pk, role_id=1, kind="team", perimeter="network")


def test_a_line_keeps_who_what_when_and_the_hat() -> None:
    now = timezone.now()
    person = make_person()
    write(
        "tests.painted",
        actor=team(person),
        target=person,
        now=now,
        data={"colour": "bleu", "day": dt.date(2026, 5, 1)},
    )
    entry = JournalEntry.objects.get()
    assert (entry.at, entry.actor_id, entry.hat, entry.command) == (now, person.pk, "team@network", "")
    assert (entry.target_type, entry.target_id) == ("accounts.user", str(person.pk))
    assert entry.perimeters == f"|person:{person.pk}|network|"
    assert entry.data == {"colour": "bleu", "day": "2026-05-01"}
    assert not JournalPersonal.objects.exists()
    assert str(entry).startswith("tests.painted, ")


def test_a_line_leaves_with_the_transaction_of_its_service() -> None:
    with transaction.atomic():
        write(subject_id=1, after={"nom": "Roux"})
        transaction.set_rollback(True)
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC), dt.date(2036, 5, 1)),
        (dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC), dt.date(2034, 2, 28)),
        (dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC), dt.date(2037, 1, 1)),  # already the 1st in Paris
    ],
)
def test_a_line_is_kept_ten_years_unless_its_service_says_otherwise(now: dt.datetime, day: dt.date) -> None:
    assert recording.default_purge_day(now) == day
    assert write(now=now).purge_after == day
    assert write(now=now, purge_after=dt.date(2030, 1, 1)).purge_after == dt.date(2030, 1, 1)


def test_an_unknown_verb_is_refused() -> None:
    with pytest.raises(KeyError, match=r"tests\.inconnu"):
        write("tests.inconnu")


@pytest.mark.parametrize(
    ("verb", "options", "message"),
    [
        ("tests.painted", {}, "il manque colour"),
        (
            "tests.closed",
            {"data": {"note": ["écrire à camille@example.org"]}},
            "une adresse e-mail dans data",
        ),
        ("tests.closed", {"data": {"camille@example.org": 1}}, "une adresse e-mail dans data"),
        ("tests.closed", {"after": {"nom": "Roux"}}, "sans subject_id"),
        ("tests.closed", {"before": {"nom": "Roux"}}, "sans subject_id"),
        ("tests.closed", {"target": User()}, "pas encore enregistré"),
    ],
)
def test_a_bad_line_is_refused(verb: str, options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        write(verb, **options)
    assert not JournalEntry.objects.exists()


def test_a_verb_has_one_wording() -> None:
    journal.register_verbs(VERBS)
    with pytest.raises(ValueError, match=r"tests\.closed"):
        journal.register_verbs({"tests.closed": "a ouvert la boutique"})


def test_a_line_reads_as_a_french_sentence() -> None:
    make_commune()
    camille, dominique = make_person(name="Camille Roux"), make_person(name="Dominique Petit")
    entry = write("tests.thanked", actor=team(camille), target=dominique, subject_id=dominique.pk)
    assert said(entry) == "Camille Roux, équipe nationale, a remercié Dominique Petit."
    mayor = Actor(user_id=camille.pk, kind="elected", perimeter="commune:81294")
    painted = write("tests.painted", actor=mayor, data={"colour": "bleu"})
    assert (
        said(painted)
        == "Camille Roux, mairie : élu·e, Técou (Département 81), a repeint tests.shop 12 en bleu."
    )
    candidate = Actor(user_id=camille.pk, kind="candidate", perimeter=f"person:{camille.pk}")
    assert said(write(actor=candidate)) == "Camille Roux, candidature à la gérance, a fermé la boutique."


def test_a_perimeter_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    make_commune()
    monkeypatch.setitem(registry._verbs, "tests.moved", "a déménagé à {perimeter}")
    camille = Actor(user_id=make_person(name="Camille Roux").pk)
    moved = write("tests.moved", actor=camille, data={"perimeter": "commune:81294"})
    assert said(moved) == "Camille Roux a déménagé à Técou (Département 81)."
    host = make_person(name="Dominique Petit")
    at_home = write("tests.moved", actor=camille, data={"perimeter": f"person:{host.pk}"})
    assert said(at_home) == "Camille Roux a déménagé à Dominique Petit."
    User.objects.filter(pk=host.pk).update(erased_at=timezone.now())
    assert said(at_home) == "Camille Roux a déménagé à une personne effacée."
    lost = write("tests.moved", actor=camille, data={"perimeter": "commune:00000"})
    assert said(lost) == "Camille Roux a déménagé à commune:00000."


def test_whoever_acts_without_a_hat_or_a_name_is_told_too() -> None:
    camille = make_person(name="Camille Roux")
    assert said(write(actor=Actor(user_id=camille.pk))) == "Camille Roux a fermé la boutique."
    assert said(write(actor=command("purge"))) == "La commande « purge » a fermé la boutique."
    assert said(write(actor=ANONYMOUS)) == "Une personne sans compte a fermé la boutique."
    gone = Actor(user_id=10**9, kind="nouveau", perimeter="lune:1")
    assert said(write(actor=gone)) == "Une personne effacée, nouveau, lune:1, a fermé la boutique."


def test_an_erased_person_is_no_longer_named() -> None:
    camille, dominique = make_person(name="Camille Roux"), make_person(name="Dominique Petit")
    entry = write(
        "tests.thanked",
        actor=team(camille),
        target=dominique,
        subject_id=dominique.pk,
        after={"nom": "Petit"},
    )
    privacy.erase(dominique)
    assert said(entry) == "Camille Roux, équipe nationale, a remercié une personne effacée."
    privacy.erase(camille)
    User.objects.filter(pk=camille.pk).update(erased_at=timezone.now())
    assert said(entry) == "Une personne effacée, équipe nationale, a remercié une personne effacée."
    assert queries.lines(JournalEntry.objects.filter(pk=entry.pk))[0].changes == ()


def test_an_old_line_still_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    camille = team(make_person(name="Camille Roux"))
    old, lost = write(actor=camille), write("tests.painted", actor=camille, data={"colour": "bleu"})
    changed = {**registry.verbs(), "tests.closed": "a fermé {what}"}
    del changed["tests.painted"]
    monkeypatch.setattr(registry, "_verbs", changed)
    assert said(old) == "Camille Roux, équipe nationale, a fermé inconnu."
    assert said(lost) == "Camille Roux, équipe nationale, a fait « tests.painted »."


def test_values_before_and_after_are_told_in_french() -> None:
    person = make_person()
    entry = write(
        target=person,
        subject_id=person.pk,
        before={"full_name": "", "avis": True, "notes": [1, 2.5]},
        after={"full_name": "Le Roux", "avis": False, "rue": None, "lieu": {"ville": "Técou"}},
    )
    (line,) = queries.lines(JournalEntry.objects.filter(pk=entry.pk).select_related("personal"))
    assert [(change.label, change.before, change.after) for change in line.changes] == [
        ("avis", "oui", "non"),
        ("nom", "", "Le Roux"),
        ("lieu", "", "ville : Técou"),
        ("notes", "1, 2,50", ""),
        ("rue", "", ""),
    ]


def test_objects_are_named_by_their_rooms() -> None:
    journal.register_targets(
        {
            "tests.shop": journal.Target(
                "Boutique", lambda ids: {"12": "Au bon coin"}, lambda key: f"/b/{key}/"
            )
        }
    )
    known, unknown = write(), write(target=("tests.shop", "13"))
    role = make_role(RoleKind.TEAM, "network")
    of_role = write(target=role)
    found = {line.number: line for line in queries.lines(queries.entries(queries.Asked()))}
    assert (found[known.pk].object_label, found[known.pk].object_url) == ("Au bon coin", "/b/12/")
    assert found[unknown.pk].object_label == "boutique 13"
    assert (found[of_role.pk].object_label, found[of_role.pk].object_url) == (f"rôle {role.pk}", "")
    assert ("tests.shop", "Boutique") in queries.kinds()
    assert ("accounts.user", "Personne") in queries.kinds()


def test_words_say_what_a_filter_shows() -> None:
    assert registry.blanked("a donné à {subject} le rôle {kind}") == "a donné à … le rôle …"
    assert registry.blanks_of("a donné à {subject} le rôle {kind} de {object}") == {"kind"}
