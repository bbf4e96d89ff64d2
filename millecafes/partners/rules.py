"""Who may do what with organisations; and what a SIRET or an RNA number looks like."""

from __future__ import annotations

import re
from typing import Any

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.rules import in_perimeter, is_team, wears
from millecafes.common.actors import Actor
from millecafes.common.permissions import add, predicate


@predicate
def belongs_to_it(actor: Actor, organisation: Any = None) -> bool:
    """The hat worn is exercised on this very organisation; on one at all, when none is told."""
    if organisation is None:
        return actor.perimeter.startswith("organisation:")
    return bool(actor.perimeter == f"organisation:{organisation.pk}")


keeps_organisations = is_team | wears(RoleKind.REGIONAL)
edits = is_team | (wears(RoleKind.REGIONAL) & in_perimeter)
is_its_partner = wears(RoleKind.PARTNER) & belongs_to_it

add("partners.list_organisations", keeps_organisations)
add("partners.add_organisation", keeps_organisations)
add("partners.import_organisations", is_team)
add("partners.view_own", belongs_to_it)
add("partners.view_organisation", edits | belongs_to_it)
add("partners.edit_organisation", edits)
add("partners.edit_contacts", edits | is_its_partner)
add("partners.edit_documents", edits | is_its_partner)

# A contact that nobody has confirmed for so long is erased.
CONTACT_DAYS = 1_095

_BETWEEN = re.compile(r"[\s.\u00a0\u202f-]+")
_SIRET = re.compile(r"[0-9]{14}")
# W, then nine digits; overseas the second is a letter (W9R1011072 is registered in La Réunion).
_RNA = re.compile(r"W[0-9][0-9A-Z][0-9]{7}")
_LA_POSTE = "356000000"
_PHONE = re.compile(r"\+?[0-9][0-9 .\-()/]{4,30}")
_SITE = re.compile(r"https?://[^\s/?#]+\.[^\s/?#]+\S*", re.IGNORECASE)


class NumberError(ValueError):
    """A number that is not one, in the user's words."""


def siret_of(text: str) -> str:
    """The fourteen digits of a SIRET typed with or without spaces; empty for nothing.

    The last digit is verified by Luhn's formula. The places of La Poste have no such digit: there the sum
    of the digits is a multiple of five.

    Raises
    ------
    NumberError
    """
    digits = _BETWEEN.sub("", text)
    if not digits:
        return ""
    if not _SIRET.fullmatch(digits):
        raise NumberError(f"« {text.strip()[:40]} » n’est pas un SIRET. Attendu : 14 chiffres.")
    is_post = digits.startswith(_LA_POSTE) and sum(map(int, digits)) % 5 == 0
    if not (is_post or passes_luhn(digits)):
        raise NumberError(
            f"« {text.strip()[:40]} » contient une faute : la clé de ce SIRET ne tombe pas juste. "
            "Comparez chaque chiffre."
        )
    return digits


def passes_luhn(digits: str) -> bool:
    """Luhn's formula: every second digit from the right doubled, the sum is a multiple of ten."""
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(map(int, digits[::-2])) + sum(doubled)) % 10 == 0


def rna_of(text: str) -> str:
    """The RNA number of an association, typed with or without spaces; empty for nothing.

    Raises
    ------
    NumberError
    """
    number = _BETWEEN.sub("", text).upper()
    if number and not _RNA.fullmatch(number):
        raise NumberError(
            f"« {text.strip()[:40]} » n’est pas un numéro RNA. Attendu : W et 9 chiffres, comme W812000123."
        )
    return number


def phone_of(text: str) -> str:
    """A phone number as people write it; empty for nothing.

    Raises
    ------
    NumberError
    """
    if text and not _PHONE.fullmatch(text):
        raise NumberError(
            f"« {text[:40]} » n’est pas un numéro de téléphone. "
            "Attendu : 05 63 00 00 00 ou +33 5 63 00 00 00."
        )
    return text


def site_of(text: str) -> str:
    """A public address of the web, completed by https:// when it has nothing; empty for nothing.

    Raises
    ------
    NumberError
    """
    site = f"https://{text}" if text and "://" not in text else text
    if site and not _SITE.fullmatch(site):
        raise NumberError(f"« {site[:60]} » n’est pas l’adresse d’un site. Attendu : https://exemple.fr.")
    return site
