"""What a line of the access matrix is made of: roles, groups, cases; and the addresses of the site."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from millecafes.accounts.enums import RoleKind

if TYPE_CHECKING:
    from tests.architecture.access_world import Side

# Who asks: nobody, a person without a hat, a person under each hat, whoever repairs with Django's admin.
ROLES: dict[str, str] = {
    "anonymous": "Sans compte",
    "person": "Connecté, sans rôle",
    **dict(RoleKind.choices),
    "repairer": "Outil de réparation",
}
Group = frozenset[str]


def only(*roles: str) -> Group:
    """These roles and no other."""
    assert set(roles) <= ROLES.keys(), roles
    return frozenset(roles)


NOBODY = only()
EVERYBODY = only(*ROLES)
SIGNED_IN = EVERYBODY - {"anonymous"}
HATS = only(*RoleKind.values)
TEAM = only("team")

SIGN_IN = "/connexion/"
REPAIR = "/admin/login/"

# Values, or what makes them of an object: the asker's own, or another's.
Values = Mapping[str, Any] | Callable[["Side"], Mapping[str, Any]]


@dataclass(frozen=True)
class Case:
    """One address: who it opens to, what it answers them; the rule answers the others.

    The rule: whoever is not signed in is asked to sign in; others find no such page.
    """

    answer: int = 200
    opens: Group = EVERYBODY
    foreign: Group | None = None  # who it opens to when the object is another's; None: there is no object
    kwargs: Values = field(default_factory=dict)
    query: str = ""
    post: bool = False  # answers POST only
    data: Values = field(default_factory=dict)
    to: str = ""  # where a redirection leads
    differs: Mapping[str, tuple[int, str]] = field(default_factory=dict)  # whose answer follows no rule

    def sides(self) -> list[bool]:
        """The sides to ask: the asker's own object (False), another's (True)."""
        return [False] if self.foreign is None else [False, True]

    def admits(self, role: str, foreign: bool) -> bool:
        """Whether the page opens."""
        return role in ((self.foreign or NOBODY) if foreign else self.opens)


def expected(name: str, case: Case, role: str, foreign: bool = False) -> tuple[int, str]:
    """The status expected, and the beginning of the address it leads to."""
    if role in case.differs:
        return case.differs[role]
    if case.admits(role, foreign):
        return case.answer, case.to
    if role != "anonymous":
        return 404, ""
    return (401, "") if name.startswith("api:") else (302, SIGN_IN)


def admin_case(route: str) -> Case:
    """The one rule of the repair tool: everybody is sent to sign in, but the repairer."""
    if route == REPAIR:  # entered like the rest of the site: no password
        return Case(302, to=SIGN_IN)
    if route == "/admin/logout/":  # leaving takes a button, not a link
        return Case(302, to="/admin/", differs={"repairer": (405, "")})
    return Case(302, to=REPAIR)


def admin_addresses() -> dict[str, Case]:
    """Each address of the repair tool, with an argument where it asks for one, and its case."""
    found = {route for _, route in patterns() if route.startswith("/admin/")}
    plain = {}
    for route in found:
        # Two of Django's own routes are regular expressions, such as « ^(?P<app_label>auth|pages)/$ ».
        address = re.sub(r"\^?\(\?P<\w+>(\w*)[^)]*\)(/?)\$", r"\1\2", route)
        plain[re.sub(r"<[^>]+>", "1", address)] = admin_case(route)
    return plain


def patterns(resolver: Any = None, prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    """Each address of the site: its full name (empty when it has none) and its route."""
    from django.urls import URLResolver, get_resolver

    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = ":".join(filter(None, (namespace, pattern.namespace)))
            yield from patterns(pattern, route, inner)
        else:
            yield (":".join(filter(None, (namespace, pattern.name))) if pattern.name else "", f"/{route}")
