"""The privacy page says what the rooms declare, and nothing is declared that it does not say."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings
from django.utils.html import escape

from millecafes.common.privacy import declarations, declaring, treatments
from millecafes.common.privacy.declaring import Declaration

pytestmark = pytest.mark.django_db


def text(client: Client) -> str:
    return " ".join(client.get("/vie-privee/").content.decode().split())


def said(words: str) -> str:
    return str(escape(words))


def test_every_declaration_is_told_whole(client: Client) -> None:
    page = text(client)
    assert len(declarations()) > 10
    for declared in declarations():
        for words in (
            declared.purpose,
            declared.basis,
            declared.retention_words,
            declared.recipients,
            declared.reason,
        ):
            assert said(words) in page, declared.label
        for label in declared.personal.values():
            assert said(label) in page, (declared.label, label)


def test_what_a_room_declares_tomorrow_is_told_without_a_hand(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = Declaration(
        "pages.contactattempt",
        {"fingerprint": "couleur des volets"},
        purpose="Peindre la mairie",
        basis="intérêt légitime",
        retention=3,
        recipients="le peintre",
    )
    assert "couleur des volets" not in text(client)
    monkeypatch.setattr(declaring, "_declarations", {**declaring.all_declarations(), "x": planted})
    page = text(client)
    for words in ("Peindre la mairie", "couleur des volets", "3 jours", "le peintre"):
        assert words in page


def test_what_concerns_every_visitor_comes_first(client: Client) -> None:
    page = text(client)
    contact = page.index("Répondre aux messages écrits par la page de contact")
    for later in ("Vous reconnaître quand vous vous connectez", "Garder la trace de qui a fait quoi"):
        assert contact < page.index(later)


def test_one_purpose_is_told_once_with_all_its_data() -> None:
    found = [treatment for treatment in treatments() if "Vous reconnaître" in treatment.purpose]
    assert len(found) == 1
    assert {"adresse e-mail", "dernière connexion", "vérifiée"} <= set(found[0].data)
    assert len(set(found[0].data)) == len(found[0].data)


def test_every_basis_is_explained(client: Client) -> None:
    page = text(client)
    for basis in {declared.basis for declared in declarations()}:
        assert f"<dt>{basis[:1].upper()}{basis[1:]}</dt>" in page


def test_rights_lead_somewhere(client: Client) -> None:
    page = text(client)
    assert 'href="/compte/donnees/"' in page
    assert 'href="/contact/?objet=privacy"' in page
    assert "CNIL" in page
    assert "qui n’a pas encore renseigné son nom" in page
    operator = {
        "name": "GROUPE SOS",
        "address": "Paris",
        "email": "dpo@exemple.fr",
        "host": "",
        "director": "",
    }
    with override_settings(SITE_OPERATOR=operator):
        page = text(client)
    assert "GROUPE SOS, Paris" in page
    assert "dpo@exemple.fr" in page


def test_the_page_makes_no_query(client: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        client.get("/vie-privee/")
