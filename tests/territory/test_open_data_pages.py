"""The two commands, the page of data, and the catalogue itself."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from millecafes.territory.catalogue import (
    DEFINITIONS,
    FAMILIES,
    INDICATOR_SOURCES,
    SERVICE_SOURCES,
    SOURCES,
)
from millecafes.territory.enums import RunState, Service
from millecafes.territory.indicators import AREA_INDICATORS, INDICATORS, RATIOS
from millecafes.territory.models import (
    AccessTime,
    ImportRun,
    Supply,
)
from millecafes.territory.queries.datasets import source_states
from tests.territory.open_data import NOW, SAMPLES, load, make_territory

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


def test_command_loads_a_folder_and_refreshes_minutes() -> None:
    out = StringIO()
    call_command("load_open_data", folder=SAMPLES, apply=True, stdout=out)

    assert "bpe : appliqué. DS_BPE_2024_data.csv, millésime 2024" in out.getvalue()
    access = AccessTime.objects.get(commune_id="48080", service=Service.BREAD)
    assert (access.minutes, access.provenance, access.basis) == (0, "on_site", "loaded")


def test_command_is_dry_by_default() -> None:
    out = StringIO()
    call_command("load_open_data", "laposte", folder=SAMPLES, stdout=out)

    assert "laposte : comparé, non appliqué" in out.getvalue()
    assert "3 ajoutées, 0 changées, 0 retirées, 0 inchangées" in out.getvalue()
    assert "1 code sans commune : 97801" in out.getvalue()
    assert not Supply.objects.exists()


def test_command_names_what_it_does_not_know(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"Source inconnue : cafes\. Connues : cog_passage"):
        call_command("load_open_data", "cafes")
    with pytest.raises(CommandError, match="dossier introuvable"):
        call_command("load_open_data", folder=tmp_path / "absent")
    with pytest.raises(CommandError, match="Sources non chargées : bpe"):
        call_command("load_open_data", "bpe", folder=tmp_path, stdout=StringIO())


def test_data_status_lists_vintages_and_failures(folder: Path) -> None:
    load(SAMPLES, "frr")
    load(folder, "bpe")
    out = StringIO()
    call_command("data_status", stdout=out)

    lines = out.getvalue().splitlines()
    assert any(line.split()[:2] == ["frr", "2025-07-10"] for line in lines)
    assert any(line.startswith("bpe : ") and "aucun fichier" in line for line in lines)


# ---------------------------------------------------------------- page


def page(client: Client) -> str:
    """The text of /donnees/."""
    answer = client.get("/donnees/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_page_tells_what_is_not_loaded(client: Client) -> None:
    text = page(client)

    assert "donnée non chargée" in text
    assert "Aucun chargement en cours" in text
    for definition in (*INDICATORS.values(), *RATIOS.values(), *AREA_INDICATORS.values()):
        assert definition.label.replace("'", "&#x27;") in text


def test_page_shows_vintages_progress_and_failures(client: Client, folder: Path) -> None:
    load(SAMPLES, "frr")
    load(folder, "bpe")
    ImportRun.objects.create(
        source="laposte",
        state=RunState.RUNNING,
        started_at=NOW,
        step="Téléchargement",
        done=500,
        total=2_000,
    )
    text = page(client)

    assert "10 juillet 2025" in text
    assert "téléchargement, 25 %" in text
    assert "aucun fichier pour cette source" in text


def test_page_asks_the_same_number_of_questions_whatever_is_loaded(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    load(SAMPLES, "frr")
    with django_assert_num_queries(3):
        source_states()
    load(SAMPLES, "bpe", "laposte", "grilles")
    with django_assert_num_queries(3):
        source_states()


def test_what_a_source_lost_to_another_is_not_said_to_be_its_own() -> None:
    load(SAMPLES, "comparateur")
    load(SAMPLES, "rp_population")
    feeds = {state.source.key: state.feeds for state in source_states()}

    assert "Population au recensement" in feeds["rp_population"]
    assert "Population au recensement" not in feeds["comparateur"]
    assert "Naissances de l’année" in feeds["comparateur"]


# ---------------------------------------------------------------- catalogue


def test_catalogue_is_complete() -> None:
    assert all(SERVICE_SOURCES[service] for service in Service)
    assert all(INDICATOR_SOURCES[indicator] for indicator in INDICATORS)
    assert {key for family in FAMILIES for key in family} == set(INDICATORS)
    defined = {*INDICATORS, *RATIOS, *(service.value for service in Service)}
    assert set(DEFINITIONS) == defined
    for ratio in RATIOS.values():
        family = next(f for f in FAMILIES if ratio.numerator in f)
        assert ratio.denominator in family, ratio.key


def test_every_source_says_where_it_comes_from() -> None:
    for source in SOURCES.values():
        assert source.page.startswith("https://"), source.key
        assert source.publisher
        assert source.licence
        assert not source.small or source.address, source.key
        assert source.size_mb < 20 or not source.small, source.key
