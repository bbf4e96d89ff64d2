"""The real national files: counts of the data guide, sections 3, 4 and 6."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum
from django.utils.text import slugify

from millecafes.common.actors import command
from millecafes.territory.catalogue import SOURCES
from millecafes.territory.enums import RunState, Service, Zone
from millecafes.territory.importing.convert import PARENTS, Place, Territory, convert
from millecafes.territory.importing.reading import files_of, read_source
from millecafes.territory.models import Commune, Departement, IndicatorValue, Supply
from millecafes.territory.services.open_data import load_open_data

pytestmark = pytest.mark.national
ROOT = Path(__file__).resolve().parents[2]
ACTOR = command("tests")
NOW = dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def data(shared_dir: Path) -> Path:
    """The folder of national files."""
    return shared_dir / "data"


@pytest.fixture(scope="module")
def cog(data: Path) -> Territory:
    """Today's communes and former codes, from the files alone (FRR lists exactly COG 2026)."""
    import pyarrow.parquet as pq

    communes = pq.read_table(data / "frr_2025-07-10.parquet", columns=["code_insee"]).column(0).to_pylist()
    passage = read_source(files_of(data, SOURCES["cog_passage"])[0], SOURCES["cog_passage"], this_year=2026)
    assert len(communes) == 34_875
    places = {code: Place(code[:3] if code[:2] == "97" else code[:2], code[:2] == "97") for code in communes}
    return Territory(places=places, former=passage.former)


def test_equipment_of_2019(data: Path) -> None:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(data / "bpe19_ensemble.parquet", columns=["TYPEQU", "NB_EQUIP"])
    for kind, expected in {"A206": 8_144, "B203": 48_987, "A504": 240_294, "B301": 15_576}.items():
        rows = table.filter(pc.equal(table["TYPEQU"], kind))
        assert pc.sum(rows["NB_EQUIP"]).as_py() == expected

    source = SOURCES["bpe"]
    mapped = read_source(data / "bpe19_ensemble.parquet", source, this_year=2026)
    assert mapped.rows == 1_060_614
    assert sum(mapped.supply["bread"].values()) == 48_987
    assert sum(mapped.supply["press"].values()) == 15_576


@pytest.mark.parametrize(
    ("key", "service", "rows", "total", "unmatched"),
    [
        ("sirene_5630z", "drinks", 12_046, 51_407, 5),
        ("bpe_restaurants", "catering", 18_909, 228_368, 0),
        ("bpe_boulangeries", "bread", 21_690, 50_106, 0),
        ("laposte", "post", 17_965, 17_965, 5),
        ("france_services", "digital", 2_845, 2_845, 1),
        ("bpe", "bread", 1_060_614, 48_987, 0),
    ],
)
def test_places(
    data: Path, cog: Territory, key: str, service: str, rows: int, total: int, unmatched: int
) -> None:
    source = SOURCES[key]
    path = files_of(data, source)[0]
    mapped = read_source(path, source, this_year=2026)
    rule = source.rule_for(path.name)
    assert rule is not None
    converted = convert(mapped, source, rule, cog)

    assert mapped.rows == rows
    assert sum(mapped.supply[service].values()) == total
    assert len(converted.unmatched) == unmatched, converted.unmatched
    strangers = sum(n for code, n in mapped.supply[service].items() if code in converted.unmatched)
    assert sum(converted.supply[service].values()) == total - strangers
    assert not set(converted.supply[service]) & set(PARENTS)


@pytest.mark.parametrize("key", ["frr", "grilles", "rp_population", "rp_logement", "comparateur", "filosofi"])
def test_figures_match_every_commune(data: Path, cog: Territory, key: str) -> None:
    source = SOURCES[key]
    for path in files_of(data, source):
        mapped = read_source(path, source, this_year=2026)
        rule = source.rule_for(path.name)
        assert rule is not None
        converted = convert(mapped, source, rule, cog)

        assert converted.unmatched == []
        for cells in converted.values.values():
            assert cells.keys() == cog.places.keys()


