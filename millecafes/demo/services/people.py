"""Real use refused; people invented through the same services as real ones."""

from __future__ import annotations

import datetime as dt
import io
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import User
from millecafes.accounts.queries import perimeters
from millecafes.accounts.queries.roles import roles_of
from millecafes.accounts.services.people import create_person
from millecafes.accounts.services.roles import grant_role
from millecafes.cafes.models import Cafe
from millecafes.common import documents
from millecafes.common.actors import Actor
from millecafes.common.guards import GuardError
from millecafes.demo.queries import has_real_people
from millecafes.demo.services.network import seed_network
from millecafes.demo.services.plans import seed_plans
from millecafes.pages.enums import Subject
from millecafes.pages.models import ContactMessage
from millecafes.pages.services import record_message
from millecafes.partners.enums import OrganisationKind
from millecafes.partners.models import Organisation
from millecafes.partners.services import Details, add_organisation
from millecafes.territory.models import Commune

LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})
WAY_OUT = "Pour servir sans démonstration : MILLECAFES_DEMO=0 make run."
ALLOWED = frozenset({"localhost", "127.0.0.1", "[::1]", "testserver"})


def refuse_real_use() -> None:
    """Refuse to start when anybody else could reach the site, or when somebody real has an account.

    Raises
    ------
    GuardError
    """
    if settings.HOST not in LOCAL:
        raise GuardError(
            f"La démonstration ne s’ouvre que sur cette machine (trouvé : HOST={settings.HOST}). {WAY_OUT}"
        )
    foreign = sorted(set(settings.ALLOWED_HOSTS) - ALLOWED)
    if foreign:
        raise GuardError(
            "La démonstration ne répond que sous localhost"
            f" (trouvé : ALLOWED_HOSTS={','.join(foreign)}). {WAY_OUT}"
        )
    if has_real_people():
        raise GuardError(
            "La base contient des comptes réels : la démonstration, où l’on entre sans preuve,"
            f" ne démarre pas. {WAY_OUT}"
        )


@cache
def cast() -> dict[str, list[dict[str, Any]]]:
    """The invented people and organisations (cast.toml)."""
    with (Path(__file__).parents[1] / "cast.toml").open("rb") as file:
        return tomllib.load(file)


@transaction.atomic
def seed(*, actor: Actor, now: dt.datetime) -> int:
    """Invent whoever is missing; returns how many roles were given. Run twice, the second does nothing.

    Raises
    ------
    RuntimeError
        When the mode is off: nobody invented enters a real installation.
    """
    if not settings.DEMO:
        raise RuntimeError("seed_demo : le mode de démonstration n’est pas ouvert (MILLECAFES_DEMO=1).")
    given = 0
    organisations = _organisations(actor=actor, now=now)
    seed_network(actor=actor, now=now)
    seed_plans(actor=actor, now=now)
    cafe = Cafe.objects.filter(is_demo=True, commune="81294").order_by("pk").first()
    for entry in cast()["person"]:
        person = User.objects.filter(email=entry["email"]).first() or create_person(
            email=entry["email"], full_name=entry["name"], actor=actor, now=now
        )
        had = {(role.kind, role.perimeter) for role in roles_of(person.pk)}
        for kind, key in entry["roles"]:
            perimeter = key.replace("@self", str(person.pk))
            perimeter = perimeter.replace("@café", str(cafe.pk) if cafe else "0")
            for name, number in organisations.items():
                perimeter = perimeter.replace(f"@{name}", str(number))
            # On a small territory (tests, a partial load), some places are not there.
            if (kind, perimeter) not in had and perimeters.exists(perimeter):
                grant_role(user=person, kind=RoleKind(kind), perimeter=perimeter, actor=actor, now=now)
                given += 1
    _messages(actor=actor, now=now)
    return given


def _messages(*, actor: Actor, now: dt.datetime) -> None:
    """Messages that arrive after the team is there, which is told of them."""
    for number, entry in enumerate(cast()["message"]):
        if ContactMessage.objects.filter(email=entry["email"]).exists():
            continue
        record_message(
            subject=Subject(entry["subject"]),
            name=entry["name"],
            email=entry["email"],
            commune=None,
            body=entry["body"],
            address=f"démonstration {number}",
            actor=actor,
            now=now,
        )


def _organisations(*, actor: Actor, now: dt.datetime) -> dict[str, int]:
    """The invented organisations whose commune is here, by their key in the cast."""
    found = {}
    for entry in cast()["organisation"]:
        known = Organisation.objects.filter(name=entry["name"], is_demo=True).order_by("pk").first()
        commune = Commune.objects.filter(code=entry["commune"]).first()
        if known is None and commune is not None:
            details = Details(entry["name"], OrganisationKind(entry["kind"]), commune=commune)
            known = add_organisation(details=details, actor=actor, now=now)
        if known is not None:
            found[entry["key"]] = known.pk
            _documents(known, actor=actor, now=now)
    return found


def _documents(organisation: Organisation, *, actor: Actor, now: dt.datetime) -> None:
    """An invented logo and an invented agreement, which say that they are."""
    if documents.of(organisation):
        return
    asked: dict[str, Any] = {"target": organisation, "actor": actor, "now": now}
    documents.add(
        kind="partners.logo", file=_logo(organisation.name), name="Logo de démonstration.png", **asked
    )
    agreement = _agreement(organisation.name)
    documents.add(kind="partners.document", file=agreement, name="Convention de démonstration.pdf", **asked)


def _logo(name: str) -> io.BytesIO:
    """Initials on a plain ground, under the word that says what it is (this font has no accents)."""
    from PIL import Image, ImageDraw, ImageFont

    initials = "".join(word[0] for word in name.split() if "A" <= word[0] <= "Z")[:3]
    image = Image.new("RGB", (640, 360), "#1c4c5e")
    draw = ImageDraw.Draw(image)
    draw.text((320, 150), initials, "white", ImageFont.load_default(160), anchor="mm")
    draw.text((320, 300), "DEMONSTRATION", "white", ImageFont.load_default(44), anchor="mm")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out


def _agreement(name: str) -> io.BytesIO:
    """One page of text that commits nobody, as a PDF."""
    lines = (
        (760, 28, "Démonstration"),
        (710, 18, "Convention inventée, sans valeur"),
        (670, 18, name),
        (620, 12, "Cette page montre où se rangent les documents d’une organisation."),
    )
    drawn = "".join(
        f"BT /F1 {size} Tf 60 {top} Td ({_escaped(text)}) Tj ET\n" for top, size, text in lines
    ).encode("cp1252", "replace")
    fonts = b"/Resources << /Font << /F1 4 0 R >> >>"
    parts = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R %s >>" % fonts,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
    )
    out = io.BytesIO(b"%PDF-1.4\n")
    places = []
    for number, part in enumerate(parts, 1):
        places.append(out.seek(0, 2))
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, part))
    table = out.seek(0, 2)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(parts) + 1
    out.write(b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, rows))
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, table))
    return out


def _escaped(text: str) -> str:
    """A text as a PDF writes it between parentheses."""
    return re.sub(r"([()\\\\])", r"\\\1", text)
