"""Cafés for the served site: `python -m tests.e2e.team_cafes` prints the number of one of them."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.conftest import Site


def fill(site: Site) -> str:
    """Cafés for the team's table; the address of the one of which everything is known."""
    command = [sys.executable, "-m", "tests.e2e.team_cafes"]
    result = subprocess.run(command, env=site.environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return f"/equipe/cafes/{result.stdout.strip()}/"


def make() -> int:
    """Fifty-three cafés of Técou; everything is known of the last."""
    import datetime as dt

    from django.utils import timezone

    from millecafes.accounts.models import User
    from millecafes.cafes.enums import CafeModel, Relation
    from millecafes.cafes.models import SavedView
    from millecafes.cafes.services.comparing.reading import Extract, OsmObject
    from millecafes.cafes.services.comparing.storing import compare
    from tests.factories import cafes
    from tests.factories.partners import make_organisation

    for rank in range(52):
        relation = (Relation.MEMBER, Relation.ACCOMPANIED, Relation.APPLIED, Relation.LEFT)[rank % 4]
        cafes.make_cafe(f"Café de la Place {rank:02}", relation=relation, model=list(CafeModel)[rank % 3])
    name = "Le Comptoir des Anticonstitutionnellement Vôtres de Técou"
    cafe = cafes.make_cafe(name, organisation=make_organisation("Association du Comptoir"))
    cafe.hours_confirmed_at = timezone.now() - dt.timedelta(days=12)
    cafe.save()
    cafes.make_event(cafe)
    cafes.make_service(cafe, "colis", partner=make_organisation("Relais Colis"), note="Le matin")
    cafes.make_service(cafe, "pain")
    cafes.make_contact(cafe, email=f"{'longue' * 9}@example.org", phone="05 63 00 00 00")
    cafes.make_visit(cafe, observations="Bon accueil.\nLe four est vieux.", follow_up_on=dt.date(2024, 4, 1))
    cafes.make_note(cafe)
    cafes.make_report(cafe, "Le nom est bien trop long, et les horaires aussi.", email="elle@example.org")
    tags = {"amenity": "cafe", "name": name[:-9], "opening_hours": "Mo-Fr 07:00-13:00,15:00-20:00"}
    twin = OsmObject("node/123456789012", tags, cafe.latitude or 0.0, cafe.longitude or 0.0)
    stranger = OsmObject("way/9", {"amenity": "bar", "name": "Bar de nulle part"}, 43.9, 2.1)
    compare(extract=Extract((twin, stranger)), now=timezone.now())
    for person in User.objects.all():
        SavedView.objects.create(owner=person, name="Associatifs", query="modele=associative")
    return int(cafe.pk)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millecafes.config.settings.dev")
    import django

    django.setup()
    sys.stdout.write(str(make()))
