"""Pages that add, replace and remove documents; what pages of rooms show of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from django.test import Client

from millecafes.accounts.enums import RoleKind
from millecafes.common import documents
from millecafes.common.documents.filetypes import PDF as PDF_TYPE
from millecafes.common.documents.kinds import Kind, forget_kind, register_kind
from millecafes.common.documents.models import Document
from millecafes.partners.models import Organisation
from tests.common.documents.test_images import bomb
from tests.factories.documents import PDF, image_bytes, make_document, make_logo
from tests.factories.partners import make_organisation
from tests.factories.people import make_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner(organisation: Organisation) -> Client:
    """Somebody of this organisation."""
    return client_of(RoleKind.PARTNER, f"organisation:{organisation.pk}")


def client_of(kind: RoleKind, perimeter: str) -> Client:
    client = Client()
    client.force_login(make_role(kind, perimeter).user)
    return client


def sent(content: bytes = PDF, name: str = "Bail.pdf") -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, content)}


def add_address(organisation: Organisation, kind: str = "partners.document") -> str:
    return f"/documents/ajouter/{kind}/{organisation.pk}/"


def test_a_document_is_added_then_read_on_the_page_of_its_organisation(
    partner: Client, organisation: Organisation
) -> None:
    assert "Aucun document n’est attaché." in partner.get(organisation.get_absolute_url()).content.decode()
    answer = partner.post(add_address(organisation), sent(), follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(organisation.get_absolute_url(), 302)]
    assert "« Bail.pdf » est enregistré." in page
    found = Document.objects.get()
    assert f'href="/documents/{found.uuid}/"' in page
    assert f"PDF, {len(PDF)}\u00a0octets" in page
    assert (
        "a ajouté un document (Document)"
        in client_of(RoleKind.TEAM, "network").get(organisation.get_absolute_url()).content.decode()
    )


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"<html><script>", "photo.jpg", "Ce fichier est une page web (HTML), quel que soit son nom."),
        (image_bytes("PNG")[:150], "a.png", "abîmée"),
        (bomb(50_000, 50_000), "photo.jpg", "Attendu : 25 millions"),
        (b"", "a.pdf", "vide"),
    ],
)
def test_what_is_refused_is_said_beside_the_field(
    partner: Client, organisation: Organisation, content: bytes, name: str, said: str
) -> None:
    answer = partner.post(add_address(organisation), sent(content, name))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert re.search(r'id="id_file_error">.*' + re.escape(said), page, re.DOTALL)
    assert "Rien n’est enregistré." in page
    assert 'aria-invalid="true"' in page
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    "address",
    ["tests.none/1", "partners.document/999999", "partners.document/x", "partners.document/" + "9" * 30],
)
def test_what_is_about_nothing_has_no_page(partner: Client, address: str) -> None:
    assert partner.get(f"/documents/ajouter/{address}/").status_code == 404


def test_a_kind_without_pages_of_its_own_has_none_here(partner: Client, organisation: Organisation) -> None:
    register_kind(
        Kind("tests.file", "F", (PDF_TYPE,), 100, "partners.view_organisation", "partners.edit_documents")
    )
    try:
        found = make_document(organisation, kind="tests.file")
        for address in (add_address(organisation, "tests.file"), f"/documents/{found.uuid}/fiche/"):
            assert partner.get(address).status_code == 404
        assert partner.post(f"/documents/{found.uuid}/retirer/").status_code == 404
        assert partner.get(found.get_absolute_url()).status_code == 200
    finally:
        forget_kind("tests.file")


def test_a_document_is_replaced_and_its_versions_stay(partner: Client, organisation: Organisation) -> None:
    found = make_document(organisation)
    address = f"/documents/{found.uuid}/fiche/"
    assert "Version 1" in partner.get(address).content.decode()
    assert partner.post(address, sent(PDF + b"\n", "Avenant.pdf")).status_code == 302
    page = partner.get(address).content.decode()
    assert "Avenant.pdf" in page
    assert page.index("Version 2") < page.index("Version 1")
    assert "Les 5 dernières versions sont gardées." in page
    refused = partner.post(address, sent(b"x", "a.pdf"))
    assert (refused.status_code, documents.of(organisation)[0].number) == (422, 2)


def test_who_may_only_read_replaces_nothing(organisation: Organisation) -> None:
    found = make_document(organisation)
    reader = client_of(RoleKind.MANAGER, f"organisation:{organisation.pk}")
    page = reader.get(f"/documents/{found.uuid}/fiche/").content.decode()
    assert "Remplacer" not in page
    assert "Ajouter un document" not in reader.get(organisation.get_absolute_url()).content.decode()
    for answer in (
        reader.post(f"/documents/{found.uuid}/fiche/", sent()),
        reader.get(f"/documents/{found.uuid}/retirer/"),
        reader.get(add_address(organisation)),
    ):
        assert answer.status_code == 404
    assert documents.of(organisation)[0].number == 1


def test_a_document_is_removed_after_asking(partner: Client, organisation: Organisation) -> None:
    found = make_document(organisation)
    address = f"/documents/{found.uuid}/retirer/"
    assert "Cela ne se défait pas." in partner.get(address).content.decode()
    assert Document.objects.exists()
    assert partner.post(address)["Location"] == organisation.get_absolute_url()
    assert partner.get(found.get_absolute_url()).status_code == 404


def test_the_page_of_an_organisation_asks_as_much_with_three_documents_as_with_one(
    partner: Client, organisation: Organisation, django_assert_max_num_queries: Any
) -> None:
    make_document(organisation, image_bytes())
    make_logo(organisation)
    with django_assert_max_num_queries(100) as one:
        partner.get(organisation.get_absolute_url())
    for _ in range(2):
        make_document(organisation, image_bytes())
    with django_assert_max_num_queries(len(one)):
        partner.get(organisation.get_absolute_url())


def shown(document: Document, options: str = "") -> str:
    template = Template("{% load documents %}{% image document " + options + " %}")
    return template.render(Context({"document": document, "alt": "Logo <b>"}))


def test_an_image_comes_in_sizes_and_keeps_its_place(organisation: Organisation) -> None:
    logo = make_logo(organisation)
    tag = shown(logo, 'sizes="6rem" alt=alt')
    start = f"/documents/{logo.uuid}/v1/"
    assert f'srcset="{start}160.webp 160w, {start}320.webp 320w, {start} 400w"' in tag
    assert 'width="400" height="200"' in tag
    assert 'sizes="6rem"' in tag
    assert 'alt="Logo &lt;b&gt;"' in tag


def test_what_is_no_image_is_not_shown_as_one(organisation: Organisation) -> None:
    assert shown(make_document(make_organisation("Autre"))) == ""
