"""The feed of openings (Atom, RFC 4287)."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from millecafes.cafes.queries.told import last_opened
from millecafes.common.formats import day as in_words

# More than a year of openings, at the pace of the programme.
ENTRIES = 50


def openings_feed(now: dt.datetime) -> str:
    """The last cafés to open, the most recent first."""
    site = settings.SITE_URL
    today = timezone.localdate(now)
    feed = Atom1Feed(
        title="Mille cafés : les ouvertures",
        link=site + reverse("cafes:list"),
        description=None,
        subtitle="Les derniers cafés du réseau à ouvrir leurs portes.",
        language="fr",
        feed_url=site + reverse("cafes:openings"),
        feed_guid=site + reverse("cafes:openings"),
    )
    for cafe in last_opened(ENTRIES, today):
        assert cafe.opened_on  # noqa: S101 - asked for
        place = f"{cafe.commune.name} ({cafe.commune.departement_id})"
        opened = timezone.make_aware(dt.datetime.combine(cafe.opened_on, dt.time()))
        shown = " Café d’exemple, inventé." if cafe.is_demo else ""
        feed.add_item(
            title=f"{cafe.name}, à {place}",
            link=site + cafe.get_absolute_url(),
            # Stable whatever the address of the page becomes, as the number is.
            unique_id=site + cafe.get_absolute_url(),
            description=f"Ouvert depuis le {in_words(cafe.opened_on)}. {cafe.get_kind_display()}.{shown}",
            pubdate=opened,
            updateddate=opened,
        )
    return str(feed.writeString("utf-8"))


@require_safe
def openings(request: HttpRequest) -> HttpResponse:
    """`/cafes/ouvertures.atom`: the last cafés to open."""
    return HttpResponse(openings_feed(timezone.now()), content_type="application/atom+xml; charset=utf-8")
