"""One change for many cafés: chosen, previewed, applied in one piece or not at all."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.cafes.enums import Activity, CafeKind, CafeModel, ServiceStatus, Track
from millecafes.cafes.models import Cafe, CafeService, CafeState
from millecafes.cafes.services import CafeError
from millecafes.cafes.services.bulk import (
    MOST_CAFES,
    ServiceChange,
    StaleError,
    StateChange,
    apply_change,
    effects_of,
    mark_of,
)
from millecafes.common.journal.models import JournalEntry
from tests.factories.cafes import ACTOR, make_cafe, make_service, tecou
from tests.factories.partners import make_organisation
from tests.factories.people import client_wearing
from tests.factories.territory import make_commune

pytestmark = [pytest.mark.django_db, pytest.mark.database]
TABLE = "/equipe/cafes/"
BULK = "/equipe/cafes/ensemble/"
CLOSING = {"quoi": "activite", "activite-state": "closed", "activite-on": "2026-06-30"}


@pytest.fixture
def team() -> Client:
    return client_wearing(RoleKind.TEAM, "network")


def text(response: Any) -> str:
    return " ".join(response.content.decode().replace("&nbsp;", " ").replace("\xa0", " ").split())


def carried(response: Any) -> dict[str, str]:
    """What the button that applies sends."""
    (form,) = re.findall(
        r'<form method="post" action="/equipe/cafes/ensemble/appliquer/">.*?</form>',
        response.content.decode(),
        re.DOTALL,
    )
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in fields}


def choice(*cafes: Cafe) -> str:
    return ".".join(str(cafe.pk) for cafe in cafes)


def test_lines_are_ticked_previewed_and_changed(team: Client) -> None:
    one, two, new = make_cafe("Un"), make_cafe("Deux"), make_cafe("Neuf", activity=Activity.OPENING)
    closed = make_cafe("Fermé", activity=Activity.CLOSED)
    asked = "&".join(f"cafe={cafe.pk}" for cafe in (one, two, new))
    page = text(team.get(f"{BULK}?portee=choix&q=&lien=member&choix={closed.pk}&{asked}"))
    assert "<b>4</b> cafés sont choisis" in page
    back = html.unescape(re.findall(r'name="retour" value="([^"]+)"', page)[0])
    assert back == f"lien=member&choix={choice(one, two, new, closed)}"
    ids = choice(one, two, new, closed)
    seen = team.post(f"{BULK}apercu/", {**CLOSING, "activite-reason": "Été", "choix": ids, "retour": back})
    page = text(seen)
    assert "3 cafés changeront" in page
    assert "« Fermé » à partir du 30 juin 2026" in page
    assert "1 café est déjà ainsi" in page
    assert Cafe.objects.filter(activity=Activity.CLOSED).count() == 1
    done = team.post(f"{BULK}appliquer/", carried(seen))
    assert done["Location"].startswith(f"{TABLE}?")
    page = text(team.get(done["Location"]))
    assert "cafés ont changé" in page
    assert f'value="{one.pk}" checked' in page  # what was ticked still is
    one.refresh_from_db()
    assert (one.activity, one.kind) == (Activity.CLOSED, "")
    entry = CafeState.objects.get(cafe=one, state="closed")
    assert (entry.on, entry.reason) == (dt.date(2026, 6, 30), "Été")
    assert entry.author is not None
    assert JournalEntry.objects.filter(verb="cafes.state_recorded", target_id=str(one.pk)).count() == 3


def test_what_cannot_change_says_why_and_stays(team: Client) -> None:
    good, bad = make_cafe("Bon"), make_cafe("Vide", activity="")
    seen = team.post(f"{BULK}apercu/", {**CLOSING, "choix": choice(good, bad)})
    assert "1 café ne peut pas changer" in text(seen)
    assert "Notez d’abord l’ouverture" in text(seen)
    page = team.post(f"{BULK}appliquer/", carried(seen), follow=True)
    assert "1 café a changé, 1 est resté tel quel." in text(page)
    assert not bad.states.filter(track=Track.ACTIVITY).exists()


def test_all_those_of_the_filter(team: Client) -> None:
    make_cafe("Un")
    make_cafe("Deux", model=CafeModel.ASSOCIATIVE)
    page = text(team.get(f"{BULK}?portee=filtre&modele=associative"))
    assert "<b>1</b> café est choisi" in page
    assert "Deux, Técou" in page
    assert "Un, Técou" not in page


def test_a_service_is_set_and_the_rest_of_it_stays(team: Client) -> None:
    partner = make_organisation("Relais")
    having, without = make_cafe("Avec"), make_cafe("Sans")
    make_service(having, "colis", partner=partner, note="Le matin")
    told = {"quoi": "service", "service-code": "colis", "service-status": "suspended"}
    seen = team.post(f"{BULK}apercu/", {**told, "choix": choice(having, without)})
    assert "pas ce service" in text(seen)
    assert team.post(f"{BULK}appliquer/", carried(seen)).status_code == 302
    kept = CafeService.objects.get(cafe=having)
    assert (kept.status, kept.partner, kept.note) == (ServiceStatus.SUSPENDED, partner, "Le matin")
    assert CafeService.objects.get(cafe=without).status == ServiceStatus.SUSPENDED
    assert JournalEntry.objects.filter(verb="cafes.service_set").count() == 3


def test_the_model_is_changed_and_the_kind_follows(team: Client) -> None:
    cafe, same = make_cafe("Un"), make_cafe("Deux", model=CafeModel.ASSOCIATIVE, variant="employee")
    told = {"quoi": "modele", "modele-model": "associative", "modele-variant": "employee"}
    seen = team.post(f"{BULK}apercu/", {**told, "choix": choice(cafe, same)})
    assert "1 café est déjà ainsi" in text(seen)
    team.post(f"{BULK}appliquer/", carried(seen))
    cafe.refresh_from_db()
    assert (cafe.model, cafe.variant, cafe.kind) == ("associative", "employee", CafeKind.ASSOCIATIVE)
    told_of = JournalEntry.objects.get(verb="cafes.cafe_changed")
    assert told_of.data == {"fields": "modèle, variante"}


def test_nothing_is_written_when_cafés_changed_since_the_preview(team: Client) -> None:
    one, two = make_cafe("Un"), make_cafe("Deux")
    seen = team.post(f"{BULK}apercu/", {**CLOSING, "choix": choice(one, two)})
    entry = two.states.get(track=Track.ACTIVITY)
    entry.delete()
    answer = team.post(f"{BULK}appliquer/", carried(seen))
    assert answer.status_code == 409
    assert "des cafés ont changé depuis l’aperçu" in text(answer)
    assert not CafeState.objects.filter(state="closed").exists()
    # What is shown now may be applied.
    assert team.post(f"{BULK}appliquer/", carried(answer)).status_code == 302
    assert CafeState.objects.filter(state="closed").count() == 1
    # Sent twice, it is done once: nothing would change any more.
    assert team.post(f"{BULK}appliquer/", carried(answer)).status_code == 409
    # A change that nobody was shown is not made.
    forged = {**carried(seen), "activite-state": "paused"}
    assert team.post(f"{BULK}appliquer/", forged).status_code == 409


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"activite-state": ""}, "Choisissez l’activité"),
        ({"activite-state": "ivre"}, "« ivre » n’est pas dans la liste"),
        ({"activite-on": "bientôt"}, "« bientôt » n’est pas une date"),
        ({"activite-on": "2099-01-01"}, "n’est pas une date possible"),
        ({"quoi": "service"}, "Choisissez le service"),
        ({"quoi": "service", "service-code": "or", "service-status": "running"}, "« or » n’est pas dans"),
        ({"quoi": "modele", "modele-model": "itinerant", "modele-variant": "lease"}, "pas une variante"),
        ({"choix": ""}, "Aucun café n’est choisi"),
        ({"choix": "999999"}, "Aucun café n’est choisi"),
        ({"choix": "1;2"}, "« 1;2 » n’est pas un café"),
    ],
)
def test_a_change_that_cannot_be_is_said(team: Client, told: dict[str, str], words: str) -> None:
    cafe = make_cafe()
    for path in ("apercu/", "appliquer/"):
        answer = team.post(f"{BULK}{path}", {**CLOSING, "choix": choice(cafe), **told})
        assert answer.status_code in {409, 422}
        assert words in text(answer) or path == "appliquer/"
    assert not CafeState.objects.filter(state="closed").exists()


def test_the_selection_survives_a_mistake(team: Client) -> None:
    one, two = make_cafe("Un"), make_cafe("Deux")
    told = {**CLOSING, "activite-on": "", "activite-reason": "Travaux", "choix": choice(one, two)}
    page = text(team.post(f"{BULK}apercu/", {**told, "retour": "modele=itinerant"}))
    assert f'name="choix" value="{choice(one, two)}"' in page
    assert "Travaux" in page
    assert 'name="retour" value="modele=itinerant"' in page


def test_no_more_than_five_hundred(team: Client) -> None:
    commune = tecou()
    now = timezone.now()
    Cafe.objects.bulk_create(
        Cafe(name=f"Café {n}", key=f"cafe {n}", commune=commune, model="itinerant", created_at=now)
        for n in range(MOST_CAFES + 1)
    )
    words = "501 cafés sont choisis : on en modifie 500 à la fois au plus"
    answer = team.get(f"{BULK}?portee=filtre")
    assert answer.status_code == 422
    assert words in text(answer)
    ids = choice(*Cafe.objects.order_by("pk"))
    assert words in text(team.post(f"{BULK}apercu/", {**CLOSING, "choix": ids}))
    change = StateChange(Track.ACTIVITY, "closed", dt.date(2026, 6, 30))
    with pytest.raises(CafeError, match="on en modifie 500"):
        apply_change(cafes=list(Cafe.objects.all()), change=change, seen="", actor=ACTOR, now=now)


def test_as_many_statements_for_one_as_for_three() -> None:
    now = timezone.now()

    def statements(*cafes: Cafe) -> int:
        change = ServiceChange("pain", ServiceStatus.RUNNING)
        mark = mark_of(effects_of(cafes=cafes, change=change, now=now), change)
        with CaptureQueriesContext(connection) as made:
            apply_change(cafes=cafes, change=change, seen=mark, actor=ACTOR, now=now)
        return len(made)

    one = statements(make_cafe("Un"))
    assert statements(make_cafe("Deux"), make_cafe("Trois"), make_cafe("Quatre")) == one
    with pytest.raises(StaleError):
        apply_change(
            cafes=list(Cafe.objects.order_by("pk")),
            change=ServiceChange("pain", ServiceStatus.RUNNING),
            seen="rien",
            actor=ACTOR,
            now=now,
        )


def test_a_regional_lead_changes_what_is_followed_and_nothing_else() -> None:
    near = make_cafe("Le Zinc")
    far = make_commune("33063", "Bordeaux", postal_code="33000", epci="243300316")
    other = make_cafe("Chez Lou", far)
    lead = client_wearing(RoleKind.REGIONAL, "departement:81")
    page = text(lead.get(f"{BULK}?choix={choice(near, other)}"))
    assert "<b>1</b> café est choisi" in page
    assert "Un café choisi n’existe plus, ou n’est pas de votre périmètre" in page
    assert "Chez Lou" not in page
    seen = lead.post(f"{BULK}apercu/", {**CLOSING, "choix": choice(near, other)})
    assert "Chez Lou" not in text(seen)
    assert lead.post(f"{BULK}apercu/", {**CLOSING, "choix": choice(other)}).status_code == 422
    lead.post(f"{BULK}appliquer/", {**carried(seen), "choix": choice(near, other)})
    assert not other.states.filter(state="closed").exists()
    assert lead.post(f"{BULK}apercu/", {**CLOSING, "quoi": "tout", "choix": choice(near)}).status_code == 404
    assert lead.get(f"{BULK}apercu/").status_code == 405
