"""Opening hours: read, computed and said."""

# ruff: noqa: DTZ001 - times on the wall

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from opening_hours import OpeningHours

from millecafes.cafes.rules import hours
from millecafes.cafes.rules.hours import Exceptional, HoursError, Schedule, Week, intervals
from millecafes.cafes.rules.hours.normalising import LONGEST
from millecafes.cafes.rules.hours.words import runs

PARIS = ZoneInfo("Europe/Paris")
MONDAY = dt.date(2026, 11, 23)


def local(expression: str, first: dt.date = MONDAY, days: int = 7, **about: object) -> list[str]:
    """The intervals of a week, as « 23 08:00-24 02:00 »."""
    found = intervals(expression, first, days, **about)  # type: ignore[arg-type]
    zone = hours.time_zone_of(str(about.get("departement", "")))
    return [f"{a.astimezone(zone):%d %H:%M}-{b.astimezone(zone):%d %H:%M}" for a, b in found]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Mo-Fr 8:00-12:00", "Mo-Fr 08:00-12:00"),
        ("mo-fr 08:00-12:00; PH off", "Mo-Fr 08:00-12:00; PH off"),
        ("lundi 9h-12h", "Mo 09:00-12:00"),
        ("du mardi au vendredi de 8h30 à 12h et de 14h à 18h", "Tu-Fr 08:30-12:00,14:00-18:00"),
        ("Lu-Ve : 8h-12h, Sa : 9h-13h, jours fériés fermé", "Mo-Fr 08:00-12:00; Sa 09:00-13:00; PH off"),
        ("tous les jours 7h-minuit", "Mo-Su 07:00-24:00"),
        ("Fr 18:00-26:00", "Fr 18:00-02:00"),
        ("Sa,Su 10:00-12:00,12:00-14:00", "Sa,Su 10:00-14:00"),
        ("Jun 15-Sep 15 Sa,Su 10:00-20:00", "Jun 15-Sep 15 Sa,Su 10:00-20:00"),
        ("Mo[1] 10:00-12:00", "Mo[1] 10:00-12:00"),
        ("mar. 8h-12h, mer 9h-10h", "Tu 08:00-12:00; We 09:00-10:00"),
        ("Mar-Sam 08:00-12:00", "Tu-Sa 08:00-12:00"),
        ("Nov-Mar Mo 08:00-12:00", "Nov-Mar Mo 08:00-12:00"),
        ("fermé", "off"),
        ("24/7", "Mo-Su 00:00-24:00"),
        ("  ", ""),
    ],
)
def test_hours_are_brought_to_one_form(typed: str, kept: str) -> None:
    found = hours.normalised(typed)
    if typed.startswith("Jun"):
        # The grid says all the days of a season.
        assert local(found, dt.date(2026, 7, 6)) == local(kept, dt.date(2026, 7, 6))
    else:
        assert found == kept
    assert hours.normalised(found) == found


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Mo 25:00-26:00;Tu 31:00-32:00", "« 31:00 » n’est pas une heure"),
        ("Mo 08:75-09:00", "« 08:75 » n’est pas une heure"),
        ("Mo 12:00-08:00", "la fermeture .8.h. vient avant l’ouverture .12.h."),
        ("Mo 10:00-12:00,11:00-13:00", "deux périodes se chevauchent"),
        ("Mo 10:00-sunset", "heures du soleil"),
        ("PH -1 day off", "la veille"),
        ("Fr 18:00+", "il manque l’heure de fermeture"),
        ("sur rendez-vous", "ne se lit pas. Attendu"),
        ("Mo 08:00-12:00;" * 60, "signes d’horaires"),
    ],
)
def test_what_cannot_be_is_said_in_words(typed: str, words: str) -> None:
    with pytest.raises(HoursError, match=words):
        hours.normalised(typed)


def test_the_day_at_fault_is_named() -> None:
    with pytest.raises(HoursError, match="Mercredi") as caught:
        hours.week_of([(), (), ((720, 480),), (), (), (), ()])
    assert caught.value.day == 2


def test_exceptional_times() -> None:
    assert hours.normalised_times("10h-14h et 18h30-22h") == "10:00-14:00,18:30-22:00"
    assert hours.normalised_times("fermé") == ""
    with pytest.raises(HoursError, match="ne se lit pas"):
        hours.normalised_times("le matin")


