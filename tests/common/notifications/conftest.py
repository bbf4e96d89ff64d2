"""Topics of these tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from millecafes.common.notifications.topics import Rhythm, Topic, forget_topic, register_topic

AT_ONCE = Topic("tests.now", "Nouvelles", "vous suivez ces essais")
SPACED = Topic("tests.spaced", "Nouvelles espacées", "vous suivez ces essais", spacing=dt.timedelta(hours=6))
DAILY = Topic("tests.daily", "Résumés", "vous suivez ces essais", rhythm=Rhythm.DAILY)
SILENT = Topic("tests.never", "Bruits", "vous suivez ces essais", rhythm=Rhythm.NEVER)
NEEDED = Topic("tests.needed", "Sécurité", "la loi le demande", can_stop=False)


@pytest.fixture(autouse=True)
def topics() -> Iterator[None]:
    """Five topics, one for each way of being told."""
    found = (AT_ONCE, SPACED, DAILY, SILENT, NEEDED)
    for topic in found:
        register_topic(topic)
    yield
    for topic in found:
        forget_topic(topic.name)
