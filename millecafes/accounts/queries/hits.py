"""People and invitations in the search of the whole site."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import User
from millecafes.accounts.queries import perimeters
from millecafes.accounts.queries.invitations import invitations_for
from millecafes.accounts.queries.people import Asked, Listed, people_listed, person_rows
from millecafes.common.actors import Actor
from millecafes.common.matching import by_words, fold, search_rows
from millecafes.common.search import Hit


def person_hits(actor: Actor, query: str, limit: int) -> Sequence[Hit]:
    """The people of the hat's perimeter, by name or address, with the roles that may be seen."""
    today = timezone.localdate()
    seen = people_listed(actor.perimeter, Asked(), today).values_list("pk")
    scores = dict(search_rows(User.objects.filter(pk__in=seen), query, limit))
    listed = User.objects.filter(pk__in=scores).order_by("pk").values_list(*Listed._fields)
    rows = {row.person.pk: row for row in person_rows(listed, actor.perimeter, today)}
    return [
        Hit(
            str(rows[pk].person),
            reverse("accounts:person", args=[pk]),
            " ; ".join(f"{hat.kind}, {hat.place}" for hat in rows[pk].hats[:2]) or rows[pk].person.email,
            score,
        )
        for pk, score in scores.items()
    ]


def invitation_hits(actor: Actor, query: str, limit: int) -> Sequence[Hit]:
    """The invitations that the hat may follow, by address: in the list of that address.

    An invitation is erased in time: there are never so many that they cannot be compared one by one.
    """
    rows = invitations_for(actor).values_list("email", "kind", "perimeter", "created_at")
    latest = {row[0]: row for row in reversed(list(rows))}
    found = by_words(query, ((email, fold(email)) for email in latest), limit)
    places = perimeters.labels(latest[email][2] for email, _ in found)
    return [
        Hit(
            email,
            f"{reverse('accounts:invitations')}?{urlencode({'q': email})}",
            f"{RoleKind(latest[email][1]).label}, {places[latest[email][2]]}",
            score,
        )
        for email, score in found
    ]
