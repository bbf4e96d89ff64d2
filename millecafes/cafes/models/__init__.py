"""The tables of the room `cafes`."""

from millecafes.cafes.models.cafe import Cafe
from millecafes.cafes.models.comparing import OsmProposal
from millecafes.cafes.models.following import (
    CafeContact,
    CafeNote,
    ErrorReport,
    KeptChange,
    SavedView,
    Visit,
)
from millecafes.cafes.models.hours import HoursException, OpenInterval, Stop
from millecafes.cafes.models.offer import CafeService
from millecafes.cafes.models.tracks import CafeEvent, CafeState

__all__ = [
    "Cafe",
    "CafeContact",
    "CafeEvent",
    "CafeNote",
    "CafeService",
    "CafeState",
    "ErrorReport",
    "HoursException",
    "KeptChange",
    "OpenInterval",
    "OsmProposal",
    "SavedView",
    "Stop",
    "Visit",
]
