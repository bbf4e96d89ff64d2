"""A café kept from behind its counter: sent once, undone for a day; reminders, and the link of their mail."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.cafes import services
from millecafes.cafes.enums import HoursSource, KeptKind, ServiceStatus
from millecafes.cafes.models import Cafe, KeptChange
from millecafes.cafes.services import CafeError, freshness, keeping
from millecafes.common.notifications.models import Reminder
from tests.factories.cafes import ACTOR, make_cafe, make_service
from tests.factories.people import client_wearing, make_role
from tests.factories.territory import make_commune

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 23)
TOLD: dict[str, Any] = {"actor": ACTOR, "now": NOW}


@pytest.fixture
def cafe() -> Cafe:
    return make_cafe(now=NOW)


@pytest.fixture
def counter(cafe: Cafe) -> Client:
    """The manager's browser."""
    return client_wearing(RoleKind.MANAGER, f"cafe:{cafe.pk}")


class TestKept:
    def test_sent_twice_it_is_done_once(self, cafe: Cafe) -> None:
        first = keeping.keep_exception(cafe=cafe, token="abc", first=TODAY, **TOLD)
        again = keeping.keep_exception(cafe=cafe, token="abc", first=TODAY, **TOLD)
        assert first == again
        assert cafe.exceptions.count() == 1
        assert first.label == "Fermé, le 23 novembre 2026"
        for token in ("", "x" * 65):
            with pytest.raises(CafeError, match="Rechargez"):
                keeping.keep_exception(cafe=cafe, token=token, first=TODAY, **TOLD)

    def test_an_exceptional_day_is_undone_to_what_was_before(self, cafe: Cafe) -> None:
        services.add_exception(cafe=cafe, first=TODAY, hours="10h-12h", note="Marché", **TOLD)
        change = keeping.keep_exception(cafe=cafe, token="a", first=TODAY, **TOLD)
        keeping.undo(change=change, **TOLD)
        row = cafe.exceptions.get()
        assert (row.hours, row.note) == ("10:00-12:00", "Marché")
        keeping.undo(change=change, **TOLD)
        assert cafe.exceptions.count() == 1
        other = keeping.keep_exception(cafe=cafe, token="b", first=TODAY + dt.timedelta(days=1), **TOLD)
        keeping.undo(change=other, **TOLD)
        assert cafe.exceptions.count() == 1

    def test_hours_are_undone_unless_they_changed_again(self, cafe: Cafe) -> None:
        services.set_hours(cafe=cafe, hours="Mo 08:00-12:00", **TOLD)
        change = keeping.keep_hours(cafe=cafe, token="a", hours="mardi 8h-12h", **TOLD)
        keeping.undo(change=change, **TOLD)
        cafe.refresh_from_db()
        assert cafe.hours == "Mo 08:00-12:00"
        change = keeping.keep_hours(cafe=cafe, token="b", hours="mardi 8h-12h", **TOLD)
        services.set_hours(cafe=cafe, hours="We 08:00-12:00", **TOLD)
        with pytest.raises(CafeError, match="a changé depuis"):
            keeping.undo(change=change, **TOLD)
        cafe.refresh_from_db()
        assert cafe.hours == "We 08:00-12:00"

    def test_a_service_is_suspended_and_runs_again(self, cafe: Cafe) -> None:
        make_service(cafe, "pain")
        told = {"cafe": cafe, "code": "pain", **TOLD}
        change = keeping.keep_service(token="a", status=ServiceStatus.SUSPENDED, **told)
        assert cafe.services.get().status == ServiceStatus.SUSPENDED
        keeping.undo(change=change, **TOLD)
        assert cafe.services.get().status == ServiceStatus.RUNNING
        with pytest.raises(CafeError, match="catalogue"):
            keeping.keep_service(cafe=cafe, code="magie", token="b", status=ServiceStatus.RUNNING, **TOLD)

    def test_a_day_later_it_is_too_late(self, cafe: Cafe) -> None:
        change = keeping.keep_exception(cafe=cafe, token="a", first=TODAY, **TOLD)
        later = NOW + dt.timedelta(days=1, minutes=1)
        assert keeping.can_undo(change, NOW)
        assert not keeping.can_undo(change, later)
        with pytest.raises(CafeError, match="plus d’un jour"):
            keeping.undo(change=change, actor=ACTOR, now=later)


