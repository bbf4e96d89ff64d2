"""Cafés in the database of the served site: `python -m tests.e2e.network [keeper]` prints a number."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.conftest import Site

NAME = "Le Grand Café des Deux-Marronniers-du-Gaillacois"


def fill(site: Site) -> str:
    """Make a small network once; the address of the café that has everything."""
    return f"/cafes/{run(site)}/"


def run(site: Site, *arguments: str) -> str:
    """What this module prints when it works in the database of the site."""
    command = [sys.executable, "-m", "tests.e2e.network", *arguments]
    result = subprocess.run(command, env=site.environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def make_keeper_s() -> int:
    """A café for the tests of those who keep one; not open, so that nobody finds it among the open ones."""
    from millecafes.cafes.enums import Activity
    from tests.factories.cafes import make_cafe

    return int(make_cafe("La Halte du comptoir", activity=Activity.OPENING).pk)


def make() -> int:
    """Cafés of the four kinds around Técou, two pages of them; the first with everything said of it."""
    from millecafes.cafes.models import Cafe

    known = Cafe.objects.filter(name=NAME).first()
    if known:
        return int(known.pk)
    make_others()
    return make_full()


def make_full() -> int:
    """The café that has everything."""
    from django.utils import timezone

    from millecafes.cafes import catalogue, services
    from millecafes.cafes.enums import Wheelchair
    from tests.factories.cafes import ACTOR, make_cafe, make_service

    now, today = timezone.now(), timezone.localdate()
    cafe = make_cafe(
        NAME,
        address="12 place de la Mairie",
        phone="0199001234",
        email="un.tres.grand.cafe@une-association-au-nom-interminable.example.org",
        website="https://exemple.fr/une/adresse/vraiment/tres/longue/qui/ne/se/coupe/pas/facilement",
        story="Un comptoir, quatre tables.\n\nLe mardi, on y joue aux cartes.",
        wheelchair=Wheelchair.YES,
        espresso_cents=140,
        espresso_on=today,
        payment=("cash", "card"),
        languages=("fr", "oc"),
        latitude=43.84,
        longitude=1.94,
    )
    services.set_hours(cafe=cafe, hours="Mo-Su 00:00-24:00; PH off", note="Frappez", actor=ACTOR, now=now)
    services.add_exception(cafe=cafe, first=today, hours="00:00-24:00", note="Fête", actor=ACTOR, now=now)
    for code in catalogue.services():
        make_service(cafe, code)
    return int(cafe.pk)


def make_others() -> None:
    """One of each other kind, and enough to fill two pages."""
    from millecafes.cafes.enums import CafeModel, CafeVariant, Origin
    from tests.factories.cafes import make_cafe, make_service, tecou

    moving = {"model": CafeModel.ITINERANT, "variant": CafeVariant.SEASONAL}
    run_by_many = {"model": CafeModel.ASSOCIATIVE, "variant": CafeVariant.CLASSIC}
    make_cafe("L’Indépendant", origin=Origin.INDEPENDENT, latitude=43.9, longitude=2.0)
    make_cafe("La Roulotte", latitude=43.87, longitude=1.86, **moving)
    # The only one of its kind with this service, whatever other tests add to the shared site.
    alone = make_cafe("La Bascule", latitude=43.86, longitude=1.98, **run_by_many)
    make_service(alone, "numerique")
    for number in range(20):
        make_cafe(f"Zinc {number:02d}", tecou(), latitude=43.8 + number / 500, longitude=1.9)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millecafes.config.settings.dev")
    import django

    django.setup()
    sys.stdout.write(str(make_keeper_s() if "keeper" in sys.argv else make()))
