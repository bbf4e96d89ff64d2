"""The access matrix: what each address of the site answers to each role. Also writes docs/access.md.

`python -m tests.architecture.access` writes the page again; a test keeps it true. To add an address, add its
line here: who it `opens` to, and to whom when the object is another's (`foreign`); see CONTRIBUTING.md.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from millecafes.accounts.enums import INVITES
from tests.architecture.access_cafes import TEAM_CASES
from tests.architecture.access_kinds import (
    EVERYBODY,
    HATS,
    NOBODY,
    ROLES,
    SIGN_IN,
    SIGNED_IN,
    TEAM,
    Case,
    expected,
    only,
    patterns,
)
from tests.architecture.access_objects import (
    its_contact,
    its_document,
    its_image,
    its_import,
    its_invitation,
    its_job,
    its_message,
    its_notification,
    its_organisation,
    its_stop,
    its_ticket,
    its_upload,
)
from tests.architecture.access_siting import SITING_CASES

if TYPE_CHECKING:
    pass

PAGE = Path(__file__).resolve().parents[2] / "docs" / "access.md"

LEADS = only("team", "regional")

# The small territory of the tests: Técou (81294), in the Tarn.
TECOU = "/communes/81294-tecou/"
INVITING = only(*INVITES)
HALL = LEADS | {"elected"}  # who may invite the secretary of a commune
DESK, AGAIN, IMPORTS = "/bureau/", "/connexion/verifier/", "/equipe/imports/"
CASES: dict[str, Case] = {
    "portal:home": Case(),
    "portal:search": Case(query="q=tecou"),
    "portal:suggestions": Case(query="q=tecou"),
    "portal:desk": Case(opens=SIGNED_IN),
    "territory:search": Case(query="q=zzzz"),
    "territory:suggestions": Case(query="q=tec"),
    "territory:commune_code": Case(301, kwargs={"code": "81294"}, to=TECOU),
    "territory:commune": Case(kwargs={"code": "81294", "slug": "tecou"}),
    "territory:areas": Case(),
    "territory:areas_kind": Case(kwargs={"kind": "departement"}),
    "territory:areas_export": Case(kwargs={"kind": "departement", "format": "csv"}),
    "territory:map": Case(),
    "territory:tiles": Case(404),  # not built in the tests
    "territory:map_values": Case(kwargs={"key": "population"}),
    "territory:data": Case(),
    "account_login": Case(302, to=DESK, differs={"anonymous": (200, "")}),
    "account_request_login_code": Case(302, to=DESK, differs={"anonymous": (200, "")}),
    "account_confirm_login_code": Case(302, SIGNED_IN, to=DESK),
    "mfa_login_webauthn": Case(302, SIGNED_IN, to=DESK),
    "mfa_authenticate": Case(302, SIGNED_IN, to=DESK),
    "account_reauthenticate": Case(302, SIGNED_IN, to=AGAIN),
    "mfa_reauthenticate": Case(opens=SIGNED_IN),
    "mfa_reauthenticate_webauthn": Case(302, SIGNED_IN, to=AGAIN),  # no key was added
    "account_inactive": Case(),
    "account_signup": Case(404),  # an account comes from an invitation
    "account_logout": Case(opens=SIGNED_IN, differs={"anonymous": (302, "/")}),
    "mfa_index": Case(opens=SIGNED_IN),
    # What protects an account asks first for a recent proof.
    "mfa_activate_totp": Case(302, SIGNED_IN, to=AGAIN),
    "mfa_deactivate_totp": Case(302, SIGNED_IN, to=AGAIN),
    "mfa_list_webauthn": Case(opens=SIGNED_IN),
    "mfa_add_webauthn": Case(302, SIGNED_IN, to=AGAIN),
    "mfa_edit_webauthn": Case(302, SIGNED_IN, kwargs={"pk": 1}, to=AGAIN),
    "mfa_remove_webauthn": Case(302, SIGNED_IN, kwargs={"pk": 1}, to=AGAIN),
    "mfa_view_recovery_codes": Case(404, SIGNED_IN),  # none was made
    "mfa_generate_recovery_codes": Case(302, SIGNED_IN, to=AGAIN),
    "accounts:again": Case(opens=SIGNED_IN),
    "accounts:profile": Case(opens=SIGNED_IN),
    "accounts:sessions": Case(opens=SIGNED_IN),
    "accounts:my_data": Case(opens=SIGNED_IN),
    "accounts:export_my_data": Case(opens=SIGNED_IN, kwargs={"extension": "json"}),
    "accounts:erase_my_data": Case(302, SIGNED_IN, to=AGAIN),
    "accounts:my_data_erased": Case(),  # said to whoever is nobody any more
    "accounts:tokens": Case(opens=SIGNED_IN),
    "accounts:make_token": Case(302, HATS, to=AGAIN),
    "accounts:revoke_token": Case(
        302, SIGNED_IN, foreign=TEAM, post=True, kwargs=lambda side: {"number": side.token().pk}, to="/"
    ),
    "accounts:all_tokens": Case(opens=TEAM),
    "accounts:tokens_export": Case(opens=TEAM, kwargs={"extension": "csv"}),
    "accounts:email": Case(302, SIGNED_IN, to=AGAIN),
    "accounts:confirm_email": Case(kwargs={"token": "inconnu"}),  # opened from a mail, signed in or not
    "accounts:undo_email": Case(kwargs={"token": "inconnu"}),
    "accounts:hat": Case(
        302,
        HATS,
        foreign=NOBODY,
        post=True,
        data=lambda side: {"role": side.role.pk if side.role else ""},
        to=DESK,
    ),
    "accounts:erase_person": Case(
        302, TEAM, foreign=TEAM, kwargs=lambda side: {"number": side.person.pk}, to=AGAIN
    ),
    "accounts:people": Case(opens=LEADS),
    "accounts:invitations_export": Case(opens=INVITING, kwargs={"extension": "csv"}),
    "accounts:people_export": Case(opens=LEADS, kwargs={"extension": "csv"}),
    "accounts:person": Case(opens=LEADS, foreign=TEAM, kwargs=lambda side: {"number": side.person.pk}),
    "accounts:person_email": Case(opens=TEAM, foreign=TEAM, kwargs=lambda side: {"number": side.person.pk}),
    "accounts:end_role": Case(
        302,
        LEADS,
        foreign=TEAM,
        post=True,
        kwargs=lambda side: {"number": side.person_role.pk},
        to="/equipe/personnes/",
    ),
    "accounts:invitations": Case(opens=INVITING),
    "accounts:invite": Case(opens=INVITING),
    "accounts:resend_invitation": Case(
        302, HALL, foreign=TEAM, post=True, kwargs=its_invitation, to="/invitations/"
    ),
    "accounts:revoke_invitation": Case(
        302, HALL, foreign=TEAM, post=True, kwargs=its_invitation, to="/invitations/"
    ),
    "accounts:invitation": Case(404, kwargs={"token": "inconnu"}),  # the link is the key
    "pages:programme": Case(),
    "pages:faq": Case(),
    "pages:legal": Case(),
    "pages:privacy": Case(),
    "pages:accessibility": Case(),
    "pages:sitemap": Case(),
    "pages:contact": Case(),
    "pages:contact_sent": Case(),
    "pages:messages": Case(opens=LEADS),
    "pages:messages_export": Case(opens=LEADS, kwargs={"extension": "parquet"}),
    "pages:message": Case(opens=LEADS, foreign=TEAM, kwargs=its_message),
    "pages:answer_message": Case(
        302, LEADS, foreign=TEAM, kwargs=its_message, post=True, to="/equipe/messages/"
    ),
    "pages:erase_message": Case(opens=TEAM, foreign=TEAM, kwargs=its_message),
    "cafes:list": Case(),
    "cafes:map": Case(),
    "cafes:export": Case(kwargs={"format": "csv"}),
    "cafes:schema": Case(),
    "cafes:openings": Case(),
    "cafes:embedded_list": Case(query="departement=81"),
    "cafes:embed_guide": Case(),
    **{
        f"cafes:{name}": Case(kwargs=lambda side: {"pk": side.cafe.pk})
        for name in ("sign", "sheet", "qr", "card", "report_error", "error_reported", "embedded_cafe")
    },
    "cafes:cafe": Case(kwargs=lambda side: {"pk": side.cafe.pk}),
    **TEAM_CASES,
    **SITING_CASES,
    "partners:list": Case(opens=LEADS),
    "partners:export": Case(opens=LEADS, kwargs={"format": "csv"}),
    "partners:add": Case(opens=LEADS),
    "partners:add_town_hall": Case(
        302, LEADS, post=True, data={"mairie-commune": "81294"}, to="/organisations/"
    ),
    "partners:own": Case(302, only("partner"), to="/organisations/"),
    "partners:organisation": Case(opens=LEADS | {"partner"}, foreign=TEAM, kwargs=its_organisation),
    "partners:change": Case(opens=LEADS, foreign=TEAM, kwargs=its_organisation),
    "partners:add_contact": Case(opens=LEADS | {"partner"}, foreign=TEAM, kwargs=its_organisation),
    "partners:change_contact": Case(opens=LEADS | {"partner"}, foreign=TEAM, kwargs=its_contact),
    "partners:remove_contact": Case(opens=LEADS | {"partner"}, foreign=TEAM, kwargs=its_contact),
    "common:document": Case(opens=LEADS | {"partner"}, foreign=TEAM, kwargs=its_document),
    "common:document_add": Case(
        opens=LEADS | {"partner"},
        foreign=TEAM,
        kwargs=lambda side: {"kind": "partners.document", "target": side.contact.organisation_id},
    ),
    "common:document_sheet": Case(opens=LEADS | {"partner"}, foreign=TEAM, kwargs=its_document),
    "common:document_remove": Case(opens=LEADS | {"partner"}, foreign=TEAM, kwargs=its_document),
    "common:uploads": Case(201, SIGNED_IN, post=True, data=lambda side: its_ticket(side)),
    "common:upload": Case(opens=SIGNED_IN, foreign=NOBODY, kwargs=its_upload),
    "common:document_version": Case(opens=LEADS | {"partner"}, foreign=TEAM, kwargs=its_image),
    "common:document_image": Case(
        opens=LEADS | {"partner"}, foreign=TEAM, kwargs=lambda side: its_image(side, width=160)
    ),
    "common:styleguide": Case(),
    "common:health": Case(),
    "common:alive": Case(),
    "common:ready": Case(),
    "common:job": Case(opens=SIGNED_IN, foreign=TEAM, kwargs=its_job),
    "common:job_state": Case(opens=SIGNED_IN, foreign=TEAM, kwargs=its_job),
    "common:cancel_job": Case(302, SIGNED_IN, foreign=TEAM, post=True, kwargs=its_job, to="/taches/"),
    "common:replay_job": Case(302, SIGNED_IN, foreign=TEAM, post=True, kwargs=its_job, to="/taches/"),
    "common:jobs": Case(opens=TEAM),
    "common:notifications": Case(opens=SIGNED_IN),
    "common:notification_choices": Case(opens=SIGNED_IN),
    "common:read_notifications": Case(302, SIGNED_IN, post=True, to="/notifications/"),
    "common:read_notification": Case(
        302, SIGNED_IN, foreign=NOBODY, post=True, kwargs=its_notification, to="/notifications/"
    ),
    # Opened from a mail, signed in or not: the signed token is the proof.
    "common:stop_notifications": Case(kwargs=its_stop),
    "common:replay_jobs": Case(302, TEAM, post=True, to="/equipe/taches/"),
    "common:imports": Case(opens=TEAM),
    "common:imports_export": Case(opens=TEAM, kwargs={"extension": "csv"}),
    "common:start_import": Case(opens=TEAM, kwargs={"kind": "organisations"}),
    "common:import_model": Case(opens=TEAM, kwargs={"kind": "organisations", "extension": "csv"}),
    "common:import": Case(opens=TEAM, foreign=TEAM, kwargs=its_import),
    "common:import_columns": Case(
        302, TEAM, foreign=TEAM, post=True, kwargs=its_import, data={"colonne-0": "nom"}, to=IMPORTS
    ),
    "common:import_lines": Case(302, TEAM, foreign=TEAM, post=True, kwargs=its_import, to=IMPORTS),
    "common:import_refused": Case(opens=TEAM, foreign=TEAM, kwargs=its_import),
    "common:apply_import": Case(302, TEAM, foreign=TEAM, post=True, kwargs=its_import, to=IMPORTS),
    "common:undo_import": Case(opens=TEAM, foreign=TEAM, kwargs=its_import),
    "common:drop_import": Case(302, TEAM, foreign=TEAM, post=True, kwargs=its_import, to=IMPORTS),
    "common:journal": Case(opens=TEAM),
    "common:journal_export": Case(opens=TEAM, kwargs={"extension": "csv"}),
    "common:jobs_export": Case(opens=TEAM, kwargs={"extension": "ods"}),
    "common:ask_export": Case(
        302,
        LEADS,
        foreign=LEADS,
        post=True,
        data={"name": "partners.organisations", "extension": "csv"},
        to="/taches/",
    ),
    "developers:guide": Case(),
    "api:search": Case(query="q=tecou"),
    "api:communes": Case(),
    "api:areas": Case(kwargs={"kind": "departement"}),
    "api:map": Case(kwargs={"indicateur": "cafe"}),
    "api:sources": Case(),
    "api:indicators": Case(),
    "api:commune": Case(kwargs={"code": "81294"}),
    # What asks for a token knows no cookie.
    "api:cafes": Case(),
    "api:cafe": Case(kwargs=lambda side: {"number": side.cafe.pk}),
    "api:plan": Case(404),  # nothing is published in the tests of doors
    "api:plan_communes": Case(404),
    "api:organisations": Case(401),
    "api:organisation": Case(401, kwargs=lambda side: {"number": side.contact.organisation_id}),
    "api:me": Case(401),
    "api:openapi-json": Case(),
    "api:openapi-view": Case(),
    "api:api-root": Case(404),
}

HEAD = """\
# Qui voit quoi