class TestPage:
    def test_closed_today_in_one_press(self, cafe: Cafe, counter: Client) -> None:
        url = f"/cafes/{cafe.pk}/tenir/"
        assert counter.get("/mon-cafe/")["Location"] == url
        assert "Tenir mon café" in counter.get("/bureau/").content.decode()
        today = timezone.localdate()
        sent = {"kind": KeptKind.EXCEPTION, "token": "t1", "first": today.isoformat()}
        assert counter.post(url, sent)["Location"] == url
        assert cafe.exceptions.get().first == today
        html = counter.get(url).content.decode()
        assert "Fermé, le" in html
        assert "Annuler" in html
        change = cafe.kept_changes.get()
        counter.post(f"{url}changements/{change.pk}/annuler/")
        assert not cafe.exceptions.exists()

    def test_from_a_weak_network_the_answer_is_short(self, cafe: Cafe, counter: Client) -> None:
        url = f"/cafes/{cafe.pk}/tenir/"
        sent = {"kind": KeptKind.EXCEPTION, "token": "t1", "first": timezone.localdate().isoformat()}
        for _ in range(2):
            answer = counter.post(url, sent, headers={"accept": "application/json"})
            assert answer.status_code == 201
            assert "Fermé" in answer.json()["label"]
        bad = counter.post(
            url, {**sent, "token": "t2", "hours": "tôt"}, headers={"accept": "application/json"}
        )
        assert bad.status_code == 422
        assert "ne se lit pas" in bad.json()["errors"][0]
        assert KeptChange.objects.count() == 1

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({"kind": "exception", "token": "t", "first": "hier"}, "Attendu : un jour"),
            ({"kind": "exception", "token": "t", "first": "2020-01-01"}, "est passé"),
            ({"kind": "exception", "token": "", "first": "2099-01-01"}, "Rechargez la page"),
            ({"kind": "confirmation", "token": "t"}, "ne sont pas renseignés"),
            ({"kind": "service", "token": "t", "code": "magie", "status": "running"}, "catalogue"),
            ({"kind": "magie", "token": "t"}, "Rechargez la page"),
        ],
    )
    def test_what_cannot_be_is_said_and_kept(
        self, cafe: Cafe, counter: Client, sent: dict[str, str], said: str
    ) -> None:
        answer = counter.post(f"/cafes/{cafe.pk}/tenir/", sent)
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert not KeptChange.objects.exists()

    def test_another_s_café_does_not_exist(self, counter: Client) -> None:
        other = make_cafe("Ailleurs", make_commune("81295", "Teulat"))
        assert counter.get(f"/cafes/{other.pk}/tenir/").status_code == 404
        assert counter.get(f"/cafes/{other.pk}/tenir/horaires/").status_code == 404


class TestGrid:
    def test_the_week_is_filled_in_and_comes_back(self, cafe: Cafe, counter: Client) -> None:
        url = f"/cafes/{cafe.pk}/tenir/horaires/"
        sent = {
            "token": "t1",
            "1_opens_1": "08:00",
            "1_closes_1": "12:30",
            "1_opens_2": "17:00",
            "1_closes_2": "01:00",
            "public": "off",
            "season": "on",
            "season_first": "15/06",
            "season_last": "15/09",
            "season_6_opens_1": "09:00",
            "season_6_closes_1": "20:00",
            "school": "on",
            "school_0_opens_1": "10:00",
            "school_0_closes_1": "12:00",
            "note": "Frappez",
        }
        assert counter.post(url, sent).status_code == 302
        cafe.refresh_from_db()
        assert cafe.hours == (
            "Tu 08:00-12:30,17:00-01:00; Jun 15-Sep 15 Mo-Sa off; Jun 15-Sep 15 Su 09:00-20:00; "
            "SH Mo 10:00-12:00; SH Tu-Su off; PH off"
        )
        assert cafe.hours_source == HoursSource.SELF
        html = counter.get(url).content.decode()
        assert 'value="12:30"' in html
        assert 'value="15/06"' in html
        assert "zone C" in html

    def test_one_line_wins_when_it_changes(self, cafe: Cafe, counter: Client) -> None:
        url = f"/cafes/{cafe.pk}/tenir/horaires/"
        assert counter.post(url, {"token": "t1", "line": "du mardi au samedi 8h-12h"}).status_code == 302
        cafe.refresh_from_db()
        assert cafe.hours == "Tu-Sa 08:00-12:00"
        counter.post(url, {"token": "t2", "line": "Mo[1] 10:00-12:00"})
        cafe.refresh_from_db()
        assert cafe.hours == "Mo[1] 10:00-12:00"
        assert "ne tiennent pas dans la grille" in counter.get(url).content.decode()

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({"0_opens_1": "08:00"}, "Lundi (la semaine)\u00a0: il manque l’heure de fermeture"),
            ({"0_opens_1": "12:00", "0_closes_1": "08:00"}, "vient avant l’ouverture"),
            (
                {"0_opens_1": "08:00", "0_closes_1": "12:00", "0_opens_2": "11:00", "0_closes_2": "14:00"},
                "se chevauchent",
            ),
            ({"0_opens_1": "25:00", "0_closes_1": "26:00"}, "Attendu : une heure"),
            ({"season": "on", "season_first": "30/02", "season_last": "1/3"}, "n’est pas un jour de l’année"),
            ({"season": "on", "season_first": "été"}, "Attendu : JJ/MM"),
            ({"public": "times"}, "donnez leurs heures"),
            ({"line": "quand je veux"}, "ne se lit pas"),
        ],
    )
    def test_what_cannot_be_is_said_and_kept(
        self, cafe: Cafe, counter: Client, sent: dict[str, str], said: str
    ) -> None:
        answer = counter.post(f"/cafes/{cafe.pk}/tenir/horaires/", {"token": "t", **sent})
        assert answer.status_code == 422
        html = answer.content.decode().replace("&nbsp;", "\u00a0")
        assert said in html
        cafe.refresh_from_db()
        assert cafe.hours == ""


