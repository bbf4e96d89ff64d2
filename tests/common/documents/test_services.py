"""Documents: kept whole or not at all, versions, expiry, what is swept."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from millecafes.accounts.services.my_data import erase_person
from millecafes.common import documents, jobs, privacy
from millecafes.common.actors import Actor, command
from millecafes.common.documents import filetypes, purging, services, storing
from millecafes.common.documents.errors import DocumentError
from millecafes.common.documents.kinds import Kind, forget_kind, kind_of, register_kind
from millecafes.common.documents.models import Document, DocumentVersion, Rendition
from millecafes.common.documents.queries import of
from millecafes.common.jobs.models import Job
from millecafes.common.journal.models import JournalEntry
from millecafes.partners.models import Organisation
from tests.common.documents.conftest import kept
from tests.common.documents.test_images import bomb
from tests.factories.documents import PDF, image_bytes, make_document, make_logo
from tests.factories.partners import make_organisation
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER = NOW + dt.timedelta(days=3)


def rows() -> tuple[int, int, int]:
    return Document.objects.count(), DocumentVersion.objects.count(), Rendition.objects.count()


def test_a_document_is_kept_whole(organisation: Organisation) -> None:
    user = make_person()
    found = make_document(organisation, name="../Bail.html", actor=Actor(user_id=user.pk), now=NOW)
    assert (found.name, found.kind, found.owner_id) == ("Bail.pdf", "partners.document", user.pk)
    assert found.target() == organisation
    version = found.current
    assert (version.number, version.size, version.content_type) == (1, len(PDF), filetypes.PDF)
    assert version.sha256 == hashlib.sha256(PDF).hexdigest()
    with storing.open_key(version.key) as file:
        assert file.read() == PDF
    assert kept() == [version.key]
    line = JournalEntry.objects.get(verb="common.document_added")
    assert (line.target_type, line.data) == ("partners.organisation", {"kind": "Document"})


def test_the_documents_of_an_object_take_as_many_queries_for_three_as_for_one(
    organisation: Organisation, django_assert_num_queries: Any
) -> None:
    make_document(organisation, image_bytes())
    for _ in range(3):
        with django_assert_num_queries(3):
            [(row.current.size, list(row.current.renditions.all())) for row in of(organisation)]
        make_logo(make_organisation(f"Autre {Document.objects.count()}"))
        make_document(organisation, image_bytes())
    assert len(of(organisation)) == 4
    assert of(organisation, "partners.logo") == []


def test_a_small_image_comes_in_all_its_sizes_at_once(organisation: Organisation) -> None:
    version = make_logo(organisation).current
    assert [(row.width, row.height) for row in version.renditions.all()] == [(160, 80), (320, 160)]
    assert len(kept()) == 3
    assert not Job.objects.exists()


def test_a_large_image_is_made_in_its_sizes_by_a_job(organisation: Organisation) -> None:
    version = make_document(organisation, image_bytes("JPEG", (2_000, 1_500)), kind="partners.logo").current
    assert not version.renditions.exists()
    assert jobs.testing.run_pending() == 1
    assert [row.width for row in version.renditions.all()] == [160, 320, 640]
    # Done again (its process died just before it could say so), it makes nothing twice.
    jobs.enqueue(services.RENDER, arguments={"version": version.pk}, actor=command("tests"), now=NOW)
    assert jobs.testing.run_pending() == 1
    assert (version.renditions.count(), len(kept())) == (3, 4)


def test_an_image_removed_before_its_job_is_no_failure(organisation: Organisation) -> None:
    found = make_document(organisation, image_bytes("JPEG", (2_000, 1_500)), kind="partners.logo")
    documents.remove(document=found, actor=command("tests"), now=NOW)
    assert jobs.testing.run_pending() == 1
    assert Job.objects.get().state == "done"
    assert Rendition.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"<!doctype html><script>", "photo.jpg", "une page web"),
        (PDF[:-3], "a.pdf", "sa fin manque"),
        (PDF, "a\0.pdf", "caractère nul"),
        (image_bytes("PNG")[:150], "a.png", "abîmée"),
        (bomb(50_000, 50_000), "photo.png", "Attendu : 25 millions"),
        (b"", "a.pdf", "vide"),
    ],
)
def test_what_is_refused_leaves_nothing(
    organisation: Organisation, content: bytes, name: str, said: str
) -> None:
    with pytest.raises(DocumentError, match=said):
        make_document(organisation, content, name)
    assert rows() == (0, 0, 0)
    assert kept() == []


class Endless(io.RawIOBase):
    """Two gigabytes that nobody holds."""

    def __init__(self, size: int) -> None:
        self.left, self.given = size, 0

    def seek(self, place: int, whence: int = 0) -> int:
        return place

    def read(self, size: int = -1) -> bytes:
        given = min(size, self.left)
        self.left -= given
        self.given += given
        return b"x" * given


def test_two_gigabytes_are_refused_without_being_written(organisation: Organisation) -> None:
    file = Endless(2_000_000_000)
    with pytest.raises(DocumentError, match="Attendu : 20\u202fMo au plus") as refused:
        documents.add(
            kind="partners.document",
            file=file,  # type: ignore[arg-type]
            name="a.pdf",
            target=organisation,
            actor=command("tests"),
            now=NOW,
        )
    assert refused.value.status == 413
    assert file.given < 21_000_000
    assert kept() == []


def test_a_size_told_is_enough_to_refuse() -> None:
    file = Endless(2_000_000_000)
    file.size = 2_000_000_000  # type: ignore[attr-defined]
    with pytest.raises(DocumentError, match="fait 2\u202fGo"):
        services.examine(file, "a.pdf", kind_of("partners.document"))  # type: ignore[arg-type]
    assert file.given == 0


def test_a_transaction_rolled_back_takes_its_files_away(organisation: Organisation) -> None:
    def fail() -> None:
        with transaction.atomic():
            make_logo(organisation)
            assert len(kept()) == 3
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (rows(), kept()) == ((0, 0, 0), [])


@pytest.mark.django_db(transaction=True)
def test_a_transaction_committed_keeps_them(organisation: Organisation) -> None:
    with transaction.atomic():
        make_logo(organisation)
    assert len(kept()) == 3

    def fail() -> None:
        with transaction.atomic():
            make_document(organisation)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert len(kept()) == 3


def test_rows_that_cannot_be_written_leave_no_file(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("panne")

    monkeypatch.setattr(services.journal, "record", fail)
    with pytest.raises(RuntimeError, match="panne"):
        make_logo(organisation)
    assert (rows(), kept()) == ((0, 0, 0), [])


DISK = """
import io, os, resource, sys
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "millecafes.config.settings.test"
django.setup()
from django.conf import settings
from millecafes.common.documents import storing
from millecafes.common.documents.errors import DocumentError
# No file of this process may go past this size: the system refuses the rest, as a full disk does.
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
with storing.batch() as files:
    files.save(io.BytesIO(b"x" * 90_000), ".pdf")
