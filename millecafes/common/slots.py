"""Slots: a lower room's page leaves a place; upper rooms register what to show there.

Providers are registered in `AppConfig.ready`; a slot nobody registered for renders nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

Provider = Callable[[HttpRequest, Any], str]

_providers: dict[str, list[tuple[int, Provider]]] = defaultdict(list)


def register(slot: str, provider: Provider, *, order: int = 100) -> None:
    """Register `provider(request, subject) -> safe HTML` for `slot`; lower `order` comes first."""
    entries = _providers[slot]
    entries.append((order, provider))
    entries.sort(key=lambda entry: entry[0])


def unregister(slot: str, provider: Provider) -> None:
    """Remove one provider (tests)."""
    _providers[slot] = [entry for entry in _providers[slot] if entry[1] is not provider]


def providers(slot: str) -> list[Provider]:
    """Providers of `slot`, in order."""
    return [provider for _, provider in _providers.get(slot, [])]
