"""The rail of the back office: each room registers its entries; an actor sees those that open."""

from __future__ import annotations

from dataclasses import dataclass

from millecafes.common.actors import Actor
from millecafes.common.permissions import can


@dataclass(frozen=True)
class Item:
    """One entry: its French label, its address by name, its icon, and what it takes to see it."""

    label: str
    url_name: str
    icon: str
    permission: str
    order: int = 100


_items: dict[str, Item] = {}


def register(key: str, item: Item) -> None:
    """Add an entry (one per key)."""
    _items[key] = item


def unregister(key: str) -> None:
    """Remove an entry (tests)."""
    _items.pop(key, None)


def items_for(actor: Actor) -> list[tuple[str, Item]]:
    """The entries that this actor may use, in order, with their keys. Makes no query."""
    shown = [(key, item) for key, item in _items.items() if can(actor, item.permission)]
    return sorted(shown, key=lambda entry: (entry[1].order, entry[1].label))
