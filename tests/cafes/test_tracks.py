"""The two dated tracks: what they say on any day, and the kinds and counts that follow."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from millecafes.cafes import services
from millecafes.cafes.enums import Activity, CafeKind, CafeModel, EventKind, Origin, Relation, Track
from millecafes.cafes.models import Cafe
from millecafes.cafes.queries import on_map
from millecafes.cafes.queries.counts import counts_by_state, network_size, network_today
from millecafes.cafes.rules.tracks import disorder, is_on_map, kind_of, state_on
from millecafes.cafes.services import CafeError, record_event, record_state, refresh_states, remove_state
from millecafes.common.journal.models import JournalEntry
from tests.factories.cafes import ACTOR, make_cafe, tecou

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
TODAY = NOW.date()
DAYS = st.dates(dt.date(2019, 1, 1), dt.date(2026, 12, 31))


@dataclass(frozen=True)
class Row:
    track: str
    state: str
    on: dt.date


ROWS = st.lists(
    st.one_of(
        st.builds(Row, st.just(Track.ACTIVITY), st.sampled_from(Activity.values), DAYS),
        st.builds(Row, st.just(Track.RELATION), st.sampled_from(Relation.values), DAYS),
    ),
    unique_by=lambda row: (row.track, row.on),
    max_size=12,
)


@given(ROWS, DAYS)
def test_the_state_of_a_day_is_that_of_the_last_entry_by_then(rows: list[Row], day: dt.date) -> None:
    for track in Track:
        own = sorted((row for row in rows if row.track == track), key=lambda row: row.on)
        expected = ""
        for row in own:
            if row.on <= day:
                expected = row.state
        assert state_on(rows, track, day) == expected


@pytest.mark.parametrize(
    ("activity", "relation", "model", "origin", "kind"),
    [
        (Activity.OPEN, Relation.MEMBER, CafeModel.ITINERANT, Origin.INDEPENDENT, CafeKind.ITINERANT),
        (Activity.OPEN, Relation.MEMBER, CafeModel.ASSOCIATIVE, Origin.INDEPENDENT, CafeKind.ASSOCIATIVE),
        (Activity.PAUSED, Relation.ACCOMPANIED, CafeModel.ENTREPRENEURIAL, Origin.INDEPENDENT, "independent"),
        (Activity.OPENING, Relation.MEMBER, CafeModel.ENTREPRENEURIAL, Origin.PROGRAMME, CafeKind.NETWORK),
        (Activity.CLOSED, Relation.MEMBER, CafeModel.ITINERANT, Origin.PROGRAMME, ""),
        (Activity.OPEN, Relation.LEFT, CafeModel.ASSOCIATIVE, Origin.PROGRAMME, ""),
        (Activity.OPEN, Relation.APPLIED, CafeModel.ASSOCIATIVE, Origin.PROGRAMME, ""),
        ("", Relation.MEMBER, CafeModel.ASSOCIATIVE, Origin.PROGRAMME, ""),
    ],
)
def test_the_four_kinds_by_precedence(
    activity: str, relation: str, model: str, origin: str, kind: str
) -> None:
    assert kind_of(activity=activity, relation=relation, model=model, origin=origin) == kind
    assert bool(kind) == is_on_map(activity, relation)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("activity", "closed", 1)], "une fermeture avant l’ouverture"),
        ([("activity", "paused", 1)], "une pause avant l’ouverture"),
        ([("relation", "left", 1)], "une sortie du réseau avant l’entrée"),
        ([("activity", "open", 1), ("activity", "open", 2)], "déjà dans cet état"),
        ([("activity", "open", 2), ("activity", "closed", 1)], "une fermeture avant l’ouverture"),
        ([("activity", "open", 1), ("activity", "closed", 2), ("activity", "open", 3)], ""),
        ([("relation", "applied", 1), ("relation", "left", 2)], ""),
    ],
)
def test_what_cannot_be(rows: list[tuple[str, str, int]], words: str) -> None:
    told = disorder([Row(track, state, dt.date(2024, 1, day)) for track, state, day in rows])
    assert (words in told) if words else told == ""


class TestCounts(TestCase):
    """Counts of any day come from the tracks, whatever the order in which they were noted."""

    @given(st.lists(ROWS, max_size=4), DAYS)
    def test_counts_of_a_day_are_those_of_the_tracks(self, cafes: list[list[Row]], day: dt.date) -> None:
        Cafe.objects.all().delete()
        expected: Counter[tuple[str, str]] = Counter()
        commune = tecou()
        for number, rows in enumerate(cafes):
            cafe = make_cafe(f"Café {number}", commune, activity="", relation="", now=NOW)
            kept: list[Row] = []
            for row in rows:
                try:
                    record_state(
                        cafe=cafe, track=Track(row.track), state=row.state, on=row.on, actor=ACTOR, now=NOW
                    )
                except CafeError:
                    continue
                kept.append(row)
            expected[state_on(kept, Track.ACTIVITY, day), state_on(kept, Track.RELATION, day)] += 1
        assert counts_by_state(day) == dict(expected)
        size = network_size(day)
        assert size.total == sum(count for pair, count in expected.items() if is_on_map(*pair))
        assert size.total == sum(size.by_kind.values()) == size.open + size.opening + size.paused


pytestmark = [pytest.mark.database]


@pytest.mark.django_db
def test_an_entry_says_who_when_and_why_and_the_café_follows() -> None:
    cafe = make_cafe(activity="", relation="", now=NOW)
    assert (cafe.activity, cafe.relation, cafe.kind, cafe.is_on_map) == ("", "", "", False)
    told = {"cafe": cafe, "actor": ACTOR, "now": NOW}
    record_state(track=Track.RELATION, state="member", on=dt.date(2025, 1, 1), **told)
    services.open_cafe(on=dt.date(2025, 2, 1), reason="Inauguration", **told)
    record_state(track=Track.ACTIVITY, state="closed", on=TODAY + dt.timedelta(days=3), **told)
    cafe.refresh_from_db()
    assert (cafe.activity, cafe.relation, cafe.kind) == ("open", "member", "network")
    assert cafe.opened_on == dt.date(2025, 2, 1)
    assert [row.reason for row in cafe.states.filter(state="open")] == ["Inauguration"]
    line = JournalEntry.objects.filter(verb="cafes.state_recorded").order_by("pk").last()
    assert line is not None
    assert line.data == {"track": "activité", "state": "fermé", "on": "26 novembre 2026"}
    assert refresh_states(now=NOW + dt.timedelta(days=3)) == 1
    assert not on_map().exists()
    assert refresh_states(now=NOW + dt.timedelta(days=3)) == 0


@pytest.mark.django_db
def test_an_entry_of_the_same_day_replaces_and_one_taken_back_is_gone() -> None:
    cafe = make_cafe(on=dt.date(2025, 1, 1), now=NOW)
    told = {"cafe": cafe, "track": Track.ACTIVITY, "actor": ACTOR, "now": NOW}
    record_state(state="opening", on=dt.date(2025, 1, 1), **told)
    cafe.refresh_from_db()
    assert (cafe.activity, cafe.opened_on) == ("opening", None)
    entry = record_state(state="open", on=dt.date(2025, 6, 1), **told)
    remove_state(entry=entry, actor=ACTOR, now=NOW)
    cafe.refresh_from_db()
    assert cafe.activity == "opening"
    assert cafe.states.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "on", "words"),
    [
        ("member", TODAY, "n’est pas un état"),
        ("open", dt.date(1700, 1, 1), "n’est pas une date possible"),
        ("open", dt.date(2099, 1, 1), "n’est pas une date possible"),
        ("closed", dt.date(2020, 1, 1), "avant l’ouverture"),
    ],
)
def test_a_wrong_entry_is_refused_in_words_and_nothing_is_written(
    state: str, on: dt.date, words: str
) -> None:
    cafe = make_cafe(activity="", now=NOW)
    with pytest.raises(CafeError, match=words):
        record_state(cafe=cafe, track=Track.ACTIVITY, state=state, on=on, actor=ACTOR, now=NOW)
    assert cafe.states.filter(track=Track.ACTIVITY).count() == 0


@pytest.mark.django_db
def test_events_change_nothing_of_where_it_stands() -> None:
    cafe = make_cafe(now=NOW)
    event = record_event(cafe=cafe, kind=EventKind.HANDOVER, on=TODAY, actor=ACTOR, now=NOW)
    cafe.refresh_from_db()
    assert (cafe.activity, cafe.relation) == ("open", "member")
    services.remove_event(event=event, actor=ACTOR, now=NOW)
    assert cafe.events.count() == 0


@pytest.mark.django_db
def test_what_is_kept_of_the_tracks_counts_as_they_do_today() -> None:
    make_cafe("Ouvert")
    make_cafe("En pause", activity=Activity.PAUSED)
    make_cafe("Asso", model=CafeModel.ASSOCIATIVE, activity=Activity.OPENING, relation=Relation.ACCOMPANIED)
    make_cafe("Fini", activity=Activity.CLOSED)
    make_cafe("Parti", relation=Relation.LEFT)
    today = timezone.localdate()
    assert network_today(today) == network_size(today)
    assert network_today(today).total == 3
