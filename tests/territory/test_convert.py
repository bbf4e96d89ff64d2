"""Codes of a file brought to today's communes; ratios that never mix two datasets."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millecafes.territory.catalogue import SOURCES, FileRule, Reestablished, Source
from millecafes.territory.enums import ValueStatus
from millecafes.territory.importing.convert import PARENTS, Converted, Place, Territory, convert
from millecafes.territory.importing.errors import SourceError
from millecafes.territory.importing.readers import Cell, Mapped
from millecafes.territory.ratios import Known, ratio
from tests.territory.open_data import sample

SECRET = Cell(None, "", ValueStatus.SECRET)
ND = Cell(None, "", ValueStatus.ND)
OUT = Cell(None, "", ValueStatus.OUT_OF_SCOPE)

TERRITORY = Territory(
    places={
        **{
            code: Place(code[:2], False)
            for code in ("48080", "23003", "01187", "01004", "15141", "15031", "12218", "75056", "2A004")
        },
        "97601": Place("976", True),
    },
    former={"01330": "01187", "12076": "12218"},
    re_established=(Reestablished("15031", "15141", dt.date(2025, 1, 1)),),
    merged={"01187": (("01330", dt.date(2025, 1, 1)),)},
)
ZERO = SOURCES["bpe"]
UNKNOWN = SOURCES["rp_logement"]
INCOME = SOURCES["filosofi"]
PLAIN = FileRule(match=("x",), reader="wide")


def places(counts: dict[str, float], geo: str = "2019") -> Converted:
    """Convert counts of bakeries."""
    mapped = Mapped("x", "2019", geo, supply={"bread": counts})
    return convert(mapped, ZERO, PLAIN, TERRITORY)


def cells(
    values: dict[str, Cell],
    *,
    indicator: str = "dwellings",
    source: Source = UNKNOWN,
    weights: dict[str, float] | None = None,
    rule: FileRule = PLAIN,
    geo: str = "2023",
) -> dict[str, Cell]:
    """Convert one indicator."""
    mapped = Mapped("x", "2021", geo, values={indicator: values}, weights=weights or {})
    return convert(mapped, source, rule, TERRITORY).values[indicator]


def test_districts_add_up_unless_the_city_is_there() -> None:
    assert places({"75101": 40, "75102": 30}).supply["bread"] == {"75056": 70}
    assert places({"75101": 40, "75056": 1200}).supply["bread"] == {"75056": 1200}
    assert cells({"75056": Cell(100.0), "75101": Cell(60.0)})["75056"] == Cell(100.0)


def test_districts_are_forty_five() -> None:
    assert len(PARENTS) == 45
    assert (PARENTS["75120"], PARENTS["13216"], PARENTS["69389"]) == ("75056", "13055", "69123")


def test_merged_communes_add_up_and_renumbered_ones_follow() -> None:
    assert places({"01187": 2, "01330": 1, "12076": 4}).supply["bread"] == {"01187": 3, "12218": 4}
    assert cells({"01187": Cell(300.0), "01330": Cell(60.0)})["01187"] == Cell(360.0)


def test_an_unknown_part_makes_the_sum_unknown() -> None:
    assert cells({"01187": Cell(300.0), "01330": SECRET})["01187"] == SECRET


def test_a_part_left_out_makes_the_sum_unknown() -> None:
    assert cells({"01187": Cell(300.0)})["01187"] == ND
    assert cells({"01187": Cell(300.0)}, geo="2025")["01187"] == Cell(300.0)


def test_rates_are_weighted_or_unknown() -> None:
    rates = {"01187": Cell(22_000.0), "01330": Cell(20_000.0)}

    weighted = cells(rates, indicator="median_income", source=INCOME, weights={"01187": 600, "01330": 200})
    assert weighted["01187"] == Cell(21_500.0)
    assert cells(rates, indicator="median_income", source=INCOME)["01187"] == ND


def test_categories_of_merged_communes_must_agree() -> None:
    same = {"01187": Cell(1.0, "FRR+"), "01330": Cell(1.0, "FRR+")}
    other = {"01187": Cell(1.0, "FRR+"), "01330": Cell(0.0, "Non classée")}

    assert cells(same, indicator="frr", source=SOURCES["frr"])["01187"] == Cell(1.0, "FRR+")
    assert cells(other, indicator="frr", source=SOURCES["frr"])["01187"] == ND


def test_a_re_established_commune_is_unknown_never_zero_nor_its_parent() -> None:
    result = places({"15141": 3})
    assert result.unknown == ["15031"]
    assert result.supply["bread"] == {"15141": 3}

    values = cells({"15141": Cell(900.0), "48080": Cell(1.0)})
    assert (values["15031"], values["15141"], values["48080"]) == (ND, ND, Cell(1.0))


def test_a_file_that_knows_the_split_is_believed() -> None:
    assert places({"15141": 3}, geo="2025").unknown == []
    values = cells({"15141": Cell(500.0), "15031": Cell(400.0)}, geo="2025")
    assert (values["15031"], values["15141"]) == (Cell(400.0), Cell(500.0))


def test_absences_are_told_apart() -> None:
    housing = cells({"48080": Cell(1.0)})
    assert (housing["23003"], housing["97601"]) == (ND, OUT)

    income = cells({"48080": Cell(1.0)}, indicator="median_income", source=INCOME)
    assert (income["23003"], income["97601"]) == (SECRET, OUT)

    assert places({"48080": 1, "23003": 0}).supply["bread"] == {"48080": 1}


def test_zeros_of_a_department_out_of_scope_are_not_figures() -> None:
    rule = dataclasses.replace(PLAIN, outside=("976",), outside_except=("births",))
    source = SOURCES["comparateur"]

    assert cells({"97601": Cell(0.0)}, indicator="households", source=source, rule=rule)["97601"] == OUT
    assert cells({"97601": Cell(573.0)}, indicator="births", source=source, rule=rule)["97601"] == Cell(573.0)


def test_every_commune_gets_an_answer() -> None:
    values = cells({"48080": Cell(1.0)})
    assert values.keys() == TERRITORY.places.keys()


def test_unmatched_codes_are_listed() -> None:
    result = places({"48080": 1, "97801": 2, "98818": 1})
    assert result.unmatched == ["97801", "98818"]


def test_a_file_of_strangers_is_refused() -> None:
    with pytest.raises(SourceError, match="des codes inconnus"):
        places({"ZZ001": 1})


def test_samples_convert() -> None:
    mapped = sample("bpe", "bpe19_ensemble.csv")
    result = convert(mapped, ZERO, SOURCES["bpe"].files[1], TERRITORY)

    assert result.supply["bread"] == {"48080": 3, "01004": 11, "01187": 3, "75056": 70}
    assert result.supply["grocery"] == {"48080": 2, "97601": 1}
    assert result.unmatched == []


@given(st.dictionaries(st.sampled_from([*TERRITORY.places, *TERRITORY.former, *PARENTS]), st.integers(1, 99)))
def test_nothing_is_lost_nor_counted_twice(counts: dict[str, int]) -> None:
    kept = {code: n for code, n in counts.items() if not (code in PARENTS and PARENTS[code] in counts)}
    kept = {code: n for code, n in kept.items() if TERRITORY.resolve(code)}
    if counts and not kept:
        return
    result = places({code: float(n) for code, n in counts.items()})

    assert sum(result.supply["bread"].values()) == sum(kept.values())


OK = ValueStatus.OK


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        (Known(30.0, "ok", 1), Known(120.0, "ok", 1), (25.0, OK)),
        (Known(0.0, "ok", 1), Known(120.0, "ok", 1), (0.0, OK)),
        (Known(30.0, "ok", 1), Known(120.0, "ok", 2), (None, ValueStatus.ND)),
        (Known(0.0, "ok", 1), Known(0.0, "ok", 1), (None, ValueStatus.ND)),
        (None, Known(120.0, "ok", 1), (None, ValueStatus.ND)),
        (Known(None, "secret", 1), Known(120.0, "ok", 1), (None, ValueStatus.SECRET)),
        (Known(3.0, "ok", 1), Known(None, "hors_champ", 1), (None, ValueStatus.OUT_OF_SCOPE)),
    ],
)
def test_ratios(
    numerator: Known | None, denominator: Known | None, expected: tuple[float | None, ValueStatus]
) -> None:
    assert ratio(numerator, denominator) == expected
