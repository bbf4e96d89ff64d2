"""Organisations: what is written, what is refused, and what two people at once make."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from millecafes.accounts.enums import PerimeterKind, RoleKind
from millecafes.accounts.queries import perimeters
from millecafes.common.actors import Actor, command
from millecafes.common.journal.models import JournalEntry
from millecafes.partners import queries, services
from millecafes.partners.enums import OrganisationKind
from millecafes.partners.models import Organisation, OrganisationContact
from millecafes.partners.services import Details, OrganisationError
from tests.concurrency import a_database_for_several, at_once, elsewhere
from tests.factories.partners import make_contact, make_organisation
from tests.factories.people import make_role
from tests.factories.territory import make_commune

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ACTOR = command("tests")
TEAM = Actor(user_id=1, role_id=1, kind="team", perimeter="network")
NOW = timezone.now()
SIRET = "73282932000074"


def verbs() -> list[str]:
    return list(JournalEntry.objects.order_by("pk").values_list("verb", flat=True))


def test_an_organisation_is_kept_with_one_line_of_the_journal() -> None:
    commune = make_commune()
    made = make_organisation("L’Épicerie Sociale", siret=SIRET, commune=commune)
    assert (made.key, made.is_demo) == ("l epicerie sociale", False)
    assert made.perimeter_keys() == (
        f"organisation:{made.pk}",
        "commune:81294",
        "epci:200066124",
        "departement:81",
        "region:76",
        "network",
    )
    (line,) = JournalEntry.objects.all()
    assert (line.verb, line.target_type, line.target_id) == (
        "partners.organisation_added",
        "partners.organisation",
        str(made.pk),
    )
    assert "|departement:81|" in line.perimeters


def test_in_demonstration_it_says_so(settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    assert make_organisation().is_demo


@pytest.mark.parametrize(
    ("details", "field", "said"),
    [
        ({"name": " "}, "name", "obligatoire"),
        ({"siret": "73282932000075"}, "siret", "la clé"),
        ({"siret": "732 829 320 00074"}, "siret", "sans espace"),
        ({"rna": "W1"}, "rna", "W et 9 chiffres"),
        ({"kind": OrganisationKind.TOWN_HALL}, "commune", "celle d’une commune"),
    ],
)
def test_what_is_wrong_is_refused(details: dict[str, object], field: str, said: str) -> None:
    with pytest.raises(OrganisationError, match=said) as caught:
        make_organisation(**{"name": "Brasserie", **details})  # type: ignore[arg-type]
    assert caught.value.field == field
    assert not Organisation.objects.exists()
    assert verbs() == []


@pytest.mark.parametrize(("field", "number"), [("siret", SIRET), ("rna", "W812000123")])
def test_a_number_belongs_to_one_organisation(field: str, number: str) -> None:
    first = make_organisation("Amis du Café", **{field: number})
    with pytest.raises(OrganisationError) as caught:
        make_organisation("Tout autre nom", **{field: number})
    assert (caught.value.field, caught.value.other) == (field, first)
    other = make_organisation("Tout autre nom")
    with pytest.raises(OrganisationError):
        change(other, **{field: number})
    assert change(first, name="Amies du Café", **{field: number}).name == "Amies du Café"


def test_without_a_number_many_may_live() -> None:
    assert make_organisation("Un").pk != make_organisation("Deux").pk


def change(organisation: Organisation, **details: object) -> Organisation:
    said = {"name": organisation.name, "kind": OrganisationKind.SUPPLIER, **details}
    return services.change_organisation(
        organisation=organisation,
        details=Details(**said),  # type: ignore[arg-type]
        actor=ACTOR,
        now=NOW,
    )


def test_the_journal_says_which_fields_changed_and_not_their_values() -> None:
    made = make_organisation("Brasserie")
    change(made, name="Brasserie du Tarn", email="bonjour@example.org")
    made.refresh_from_db()
    assert (made.key, made.email) == ("brasserie du tarn", "bonjour@example.org")
    line = JournalEntry.objects.get(verb="partners.organisation_changed")
    assert line.data == {"fields": "nom, adresse e-mail"}
    change(made, email="bonjour@example.org")
    assert verbs().count("partners.organisation_changed") == 1


def test_the_town_hall_appears_at_its_first_use_with_its_public_contact() -> None:
    commune = make_commune(
        "81271",
        "Les Cammazes",
        hall_email="mairie@cammazes.example",
        hall_phone="05 63 00 00 00",
        hall_site="https://cammazes.example",
    )
    hall = services.town_hall_of(commune=commune, actor=ACTOR, now=NOW)
    assert (hall.name, hall.kind) == ("Mairie des Cammazes", OrganisationKind.TOWN_HALL)
    assert (hall.email, hall.phone, hall.website) == (
        "mairie@cammazes.example",
        "05 63 00 00 00",
        "https://cammazes.example",
    )
    assert services.town_hall_of(commune=commune, actor=ACTOR, now=NOW) == hall
    assert verbs() == ["partners.town_hall_added"]


@pytest.mark.parametrize(
    ("name", "called"), [("Técou", "de Técou"), ("Albi", "d’Albi"), ("Le Ségur", "du Ségur")]
)
def test_the_town_hall_is_called_in_french(name: str, called: str) -> None:
    hall = services.town_hall_of(commune=make_commune(name=name), actor=ACTOR, now=NOW)
    assert hall.name == f"Mairie {called}"


def test_what_the_public_file_says_badly_is_left_out() -> None:
    commune = make_commune(hall_email="a@b, c@d", hall_site="javascript:alert(1)")
    hall = services.town_hall_of(commune=commune, actor=ACTOR, now=NOW)
    assert (hall.email, hall.website) == ("", "")


def test_a_commune_has_one_town_hall() -> None:
    commune = make_commune()
    hall = services.town_hall_of(commune=commune, actor=ACTOR, now=NOW)
    with pytest.raises(OrganisationError, match="existe déjà") as caught:
        make_organisation("Mairie bis", kind=OrganisationKind.TOWN_HALL, commune=commune)
    assert caught.value.other == hall


def test_somebody_faster_by_an_instant_gives_the_same_town_hall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their row appears between our look and our write: the database refuses ours."""
    commune = make_commune()
    hall = services.town_hall_of(commune=commune, actor=ACTOR, now=NOW)
    looks = iter((None, None))
    monkeypatch.setattr(services, "town_hall", lambda commune: next(looks, hall))
    assert services.town_hall_of(commune=commune, actor=ACTOR, now=NOW) == hall
    assert Organisation.objects.get() == hall
    assert verbs() == ["partners.town_hall_added"]


