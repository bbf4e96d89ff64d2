"""Views of the team's table, kept by one person for themselves: the journal is told nothing of them."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from millecafes.accounts.models import User
from millecafes.cafes.models import SavedView
from millecafes.cafes.queries.saved import views_of
from millecafes.cafes.services.errors import CafeError
from millecafes.common.actors import Actor

MOST_VIEWS = 30
# As long as the column.
LONGEST_QUERY = 1_000


@transaction.atomic
def save_view(*, name: str, query: str, actor: Actor) -> SavedView:
    """Keep a filter of the table under a name; the one that has the name already is replaced.

    Raises
    ------
    CafeError
        When there is no filter, or a too long one, or the person keeps as many views as one may.
    """
    if not query:
        raise CafeError("query", "Il n’y a rien à retenir : filtrez ou triez d’abord la table.")
    if len(query) > LONGEST_QUERY:
        raise CafeError("query", "Ce filtre est trop long pour être retenu : choisissez moins de services.")
    if actor.user_id is None:
        raise CafeError("name", "Une vue est à une personne : aucune n’est connectée.")
    # Two tabs that save at once wait for each other: the count holds.
    User.objects.select_for_update().filter(pk=actor.user_id).first()
    known = views_of(actor)
    same = known.filter(name=name).first()
    if same is not None:
        same.query = query
        same.save(update_fields=["query"])
        return same
    if known.count() >= MOST_VIEWS:
        raise CafeError(
            "name", f"Vous avez déjà {MOST_VIEWS} vues, le plus qu’on puisse garder : retirez-en une."
        )
    return SavedView.objects.create(owner_id=actor.user_id, name=name, query=query)


def rename_view(*, view: SavedView, name: str) -> SavedView:
    """Call a view otherwise.

    Raises
    ------
    CafeError
        When another view of the same person has this name.
    """
    view.name = name
    try:
        with transaction.atomic():
            view.save(update_fields=["name"])
    except IntegrityError as error:
        raise CafeError("name", f"Une autre de vos vues s’appelle déjà « {name} ».") from error
    return view


def remove_view(*, view: SavedView) -> None:
    """Forget a view; no café changes."""
    view.delete()