def test_stops_are_added_changed_and_removed(cafe: Cafe, counter: Client) -> None:
    url = f"/cafes/{cafe.pk}/tenir/"
    sent = {"name": "Place du marché", "commune": "Técou", "hours": "vendredi 18h-22h"}
    assert counter.post(f"{url}arrets/nouveau/", {**sent, "commune": "Nulle-Part"}).status_code == 422
    assert counter.post(f"{url}arrets/nouveau/", sent).status_code == 302
    stop = cafe.stops.get()
    assert stop.hours == "Fr 18:00-22:00"
    assert "Place du marché" in counter.get(url).content.decode()
    bad = counter.post(f"{url}arrets/{stop.pk}/", {**sent, "hours": "un soir"})
    assert bad.status_code == 422
    assert counter.post(f"{url}arrets/{stop.pk}/", {**sent, "name": "Place de l’église"}).status_code == 302
    stop.refresh_from_db()
    assert stop.name == "Place de l’église"
    assert counter.post(f"{url}arrets/{stop.pk}/retirer/").status_code == 302
    assert not cafe.stops.exists()


class TestFreshness:
    def test_old_hours_are_asked_about_until_they_are_confirmed(self, cafe: Cafe) -> None:
        role = make_role(RoleKind.MANAGER, f"cafe:{cafe.pk}")
        assert freshness.ask_for_news(now=NOW) == 0
        services.set_hours(cafe=cafe, hours="Mo 08:00-12:00", **TOLD)
        assert freshness.ask_for_news(now=NOW + dt.timedelta(days=59)) == 0
        later = NOW + dt.timedelta(days=61)
        assert freshness.ask_for_news(now=later) == freshness.ask_for_news(now=later) == 1
        reminder = Reminder.objects.get()
        assert (reminder.to_id, reminder.at_most) == (role.user_id, 3)
        assert "toujours vrais" in reminder.text
        services.confirm_hours(cafe=cafe, actor=ACTOR, now=later)
        assert not Reminder.objects.exists()

    def test_a_café_without_people_is_left_to_the_team(self, cafe: Cafe) -> None:
        services.set_hours(cafe=cafe, hours="Mo 08:00-12:00", **TOLD)
        assert freshness.ask_for_news(now=NOW + dt.timedelta(days=61)) == 0

    def test_the_link_opens_a_page_with_one_button(self, cafe: Cafe, client: Client) -> None:
        role = make_role(RoleKind.MANAGER, f"cafe:{cafe.pk}")
        services.set_hours(cafe=cafe, hours="Mo 08:00-12:00", **TOLD)
        url = freshness.still_true_address(cafe, role.user)
        html = client.get(url).content.decode()
        assert "C’est toujours vrai" in html
        cafe.refresh_from_db()
        assert cafe.hours_source == HoursSource.TEAM
        assert "c’est noté" in client.post(url).content.decode()
        cafe.refresh_from_db()
        assert cafe.hours_source == HoursSource.SELF

    def test_a_link_that_is_old_or_of_another_asks_who_one_is(
        self, cafe: Cafe, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        role = make_role(RoleKind.MANAGER, f"cafe:{cafe.pk}")
        other = make_cafe("Ailleurs", make_commune("81295", "Teulat"))
        url = freshness.still_true_address(cafe, role.user)
        key = url.rstrip("/").rsplit("/", 1)[-1]
        wrong = signing.TimestampSigner(salt="autre").sign_object([cafe.pk, role.user_id])
        for bad in (f"/cafes/{other.pk}/toujours-vrai/{key}/", f"/cafes/{cafe.pk}/toujours-vrai/{wrong}/"):
            assert client.get(bad)["Location"].startswith("/connexion/")
        with monkeypatch.context() as patched:
            patched.setattr(freshness, "_LINK_LASTS", dt.timedelta(seconds=-1))
            assert client.get(url)["Location"].startswith("/connexion/")
        role.delete()
        assert client.post(url)["Location"].startswith("/connexion/")
