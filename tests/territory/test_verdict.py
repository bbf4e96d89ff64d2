"""The verdict: what it says in each case, and what it never says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millecafes.territory.enums import BASIC_SERVICES, Provenance, Service, SupplyBasis, ValueStatus, Zone
from millecafes.territory.indicators import INDICATORS, RATIOS
from millecafes.territory.models import Commune
from millecafes.territory.profile import Fact, Place, Profile, ServiceLine
from millecafes.territory.ratios import rank
from millecafes.territory.verdict import Outcome, compare, judge, minutes_words

QUANTILES = tuple(i / 5 for i in range(101))  # from 0 to 20 minutes, evenly
BOURG = Place("81001", "Le Bourg", "le-bourg")
AUTRE = Place("81002", "Les Rives", "les-rives")


def drive(service: Service, minutes: float, basis: SupplyBasis = SupplyBasis.LOADED) -> ServiceLine:
    """A service one drives to, with its range and a second place."""
    return ServiceLine(
        service,
        places=0,
        minutes=minutes,
        low=0.8 * minutes,
        high=1.3 * minutes,
        nearest=BOURG,
        second_minutes=minutes + 5,
        second=AUTRE,
        provenance=Provenance.FORMULA,
        basis=basis,
        quantiles=QUANTILES,
    )


def here(service: Service) -> ServiceLine:
    """A service on the spot."""
    return replace(drive(service, 0), places=1, provenance=Provenance.ON_SITE)


def make(
    population: int | None = 500, lines: dict[Service, ServiceLine] | None = None, zone: Zone = Zone.METRO
) -> Profile:
    """A profile without any indicator."""
    commune = Commune(code="81294", name="Técou", slug="tecou", zone=zone, population=population)
    facts = {key: Fact(key, key, "") for key in (*INDICATORS, *RATIOS)}
    chosen = {service: drive(service, 12) for service in BASIC_SERVICES} | (lines or {})
    return Profile(commune, tuple(chosen[service] for service in BASIC_SERVICES), facts)


def test_far() -> None:
    verdict = judge(make(lines={Service.DRINKS: drive(Service.DRINKS, 13)}))
    assert verdict.outcome == Outcome.FAR
    assert verdict.eligible is True
    assert verdict.sentence == (
        "Le premier café est à 13 minutes de voiture, au Bourg."
        " C’est plus loin que dans la moitié des communes comparables."
    )
    assert "Entre 10 et 17 minutes" in verdict.lead
    assert verdict.strong == "Un café multiservice mérite une étude."
    assert "Si le premier café fermait, il faudrait 18 minutes, aux Rives." in verdict.reasons[0].text


def test_near_says_what_would_change() -> None:
    verdict = judge(make(lines={Service.DRINKS: drive(Service.DRINKS, 3)}))
    assert verdict.outcome == Outcome.NEAR
    assert "mérite une étude" not in verdict.strong
    assert "fermait" in verdict.change


@pytest.mark.parametrize(("population", "eligible"), [(3_499, True), (3_500, False)])
def test_the_threshold(population: int, eligible: bool) -> None:
    verdict = judge(make(population))
    assert verdict.eligible is eligible
    assert (verdict.outcome == Outcome.TOO_BIG) is not eligible
    assert bool(verdict.change) is not eligible


def test_outside_and_unknown_have_no_verdict() -> None:
    assert judge(make(zone=Zone.COM)).outcome == Outcome.OUTSIDE
    assert judge(make(zone=Zone.COM)).eligible is None
    assert judge(make(None)).outcome == Outcome.UNKNOWN
    assert judge(make(None)).eligible is None


def test_nobody_lives_there() -> None:
    verdict = judge(make(0))
    assert verdict.outcome == Outcome.UNINHABITED
    assert not verdict.strong
    assert verdict.change


def test_present() -> None:
    verdict = judge(make(lines={Service.DRINKS: here(Service.DRINKS)}))
    assert verdict.outcome == Outcome.PRESENT
    assert "un café" not in verdict.reasons[0].title.lower()


def test_not_loaded_speaks_of_the_assumption_only() -> None:
    lines = {service: drive(service, 12, SupplyBasis.ASSUMED) for service in BASIC_SERVICES}
    verdict = judge(make(lines=lines))
    assert verdict.outcome == Outcome.NOT_LOADED
    assert verdict.eligible is True
    assert "donnée non chargée" in verdict.lead
    assert "Hypothèse : les communes de 3\u202f500 habitants et plus ont chaque service" in verdict.lead
    assert not [reason for reason in verdict.reasons if "manque" in reason.title]
    assert compare(replace(lines[Service.DRINKS], quantiles=())) == ""


def test_a_silent_source_is_not_an_absence() -> None:
    silent = ServiceLine(Service.DRINKS, basis=SupplyBasis.LOADED, provenance=Provenance.FORMULA, silent=True)
    verdict = judge(make(lines={Service.DRINKS: silent}))
    assert verdict.outcome == Outcome.NOT_LOADED
    assert "non disponible" in verdict.lead
    assert not any("café" in reason.title for reason in verdict.reasons)


def test_out_of_reach() -> None:
    nowhere = ServiceLine(Service.DRINKS, places=0, basis=SupplyBasis.LOADED, provenance=Provenance.FORMULA)
    assert judge(make(lines={Service.DRINKS: nowhere})).outcome == Outcome.UNREACHABLE


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (25.0, "C’est plus loin que dans neuf communes comparables sur dix."),
        (19.0, "C’est plus loin que dans trois communes comparables sur quatre."),
        (17.0, "C’est plus loin que dans deux communes comparables sur trois."),
        (10.0, "C’est à peu près comme dans les communes comparables."),
        (3.0, "C’est plus près que dans trois communes comparables sur quatre."),
    ],
)
def test_comparison_in_words(minutes: float, words: str) -> None:
    assert compare(drive(Service.DRINKS, minutes)) == words


@given(st.floats(0.1, 60))
def test_a_comparison_holds_at_both_ends_of_the_range(minutes: float) -> None:
    line = drive(Service.DRINKS, minutes)
    words = compare(line)
    assert line.low is not None
    assert line.high is not None
    if "plus loin" in words:
        assert rank(QUANTILES, line.low).lower >= 0.5
    elif "plus près" in words:
        assert rank(QUANTILES, line.high).higher >= 0.5


@given(
    st.one_of(st.none(), st.integers(0, 10_000)),
    st.sampled_from(list(Zone)),
    st.lists(
        st.sampled_from(["far", "here", "assumed", "never", "silent", "nowhere"]), min_size=7, max_size=7
    ),
    st.floats(0.1, 90),
)
def test_every_case_has_an_answer(
    population: int | None, zone: Zone, kinds: list[str], minutes: float
) -> None:
    built = {
        "far": lambda service: drive(service, minutes),
        "here": here,
        "assumed": lambda service: drive(service, minutes, SupplyBasis.ASSUMED),
        "never": ServiceLine,
        "silent": lambda service: ServiceLine(service, basis=SupplyBasis.LOADED, silent=True),
        "nowhere": lambda service: ServiceLine(service, basis=SupplyBasis.LOADED, places=0),
    }
    lines = {service: built[kind](service) for service, kind in zip(BASIC_SERVICES, kinds, strict=True)}
    verdict = judge(make(population, lines, zone))
    assert verdict.sentence.endswith(".")
    assert verdict.datum
    assert len(verdict.reasons) <= 3
    text = " ".join([verdict.sentence, verdict.lead, *(reason.text for reason in verdict.reasons)])
    for wrong in ("None", " 0 minute", " à Le ", " à Les ", "inconnu minutes"):
        assert wrong not in text
    if verdict.eligible is False:
        assert verdict.change
    if kinds[0] in {"never", "silent", "assumed"}:
        assert verdict.outcome not in {Outcome.FAR, Outcome.NEAR, Outcome.PRESENT, Outcome.UNREACHABLE}


def test_trend_needs_one_dataset() -> None:
    profile = make()
    profile.facts["pop_census"] = Fact("pop_census", "", "", 500.0, status=ValueStatus.OK)
    profile.facts["pop_previous"] = Fact("pop_previous", "", "", 400.0, status=ValueStatus.OK)
    assert profile.change == 25.0
    assert any("grandit" in reason.title for reason in judge(profile).reasons)
    profile.facts["pop_previous"] = Fact("pop_previous", "", "", None, status=ValueStatus.ND)
    assert profile.change is None


@pytest.mark.parametrize(
    ("minutes", "words"), [(0.2, "une minute"), (1.4, "une minute"), (9.6, "10 minutes")]
)
def test_a_journey_is_never_zero_minutes(minutes: float, words: str) -> None:
    assert minutes_words(minutes) == words