class TestIntervals:
    def test_a_plain_week(self) -> None:
        assert local("Mo-We 08:00-12:00; Tu off") == ["23 08:00-23 12:00", "25 08:00-25 12:00"]

    def test_a_night_belongs_to_the_day_on_which_it_began(self) -> None:
        friday = dt.date(2026, 11, 27)
        off = [Exceptional(friday + dt.timedelta(days=1), friday + dt.timedelta(days=1))]
        assert local("Fr,Sa 18:00-02:00", exceptions=off) == ["27 18:00-28 02:00"]
        assert local("Fr,Sa 18:00-02:00", exceptions=[Exceptional(friday, friday)]) == ["28 18:00-29 02:00"]

    def test_exceptional_openings_and_closings(self) -> None:
        days = [
            Exceptional(MONDAY, MONDAY + dt.timedelta(days=3)),
            Exceptional(
                MONDAY + dt.timedelta(days=1), MONDAY + dt.timedelta(days=1), "10:00-14:00,20:00-01:00"
            ),
        ]
        assert local("Mo-Fr 08:00-12:00", exceptions=days) == [
            *("24 10:00-24 14:00", "24 20:00-25 01:00", "27 08:00-27 12:00"),
        ]
        assert local("", exceptions=days)[0] == "24 10:00-24 14:00"

    def test_public_holidays_of_the_place(self) -> None:
        christmas = dt.date(2026, 12, 24)
        text = "Mo-Su 08:00-12:00; PH 10:00-11:00"
        assert [line[3:] for line in local(text, christmas, 3)] == [
            *("08:00-24 12:00", "10:00-25 11:00", "08:00-26 12:00")
        ]
        assert local(text, christmas, 3, departement="67")[2] == "26 10:00-26 11:00"
        abolition = dt.date(2026, 12, 20)
        assert local("Mo-Su 08:00-12:00; PH off", abolition, 1, departement="974") == []

    def test_school_holidays_of_the_zone(self) -> None:
        # Winter 2027: zone A from 13 February, zone C (Técou) from 6 February (ministry's calendar).
        text = "Mo-Fr 08:00-12:00; SH Mo-Fr 14:00-16:00; SH Sa,Su off"
        tuesday = dt.date(2027, 2, 9)
        assert local(text, tuesday, 1, departement="81") == ["09 14:00-09 16:00"]
        assert local(text, tuesday, 1, departement="63") == ["09 08:00-09 12:00"]
        assert hours.school_zone_of("2A") == ""
        assert hours.is_school_holiday(tuesday, "2A") is None
        assert hours.is_school_holiday(dt.date(2060, 2, 9), "81") is None
        assert local(text, tuesday, 1, departement="2A") == ["09 08:00-09 12:00"]

    @pytest.mark.parametrize(
        ("text", "on", "off"),
        [
            ("SH 10:00-12:00", ["09 10:00-09 12:00"], []),
            ("Mo-Su 08:00-12:00; SH off", [], ["09 08:00-09 12:00"]),
            ("Mo,SH 10:00-12:00", ["09 10:00-09 12:00"], []),
            ("SH Mo 10:00-12:00", [], []),
            ("PH,SH off", [], []),
            (
                "Mo-Su 08:00-09:00, SH 10:00-12:00",
                ["09 08:00-09 09:00", "09 10:00-09 12:00"],
                ["09 08:00-09 09:00"],
            ),
            ('Mo-Su 08:00-09:00 "SH; oui"', ["09 08:00-09 09:00"], ["09 08:00-09 09:00"]),
        ],
    )
    def test_what_the_library_does_not_do_for_school_holidays(
        self, text: str, on: list[str], off: list[str]
    ) -> None:
        tuesday = dt.date(2027, 2, 9)
        assert local(text, tuesday, 1, departement="81") == on
        assert local(text, tuesday, 1, departement="63") == off

    def test_the_clock_changes_in_the_place_s_own_time(self) -> None:
        found = intervals("Mo-Su 08:00-12:00", dt.date(2026, 10, 24), 2)
        assert [start.hour for start, _ in found] == [6, 7]
        ((start, _),) = intervals("Mo-Su 08:00-12:00", MONDAY, 1, departement="974")
        assert start.hour == 4

    def test_what_never_closes_is_one_interval(self) -> None:
        ((start, end),) = intervals("24/7", MONDAY, 35)
        assert end - start == dt.timedelta(days=35)


TIMES = st.integers(0, 95).map(lambda quarter: quarter * 15)


@st.composite
def periods(draw: st.DrawFn, latest: int = 1440) -> hours.Periods:
    marks = sorted(draw(st.lists(TIMES.filter(lambda mark: mark <= latest), max_size=6, unique=True)))
    return tuple(zip(marks[::2], marks[1::2], strict=False))


WEEKS = st.lists(periods(), min_size=7, max_size=7).map(lambda days: Week(tuple(days)))
SEASONS = st.sampled_from([((6, 15), (9, 15)), ((11, 1), (3, 31)), ((12, 20), (1, 5))])
SCHEDULES = st.builds(
    Schedule,
    WEEKS,
    st.none() | periods(),
    st.lists(st.tuples(SEASONS, WEEKS), max_size=1).map(tuple),
    st.none() | WEEKS,
)


@given(SCHEDULES)
def test_a_schedule_comes_back_from_its_expression(schedule: Schedule) -> None:
    expression = hours.expression_of(schedule)
    assume(len(expression) <= LONGEST)
    assert hours.schedule_of(expression) == schedule
    assert hours.normalised(expression) == expression


