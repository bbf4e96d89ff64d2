"""People, invitations and tokens as files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.http import QueryDict
from django.utils import timezone

from millecafes.accounts.forms.people import InvitationFilter, PeopleFilter
from millecafes.accounts.models import ApiToken, Invitation
from millecafes.accounts.queries import invitations as invitation_queries
from millecafes.accounts.queries import people as queries
from millecafes.accounts.queries import tokens as token_queries
from millecafes.common import exports
from millecafes.common.actors import Actor
from millecafes.common.exports import Column, Table
from millecafes.common.ods import Value

PEOPLE_COLUMNS = (
    Column("nom", "Nom"),
    Column("adresse", "Adresse e-mail"),
    Column("role", "Rôle"),
    Column("lieu", "Lieu ou organisation"),
    Column("cle", "Périmètre"),
    Column("du", "À partir du"),
    Column("au", "Jusqu’au"),
    Column("etat", "État"),
    Column("demonstration", "Démonstration"),
)
INVITATION_COLUMNS = (
    Column("adresse", "Adresse e-mail"),
    Column("role", "Rôle"),
    Column("lieu", "Lieu ou organisation"),
    Column("jusqu_au", "Rôle jusqu’au"),
    Column("envoyee", "Envoyée le"),
    Column("par", "Par"),
    Column("etat", "État"),
)


TOKEN_COLUMNS = (
    Column("jeton", "Jeton"),
    Column("fin", "Derniers caractères"),
    Column("personne", "Personne"),
    Column("role", "Rôle"),
    Column("peut_lire", "Peut lire"),
    Column("lieu", "Périmètre"),
    Column("servi", "Servi le"),
    Column("expire", "Expire le"),
    Column("etat", "État"),
)


def people(actor: Actor, asked: QueryDict) -> Table:
    """The people of a filter: one line for each role."""
    today = timezone.localdate()
    form = exports.valid(PeopleFilter(asked, outer=actor.perimeter))
    listed = queries.people_listed(actor.perimeter, form.asked, today)
    rows = [line for row in queries.person_rows(listed, actor.perimeter, today) for line in _lines(row)]
    return Table("personnes", "Personnes", PEOPLE_COLUMNS, rows)


def _lines(row: queries.PersonRow) -> Iterator[tuple[Value, ...]]:
    person = row.person
    shown = "oui" if person.is_demo else ""
    for hat in row.hats:
        last = hat.last_day.isoformat() if hat.last_day else ""
        role = (hat.kind, hat.place, hat.perimeter, hat.starts_on.isoformat(), last, str(hat.state.label))
        yield (person.full_name, person.email, *role, shown)
    if not row.hats:
        yield (person.full_name, person.email, *[""] * 6, shown)


def invitations(actor: Actor, asked: QueryDict) -> Table:
    """The invitations of a filter, the latest first."""
    now = timezone.now()
    form = exports.valid(InvitationFilter(asked))
    found = invitation_queries.invitations_filtered(actor, form.cleaned_data, now)

    def rows(batch: list[Invitation]) -> Iterable[tuple[Value, ...]]:
        return map(_invitation, invitation_queries.invitation_rows(batch, now))

    count, together = found.count(), exports.by_batches(found, rows)
    return Table("invitations", "Invitations", INVITATION_COLUMNS, together, count=count)


def _invitation(row: invitation_queries.InvitationRow) -> tuple[Value, ...]:
    found = row.invitation
    last = found.role_ends_on.isoformat() if found.role_ends_on else ""
    sent = timezone.localdate(found.sent_at).isoformat()
    sender = str(found.invited_by) if found.invited_by else ""
    return found.email, found.get_kind_display(), row.place, last, sent, sender, str(row.state.label)


def tokens(actor: Actor, asked: QueryDict) -> Table:
    """Every token, the latest first; never what opens with it."""
    now, found = timezone.now(), token_queries.all_tokens()

    def rows(batch: list[ApiToken]) -> Iterable[tuple[Value, ...]]:
        return map(_token, token_queries.token_rows(batch, now))

    together = exports.by_batches(found, rows)
    return Table("jetons", "Jetons d’accès", TOKEN_COLUMNS, together, count=found.count())


def _token(row: token_queries.TokenRow) -> tuple[Value, ...]:
    token = row.token
    used = token.last_used_on.isoformat() if token.last_used_on else ""
    whose = (token.name, token.tail, str(token.user), token.role.get_kind_display())
    ends = timezone.localdate(token.expires_at).isoformat()
    return *whose, ", ".join(row.labels), row.place, used, ends, str(row.state.label)


PEOPLE = exports.Export("Personnes", people, "accounts.view_person")
INVITATIONS = exports.Export("Invitations", invitations, "accounts.invite")
TOKENS = exports.Export("Jetons d’accès", tokens, "accounts.view_tokens")
