"""Loading into the database: dry unless applied, one transaction per source, one vintage per figure."""

from __future__ import annotations

import datetime as dt
import fcntl
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError

from millecafes.territory.catalogue import (
    FAMILIES,
)
from millecafes.territory.enums import RunState, Service, ValueStatus
from millecafes.territory.importing.apply import FigureChange
from millecafes.territory.models import (
    Commune,
    Dataset,
    ImportRun,
    IndicatorValue,
    PlaceName,
    Supply,
)
from millecafes.territory.queries.datasets import current_datasets, supply_unknown
from millecafes.territory.services.open_data import (
    INTERRUPTED,
    AlreadyLoadingError,
    open_data_dir,
)
from tests.territory.open_data import NOW, SAMPLES, load, make_territory, passage_zip, text_of, write

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def _territory(settings: Any, tmp_path: Path) -> None:
    settings.SOURCES_DIR = tmp_path / "sources"
    make_territory()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of files that a test fills."""
    path = tmp_path / "fichiers"
    path.mkdir()
    return path


def counts(service: Service) -> dict[str, int]:
    """Stored places of a service, by commune."""
    return dict(Supply.objects.filter(service=service).values_list("commune_id", "count"))


def value(code: str, indicator: str) -> tuple[float | None, str, str]:
    """A stored figure."""
    row = IndicatorValue.objects.get(commune_id=code, indicator=indicator)
    return row.value, row.category, row.status


def test_dry_compares_and_writes_nothing() -> None:
    (run,) = load(SAMPLES, "bpe", apply=False).runs

    assert run.state == RunState.DRY
    assert run.summary["added"] > 0
    assert not Dataset.objects.exists()
    assert not Supply.objects.exists()
    assert not list(open_data_dir().glob("*/*"))


def test_apply_keeps_source_vintage_file_and_checksum() -> None:
    (run,) = load(SAMPLES, "bpe").runs

    assert run.state == RunState.APPLIED
    dataset = current_datasets()["bpe"]
    assert (dataset.vintage, dataset.filename, dataset.loaded_at) == ("2024", "DS_BPE_2024_data.csv", NOW)
    assert len(dataset.sha256) == 64
    assert counts(Service.BREAD) == {"48080": 3, "75056": 1200}
    assert (open_data_dir() / "bpe" / "DS_BPE_2024_data.csv").exists()
    assert run.summary["notes"] == ["laissés de côté : bpe19_ensemble.csv"]


def test_loading_again_changes_nothing() -> None:
    load(SAMPLES, "bpe")
    (run,) = load(SAMPLES, "bpe").runs

    assert run.state == RunState.UNCHANGED
    assert run.dataset == current_datasets()["bpe"]
    assert Dataset.objects.count() == 1


def test_a_dataset_keeps_the_years_of_its_columns() -> None:
    load(SAMPLES, "comparateur")
    dataset = current_datasets()["comparateur"]
    assert dataset.years == {"pop_previous": "2016", "births": "2024", "deaths": "2024"}

    # Loaded before years were kept: the same file is not « unchanged ».
    Dataset.objects.update(years={})
    (run,) = load(SAMPLES, "comparateur").runs

    assert run.state == RunState.APPLIED
    assert current_datasets()["comparateur"].years["pop_previous"] == "2016"


def test_a_new_vintage_replaces_the_old_and_says_what_changed(folder: Path) -> None:
    shutil.copy(SAMPLES / "bpe19_ensemble.csv", folder)
    load(folder, "bpe")
    assert counts(Service.BREAD) == {"48080": 3, "01004": 11, "01187": 3, "75056": 70}
    shutil.copy(SAMPLES / "DS_BPE_2024_data.csv", folder)

    (run,) = load(folder, "bpe").runs

    assert (run.summary["was"], run.summary["vintage"]) == ("2019", "2024")
    assert run.summary["removed"] > 0
    assert "75056 supply:bread : 70 → 1200" in run.summary["examples"]
    assert counts(Service.BREAD) == {"48080": 3, "75056": 1200}
    assert list(Dataset.objects.filter(is_current=True).values_list("vintage", flat=True)) == ["2024"]
    assert Dataset.objects.count() == 2
    assert sorted(p.name for p in (open_data_dir() / "bpe").iterdir()) == ["DS_BPE_2024_data.csv"]


def test_a_refused_file_leaves_the_former_vintage(folder: Path) -> None:
    shutil.copy(SAMPLES / "base-cc-logement-2021.csv", folder)
    load(folder, "rp_logement")
    text = text_of("base-cc-logement-2021.csv")
    write(folder, "base-cc-logement-2021.csv", text + "48080;1;1;1;1;1\n")

    (run,) = load(folder, "rp_logement").runs

    assert run.state == RunState.REFUSED
    assert run.message.startswith("base-cc-logement-2021.csv, ligne 7 : trouvé la commune 48080")
    assert value("48080", "dwellings") == (2016.0, "", "ok")
    assert current_datasets()["rp_logement"].vintage == "2021"


def test_a_failure_half_way_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: FigureChange, dataset: Dataset) -> None:
        Supply.objects.create(commune_id="48080", service=Service.POST, count=1, dataset=dataset)
        raise DatabaseError("disque plein")

    monkeypatch.setattr(FigureChange, "write", fail)

    (run,) = load(SAMPLES, "laposte").runs

    assert run.state == RunState.FAILED
    assert "disque plein" in ImportRun.objects.get(pk=run.pk).message
    assert not Supply.objects.exists()
    assert not Dataset.objects.exists()


def test_one_source_that_fails_does_not_stop_the_others(folder: Path) -> None:
    write(folder, "base-cc-logement-2021.csv", "<html>")
    shutil.copy(SAMPLES / "laposte_points_2025-06.csv", folder)

    states = [run.state for run in load(folder, "rp_logement", "laposte").runs]

    assert states == [RunState.REFUSED, RunState.APPLIED]
    assert counts(Service.POST)["48080"] == 1


def test_unmatched_codes_are_kept_in_the_log() -> None:
    (run,) = load(SAMPLES, "laposte").runs

    assert run.unmatched == ["97801"]  # an overseas collectivity, outside the programme
    assert counts(Service.POST) == {"48080": 1, "23003": 1, "75056": 1}


def test_statuses_are_stored_and_a_missing_value_is_never_a_number() -> None:
    load(SAMPLES, "filosofi", "grilles")

    assert value("48080", "median_income") == (21500.0, "", "ok")
    assert value("23003", "median_income") == (None, "", "secret")
    assert value("97601", "median_income") == (None, "", "hors_champ")
    assert value("01187", "rurality") == (None, "", "nd")
    assert value("48080", "density") == (5.0, "Bourgs ruraux", "ok")
    assert not IndicatorValue.objects.exclude(status=ValueStatus.OK).filter(value__isnull=False).exists()
    assert not IndicatorValue.objects.filter(commune_id="97801").exists()


@pytest.mark.parametrize("order", [("comparateur", "rp_population"), ("rp_population", "comparateur")])
def test_figures_read_together_come_from_one_source_whatever_the_order(order: tuple[str, str]) -> None:
    for key in order:
        load(SAMPLES, key)

    population = set(
        IndicatorValue.objects.filter(indicator__in=FAMILIES[0]).values_list("dataset__source", flat=True)
    )
    births = set(IndicatorValue.objects.filter(indicator="births").values_list("dataset__source", flat=True))
    assert (population, births) == ({"rp_population"}, {"comparateur"})


def test_the_newest_vintage_of_a_service_is_kept(folder: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    shutil.copy(SAMPLES / "bpe19_ensemble.csv", folder)
    extract = pa.table({"code_insee": ["23003", "12076"], "resto": [4, 1]})
    pq.write_table(extract, folder / "bpe24_A504_restaurants_par_commune.parquet")
    load(folder, "bpe", "bpe_restaurants")
    assert counts(Service.CATERING) == {"23003": 4, "12218": 1}
    assert counts(Service.GROCERY) == {"48080": 2, "97601": 1}

    shutil.copy(SAMPLES / "DS_BPE_2024_data.csv", folder)
    load(folder, "bpe")
    assert counts(Service.CATERING) == {"48080": 9}

    (run,) = load(folder, "bpe_restaurants").runs
    assert run.summary["left"] == {"supply:catering": "bpe"}
    assert counts(Service.CATERING) == {"48080": 9}


def test_when_the_source_kept_disappears_the_other_serves_at_its_reload(folder: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    shutil.copy(SAMPLES / "DS_BPE_2024_data.csv", folder)
    extract = pa.table({"code_insee": ["23003"], "resto": [4]})
    pq.write_table(extract, folder / "bpe24_A504_restaurants_par_commune.parquet")
    load(folder, "bpe", "bpe_restaurants")
    load(SAMPLES, "rp_population", "comparateur")
    assert counts(Service.CATERING) == {"48080": 9}

    current_datasets()["bpe"].delete()
    current_datasets()["rp_population"].delete()

    # Nothing is invented meanwhile: the figures are those of a source that is not there any more.
    assert counts(Service.CATERING) == {}
    assert not IndicatorValue.objects.filter(indicator="pop_census").exists()
    # The files in service are kept: the folder of the other source is enough.
    restaurants = load(open_data_dir() / "bpe_restaurants", "bpe_restaurants")
    (census,) = load(open_data_dir() / "comparateur", "comparateur").runs
    assert restaurants.runs[0].state == census.state == RunState.APPLIED
    assert restaurants.services == (Service.CATERING,)  # whose minutes follow
    assert counts(Service.CATERING) == {"23003": 4}
    assert value("48080", "pop_census") == (2900.0, "", "ok")
    assert census.summary["left"] == {}
    assert load(open_data_dir() / "comparateur", "comparateur").runs[0].state == RunState.UNCHANGED


def test_declared_places_survive_a_load() -> None:
    Supply.objects.create(
        commune_id="23003", service=Service.BREAD, count=1, declared_by="cafe:1", declared_on=NOW.date()
    )
    load(SAMPLES, "bpe")

    assert counts(Service.BREAD)["23003"] == 1


def test_places_of_a_re_established_commune_are_unknown(folder: Path) -> None:
    shutil.copy(SAMPLES / "bpe19_ensemble.csv", folder)
    load(folder, "bpe")

    assert "15031" in supply_unknown()[Service.BREAD]
    assert Service.POST not in supply_unknown()


def test_movements_date_former_codes_and_name_new_splits() -> None:
    load(SAMPLES, "cog_mouvements")

    assert PlaceName.objects.get(code="01330").until == dt.date(2025, 1, 1)
    assert PlaceName.objects.get(code="12076").until == dt.date(2024, 3, 4)
    run = ImportRun.objects.get(source="cog_mouvements")
    assert run.summary["re_established"] == [["15031", "15141", "2025-01-01"]]
    assert load(SAMPLES, "cog_mouvements").runs[0].state == RunState.UNCHANGED


def test_a_merge_known_by_movements_makes_a_partial_figure_unknown(folder: Path) -> None:
    load(SAMPLES, "cog_mouvements")
    text = text_of("base-cc-logement-2021.csv").replace("01330;60;40;15;5;1\n", "")
    write(folder, "base-cc-logement-2021.csv", text)

    load(folder, "rp_logement")

    assert value("01187", "dwellings") == (None, "", "nd")


def test_centres_fill_only_communes_without_a_point(folder: Path) -> None:
    Commune.objects.filter(code="15031").update(lon=None, lat=None, point_origin="none")
    write(
        folder,
        "communes_centroides.csv",
        "insee,dept,lon,lat,name\n15031,15,2.95,45.12,Celles\n48080,48,1.0,1.0,Langogne\n",
    )

    load(folder, "centroides")

    assert Commune.objects.get(code="15031").lon == 2.95
    assert Commune.objects.get(code="15031").point_origin == "centroid"
    assert Commune.objects.get(code="48080").lon == 1.95


def test_a_former_code_leads_to_today(folder: Path) -> None:
    passage_zip(folder, [["01454", "01187"], ["99999", "99998"]])

    (run,) = load(folder, "cog_passage").runs

    assert PlaceName.objects.get(code="01454").commune_id == "01187"
    assert run.unmatched == ["99999"]


def test_an_empty_territory_is_told(folder: Path) -> None:
    PlaceName.objects.all().delete()
    Commune.objects.all().delete()

    (run,) = load(SAMPLES, "bpe").runs

    assert "millecafes load_territory" in run.message


def test_two_loads_never_run_together() -> None:
    open_data_dir().mkdir(parents=True)
    with (open_data_dir() / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(AlreadyLoadingError):
            load(SAMPLES, "bpe")
    assert load(SAMPLES, "bpe").changed


def test_a_run_left_by_a_dead_process_is_closed() -> None:
    dead = ImportRun.objects.create(source="bpe", state=RunState.RUNNING, started_at=NOW)
    load(SAMPLES, "laposte")

    dead.refresh_from_db()
    assert (dead.state, dead.message) == (RunState.FAILED, INTERRUPTED)