@settings(max_examples=200)
@given(SCHEDULES, st.dates(dt.date(2024, 1, 1), dt.date(2028, 6, 1)))
def test_intervals_are_those_of_the_schedule(schedule: Schedule, day: dt.date) -> None:
    """The grid, read day by day, is the oracle: holidays, seasons, then the usual week."""
    days = 12
    expected = []
    for number in range(days):
        one = day + dt.timedelta(days=number)
        for start, end in _oracle(schedule, one):
            midnight = dt.datetime.combine(one, dt.time())
            expected.append([midnight + dt.timedelta(minutes=minute) for minute in (start, end)])
    merged: list[list[dt.datetime]] = []
    for start_at, end_at in expected:
        if merged and start_at <= merged[-1][1]:
            merged[-1][1] = end_at
        else:
            merged.append([start_at, end_at])
    found = intervals(hours.expression_of(schedule), day, days, departement="81")
    # In summer an hour does not exist: both sides give the same instant to it.
    assert found == [
        (a, b) for a, b in ((_utc(start_at), _utc(end_at)) for start_at, end_at in merged) if a < b
    ]


def _utc(then: dt.datetime) -> dt.datetime:
    return then.replace(tzinfo=PARIS).astimezone(dt.UTC)


def _oracle(schedule: Schedule, day: dt.date) -> hours.Periods:
    if schedule.public is not None and hours.is_public_holiday(day, "81"):
        return schedule.public
    if schedule.school is not None and hours.is_school_holiday(day, "81"):
        return schedule.school.days[day.weekday()]
    for (first, last), week in schedule.seasons:
        place = (day.month, day.day)
        inside = first <= place <= last if first <= last else place >= first or place <= last
        if inside:
            return week.days[day.weekday()]
    return schedule.week.days[day.weekday()]


@settings(max_examples=500)
@given(
    WEEKS,
    st.none() | periods(),
    st.lists(st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2028, 12, 31)), min_size=10, max_size=10),
)
def test_intervals_agree_with_the_library(
    week: Week, public: hours.Periods | None, instants: list[dt.datetime]
) -> None:
    """5,000 expressions and instants: without school holidays nor nights, the library alone says the same."""
    expression = hours.expression_of(Schedule(week, public)) or "off"
    library = OpeningHours(expression, country="FR")
    for instant in instants:
        then = instant.replace(tzinfo=PARIS)
        if then.astimezone(dt.UTC).astimezone(PARIS).replace(tzinfo=None) != instant:
            continue  # an hour that does not exist
        found = intervals(expression, instant.date() - dt.timedelta(days=1), 3)
        ours = any(start <= then.astimezone(dt.UTC) < end for start, end in found)
        if instant.fold == 0 and _is_in_a_change(instant):
            continue
        assert ours == library.is_open(instant), (expression, instant)


def _is_in_a_change(instant: dt.datetime) -> bool:
    """Whether the clocks change that day: the library counts in hours of the wall."""
    midnight = dt.datetime.combine(instant.date(), dt.time(), PARIS)
    return midnight.utcoffset() != (midnight + dt.timedelta(days=1)).utcoffset()


class TestWords:
    def test_the_week_is_read_at_a_glance(self) -> None:
        lines = hours.in_words("Tu-Fr 07:30-13:00,16:00-20:00; Sa 08:00-01:00; PH off")
        nb = "\u00a0"
        assert lines[0] == ("lundi", "fermé")
        assert lines[1] == ("mardi", f"7{nb}h{nb}30{nb}–{nb}13{nb}h, 16{nb}h{nb}–{nb}20{nb}h")
        assert lines[5] == ("samedi", f"8{nb}h{nb}–{nb}1{nb}h")
        assert lines[7] == ("jours fériés", "fermé")

    def test_seasons_and_school_holidays(self) -> None:
        text = "Sa 10:00-12:00; Jun 15-Sep 01 Mo-Su 09:00-20:00; SH Mo-Su off"
        labels = [label for label, _ in hours.in_words(text)]
        assert labels[7:] == [
            "du 15 juin au 1er septembre, tous les jours",
            "vacances scolaires, tous les jours",
        ]

    def test_what_the_grid_cannot_show_is_told_word_by_word(self) -> None:
        ((label, words),) = hours.in_words("Mo[1] 10:00-12:00; SH off")
        assert label == "horaires"
        assert "lundi[1] 10" in words
        assert "vacances scolaires fermé" in words

    def test_days_in_a_row(self) -> None:
        assert list(runs([(), ((1, 2),), ((1, 2),)])) == [(0, 0, ()), (1, 2, ((1, 2),))]

    @pytest.mark.parametrize(
        ("then", "words"),
        [
            (dt.datetime(2026, 11, 23, 17), "à 17 h"),
            (dt.datetime(2026, 11, 24, 7, 30), "demain à 7 h 30"),
            (dt.datetime(2026, 11, 28, 8), "samedi à 8 h"),
            (dt.datetime(2026, 12, 1, 8), "le 1er décembre à 8 h"),
        ],
    )
    def test_when_seen_from_now(self, then: dt.datetime, words: str) -> None:
        assert hours.moment(then, dt.datetime(2026, 11, 23, 12)).replace("\u00a0", " ") == words
