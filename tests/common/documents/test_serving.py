"""The addresses of documents: who may read, what browsers and caches are told, parts of files."""

from __future__ import annotations

import datetime as dt
import io
import uuid
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.common import documents
from millecafes.common.actors import command
from millecafes.common.documents import filetypes, storing
from millecafes.common.documents.kinds import Kind, forget_kind, register_kind
from millecafes.common.documents.models import Document
from millecafes.partners.models import Organisation
from tests.factories.documents import PDF, image_bytes, make_document, make_logo
from tests.factories.partners import make_organisation
from tests.factories.people import make_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner(organisation: Organisation) -> Client:
    """Somebody of this organisation."""
    client = Client()
    client.force_login(make_role(RoleKind.PARTNER, f"organisation:{organisation.pk}").user)
    return client


@pytest.fixture
def public() -> Iterator[str]:
    """A kind that anybody may read."""
    kind = Kind(
        "tests.public",
        "Affiche",
        (*filetypes.IMAGES, filetypes.CSV),
        1_000_000,
        "x",
        "x",
        (100,),
        public=True,
    )
    register_kind(kind)
    yield kind.name
    forget_kind(kind.name)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def ask(client: Client, address: str, **headers: str) -> HttpResponse:
    return client.get(address, headers=headers)  # type: ignore[return-value]


def test_a_private_document_asks_the_permission_on_its_object(
    organisation: Organisation, partner: Client
) -> None:
    own, other = make_document(organisation), make_document(make_organisation("Autre"))
    address = own.get_absolute_url()
    response = ask(partner, address)
    assert (response.status_code, body(response)) == (200, PDF)
    assert ask(Client(), address).status_code == 302
    for missing in (other.get_absolute_url(), f"/documents/{uuid.uuid4()}/", f"{address}v2/"):
        assert ask(partner, missing).status_code == 404
        assert ask(Client(), missing)["Location"].startswith("/connexion/")


def test_nothing_is_kept_of_it_by_caches_and_nothing_in_it_runs(
    organisation: Organisation, partner: Client
) -> None:
    document = make_document(organisation, image_bytes(), 'é "a".png')
    response = ask(partner, document.current.get_absolute_url())
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"] == (
        "inline; filename=\"_ a.jpg\"; filename*=UTF-8''%C3%A9%20a.jpg"
    )
    assert response["Content-Security-Policy"].endswith("; sandbox")
    assert "default-src 'none'" in response["Content-Security-Policy"]
    pdf = ask(partner, make_document(organisation).get_absolute_url())
    assert pdf["Content-Disposition"].startswith("inline")
    assert "default-src 'none'" in pdf["Content-Security-Policy"]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("mimetype", filetypes.ODT)
    text = ask(partner, make_document(organisation, made.getvalue(), "a.odt").get_absolute_url())
    assert text["Content-Disposition"].startswith("attachment")


def test_a_browser_that_has_it_is_told_so(organisation: Organisation, partner: Client) -> None:
    address = make_document(organisation).get_absolute_url()
    mark = ask(partner, address)["ETag"]
    for known in (mark, f"W/{mark}", f'"x", {mark}', "*"):
        again = ask(partner, address, if_none_match=known)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", mark)
        assert again["Cache-Control"] == "private, no-cache"
    assert ask(partner, address, if_none_match='"x"').status_code == 200
    # What is no longer permitted is no longer told.
    assert ask(Client(), address, if_none_match=mark).status_code == 302


@pytest.mark.parametrize(
    ("asked", "status", "part", "told"),
    [
        ("bytes=0-4", 206, PDF[:5], "bytes 0-4/{}"),
        ("bytes=5-", 206, PDF[5:], "bytes 5-{last}/{}"),
        ("bytes=-6", 206, PDF[-6:], "bytes {six}-{last}/{}"),
        ("bytes=0-99999999", 206, PDF, "bytes 0-{last}/{}"),
        ("bytes=-99999999", 206, PDF, "bytes 0-{last}/{}"),
        ("bytes=99999999-", 416, b"", "bytes */{}"),
        ("bytes=5-2", 416, b"", "bytes */{}"),
        ("bytes=-0", 416, b"", "bytes */{}"),
        ("bytes=0-1,3-4", 200, PDF, ""),
        ("bytes=-", 200, PDF, ""),
        ("octets=0-1", 200, PDF, ""),
        ("bytes=" + "9" * 400 + "-", 200, PDF, ""),
    ],
)
def test_parts_of_a_file(
    organisation: Organisation, partner: Client, asked: str, status: int, part: bytes, told: str
) -> None:
    response = ask(partner, make_document(organisation).get_absolute_url(), range=asked)
    assert (response.status_code, body(response)) == (status, part)
    size = len(PDF)
    assert response.get("Content-Range", "") == told.format(size, last=size - 1, six=size - 6)
    assert response["Accept-Ranges"] == "bytes"
    if status != 416:
        assert response["Content-Length"] == str(len(part))