try:
    with storing.batch() as files:
        files.save(io.BytesIO(b"x" * 50_000), ".pdf")
        files.save(io.BytesIO(b"x" * 5_000_000), ".pdf")
except DocumentError as error:
    print(error.status.value, error.words)
print(*(path.stat().st_size for path in settings.DOCUMENTS_DIR.rglob("*") if path.is_file()))
"""


def test_a_full_disk_says_so_and_leaves_nothing_half_written() -> None:
    done = subprocess.run([sys.executable, "-c", DISK], capture_output=True, text=True, env=dict(os.environ))
    assert done.returncode == 0, done.stderr
    said, sizes = done.stdout.strip().splitlines()
    assert said.startswith("507 Le serveur n’a plus de place")
    assert sizes == "90000"


def test_versions_are_kept_as_many_as_the_kind_says(organisation: Organisation) -> None:
    found = make_document(organisation)
    for number in range(2, 8):
        content = PDF + b"%" * number + b"\n%%EOF"
        found = documents.replace(
            document=found, file=io.BytesIO(content), name=f"{number}.pdf", actor=command("tests"), now=NOW
        )
    assert [version.number for version in found.versions.all()] == [7, 6, 5, 4, 3]
    assert (found.name, found.current.number) == ("7.pdf", 7)
    assert len(of(organisation)) == 1
    assert JournalEntry.objects.filter(verb="common.document_replaced").count() == 6


def test_a_kind_of_one_document_replaces_it(organisation: Organisation) -> None:
    first, second = make_logo(organisation), make_logo(organisation)
    assert (first.pk, second.number) == (second.pk, 2)


@pytest.mark.django_db(transaction=True)
def test_a_document_removed_leaves_its_files_one_day(organisation: Organisation) -> None:
    """A backup that has just read the rows still finds the files."""
    found = make_logo(organisation)
    other = make_document(organisation)
    for path in Path(storing.storage().path("")).rglob("*.*"):
        os.utime(path, (0, 0))  # written long ago
    documents.remove(document=found, actor=command("tests"), now=NOW)
    assert rows() == (1, 1, 0)
    assert purging.sweep(now=timezone.now()) == 0
    assert len(kept()) == 4
    assert purging.sweep(now=timezone.now() + dt.timedelta(days=2)) == 3
    assert kept() == [other.current.key]
    assert JournalEntry.objects.get(verb="common.document_removed").data == {"kind": "Logo"}


def test_the_daily_sweep_takes_files_that_nobody_knows(organisation: Organisation, folder: Path) -> None:
    found = make_document(organisation)
    (folder / storing.UNFINISHED / "tmp1").write_bytes(b"coupure")
    (folder / "zz").mkdir()
    (folder / "zz" / "zz.pdf").write_bytes(b"processus mort")
    jobs.enqueue("common.sweep_documents", actor=command("tests"), now=LATER)
    assert jobs.testing.run_pending(now=LATER) == 1
    assert Job.objects.get().result_text == "Fichiers effacés : 2."
    assert kept() == [found.current.key]


def test_an_expired_document_is_seen_no_more_then_purged(organisation: Organisation) -> None:
    make_document(organisation, expires_at=NOW - dt.timedelta(seconds=1))
    stays = make_document(organisation, expires_at=LATER)
    assert of(organisation) == [stays]
    assert purging.is_due(NOW)
    done = privacy.purge(actor=command("purge"), now=NOW)["common.documents"]
    assert done == {"documents expirés": 1}
    assert (rows(), purging.is_due(NOW)) == ((1, 1, 0), False)


def test_the_documents_of_an_object_that_is_gone_are_purged(organisation: Organisation) -> None:
    other = make_organisation("Autre")
    make_document(other)
    stays = make_document(organisation)
    other.delete()
    assert purging.purge_documents(now=NOW)["documents dont l’objet n’existe plus"] == 1
    assert list(Document.objects.all()) == [stays]


def test_a_person_erased_leaves_what_is_the_organisation_s(organisation: Organisation) -> None:
    user = make_person()
    actor = Actor(user_id=user.pk)
    given = make_document(organisation, name="Bail de Zoé.pdf", actor=actor)
    kind = Kind("tests.cv", "CV", (filetypes.PDF,), 1_000, "partners.view_organisation", "x", personal=True)
    register_kind(kind)
    try:
        own = make_document(organisation, kind="tests.cv", actor=actor)
        about = make_document(user)  # given by somebody else, about this person
        erase_person(user=user, actor=command("tests"), now=timezone.now())
        given.refresh_from_db()
        assert (given.name, given.owner_id, given.expires_at) == ("Document", None, None)
        assert given.current.author_id is None
        assert of(organisation) == [given]
        purging.purge_documents(now=timezone.now())
        assert not Document.objects.filter(pk__in=[own.pk, about.pk]).exists()
    finally:
        forget_kind("tests.cv")


def test_two_kinds_of_one_name_are_refused() -> None:
    register_kind(kind_of("partners.logo"))
    with pytest.raises(ValueError, match=r"partners\.logo"):
        register_kind(Kind("partners.logo", "x", (filetypes.PDF,), 1, "a", "b"))
    with pytest.raises(KeyError, match=r"tests\.none"):
        kind_of("tests.none")
