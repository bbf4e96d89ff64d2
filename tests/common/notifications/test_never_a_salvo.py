"""Whatever is told, whenever: nothing is lost, no two mails close to each other, a few a day at most."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from millecafes.accounts.models import User
from millecafes.common.notifications import clock
from millecafes.common.notifications.models import MailPace, Notification
from tests.common.notifications.conftest import AT_ONCE, DAILY, NEEDED, SILENT, SPACED
from tests.common.notifications.days import DAY, MINUTE, NOW, by_day, look, tell
from tests.factories.people import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.database]
# Minutes after the beginning, over a day and a half, and the topic.
EVENTS = st.lists(
    st.tuples(st.integers(0, 2_000), st.sampled_from([AT_ONCE, SPACED, DAILY, SILENT, NEEDED])), max_size=40
)


@pytest.fixture
def zoe() -> User:
    return make_person("zoe@example.org")


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS, step=st.sampled_from([5, 17, 45]))
def test_nothing_is_lost_and_nothing_rains(zoe: User, events: list[tuple[int, object]], step: int) -> None:
    Notification.objects.all().delete()
    MailPace.objects.all().delete()
    waiting = sorted(events, key=lambda event: event[0])
    moments: list[dt.datetime] = []
    now, end = NOW, NOW + 2_000 * MINUTE
    while now <= end:
        while waiting and NOW + waiting[0][0] * MINUTE <= now:
            _, topic = waiting.pop(0)
            tell(zoe, now=now, topic=topic.name)  # type: ignore[attr-defined]
        moments += [now] * look(now)
        now += step * MINUTE
    # Long after, mornings included, everything has left.
    while now <= end + 4 * DAY:
        moments += [now] * look(now)
        now += 60 * MINUTE
    assert all(later - sooner >= clock.SPACING for sooner, later in pairwise(moments))
    assert max(by_day(moments).values(), default=0) <= clock.PER_DAY
    rows = Notification.objects.exclude(topic=SILENT.name)
    assert not rows.filter(mailed_at=None).exists()
    assert set(rows.values_list("mailed_at", flat=True)) == set(moments)
    assert not Notification.objects.filter(topic=SILENT.name, mailed_at__isnull=False).exists()
    told = sum(1 for minute, topic in events if NOW + minute * MINUTE <= end)
    assert Notification.objects.count() == told - len(waiting)
