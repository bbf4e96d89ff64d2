"""Organisations, messages and somebody known everywhere, in the database of the served site.

`python -m tests.e2e.known` prints the numbers of an organisation, of its contact and of a message;
`python -m tests.e2e.known EMAIL` the key of a session of somebody new, without role nor second factor.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from millecafes.territory.models import Commune
    from tests.e2e.conftest import Site

LONG = "Groupement d’employeurs des cafés multiservices et des épiceries solidaires du Gaillacois-Albigeois"

LONG_ADDRESS = "une.adresse.vraiment.tres.longue@une-association-au-nom-interminable.example.org"


def run(site: Site, *arguments: str) -> list[str]:
    """What this module prints when it works in the database of the site."""
    command = [sys.executable, "-m", "tests.e2e.known", *arguments]
    result = subprocess.run(command, env=site.environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout.split()


def fill(site: Site) -> dict[str, str]:
    """Fill the lists; addresses of one of each."""
    organisation, contact, message = run(site)
    own = f"/organisations/{organisation}/"
    return {
        "organisation": own,
        "change": f"{own}modifier/",
        "contact": f"{own}contacts/{contact}/",
        "remove-contact": f"{own}contacts/{contact}/retirer/",
        "message": f"/equipe/messages/{message}/",
        "erase-message": f"/equipe/messages/{message}/effacer/",
    }


def sign_in(email: str) -> str:
    """Somebody new with one message, and the key of their session."""
    from django.test import Client

    from tests.factories.pages import make_message
    from tests.factories.people import make_person

    client = Client()
    client.force_login(make_person(email, name="Alex Petit"))
    make_message(email=email)
    return str(client.session.session_key)


def make() -> tuple[int, int, int]:
    """Two pages of organisations, and messages in every state."""
    from millecafes.territory.models import Commune

    tecou = Commune.objects.select_related("departement").get(pk="81294")
    return (*make_organisations(tecou), make_messages(tecou))


def make_organisations(tecou: Commune) -> tuple[int, int]:
    """One with everything said of it, and enough others for two pages."""
    from millecafes.partners.enums import OrganisationKind
    from tests.factories.partners import make_contact, make_organisation

    organisation = make_organisation(
        LONG,
        kind=OrganisationKind.ASSOCIATION,
        siret="73282932000074",
        rna="W812000123",
        commune=tecou,
        website="https://exemple.fr/une/adresse/vraiment/tres/longue/qui/ne/se/coupe/pas/facilement",
        phone="05 63 00 00 00",
        email=LONG_ADDRESS,
    )
    contact = make_contact(
        organisation, "Élisabeth de La Tour-Montaigu", role="Présidente", phone="0563000000"
    )
    for number in range(60):
        make_organisation(f"Fournisseur numéro {number}", commune=tecou if number % 2 else None)
    return organisation.pk, contact.pk


def make_messages(tecou: Commune) -> int:
    """One of each subject, one that is long, one that is answered."""
    from django.utils import timezone

    from millecafes.common.actors import Actor
    from millecafes.pages.enums import Subject
    from millecafes.pages.services import mark_answered
    from tests.factories.pages import make_message
    from tests.factories.people import make_person

    body = "Bonjour,\n\nNotre dernier café a fermé.\n" + "https://exemple.fr/" + "tres-long-" * 20
    message = make_message(Subject.OPEN, email=LONG_ADDRESS, commune=tecou, body=body)
    for subject in Subject:
        make_message(subject)
    person = make_person("repond@example.org", name="Camille Roux-Delaunay")
    answered = make_message(Subject.PRESS)
    mark_answered(message=answered, actor=Actor(user_id=person.pk), now=timezone.now())
    return message.pk


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millecafes.config.settings.dev")
    import django

    django.setup()
    answer = sign_in(sys.argv[1]) if len(sys.argv) > 1 else " ".join(map(str, make()))
    sys.stdout.write(answer)