def test_a_part_of_another_version_is_not_given(organisation: Organisation, partner: Client) -> None:
    address = make_document(organisation).get_absolute_url()
    mark = ask(partner, address)["ETag"]
    assert ask(partner, address, range="bytes=0-1", if_range=mark).status_code == 206
    assert body(ask(partner, address, range="bytes=0-1", if_range='"x"')) == PDF


def test_its_head_says_as_much_without_opening_it(organisation: Organisation, partner: Client) -> None:
    document = make_document(organisation)
    whole = ask(partner, document.get_absolute_url())
    storing.delete([document.current.key])
    head = partner.head(document.get_absolute_url())
    assert head.status_code == 200
    for name in ("Content-Length", "Content-Type", "ETag", "Content-Disposition"):
        assert head[name] == whole[name]
    assert ask(partner, document.get_absolute_url()).status_code == 404


def test_each_version_and_size_has_its_address(organisation: Organisation, partner: Client) -> None:
    logo = make_logo(organisation)
    first = logo.current
    documents.replace(
        document=logo,
        file=io.BytesIO(image_bytes(colour=7)),
        name="b.png",
        actor=command("tests"),
        now=timezone.now(),
    )
    marks = {ask(partner, f"/documents/{logo.uuid}/{part}")["ETag"] for part in ("v1/", "v2/", "")}
    assert len(marks) == 2
    small = ask(partner, f"/documents/{logo.uuid}/v1/160.webp")
    assert (small.status_code, small["Content-Type"]) == (200, "image/webp")
    assert small["Content-Disposition"].startswith('inline; filename="b-160.webp"')
    assert body(small)[8:12] == b"WEBP"
    assert ask(partner, f"/documents/{logo.uuid}/v1/161.webp").status_code == 404
    assert ask(Client(), f"/documents/{logo.uuid}/v1/160.webp").status_code == 302
    assert first.get_absolute_url() == f"/documents/{logo.uuid}/v1/"


def test_what_is_public_is_kept_by_caches_under_an_address_that_never_changes(
    organisation: Organisation, public: str
) -> None:
    poster = make_document(organisation, image_bytes(), kind=public)
    lasting = "public, max-age=31536000, immutable"
    for address, cache in (
        (poster.get_absolute_url(), "public, no-cache"),
        (poster.current.get_absolute_url(), lasting),
        (f"/documents/{poster.uuid}/v1/100.webp", lasting),
    ):
        response = ask(Client(), address)
        assert (response.status_code, response["Cache-Control"]) == (200, cache)
        assert "Set-Cookie" not in response


def test_what_expired_or_lost_its_object_or_its_kind_is_not_there(
    organisation: Organisation, partner: Client, public: str
) -> None:
    past = timezone.now() - dt.timedelta(seconds=1)
    expired = make_document(organisation, expires_at=past)
    assert ask(partner, expired.get_absolute_url()).status_code == 404
    poster = make_document(organisation, image_bytes(), kind=public)
    forget_kind(public)
    assert ask(partner, poster.get_absolute_url()).status_code == 404
    lost = make_document(organisation)
    for values in ({"target_type": "tests.none"}, {"target_id": "x"}, {"target_id": "9" * 30}):
        Document.objects.filter(pk=lost.pk).update(**values)
        assert ask(partner, lost.get_absolute_url()).status_code == 404


def test_writing_to_an_address_of_a_document_does_nothing(
    partner: Client, organisation: Organisation
) -> None:
    address = make_document(organisation).get_absolute_url()
    assert {partner.post(address).status_code, partner.delete(address).status_code} == {405}