@pytest.mark.django_db(transaction=True)
def test_many_people_at_once_get_the_same_town_hall(tmp_path: Path) -> None:
    commune = make_commune()
    with a_database_for_several(tmp_path):
        halls = at_once(4, lambda: services.town_hall_of(commune=commune, actor=ACTOR, now=NOW))
        stored = elsewhere(lambda: list(Organisation.objects.all()))
        assert elsewhere(verbs) == ["partners.town_hall_added"]
    assert halls == stored * 4


def test_roles_are_exercised_on_organisations() -> None:
    made = make_organisation("Brasserie", commune=make_commune())
    key = f"organisation:{made.pk}"
    assert perimeters.exists(key)
    assert perimeters.labels([key]) == {key: "Brasserie"}
    assert perimeters.keys_above(key) == made.perimeter_keys()
    assert make_role(RoleKind.PARTNER, key).perimeter == key
    for nothing in ("organisation:999", "organisation:x", "organisation:٣", f"organisation:{10**30}"):
        assert not perimeters.exists(nothing)
        assert perimeters.keys_above(nothing) == ()


def test_a_role_finds_its_organisation_by_name_or_number() -> None:
    commune = make_commune()
    cave = make_organisation("Cave de Técou", commune=commune, siret=SIRET)
    make_organisation("Cave de Gaillac", commune=make_commune("81099", "Gaillac"))
    far = make_commune("33063", "Bordeaux", postal_code="33000", epci="243300316")
    elsewhere_ = make_organisation("Cave de Técou", commune=far)
    family = [PerimeterKind.ORGANISATION]

    def found(typed: str, outer: str = "network") -> list[tuple[str, bool]]:
        return [(place.key, place.certain) for place in perimeters.search(family, typed, outer=outer)]

    here = f"organisation:{cave.pk}"
    assert found("CAVE DE TECOU") == [(here, False), (f"organisation:{elsewhere_.pk}", False)]
    assert found("Cave de Técou", "departement:81") == [(here, False)]
    assert found("732 829 320 00074") == [(here, True)]
    assert [key for key, _ in found("cave", "commune:81294")] == [here]
    assert found("!!") == found("zzz") == []
    assert perimeters.inside([here], "epci:200066124") == {here}
    assert perimeters.inside([here], "commune:33063") == set()
    (place,) = perimeters.search(family, SIRET)
    assert place.label == "Cave de Técou, Fournisseur · Técou (81)"