def test_zoning(data: Path) -> None:
    frr = read_source(data / "frr_2025-07-10.parquet", SOURCES["frr"], this_year=2026)
    assert sum(cell.value == 1 for cell in frr.values["frr"].values()) == 19_934

    grids = read_source(data / "grilles_anct_2026.parquet", SOURCES["grilles"], this_year=2026)
    assert sum(cell.status == "hors_champ" for cell in grids.values["centrality"].values()) == 129
    assert sum(cell.status == "nd" for cell in grids.values["rurality"].values()) == 74
    assert sum(bool(cell.category) for cell in grids.values["massif"].values()) == 34_875 - 26_281


def test_income_of_2016(data: Path) -> None:
    mapped = read_source(data / "filosofi_communes_2016.parquet", SOURCES["filosofi"], this_year=2026)
    medians = mapped.values["median_income"]

    assert sum(cell.value is not None for cell in medians.values()) == 31_405
    assert sum(cell.value is not None for cell in mapped.values["poverty_rate"].values()) == 4_372
    assert medians["48080"].value == pytest.approx(19_070.95, abs=0.01)


def test_first_facts_of_small_communes(data: Path, cog: Territory) -> None:
    """Communes under 3,500 inhabitants without a drinking place, a postal point, a food shop."""
    path = ROOT / "frontend/node_modules/@etalab/decoupage-administratif/data/communes.json"
    if not path.exists():
        message = f"{path} absent : lancez « make setup »"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    small = {
        commune["code"]
        for commune in json.loads(path.read_text())
        if commune["type"] == "commune-actuelle"
        and commune["zone"] != "com"
        and commune["population"] < 3_500
    }
    assert len(small) == 31_621

    def without(key: str, service: str) -> int:
        source = SOURCES[key]
        file = files_of(data, source)[0]
        rule = source.rule_for(file.name)
        assert rule is not None
        supply = convert(read_source(file, source, this_year=2026), source, rule, cog).supply
        return len(small - supply[service].keys())

    assert without("sirene_5630z", "drinks") == 22_704
    assert without("laposte", "post") == 20_738
    assert without("bpe", "food") == pytest.approx(31_621 * 0.603, abs=16)
    assert without("bpe", "bread") == pytest.approx(31_621 * 0.694, abs=16)


@pytest.fixture
def _loaded(db: None, settings: Any, data: Path, tmp_path: Path) -> None:
    """Every file loaded over the 34,875 communes."""
    import pyarrow.parquet as pq

    settings.SOURCES_DIR = tmp_path
    rows = pq.read_table(data / "frr_2025-07-10.parquet").to_pylist()
    departement = {
        code: code[:3] if code[:2] == "97" else code[:2] for code in (r["code_insee"] for r in rows)
    }
    Departement.objects.bulk_create(Departement(code=c, name=c) for c in sorted(set(departement.values())))
    Commune.objects.bulk_create(
        Commune(
            code=row["code_insee"],
            name=row["commune"],
            slug=slugify(row["commune"]),
            zone=Zone.DROM if row["code_insee"][:2] == "97" else Zone.METRO,
            departement_id=departement[row["code_insee"]],
        )
        for row in rows
    )
    sources = [source for source in SOURCES.values() if files_of(data, source)]
    outcome = load_open_data(actor=ACTOR, sources=sources, clock=lambda: NOW, folder=data, apply=True)
    assert {run.state for run in outcome.runs} == {RunState.APPLIED}, [run.message for run in outcome.runs]


@pytest.mark.usefixtures("_loaded")
def test_everything_is_loaded_once() -> None:
    values = IndicatorValue.objects
    assert values.count() == 34_875 * 21
    assert values.filter(indicator="frr", value=1).count() == 19_934
    assert values.filter(commune_id="97601", indicator="median_income").get().status == "hors_champ"
    assert values.filter(commune_id="97601", indicator="households").get().status == "hors_champ"
    assert values.filter(commune_id="97601", indicator="births").get().value == 163
    for code in ("15031", "15141"):
        assert values.filter(commune_id=code, indicator="age_60_plus").get().status == "nd"
    bread = Supply.objects.filter(service=Service.BREAD)
    assert set(bread.values_list("dataset__source", flat=True)) == {"bpe_boulangeries"}
    assert bread.aggregate(n=Sum("count"))["n"] == 50_106
    assert Supply.objects.filter(service=Service.POST).count() > 14_000
