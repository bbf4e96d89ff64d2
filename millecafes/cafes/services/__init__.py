"""Writes of the room `cafes`."""

from millecafes.cafes.services.cafes import CafeDetails, add_cafe, change_cafe, move_cafe
from millecafes.cafes.services.errors import CafeError
from millecafes.cafes.services.hours import (
    StopDetails,
    add_exception,
    confirm_hours,
    remove_exception,
    remove_stop,
    set_hours,
    set_stop,
)
from millecafes.cafes.services.offer import ServiceDetails, confirm_service, remove_service, set_service
from millecafes.cafes.services.tracks import (
    open_cafe,
    record_event,
    record_state,
    refresh_states,
    remove_event,
    remove_state,
)

__all__ = [
    "CafeDetails",
    "CafeError",
    "ServiceDetails",
    "StopDetails",
    "add_cafe",
    "add_exception",
    "change_cafe",
    "confirm_hours",
    "confirm_service",
    "move_cafe",
    "open_cafe",
    "record_event",
    "record_state",
    "refresh_states",
    "remove_event",
    "remove_exception",
    "remove_service",
    "remove_state",
    "remove_stop",
    "set_hours",
    "set_service",
    "set_stop",
]
