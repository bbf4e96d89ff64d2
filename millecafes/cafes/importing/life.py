"""The two tracks as a file tells them: one state and its day, put into what is already noted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from millecafes.cafes.enums import Activity, Relation, Track
from millecafes.cafes.importing.told import TRACKS, day, state_label
from millecafes.cafes.models import CafeState
from millecafes.cafes.queries.counts import tracks_of
from millecafes.cafes.rules.tracks import disorder
from millecafes.cafes.services import CafeError
from millecafes.cafes.services.tracks import verify_entry
from millecafes.common.imports.registry import Values

REASON = "Import d’un fichier"


class Tracks:
    """The entries of a café while a line is put into them; what is to be saved and deleted."""

    def __init__(self, entries: Iterable[CafeState], *, now: dt.datetime, today: dt.date) -> None:
        self.entries, self.now, self.today = list(entries), now, today
        self.saved: list[CafeState] = []
        self.gone: list[CafeState] = []

    def put(self, track: Track, state: str, on: dt.date | None) -> None:
        """Say where a track stands today, and since when.

        Raises
        ------
        CafeError
        """
        past = sorted((e for e in self.entries if e.track == track and e.on <= self.today), key=_when)
        last = past[-1] if past else None
        if (last.state if last else "", last.on if last else None) == (state, on):
            return
        if state and on:
            verify_entry(track, state, on, self.now)
        before = past[-2] if len(past) > 1 else None
        if (
            last
            and last.reason == REASON
            and (before.state if before else "", before.on if before else None)
            == (
                state,
                on,
            )
        ):
            self._remove(last)
        elif not state or on is None:
            raise CafeError(
                _column(track), "un fichier n’efface pas une étape. Retirez-la sur la page du café."
            )
        elif last is None or (on > last.on and state != last.state):
            self._add(CafeState(track=track, state=state, on=on, reason=REASON))
        elif state == last.state or on == last.on:
            last.state, last.on = state, on
            self.saved.append(last)
        else:
            raise CafeError(
                _column(track),
                f"plus récent est déjà noté : « {state_label(track, last.state)} » depuis le "
                f"{last.on:%d/%m/%Y}. Attendu : un jour qui vient après.",
            )
        self._verify(track)

    def begin(self, values: Values) -> None:
        """The first entries of a new café: an opening, or an entry, that came before where it stands.

        Raises
        ------
        CafeError
        """
        opened, entered = day(values.get("ouvert_le")), day(values.get("entre_le"))
        since = {track: day(values.get(names[1])) for track, names in TRACKS.items()}
        activity, relation = values.get("activite"), values.get("lien")
        if opened and activity in {Activity.PAUSED, Activity.CLOSED} and opened != since[Track.ACTIVITY]:
            self.put(Track.ACTIVITY, Activity.OPEN.value, opened)
        if entered and relation == Relation.LEFT and entered != since[Track.RELATION]:
            self.put(Track.RELATION, Relation.MEMBER.value, entered)

    def say(self, values: Values) -> None:
        """Put both tracks of a line.

        Raises
        ------
        CafeError
        """
        for track, (state, since) in TRACKS.items():
            self.put(track, str(values.get(state, "")), day(values.get(since)))

    def _add(self, entry: CafeState) -> None:
        entry.recorded_at = self.now
        self.entries.append(entry)
        self.saved.append(entry)

    def _remove(self, entry: CafeState) -> None:
        self.entries.remove(entry)
        self.gone.append(entry)

    def _verify(self, track: Track) -> None:
        words = disorder(self.entries)
        if words:
            raise CafeError(_column(track), words)


def entries_of(numbers: Iterable[str]) -> dict[str, list[CafeState]]:
    """What is noted of these cafés, by number: one query, or none."""
    found: dict[str, list[CafeState]] = {number: [] for number in numbers}
    for entry in tracks_of(int(number) for number in found) if found else ():
        found[str(entry.cafe_id)].append(entry)
    return found


def _when(entry: CafeState) -> dt.date:
    return entry.on


def _column(track: Track) -> str:
    return TRACKS[track][0]


def since_missing(values: Values) -> Sequence[str]:
    """The columns of days that a line lacks: a state without its day, or a day without its state."""
    return [
        since if values.get(state) else state
        for state, since in TRACKS.values()
        if bool(values.get(state)) != bool(values.get(since))
    ]
