"""The pages of an import: a person with a spreadsheet, step by step, without JavaScript."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.common import jobs
from millecafes.common.imports import registry, services
from millecafes.common.imports.models import ImportMatching, ImportRun
from millecafes.common.imports.sheets import MOST_BYTES
from millecafes.common.jobs.models import Job, JobState
from millecafes.common.jobs.queue import cancel, replay
from millecafes.partners.importing import ORGANISATIONS
from millecafes.partners.models import Organisation
from tests.factories.imports import TEAM, csv_of, fresh, look, send
from tests.factories.partners import make_organisation
from tests.factories.people import client_wearing
from tests.factories.territory import make_commune

pytestmark = pytest.mark.django_db
NEW = "/equipe/imports/nouveau/organisations/"


@pytest.fixture
def team() -> Client:
    return client_wearing(RoleKind.TEAM, "network")


def text(response: Any) -> str:
    return " ".join(response.content.decode().replace("&nbsp;", " ").split())


def upload(client: Client, content: bytes, name: str = "structures.csv") -> Any:
    return client.post(NEW, {"file": SimpleUploadedFile(name, content)}, follow=True)


def the_run() -> ImportRun:
    return ImportRun.objects.get()


def test_a_spreadsheet_comes_in_in_four_steps_and_goes_out(team: Client) -> None:
    make_commune()
    assert "Organisations" in text(team.get("/equipe/imports/"))
    assert "Numéro RNA" in text(team.get(NEW))
    content = csv_of(
        ("Cave", "Entreprise", "12"), ("Brasserie", "Fournisseur"), head=("Raison sociale", "Type", "SIRET")
    )
    page = upload(team, content)
    run = the_run()
    assert "Que disent ces colonnes" in text(page)
    assert '<option value="nom" selected>' in text(page)
    address = run.get_absolute_url()
    columns = {"colonne-0": "nom", "colonne-1": "nature", "colonne-2": "siret"}
    page = team.post(f"{address}colonnes/", columns, follow=True)
    assert "1 ligne à écrire, sur 2" in text(page)
    assert "Ligne 2, colonne C « SIRET » : « 12 » n’est pas un SIRET" in text(page)
    page = team.post(f"{address}appliquer/", follow=True)
    assert "L’import est fait" in text(page)
    assert "Créée : 1" in text(page)
    assert Organisation.objects.get().name == "Brasserie"
    assert "qui seront retirées : 1" in text(team.get(f"{address}annuler/"))
    page = team.post(f"{address}annuler/", follow=True)
    assert "L’import est annulé" in text(page)
    assert not Organisation.objects.exists()
    assert "structures.csv" in text(team.get("/equipe/imports/"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Ce fichier est vide"),
        (b"%PDF-1.7", "C’est un PDF"),
        (b"Nom;Nature", "Ce fichier n’a que des titres"),
        (b"Nom\0;x\ny", "un caractère nul"),
        (b"x" * (MOST_BYTES + 1), "Attendu : 20 Mo au plus"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(team: Client, content: bytes, words: str) -> None:
    page = upload(team, content)
    assert page.status_code == 422
    assert words in text(page)
    assert not ImportRun.objects.exists()


def test_no_file_at_all(team: Client) -> None:
    page = team.post(NEW)
    assert page.status_code == 422
    assert "Choisissez un fichier." in text(page)
    assert team.get("/equipe/imports/nouveau/chocolat/").status_code == 404


def test_the_model_to_fill_in_is_read_back(team: Client) -> None:
    for extension in ("csv", "ods"):
        content = team.get(f"{NEW}modele.{extension}").content
        run = look(content)
        assert sorted(key for key in run.matching.values() if key) == sorted(
            column.key for column in ORGANISATIONS.columns
        )
    assert team.get(f"{NEW}modele.exe").status_code == 404


def test_columns_that_contradict_are_refused_and_nothing_is_lost(team: Client) -> None:
    run = send(csv_of(("Cave", "Bar", "x"), head=("Un", "Deux", "Trois")))
    address = f"{run.get_absolute_url()}colonnes/"
    page = team.post(address, {"colonne-0": "nom", "colonne-1": "nom", "pour-tous-nature": "press"})
    assert page.status_code == 422
    assert "« Nom » est donnée par deux colonnes, A « Un » et B « Deux »" in text(page)
    assert '<option value="press" selected>' in text(page)
    page = team.post(address, {"colonne-0": "", "colonne-1": "chocolat"})
    assert "« chocolat » n’est pas une de nos colonnes" in text(page)
    page = team.post(address, {})
    assert "Aucune colonne n’est reconnue" in text(page)


def test_what_a_title_means_is_remembered_for_the_next_file(team: Client) -> None:
    content = csv_of(("Cave", "Entreprise"), head=("Zone 1", "Zone 2"))
    upload(team, content)
    first = the_run()
    assert first.matching == {"0": "", "1": ""}
    columns = {"colonne-0": "nom", "colonne-1": "nature"}
    team.post(f"{first.get_absolute_url()}colonnes/", columns)
    assert ImportMatching.objects.count() == 2
    upload(team, content)
    assert ImportRun.objects.latest("pk").matching == {"0": "nom", "1": "nature"}
    # A colleague benefits too; but what one person leaves aside binds nobody else.
    ImportMatching.objects.filter(header="zone 2").update(column="")
    assert send(content).matching == {"0": "nom", "1": ""}
    ImportMatching.objects.filter(header="zone 1").update(column="supprimee")
    assert send(content).matching == {"0": "", "1": ""}


def test_titles_below_a_title_of_the_sheet_are_found() -> None:
    run = send(b"Liste 2026;\n\nNom;Nature\nCave;Presse\n")
    assert run.headers == ["Nom", "Nature"]
    assert run.lines.get().number == 4
    assert run.notices == ["Les titres sont lus à la ligne 3 ; ce qui est au-dessus est laissé."]


def test_lines_to_correct_come_back_as_they_were_with_why(team: Client) -> None:
    run = look(csv_of(("Cave", "chocolat", "x\ny"), ("Bar", "Presse"), head=("Nom", "Nature", "À nous")))
    content = team.get(f"{run.get_absolute_url()}a-corriger.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content), delimiter=";"))
    assert rows[0] == ["Nom", "Nature", "À nous", "Ligne du fichier", "Erreur"]
    assert rows[1][:4] == ["Cave", "chocolat", "x\ny", "2"]
    assert "« chocolat » n’est pas une nature connue" in rows[1][4]
    assert len(rows) == 2


def test_lines_in_doubt_are_decided_on_the_page(team: Client) -> None:
    known = make_organisation("Épicerie des Remparts", commune=make_commune())
    run = look(csv_of(("Épicerie des Rempart", "Presse", "", "81294")))
    address = run.get_absolute_url()
    page = text(team.get(address))
    assert "Noms proches à 98 %, même commune." in page
    assert "Rien à écrire pour l’instant" in page
    page = text(team.post(f"{address}decisions/", {"ligne-2": "same:0", "page": "1"}, follow=True))
    assert "cette décision n’est pas proposée" in page
    page = text(team.post(f"{address}decisions/", {"ligne-2": f"same:{known.pk}"}, follow=True))
    assert "1 ligne à écrire, sur 1" in page
    team.post(f"{address}decisions/", {"ligne-2": "skip", "ligne-x": "new", "ligne-99": "new"})
    assert "Aucune ligne n’est à écrire" in text(team.post(f"{address}appliquer/", follow=True))
    team.post(f"{address}decisions/", {"ligne-2": ""})
    assert "1 décision de plus" in text(team.post(f"{address}decisions/", {"toutes": "same"}, follow=True))
    assert run.lines.get().choice == f"same:{known.pk}"


def test_an_import_that_wrote_nothing_is_dropped_whole(team: Client) -> None:
    run = look(csv_of(("Cave", "Presse")))
    page = team.post(f"{run.get_absolute_url()}abandonner/", follow=True)
    assert "L’import est abandonné" in text(page)
    assert not ImportRun.objects.exists()
    assert team.get(run.get_absolute_url()).status_code == 404


def test_steps_taken_twice_say_where_things_are(team: Client) -> None:
    run = look(csv_of(("Cave", "Presse")))
    address = run.get_absolute_url()
    team.post(f"{address}appliquer/")
    page = text(team.post(f"{address}appliquer/", follow=True))
    assert "Cet import en est à « appliqué »" in page
    page = text(team.post(f"{address}colonnes/", {"colonne-0": "nom"}, follow=True))
    assert "Cet import en est à « appliqué »" in page
    page = text(team.post(f"{address}abandonner/", follow=True))
    assert "Cet import en est à « appliqué »" in page
    assert Organisation.objects.count() == 1


def test_a_kind_whose_code_was_removed(team: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    run = look(csv_of(("Cave", "Presse")))
    monkeypatch.setattr(registry, "_kinds", {})
    assert team.get(run.get_absolute_url()).status_code == 404


def test_the_preview_makes_as_many_queries_for_one_as_for_three(team: Client) -> None:
    def queries(*names: str) -> int:
        run = look(csv_of(*((name, "Presse") for name in names)))
        with CaptureQueriesContext(connection) as made:
            assert team.get(run.get_absolute_url()).status_code == 200
        return len(made)

    assert queries("Cave") == queries("Boulangerie", "Fromagerie", "Quincaillerie")


class TestLargeFiles:
    """Beyond a few hundred lines, each step is a job; the page says where it is."""

    @pytest.fixture(autouse=True)
    def _small_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(services, "AT_ONCE", 1)

    def test_each_step_is_a_job(self, team: Client) -> None:
        rows = [(f"{name} à part", "Presse") for name in ("Cave", "Fournil", "Quincaillerie")]
        run = look(csv_of(*rows))
        assert run.state == "analysing"
        assert "Analyse en cours" in text(team.get(run.get_absolute_url()))
        jobs.testing.run_pending()
        assert fresh(run).state == "ready"
        team.post(f"{run.get_absolute_url()}appliquer/")
        assert not Organisation.objects.exists()
        jobs.testing.run_pending()
        assert Organisation.objects.count() == 3
        job = Job.objects.get(name="common.apply_import")
        assert (job.state, job.result_url) == (JobState.DONE, run.get_absolute_url())
        team.post(f"{run.get_absolute_url()}annuler/")
        jobs.testing.run_pending()
        assert not Organisation.objects.exists()
        assert fresh(run).state == "undone"

    def test_a_job_cancelled_leaves_the_import_as_it_was(self, team: Client) -> None:
        run = look(csv_of(("Cave", "Presse"), ("Fournil", "Presse")))
        jobs.testing.run_pending()
        services.apply(run=fresh(run), actor=TEAM, now=timezone.now())
        job = Job.objects.get(name="common.apply_import")
        assert cancel(job=job, actor=TEAM, now=timezone.now())
        jobs.testing.run_pending()
        page = text(team.get(run.get_absolute_url()))
        assert "La tâche s’est arrêtée : annulée" in page
        assert "Appliquer les 2 bonnes lignes" in page
        assert not Organisation.objects.exists()
        team.post(f"{run.get_absolute_url()}appliquer/")
        jobs.testing.run_pending()
        assert Organisation.objects.count() == 2

    def test_a_job_replayed_after_the_import_went_on_does_nothing(self) -> None:
        run = look(csv_of(("Cave", "Presse"), ("Fournil", "Presse")))
        jobs.testing.run_pending()
        services.apply(run=fresh(run), actor=TEAM, now=timezone.now())
        job = Job.objects.get(name="common.apply_import")
        cancel(job=job, actor=TEAM, now=timezone.now())
        services.apply(run=fresh(run), actor=TEAM, now=timezone.now())
        assert replay(job=job, actor=TEAM, now=timezone.now()) == ""
        jobs.testing.run_pending()
        assert Organisation.objects.count() == 2
        job.refresh_from_db()
        assert "n’attend plus cette tâche" in job.failure

    def test_a_job_that_fails_writes_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        run = look(csv_of(("Cave", "Presse"), ("Fournil", "Presse")))
        jobs.testing.run_pending()

        def fail(*_: Any, **__: Any) -> None:
            raise RuntimeError("panne")

        services.apply(run=fresh(run), actor=TEAM, now=timezone.now())
        with monkeypatch.context() as patch:
            patch.setattr(services, "_tell", fail)
            jobs.testing.run_pending()
        assert not Organisation.objects.exists()
        assert set(run.lines.values_list("outcome", flat=True)) == {""}
        assert fresh(run).state == "applying"
