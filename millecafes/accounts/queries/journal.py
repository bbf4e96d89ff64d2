"""How people and hats are called in the journal."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Q

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import User
from millecafes.accounts.queries import perimeters
from millecafes.common.journal import ERASED, People, Target


def names(ids: Collection[int]) -> Mapping[int, str]:
    """The names of people by number; whoever was erased is missing."""
    return {person.pk: str(person) for person in User.objects.filter(pk__in=ids, erased_at__isnull=True)}


def labels(keys: Collection[str]) -> Mapping[str, str]:
    """The same, by the number as the journal writes it."""
    return {str(pk): name for pk, name in names([int(key) for key in keys if key.isdecimal()]).items()}


def find(text: str, limit: int) -> list[int]:
    """The numbers of people whose name or address holds a text, `limit` at most."""
    found = User.objects.filter(
        Q(full_name__icontains=text) | Q(email__icontains=text), erased_at__isnull=True
    )
    return list(found.order_by("pk").values_list("pk", flat=True)[:limit])


def hats(keys: Collection[str]) -> Mapping[str, str]:
    """Hats in words: "elected@commune:81294" is « mairie : élu·e, Técou (Tarn) »."""
    places = perimeters.labels(key.partition("@")[2] for key in keys)
    return {key: _hat(key, places) for key in keys}


def places(keys: Collection[str]) -> Mapping[str, str]:
    """Perimeters in words; that of an erased person says no more than that."""
    known = labels([value for family, _, value in (key.partition(":") for key in keys) if family == "person"])
    named = {f"person:{number}": name for number, name in known.items()}
    found = perimeters.labels(keys)
    return {key: named.get(key, ERASED) if key.startswith("person:") else found[key] for key in keys}


def _hat(key: str, places: Mapping[str, str]) -> str:
    kind, _, perimeter = key.partition("@")
    label = RoleKind(kind).label if kind in RoleKind.values else kind
    words = label[:1].lower() + label[1:]
    # The whole network, and oneself, say nothing more.
    tells = perimeter != perimeters.NETWORK and not perimeter.startswith("person:")
    return f"{words}, {places[perimeter]}" if tells else words


PEOPLE = People(names=names, find=find, hats=hats, places=places)
TARGETS = {
    "accounts.user": Target("Personne", labels),
    "accounts.role": Target("Rôle"),
    "accounts.invitation": Target("Invitation"),
    "accounts.apitoken": Target("Jeton d’accès"),
}
