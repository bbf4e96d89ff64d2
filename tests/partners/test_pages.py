"""Pages of organisations: who sees what, what is proposed, and that nothing typed is lost."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.common import search
from millecafes.common.actors import Actor
from millecafes.partners.enums import OrganisationKind
from millecafes.partners.models import Organisation, OrganisationContact
from millecafes.partners.services import town_hall_of
from tests.factories.partners import ACTOR, make_contact, make_organisation
from tests.factories.people import client_wearing
from tests.factories.territory import make_commune, make_departement

pytestmark = pytest.mark.django_db
SIRET = "73282932000074"
GOOD = {"name": "Brasserie du Tarn", "kind": "supplier", "commune": "81294", "siret": "732 829 320 00074"}


@pytest.fixture
def team() -> Client:
    return client_wearing(RoleKind.TEAM, "network")


@pytest.fixture
def lead() -> Client:
    make_departement()
    return client_wearing(RoleKind.REGIONAL, "departement:81")


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_the_list_is_filtered_and_paged(team: Client) -> None:
    make_organisation("Brasserie du Tarn", siret=SIRET, commune=make_commune())
    far = make_commune("33063", "Bordeaux", postal_code="33000", epci="243300316")
    make_organisation("Cave de Bordeaux", commune=far)
    make_organisation("Fondation", kind=OrganisationKind.FUNDER)
    whole = text(team.get("/organisations/"))
    assert "<b>3</b> organisations" in whole
    for query, found in {
        "q=brasserie": "Brasserie du Tarn",
        "q=732+829": "Brasserie du Tarn",
        "nature=funder": "Fondation",
        "departement=33": "Cave de Bordeaux",
    }.items():
        page = text(team.get(f"/organisations/?{query}"))
        assert "<b>1</b> organisation<" in page
        assert found in page
    assert "Aucune organisation" in text(team.get("/organisations/?q=%21%21"))
    for page_number in (10**18, -1, "x", ""):
        assert team.get(f"/organisations/?page={page_number}").status_code == 200
    refused = team.get("/organisations/?nature=chocolat&departement=2A")
    assert refused.status_code == 422
    assert "« chocolat » n’est pas dans la liste" in text(refused)
    assert "« 2A » n’est pas dans la liste" in text(refused)


def test_the_list_makes_as_many_queries_for_one_as_for_three(team: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert team.get("/organisations/").status_code == 200
        return len(made)

    make_organisation("Un", commune=make_commune())
    one = queries()
    make_organisation("Deux", commune=make_commune("81004", "Albi"))
    make_organisation("Trois")
    assert queries() == one


def test_a_regional_lead_sees_those_of_the_perimeter_and_no_trace_of_others(lead: Client) -> None:
    near = make_organisation("Brasserie", commune=make_commune())
    commune = make_commune("33063", "Bordeaux", postal_code="33000", epci="243300316")
    far, nowhere = make_organisation("Cave", commune=commune), make_organisation("Fondation")
    page = text(lead.get("/organisations/"))
    assert "Brasserie" in page
    assert "Cave" not in page
    assert "Bordeaux" not in page
    assert "33" not in re.findall(r'<option value="(\w*)"', page)
    assert lead.get(near.get_absolute_url()).status_code == 200
    missing = lead.get("/organisations/999999/")

    def plain(answer: Any) -> str:
        """The page without the address asked, nor the tokens of its forms."""
        address = re.escape(answer.request["PATH_INFO"])
        return re.sub(rf'{address}|csrfmiddlewaretoken" value="\w+"', "", text(answer))

    for other in (far, nowhere):
        for path in ("", "modifier/", "contacts/nouveau/"):
            answer = lead.get(f"{other.get_absolute_url()}{path}")
            assert answer.status_code == 404
            assert plain(answer) == plain(missing)
    assert lead.get(f"/organisations/{10**30}/").status_code == 404
    assert lead.get("/organisations/?departement=33").status_code == 422


@pytest.mark.parametrize("kind", [RoleKind.PARTNER, RoleKind.FUNDER, RoleKind.VOLUNTEER])
def test_people_of_an_organisation_see_theirs_and_no_other(kind: RoleKind) -> None:
    own, other = make_organisation("La mienne"), make_organisation("La tienne")
    contact = make_contact(own)
    client = client_wearing(kind, f"organisation:{own.pk}")
    assert client.get("/organisations/la-mienne/")["Location"] == own.get_absolute_url()
    page = text(client.get(own.get_absolute_url()))
    assert "Dominique Blanc" in page
    assert "Journal" not in page
    assert "Organisations</span>" not in page
    assert client.get(other.get_absolute_url()).status_code == 404
    assert client.get("/organisations/").status_code == 404
    assert client.get(f"{own.get_absolute_url()}modifier/").status_code == 404
    changed = client.post(
        f"{own.get_absolute_url()}contacts/{contact.pk}/", {"name": "Moi", "phone": "0563000000"}
    )
    assert changed.status_code == (302 if kind == RoleKind.PARTNER else 404)
    # A contact of another's organisation, under the address of one's own.
    foreign = make_contact(other)
    assert client.get(f"{own.get_absolute_url()}contacts/{foreign.pk}/").status_code == 404


def test_an_organisation_is_entered(team: Client) -> None:
    make_commune()
    answer = team.post("/organisations/nouvelle/", {**GOOD, "name": "  Brasserie   du Tarn "})
    made = Organisation.objects.get()
    assert made.name == "Brasserie du Tarn"
    assert answer["Location"] == made.get_absolute_url()
    assert (made.siret, made.commune_id) == (SIRET, "81294")
    page = text(team.get(made.get_absolute_url()))
    assert "c’est enregistré" in page
    assert "a enregistré" in page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Écrivez le nom de l’organisation"),
        ("name", "x" * 161, "160"),
        ("name", "Bras\u202eserie", "Le 5ᵉ caractère est invisible (U+202E)"),
        ("name", "Bras\tserie", "invisible (U+0009)"),
        ("kind", "chocolat", "« chocolat » n’est pas dans la liste"),
        ("siret", "73282932000075", "la clé de ce SIRET"),
        ("rna", "812", "W et 9 chiffres"),
        ("commune", "Zzyzxville", "Aucune commune ne répond à « Zzyzxville »"),
        ("website", "javascript:alert(1)", "n’est pas l’adresse d’un site"),
        ("phone", "bonjour", "« bonjour » n’est pas un numéro de téléphone"),
        ("email", "mairie", "« mairie » n’est pas une adresse e-mail complète"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_lost(team: Client, field: str, value: str, said: str) -> None:
    make_commune()
    answer = team.post("/organisations/nouvelle/", {**GOOD, field: value})
    page = text(answer)
    assert answer.status_code == 422
    assert said in page
    assert f'id="id_{field}_error"' in page
    assert "732 829 320 00074" in page or field == "siret"
    assert not Organisation.objects.exists()


def test_nul_and_a_megabyte_are_refused(team: Client) -> None:
    assert team.post("/organisations/nouvelle/", {**GOOD, "name": "a\0b"}).status_code == 400
    assert team.post("/organisations/nouvelle/", {**GOOD, "name": "x" * 1_000_001}).status_code == 413
    assert not Organisation.objects.exists()


def test_the_same_siret_is_refused_with_a_link(team: Client) -> None:
    make_commune()
    first = make_organisation("Tout autre nom", siret=SIRET)
    answer = team.post("/organisations/nouvelle/", GOOD)
    assert answer.status_code == 422
    assert "Une organisation a déjà ce SIRET." in text(answer)
    assert f'<a href="{first.get_absolute_url()}">Tout autre nom</a>' in text(answer)
    assert Organisation.objects.count() == 1


def test_the_same_siret_elsewhere_is_refused_without_a_name(lead: Client) -> None:
    make_commune()
    first = make_organisation("Fondation secrète", siret=SIRET)
    page = text(lead.post("/organisations/nouvelle/", GOOD))
    assert "Une organisation a déjà ce SIRET." in page
    assert "Fondation secrète" not in page
    assert first.get_absolute_url() not in page


def test_what_looks_the_same_is_proposed_and_can_be_told_apart(team: Client) -> None:
    first = make_organisation("Brasserie du Tarn", commune=make_commune())
    answer = team.post("/organisations/nouvelle/", GOOD)
    page = text(answer)
    assert answer.status_code == 409
    assert "Rien n’est encore enregistré" in page
    assert first.get_absolute_url() in page
    assert "732 829 320 00074" in page
    assert Organisation.objects.count() == 1
    (seen,) = re.findall(r'name="distinct" value="([\d,]+)"', page)
    # Somebody entered another of that name meanwhile: it is proposed in turn.
    make_organisation("Brasserie du Tarn bis", commune=first.commune)
    answer = team.post("/organisations/nouvelle/", {**GOOD, "distinct": seen})
    assert answer.status_code == 409
    (seen,) = re.findall(r'name="distinct" value="([\d,]+)"', text(answer))
    assert team.post("/organisations/nouvelle/", {**GOOD, "distinct": seen}).status_code == 302
    assert Organisation.objects.count() == 3


def test_a_change_that_leaves_the_name_is_not_asked_again(team: Client) -> None:
    commune = make_commune()
    made = make_organisation("Brasserie du Tarn", commune=commune)
    make_organisation("Brasserie du Tarn", commune=commune)
    address = f"{made.get_absolute_url()}modifier/"
    assert 'value="81294"' in text(team.get(address))
    assert team.post(address, {**GOOD, "phone": "05 63 00 00 00"}).status_code == 302
    made.refresh_from_db()
    assert made.phone == "05 63 00 00 00"
    assert team.post(address, {**GOOD, "name": "La brasserie du Tarn"}).status_code == 409


def test_a_regional_lead_stays_in_the_perimeter(lead: Client) -> None:
    made = make_organisation("Brasserie", commune=make_commune())
    make_commune("33063", "Bordeaux", postal_code="33000", epci="243300316")
    for address in ("/organisations/nouvelle/", f"{made.get_absolute_url()}modifier/"):
        away = lead.post(address, {**GOOD, "commune": "33063"})
        assert "Bordeaux est hors de votre périmètre" in text(away)
        assert "Sans commune, la fiche est nationale" in text(lead.post(address, {**GOOD, "commune": ""}))
    away = lead.post("/organisations/mairie/", {"mairie-commune": "33063"})
    assert away.status_code == 422
    assert "Bordeaux est hors de votre périmètre" in text(away)
    assert Organisation.objects.count() == 1


def test_a_town_hall_takes_only_its_commune(lead: Client) -> None:
    make_commune()
    answer = lead.post("/organisations/mairie/", {"mairie-commune": "técou"})
    hall = Organisation.objects.get()
    assert answer["Location"] == hall.get_absolute_url()
    assert lead.post("/organisations/mairie/", {"mairie-commune": "81294"})["Location"] == answer["Location"]
    refused = lead.post("/organisations/mairie/", {"mairie-commune": ""})
    assert (refused.status_code, Organisation.objects.count()) == (422, 1)
    assert lead.get("/organisations/mairie/").status_code == 405
    again = lead.post("/organisations/nouvelle/", {**GOOD, "kind": "town_hall", "name": "Hôtel de ville"})
    assert "La mairie de Técou existe déjà." in text(again)
    assert hall.get_absolute_url() in text(again)


def test_contacts_are_written_confirmed_and_removed(team: Client) -> None:
    made = make_organisation()
    address = f"{made.get_absolute_url()}contacts/nouveau/"
    refused = team.post(address, {"name": "Dominique Blanc"})
    assert "il en faut au moins un" in text(refused)
    assert "Dominique Blanc" in text(refused)
    assert team.post(address, {"name": "Dominique Blanc", "email": "d@example.org"}).status_code == 302
    contact = OrganisationContact.objects.get()
    before = contact.confirmed_at
    address = f"{made.get_absolute_url()}contacts/{contact.pk}/"
    assert team.post(address, {"name": "Dominique Blanc", "email": "d@example.org"}).status_code == 302
    contact.refresh_from_db()
    assert contact.confirmed_at > before
    assert "Cela ne se défait pas" in text(team.get(f"{address}retirer/"))
    assert OrganisationContact.objects.exists()
    assert team.post(f"{address}retirer/")["Location"] == made.get_absolute_url()
    assert not OrganisationContact.objects.exists()
    assert team.get(address).status_code == 404
    assert team.get(f"{made.get_absolute_url()}contacts/{10**30}/").status_code == 404


def test_files_hold_the_filter_and_nobody_s_name(team: Client) -> None:
    make_contact(make_organisation("=Brasserie", siret=SIRET, commune=make_commune()))
    make_organisation("Fondation", kind=OrganisationKind.FUNDER)
    Organisation.objects.filter(name="Fondation").update(is_demo=True)
    rows = list(
        csv.DictReader(
            io.StringIO(team.get("/organisations/organisations.csv").content.decode("utf-8-sig")),
            delimiter=";",
        )
    )
    assert [(row["Nom"], row["SIRET"], row["Démonstration"]) for row in rows] == [
        ("'=Brasserie", SIRET, ""),
        ("Fondation", "", "oui"),
    ]
    assert "Dominique" not in str(rows)
    only = team.get("/organisations/organisations.csv?nature=funder").content.decode()
    assert only.count("\n") == 2
    for name in ("ods", "parquet"):
        assert team.get(f"/organisations/organisations.{name}").status_code == 200
    for name in ("geojson", "exe"):
        assert team.get(f"/organisations/organisations.{name}").status_code == 404
    assert team.get("/organisations/organisations.csv?nature=x").status_code == 422


def test_what_is_of_the_demonstration_says_so(team: Client) -> None:
    made = make_organisation()
    Organisation.objects.update(is_demo=True)
    assert "Démonstration" in text(team.get("/organisations/"))
    assert "Démonstration" in text(team.get(made.get_absolute_url()))


def test_the_search_of_the_site_finds_them_for_whoever_may_see_them() -> None:
    make_organisation("Brasserie", commune=make_commune())

    def found(**actor: Any) -> list[str]:
        groups = search.search(Actor(user_id=1, role_id=1, **actor), "brasse")
        hits = [hit for group in groups if group.key == "organisations" for hit in group.hits]
        return [f"{hit.label}, {hit.detail}" for hit in hits]

    assert found(kind="team", perimeter="network") == ["Brasserie, Fournisseur · Técou (81)"]
    assert found(kind="regional", perimeter="region:76") != []
    assert found(kind="regional", perimeter="departement:33") == []
    assert found(kind="buyer", perimeter="network") == found(kind="partner", perimeter="organisation:1") == []


def test_a_form_of_another_hat_writes_nothing(team: Client) -> None:
    make_commune()
    answer = team.post("/organisations/nouvelle/", {**GOOD, "hat": "999"})
    assert answer.status_code == 409
    assert "732 829 320 00074" in text(answer)
    assert not Organisation.objects.exists()


def test_a_town_hall_made_by_a_service_shows_its_line(team: Client) -> None:
    hall = town_hall_of(commune=make_commune(), actor=ACTOR, now=timezone.now())
    assert "a fait entrer" in text(team.get(hall.get_absolute_url()))


def test_the_desk_of_a_partner_leads_to_the_organisation() -> None:
    own = make_organisation("La mienne", commune=make_commune())
    page = text(client_wearing(RoleKind.FUNDER, f"organisation:{own.pk}").get("/bureau/"))
    assert "La mienne" in page
    assert own.get_absolute_url() in page
    assert "La mienne" not in text(client_wearing(RoleKind.TEAM, "network").get("/bureau/"))
