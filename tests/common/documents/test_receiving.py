"""Files that come piece by piece: forged, cut, lost, another's; and what becomes of them."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import User
from millecafes.common import privacy
from millecafes.common.actors import Actor, command
from millecafes.common.documents import forms, purging, storing, uploads
from millecafes.common.documents.errors import DocumentError
from millecafes.common.documents.kinds import kind_of
from millecafes.common.documents.models import Document, Upload
from millecafes.partners.models import Organisation
from tests.common.documents.conftest import kept
from tests.concurrency import a_database_for_several, at_once
from tests.factories.documents import PDF, image_bytes
from tests.factories.people import make_person, make_role

pytestmark = pytest.mark.django_db
NOW = timezone.now()
BIG = PDF + b"%\n" * 600_000 + b"%%EOF\n"  # three pieces


@pytest.fixture
def user(organisation: Organisation) -> User:
    """Somebody of this organisation."""
    return make_role(RoleKind.PARTNER, f"organisation:{organisation.pk}").user


@pytest.fixture
def client(user: User) -> Client:
    """Their browser."""
    client = Client()
    client.force_login(user)
    return client


def ticket(user: User, kind: str = "partners.document") -> str:
    return forms.ticket_for(kind_of(kind), Actor(user_id=user.pk))


def begin(client: Client, user: User, size: Any, **more: Any) -> Any:
    return client.post(
        "/documents/envois/", {"ticket": ticket(user), "name": "bail.pdf", "size": size, **more}
    )


def patch(client: Client, address: str, offset: Any, piece: bytes) -> Any:
    return client.patch(
        address, piece, "application/offset+octet-stream", headers={"Upload-Offset": str(offset)}
    )


def send_all(client: Client, user: User, content: bytes, **more: Any) -> Upload:
    address = begin(client, user, len(content), **more).json()["address"]
    for start in range(0, len(content), uploads.PIECE):
        piece = content[start : start + uploads.PIECE]
        assert patch(client, address, start, piece).status_code == 204
    return Upload.objects.get(owner=user)


def submit(client: Client, organisation: Organisation, upload: Any) -> Any:
    address = f"/documents/ajouter/partners.document/{organisation.pk}/"
    return client.post(address, {"file_envoi": str(getattr(upload, "uuid", upload))})


def test_a_file_comes_piece_by_piece_and_becomes_a_document(
    client: Client, user: User, organisation: Organisation
) -> None:
    upload = send_all(client, user, BIG, sha256=hashlib.sha256(BIG).hexdigest())
    assert (upload.is_whole, len(kept())) == (True, 3)
    assert submit(client, organisation, upload)["Location"] == organisation.get_absolute_url()
    document = Document.objects.get()
    assert (document.name, document.owner_id, document.current.size) == ("bail.pdf", user.pk, len(BIG))
    with storing.open_key(document.current.key) as file:
        assert file.read() == BIG
    assert not Upload.objects.exists()
    # Sent twice: the second finds nothing to keep.
    again = submit(client, organisation, upload)
    assert (again.status_code, Document.objects.count()) == (422, 1)
    assert "Cet envoi n’existe plus" in again.content.decode()


def test_after_a_cut_the_server_says_where_to_go_on(client: Client, user: User) -> None:
    address = begin(client, user, len(BIG)).json()["address"]
    patch(client, address, 0, BIG[: uploads.PIECE])
    # The next piece is cut on its way: nothing of it is kept.
    piece = BIG[uploads.PIECE : 2 * uploads.PIECE]
    cut = client.generic(
        "PATCH",
        address,
        piece[: uploads.PIECE * 9 // 10],
        "application/offset+octet-stream",
        headers={"Upload-Offset": str(uploads.PIECE)},
        CONTENT_LENGTH=str(uploads.PIECE),
        **{"wsgi.input": io.BytesIO(piece[: uploads.PIECE * 9 // 10])},
    )
    assert (cut.status_code, len(kept())) == (400, 1)
    for asked in (client.head(address), client.get(address)):
        assert asked["Upload-Offset"] == str(uploads.PIECE)
        assert asked["Cache-Control"].startswith("max-age=0")
    assert client.get(address).json() == {"offset": uploads.PIECE, "size": len(BIG)}
    assert patch(client, address, uploads.PIECE, piece)["Upload-Offset"] == str(2 * uploads.PIECE)


@pytest.mark.parametrize("offset", [5, uploads.PIECE, 10**15])
def test_a_forged_offset_is_told_the_true_one(client: Client, user: User, offset: int) -> None:
    address = begin(client, user, len(BIG)).json()["address"]
    answer = patch(client, address, offset, b"x")
    assert (answer.status_code, answer["Upload-Offset"]) == (409, "0")
    assert kept() == []


@pytest.mark.parametrize("offset", ["", "-1", "x", "1e3", "²", "9" * 40])
def test_an_offset_that_is_no_number_is_refused(client: Client, user: User, offset: str) -> None:
    address = begin(client, user, 10).json()["address"]
    header = {"Upload-Offset": offset.encode().decode("latin-1")}
    answer = client.patch(address, b"x", "application/octet-stream", headers=header)
    assert answer.status_code == 400


def test_pieces_too_large_empty_or_past_the_end_are_refused(client: Client, user: User) -> None:
    address = begin(client, user, 10).json()["address"]
    assert patch(client, address, 0, b"x" * (uploads.PIECE + 1)).status_code == 413
    for piece in (b"", b"x" * 11):
        answer = patch(client, address, 0, piece)
        assert (answer.status_code, "Attendu : de 1 à" in answer.json()["detail"]) == (422, True)
    assert (kept(), Upload.objects.get().offset) == ([], 0)


@pytest.mark.parametrize(
    ("size", "status", "said"),
    [
        (2_147_483_648, 413, "fait 2,1\u202fGo. Attendu : 20\u202fMo au plus"),
        (0, 422, "vide"),
        (-1, 422, "vide"),
        ("x", 422, "n’est pas un nombre"),
        ("", 422, "n’est pas un nombre"),
        ("9" * 5_000, 413, "Attendu : 20\u202fMo"),
    ],
)
def test_the_size_told_is_judged_before_the_first_byte(
    client: Client, user: User, size: Any, status: int, said: str
) -> None:
    answer = begin(client, user, size)
    assert answer.status_code == status
    assert said in answer.json()["detail"]
    assert not Upload.objects.exists()


def test_names_and_fingerprints_that_cannot_be(client: Client, user: User) -> None:
    assert begin(client, user, 5, sha256="x").status_code == 422
    assert begin(client, user, 5, name="a\0b").status_code == 400
    assert begin(client, user, 5, name="é" * 5_000 + ".pdf").status_code == 201
    assert Upload.objects.get().name.endswith("é.pdf")


def test_without_a_ticket_of_one_s_own_nothing_opens(client: Client, user: User) -> None:
    other = make_person()
    old = signing.TimestampSigner(salt=forms.SALT).sign_object(["partners.document", user.pk])
    for wrong in ("", "x", ticket(other), signing.dumps(["partners.document", user.pk]), old + "x"):
        assert begin(client, user, 5, ticket=wrong).status_code == 404
    gone = signing.dumps(["tests.none", user.pk], salt=forms.SALT)
    assert begin(client, user, 5, ticket=gone).status_code == 404


def test_another_s_upload_does_not_exist(client: Client, user: User, organisation: Organisation) -> None:
    upload = send_all(client, user, PDF)
    stranger = Client()
    stranger.force_login(make_role(RoleKind.PARTNER, f"organisation:{organisation.pk}").user)
    address = f"/documents/envois/{upload.uuid}/"
    for answer in (
        stranger.get(address),
        stranger.head(address),
        patch(stranger, address, 0, b"x"),
        stranger.delete(address),
    ):
        assert answer.status_code == 404
    refused = submit(stranger, organisation, upload)
    assert (refused.status_code, Document.objects.count()) == (422, 0)
    assert patch(Client(), address, 0, b"x").status_code == 302


def test_an_upload_for_another_kind_or_not_whole_is_refused(
    client: Client, user: User, organisation: Organisation
) -> None:
    logo = begin(client, user, 5, ticket=ticket(user, "partners.logo")).json()["number"]
    assert "n’existe plus" in submit(client, organisation, logo).content.decode()
    partial = begin(client, user, 5).json()["number"]
    assert "il manque 5\u00a0octets" in submit(client, organisation, partial).content.decode()
    assert "n’existe plus" in submit(client, organisation, "x").content.decode()
    assert Document.objects.count() == 0


def test_what_came_is_judged_like_any_file(client: Client, user: User, organisation: Organisation) -> None:
    upload = send_all(client, user, b"<!doctype html><script>", name="photo.jpg")
    refused = submit(client, organisation, upload)
    assert refused.status_code == 422
    assert "Ce fichier est une page web (HTML)" in refused.content.decode()
    assert Document.objects.count() == 0


def test_a_file_that_is_not_the_one_told_is_refused(
    client: Client, user: User, organisation: Organisation
) -> None:
    upload = send_all(client, user, PDF, sha256="0" * 64)
    assert "n’est pas celui qui a été envoyé" in submit(client, organisation, upload).content.decode()
    other = send_all(client, make_again(upload, user), PDF)
    storing.delete(other.parts)
    assert "s’est perdu" in submit(client, organisation, other).content.decode()


def make_again(upload: Upload, user: User) -> User:
    uploads.abandon(upload)
    return user


def test_a_full_disk_keeps_what_came_and_says_so(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    address = begin(client, user, len(BIG)).json()["address"]
    patch(client, address, 0, BIG[: uploads.PIECE])

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(storing.os, "fsync", full)
        answer = patch(client, address, uploads.PIECE, BIG[uploads.PIECE :][: uploads.PIECE])
    assert (answer.status_code, answer["Upload-Offset"]) == (507, str(uploads.PIECE))
    assert "n’a plus de place" in answer.json()["detail"]
    assert len(kept()) == 1
    assert patch(client, address, uploads.PIECE, b"x").status_code == 204


def test_an_upload_is_stopped(client: Client, user: User) -> None:
    upload = send_all(client, user, PDF)
    assert client.delete(f"/documents/envois/{upload.uuid}/").status_code == 204
    assert not Upload.objects.exists()


def test_uploads_that_nobody_goes_on_with_are_erased(client: Client, user: User) -> None:
    upload = send_all(client, user, PDF)
    Upload.objects.update(touched_at=NOW - dt.timedelta(days=3))
    assert purging.is_due(NOW)
    done = privacy.purge(actor=command("purge"), now=NOW)["common.documents"]
    assert done == {"envois abandonnés": 1}
    assert not Upload.objects.filter(pk=upload.pk).exists()


def test_a_person_has_so_many_uploads_and_no_more(client: Client, user: User) -> None:
    """The one left alone for longest gives its place."""
    first = begin(client, user, 5).json()["number"]
    for _ in range(uploads.MOST):
        assert begin(client, user, 5).status_code == 201
    assert Upload.objects.count() == uploads.MOST
    assert not Upload.objects.filter(uuid=first).exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_piece_sent_twice_at_once_is_kept_once(tmp_path: Any) -> None:
    person = make_person()
    upload = uploads.begin(
        kind=kind_of("partners.document"), name="a.pdf", size=8, sha256="", owner_id=person.pk, now=NOW
    )

    def receive() -> int:
        return uploads.receive(upload=upload, offset=0, piece=b"1234", now=NOW)

    with a_database_for_several(tmp_path):
        answers = at_once(2, receive)
        assert sorted(str(type(answer).__name__) for answer in answers) == ["OffsetError", "int"]
        assert len(kept()) == 1


def test_the_page_carries_what_the_script_needs(client: Client, organisation: Organisation) -> None:
    page = client.get(f"/documents/ajouter/partners.logo/{organisation.pk}/").content.decode()
    assert 'data-upload="/documents/envois/"' in page
    assert 'accept=".jpg,.jpeg,.png,.webp"' in page
    assert re.search(r'data-ticket="[\w:.-]{20,}"', page)
    assert "JPEG, PNG ou WebP ; 5\u202fMo au plus." in page


def test_a_form_without_a_file_or_with_one_too_large(client: Client, organisation: Organisation) -> None:
    address = f"/documents/ajouter/partners.logo/{organisation.pk}/"
    assert "Choisissez un fichier." in client.post(address).content.decode()
    large = io.BytesIO(image_bytes() + b"x" * 5_000_001)
    large.name = "a.png"
    answer = client.post(address, {"file": large})
    assert answer.status_code == 422
    assert "Attendu : 5\u202fMo au plus" in answer.content.decode()


def test_an_upload_cannot_begin_for_nobody() -> None:
    with pytest.raises(DocumentError):
        uploads.begin(kind=kind_of("partners.logo"), name="", size=0, sha256="", owner_id=1, now=NOW)