def names(found: list[Organisation]) -> list[str]:
    return [organisation.name for organisation in found]


def test_what_looks_like_it_is_found_nearby() -> None:
    here, near = make_commune(), make_commune("81004", "Albi", postal_code="81000")
    far = make_commune("33063", "Bordeaux", postal_code="33000", epci="243300316")
    make_organisation("Les Amis du Café de Técou", commune=here)
    make_organisation("Amis du café de Tecou", commune=near)
    make_organisation("Boulangerie Durand", commune=here)
    make_organisation("Les Amis du Café de Técou", commune=far)
    alike = queries.lookalikes(TEAM, name="AMIS DU CAFÉ", commune=here)
    assert names(alike) == ["Les Amis du Café de Técou"]
    alike = queries.lookalikes(TEAM, name="Amis du cafe de Técou", commune=here)
    assert names(alike) == ["Les Amis du Café de Técou", "Amis du café de Tecou"]
    assert queries.lookalikes(TEAM, name="Cave coopérative", commune=here) == []
    assert len(queries.lookalikes(TEAM, name="Les amis du café de Técou", commune=None)) == 3


def test_what_looks_like_it_out_of_one_s_perimeter_is_not_told() -> None:
    make_organisation("Amis du Café", commune=make_commune())
    stranger = Actor(user_id=2, role_id=2, kind="regional", perimeter="departement:33")
    assert queries.lookalikes(stranger, name="Amis du Café", commune=None) == []
    assert queries.lookalikes(Actor(user_id=3), name="Amis du Café", commune=None) == []


def test_contacts_leave_a_line_without_anybody_in_it() -> None:
    made = make_organisation()
    contact = make_contact(made)
    later = NOW + dt.timedelta(days=1)
    details = services.ContactDetails(name="Dominique Noir", phone="05 63 00 00 00")
    services.change_contact(contact=contact, details=details, actor=ACTOR, now=later)
    assert OrganisationContact.objects.get().confirmed_at == later
    services.remove_contact(contact=contact, actor=ACTOR, now=later)
    assert not OrganisationContact.objects.exists()
    assert verbs()[1:] == [
        "partners.contact_added",
        "partners.contact_changed",
        "partners.contact_removed",
    ]
    assert {line.target_id for line in JournalEntry.objects.all()} == {str(made.pk)}
    assert "Dominique" not in str(list(JournalEntry.objects.values()))


def test_contacts_nobody_confirmed_are_purged() -> None:
    made = make_organisation()
    kept, stale = make_contact(made), make_contact(made, "Ancien")
    limit = NOW - dt.timedelta(days=1_095)
    OrganisationContact.objects.filter(pk=stale.pk).update(confirmed_at=limit - dt.timedelta(days=1))
    OrganisationContact.objects.filter(pk=kept.pk).update(confirmed_at=limit + dt.timedelta(days=1))
    assert services.purge_is_due(NOW)
    said = io.StringIO()
    call_command("purge", stdout=said)
    assert "contacts d’organisations : 1" in said.getvalue()
    assert OrganisationContact.objects.get() == kept
    assert not services.purge_is_due(NOW)
