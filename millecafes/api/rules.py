"""How often the API may be asked: the limit, what is left of it, and how it is told."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.utils import timezone

WINDOW = 60  # seconds


@dataclass(frozen=True)
class Rate:
    """Where a client stands in the minute under way; `used` counts this request."""

    policy: str
    limit: int
    used: int
    wait: int  # seconds before the next minute

    @property
    def is_over(self) -> bool:
        """Whether this request is one too many."""
        return self.used > self.limit

    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers writes them since its revision 08."""
        left = max(0, self.limit - self.used)
        told = {
            "RateLimit-Policy": f'"{self.policy}";q={self.limit};w={WINDOW}',
            "RateLimit": f'"{self.policy}";r={left};t={self.wait}',
        }
        return told | ({"Retry-After": str(self.wait)} if self.is_over else {})


def minute_of(now: dt.datetime) -> int:
    """The minute under way, counted since 1970."""
    return int(now.timestamp()) // WINDOW


def wait_after(now: dt.datetime) -> int:
    """Seconds until the next minute: at least one."""
    return WINDOW - int(now.timestamp()) % WINDOW


def client_of(address: str, now: dt.datetime) -> str:
    """A network address as it is counted: a fingerprint that changes every day.

    In IPv6 one customer has a whole network of 64 bits: it counts as one.
    """
    try:
        found = ip_address(address)
    except ValueError:
        place = address
    else:
        is_network = isinstance(found, IPv6Address) and found.ipv4_mapped is None
        place = str(int(found) >> 64) if is_network else str(getattr(found, "ipv4_mapped", None) or found)
    day = timezone.localdate(now).isoformat()
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"api:{day}:{place}".encode(), hashlib.sha256)
    return f"a-{digest.hex()[:32]}"