Page écrite par `python -m tests.architecture.access` d’après la matrice que les tests vérifient
(`tests/architecture/access.py`) : ne la modifiez pas à la main.

Seule compte la casquette portée : une personne qui a plusieurs rôles ouvre ce qu’ouvre celui du moment, et la
page lui propose les autres quand il le faut.

| Réponse | Ce qu’elle veut dire |
|---|---|
| **oui** | la page s’affiche, ou l’action est possible |
| connexion | la page demande de se connecter, puis s’ouvre selon le rôle |
| – | « Cette page n’existe pas » : la même réponse que pour ce qui n’existe vraiment pas |
| preuve | oui, après une preuve récente de qui l’on est (code, clé ou second facteur) |
| renvoi | la réponse mène à une autre adresse |
| bouton | l’action demande un bouton : un lien n’y suffit pas |
| code 401 | l’API demande de s’identifier |

« Le sien » : un objet de la personne ou de son périmètre (sa commune, son département…). « D’un autre » : le
même objet, ailleurs.
"""
FOOT = """\
## L’outil de réparation

`/admin/` demande à tout le monde de se connecter ; seules les personnes qui en ont le droit y entrent.
"""
OBJECTS = {None: "", False: "le sien", True: "d’un autre"}
Row = tuple[str, str, str, list[str]]


def word(status: int, to: str, admitted: bool, post: bool) -> str:
    """An answer, in a word of the legend."""
    if status in {301, 302}:
        if admitted and to.startswith(SIGN_IN):
            return "preuve"
        if admitted and post:
            return "**oui**"
        return "renvoi" if admitted else "connexion"
    return {404: "–", 405: "bouton", 401: "code 401"}.get(status, "**oui**")


def rows(names: Sequence[tuple[str, str]]) -> Iterator[Row]:
    """The rows of addresses: route and name, action, object, and the answer to each role."""
    for name, route in names:
        case = CASES[name]
        for foreign in case.sides():
            answers = [
                word(*expected(name, case, role, foreign), case.admits(role, foreign), case.post)
                for role in ROLES
            ]
            thing = OBJECTS[None if case.foreign is None else foreign]
            yield f"`{route}`", "faire" if case.post else "voir", thing, answers


def table(found: list[Row]) -> Iterator[str]:
    """Rows as a table; roles that are answered alike everywhere in it share a column."""
    columns: dict[tuple[str, ...], list[str]] = {}
    for number, label in enumerate(ROLES.values()):
        columns.setdefault(tuple(row[3][number] for row in found), []).append(label)
    largest = max(columns.values(), key=len)
    others = "Les autres" if len(columns) > 1 else "Tout le monde"
    columns = dict(sorted(columns.items(), key=lambda column: column[1] is largest))  # the others come last
    heads = [
        others if labels is largest and len(labels) > 1 else "<br>".join(labels)
        for labels in columns.values()
    ]
    yield f"| Adresse | Pour | Objet | {' | '.join(heads)} |"
    yield "|---|---|---|" + "---|" * len(heads)
    for number, (route, action, thing, _) in enumerate(found):
        yield f"| {route} | {action} | {thing} | {' | '.join(key[number] for key in columns)} |"
    if "Les autres" in heads:
        yield from ("", f"Les autres : {', '.join(label.lower() for label in largest)}.")


def page() -> str:
    """The text of docs/access.md."""
    listed = sorted(patterns(), key=lambda found: found[1])
    listed = [(name or route, route) for name, route in listed if not route.startswith("/admin/")]
    signing = [pair for pair in listed if ":" not in pair[0]]
    api = [pair for pair in listed if pair[0].startswith("api:")]
    rest = [pair for pair in listed if pair not in signing and pair not in api]
    public = [pair for pair in rest if _is_public(CASES[pair[0]])]
    alike = [pair for pair in rest if _is_for_anybody_signed_in(CASES[pair[0]])]
    by_role = [pair for pair in rest if pair not in public and pair not in alike]
    lines = [HEAD]
    for title, names in (("Selon le rôle", by_role), ("Connexion", signing), ("API", api)):
        if names:
            lines += [f"## {title}", "", *table(list(rows(names))), ""]
    lines += ["## Pour toute personne connectée", ""]
    lines += [f"- `{route}`" for _, route in alike]
    lines += ["", "## Ouvert à tout le monde", ""]
    lines += [f"- `{route}`" for _, route in public]
    return "\n".join([*lines, "", FOOT])


def _is_for_anybody_signed_in(case: Case) -> bool:
    """Whether everybody signed in gets the same answer, and others are asked to sign in."""
    return case.opens == SIGNED_IN and case.foreign is None and not case.differs


def _is_public(case: Case) -> bool:
    """Whether everybody gets the same answer."""
    return case.opens == EVERYBODY and case.foreign is None and not case.differs


def main() -> None:
    """Write the page."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millecafes.config.settings.test")
    import django

    django.setup()
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
