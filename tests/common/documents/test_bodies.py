"""Forms with files: too large, cut on their way, or with no room to receive them."""

from __future__ import annotations

import errno
import io
from typing import Any

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from django.test.client import ClientHandler

from millecafes.accounts.enums import RoleKind
from millecafes.common.documents.models import Document
from millecafes.partners.models import Organisation
from tests.common.documents.conftest import kept
from tests.factories.documents import PDF, image_bytes
from tests.factories.people import make_role

pytestmark = pytest.mark.django_db
BOUNDARY = "limite"


@pytest.fixture
def partner(organisation: Organisation) -> Client:
    """Somebody of this organisation, with a form drawn."""
    client = Client()
    client.force_login(make_role(RoleKind.PARTNER, f"organisation:{organisation.pk}").user)
    return client


def address(organisation: Organisation) -> str:
    return f"/documents/ajouter/partners.document/{organisation.pk}/"


class Unread(io.RawIOBase):
    """A body that nobody may read."""

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("read")


def send(client: Client, path: str, body: Any, length: int) -> tuple[int, str]:
    """A request as the server gives it, whatever its body holds."""
    environment = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "HTTP_COOKIE": "; ".join(f"{name}={found.value}" for name, found in client.cookies.items()),
        "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
        "CONTENT_LENGTH": str(length),
        "wsgi.input": body,
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
        "wsgi.version": (1, 0),
        "wsgi.multiprocess": False,
        "wsgi.multithread": True,
        "wsgi.run_once": False,
    }
    answer = ClientHandler(enforce_csrf_checks=True)(environment)
    return answer.status_code, answer.content.decode()


def form(token: str, content: bytes, name: str = "a.pdf") -> bytes:
    """A form as browsers send it."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n',
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n',
        "Content-Type: application/pdf\r\n\r\n",
    ]
    return "".join(parts).encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def token_of(client: Client, path: str) -> str:
    client.get(path)
    return str(client.cookies["csrftoken"].value)


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_form_of_two_gigabytes_is_refused_before_it_is_read(
    organisation: Organisation, partner: Client, signed_in: bool
) -> None:
    client = partner if signed_in else Client()
    # The limit of the site; below it, that of the page.
    for length, said in (
        (2_147_483_648, "30\xa0Mo"),
        (25_000_000, "fait 25\u202fMo. Attendu : 20\u202fMo au plus."),
    ):
        status, text = send(client, address(organisation), Unread(), length)
        assert status == 413
        assert said in text.replace("&nbsp;", "\xa0")
        assert "Rien n’a été enregistré." in text


@pytest.mark.parametrize("path", ["/contact/", "/nulle-part/", "/organisations/nouvelle/"])
def test_a_page_that_takes_no_file_takes_forms_of_text_only(path: str, partner: Client) -> None:
    assert send(Client(), path, Unread(), 4_000_000)[0] == 413
    assert send(partner, path, Unread(), 30_000_000)[0] == 413


def test_a_length_that_is_no_number_is_refused(organisation: Organisation) -> None:
    assert send(Client(), address(organisation), Unread(), -5)[0] == 413


@pytest.mark.parametrize("size", [2_000, 3_000_000])  # held in memory; held in a file
def test_a_form_cut_at_nine_tenths_leaves_nothing(
    organisation: Organisation, partner: Client, size: int
) -> None:
    """Django takes the beginning of a file for the file; its last line is cut off, as is the boundary."""
    path = address(organisation)
    body = form(token_of(partner, path), PDF + b"%\n" * size + b"%%EOF\n" * (size // 4))
    status, text = send(partner, path, io.BytesIO(body[: len(body) * 9 // 10]), len(body))
    assert (status, "Le réseau s’est coupé" in text) == (400, True)
    assert (Document.objects.count(), kept()) == (0, [])
    assert send(partner, path, io.BytesIO(body), len(body))[0] == 302
    assert Document.objects.count() == 1


def test_no_room_to_receive_is_said(
    organisation: Organisation, partner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = address(organisation)
    body = form(token_of(partner, path), PDF + b"%" * 3_000_000 + b"%%EOF")
    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", full)
    status, text = send(partner, path, io.BytesIO(body), len(body))
    assert (status, "n’a plus de place" in text) == (507, True)
    assert (Document.objects.count(), kept()) == (0, [])


def test_a_name_of_five_thousand_characters_is_refused_a_long_one_is_cut(
    organisation: Organisation, partner: Client
) -> None:
    path = address(organisation)
    for length, status, names in ((5_000, 400, []), (300, 302, ["é" * 116 + ".jpg"])):
        body = form(token_of(partner, path), image_bytes(), "é" * length + ".png")
        assert send(partner, path, io.BytesIO(body), len(body))[0] == status
        assert [found.name for found in Document.objects.all()] == names


def test_a_nul_in_the_name_of_a_file_does_not_pass(organisation: Organisation, partner: Client) -> None:
    path = address(organisation)
    body = form(token_of(partner, path), PDF, "a\0b.pdf")
    assert send(partner, path, io.BytesIO(body), len(body))[0] in {302, 400}
    assert [found.name for found in Document.objects.all()] in ([], ["ab.pdf"])
