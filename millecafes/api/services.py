"""What the API writes: how often it is asked, and the day a token last served."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from millecafes.accounts.models import ApiToken
from millecafes.accounts.services.tokens import mark_used
from millecafes.api.models import RateCount
from millecafes.api.rules import Rate, client_of, minute_of, wait_after

logger = logging.getLogger(__name__)

# One statement counts and tells, so that requests at the same moment, in several processes, never share a
# number. A clock that is late does not start the minute again.
_COUNT = """
INSERT INTO api_ratecount (client, minute, number) VALUES (%s, %s, 1)
ON CONFLICT (client) DO UPDATE SET
  number = CASE WHEN api_ratecount.minute < excluded.minute THEN 1 ELSE api_ratecount.number + 1 END,
  minute = CASE WHEN api_ratecount.minute < excluded.minute THEN excluded.minute
           ELSE api_ratecount.minute END
RETURNING number
"""
# On SQLite one writer at a time. Counting waits its turn among those who count (milliseconds); once it waited
# in vain, because somebody writes for long, it does not wait at all for a while (seconds).
PATIENCE, PAUSE = 1_000, 5.0
_pause_until = 0.0
KEPT = dt.timedelta(days=1)
# Clients known to be over their limit, until which minute: a flood writes nothing more.
_over: dict[tuple[str, int], int] = {}
MOST_OVER = 10_000


def forget_floods() -> None:
    """Forget who is over their limit, and that the database was held (tests)."""
    global _pause_until
    _over.clear()
    _pause_until = 0.0


@contextmanager
def _soon_or_never() -> Iterator[None]:
    """Write now, or not at all: whoever reads does not wait for a long write.

    Raises
    ------
    OperationalError
        When the database is held.
    """
    global _pause_until
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    usual = int(1000 * settings.DATABASES["default"].get("OPTIONS", {}).get("timeout", 5))
    patience = 0 if time.monotonic() < _pause_until else PATIENCE
    connection.connection.execute(f"PRAGMA busy_timeout = {patience}")
    try:
        yield
    except OperationalError:
        _pause_until = time.monotonic() + PAUSE
        raise
    finally:
        connection.connection.execute(f"PRAGMA busy_timeout = {usual}")


def count_request(*, token: ApiToken | None, address: str, now: dt.datetime) -> Rate:
    """Count a request of a token, or of a network address, and tell where it stands.

    When the database is held by a long write, the request is not counted: reading does not wait.
    """
    if token is None:
        policy, limit, client = "anonyme", settings.API_RATE_ANONYMOUS, client_of(address, now)
    else:
        policy, limit, client = "jeton", settings.API_RATE_TOKEN, f"t-{token.pk}"
    minute, wait = minute_of(now), wait_after(now)
    if _over.get((client, limit)) == minute:
        return Rate(policy, limit, limit + 1, wait)
    rate = Rate(policy, limit, _counted(client, minute), wait)
    if rate.is_over:
        if len(_over) >= MOST_OVER:
            _over.clear()
        _over[client, limit] = minute
    return rate


def _counted(client: str, minute: int) -> int:
    """The number of this request in its minute; 0 when it could not be counted."""
    try:
        with _soon_or_never(), connection.cursor() as cursor:
            cursor.execute(_COUNT, [client, minute])
            return int(cursor.fetchone()[0])
    except OperationalError:
        logger.warning("Débit de l’API : base occupée, une demande n’est pas comptée.")
        return 0


def note_use(*, token: ApiToken, now: dt.datetime) -> None:
    """Write the day a token was used, the first time in the day."""
    today = timezone.localdate(now)
    if token.last_used_on is not None and token.last_used_on >= today:
        return
    try:
        with _soon_or_never():
            mark_used(token=token, day=today)
    except OperationalError:
        logger.warning("Jeton d’accès : base occupée, le jour d’usage sera écrit plus tard.")


def purge_is_due(now: dt.datetime) -> bool:
    """Whether counts are past their day."""
    return RateCount.objects.filter(minute__lt=minute_of(now - KEPT)).exists()


@transaction.atomic
def purge_counts(*, now: dt.datetime) -> Mapping[str, int]:
    """Erase the counts past their day."""
    old = RateCount.objects.filter(minute__lt=minute_of(now - KEPT))
    return {"comptes de demandes": old.delete()[0]}
