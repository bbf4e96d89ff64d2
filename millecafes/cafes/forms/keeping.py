"""What people behind the counter fill in: the week, days that differ, stops."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from millecafes.cafes.enums import ServiceStatus, Weekday
from millecafes.cafes.models import Cafe, Stop
from millecafes.cafes.rules import hours
from millecafes.cafes.rules.hours import HoursError, Periods, Schedule, Week
from millecafes.cafes.services import CafeError, StopDetails
from millecafes.common.forms import HouseForm, LineField
from millecafes.territory.models import Commune
from millecafes.territory.queries.choice import NoSuchCommuneError, chosen_commune

# The grid shows two periods a day: whoever has more writes the line.
SHOWN = 2
_MARKS = ("opens", "closes")
_LATEST = 24 * 60
_BLOCKS = {"": "la semaine", "season_": "la saison", "school_": "les vacances scolaires"}
_DAY = "%d/%m/%Y"


class TimeInput(forms.TimeInput):
    """A time picked as phones pick them."""

    input_type = "time"


def _time_field(label: str) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        widget=TimeInput(format="%H:%M", attrs={"class": "input"}),
        input_formats=["%H:%M", "%H:%M:%S", "%Hh%M", "%Hh"],
        error_messages={"invalid": "Attendu : une heure, comme 07:30."},
    )


def _date_field(label: str, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d", _DAY],
        error_messages={"invalid": "Attendu : un jour, comme 24/12/2026.", "required": "Donnez le jour."},
    )


class HoursForm(HouseForm):
    """The week as a grid, and what differs in a season and on holidays; or all that in one line."""

    note = LineField(label="Une précision, affichée sous les horaires", required=False, max_length=200)
    public = forms.ChoiceField(
        label="Les jours fériés",
        choices=[("", "Comme un jour ordinaire"), ("off", "Fermé"), ("times", "D’autres heures :")],
        required=False,
    )
    season = forms.BooleanField(label="D’autres horaires pendant une partie de l’année", required=False)
    season_first = LineField(label="Du (jour/mois)", required=False, max_length=5)
    season_last = LineField(label="Au (jour/mois)", required=False, max_length=5)
    school = forms.BooleanField(label="D’autres horaires pendant les vacances scolaires", required=False)
    line = LineField(label="Les horaires en une ligne", required=False, max_length=500)

    def __init__(self, data: Any = None, *, cafe: Cafe) -> None:
        self.cafe = cafe
        self.zone = hours.school_zone_of(cafe.commune.departement_id)
        known = hours.schedule_of(cafe.hours)
        self.is_shown = known is not None and _fits(known)
        super().__init__(data, initial=_initial(cafe, known if self.is_shown else None))
        for block, label in _BLOCKS.items():
            for day in Weekday:
                self._add_times(f"{block}{day.value}", f"{day.label} ({label})")
        self._add_times("public_times", "jours fériés")

    def _add_times(self, name: str, label: str) -> None:
        for rank in range(1, SHOWN + 1):
            for mark, word in zip(_MARKS, ("ouvre", "ferme"), strict=True):
                again = " la seconde fois" if rank > 1 else ""
                self.fields[f"{name}_{mark}_{rank}"] = _time_field(f"{label.capitalize()}, {word}{again}")

    def grid(self, block: str = "") -> list[tuple[str, list[tuple[Any, Any]]]]:
        """The days of a block, each with its pairs of fields."""
        return [(day.label, self.pairs(f"{block}{day.value}")) for day in Weekday]

    def pairs(self, name: str) -> list[tuple[Any, Any]]:
        """The fields of a day."""
        return [
            (self[f"{name}_{_MARKS[0]}_{rank}"], self[f"{name}_{_MARKS[1]}_{rank}"])
            for rank in range(1, SHOWN + 1)
        ]

    @property
    def week(self) -> list[tuple[str, list[tuple[Any, Any]]]]:
        """The usual week."""
        return self.grid()

    @property
    def season_week(self) -> list[tuple[str, list[tuple[Any, Any]]]]:
        """That of the season."""
        return self.grid("season_")

    @property
    def school_week(self) -> list[tuple[str, list[tuple[Any, Any]]]]:
        """That of school holidays."""
        return self.grid("school_")

    @property
    def public_pairs(self) -> list[tuple[Any, Any]]:
        """The hours of public holidays."""
        return self.pairs("public_times")

    def clean(self) -> dict[str, Any]:
        """The expression, under `expression`: the line when it is written and differs, the grid otherwise."""
        told = super().clean() or {}
        line = told.get("line", "")
        if self.errors:
            return told
        try:
            if line and (line != self.cafe.hours or not self.is_shown):
                told["expression"] = hours.normalised(line)
            else:
                told["expression"] = hours.expression_of(self._schedule(told))
        except HoursError as error:
            self.add_error("line" if line and line != self.cafe.hours else None, str(error))
        return told

    def _schedule(self, told: dict[str, Any]) -> Schedule:
        public: Periods | None = None
        if told["public"] == "times":
            public = self._checked("public_times", told)
            if not public:
                raise HoursError("Jours fériés\u00a0: donnez leurs heures, ou choisissez « Fermé ».")
        elif told["public"] == "off":
            public = ()
        seasons: tuple[Any, ...] = ()
        if told["season"]:
            seasons = ((self._season(told), self._week("season_", told)),)
        school = self._week("school_", told) if told["school"] and self.zone else None
        return Schedule(self._week("", told), public, seasons, school)

    def _season(self, told: dict[str, Any]) -> hours.Season:
        ends = []
        for name in ("season_first", "season_last"):
            day, _, month = told[name].partition("/")
            if not (day.isdecimal() and month.isdecimal()):
                found = told[name] or "rien"
                raise HoursError(f"La saison\u00a0: « {found} » ne se lit pas. Attendu : JJ/MM, comme 15/06.")
            ends.append((int(month), int(day)))
        return hours.season_of(*ends[0], *ends[1])

    def _week(self, block: str, told: dict[str, Any]) -> Week:
        return Week(tuple(self._checked(f"{block}{day.value}", told) for day in Weekday))

    def _checked(self, name: str, told: dict[str, Any]) -> Periods:
        periods = []
        for rank in range(1, SHOWN + 1):
            opens, closes = (told[f"{name}_{mark}_{rank}"] for mark in _MARKS)
            label = str(self.fields[f"{name}_{_MARKS[0]}_{rank}"].label).split(",")[0]
            if (opens is None) != (closes is None):
                missing = "de fermeture" if closes is None else "d’ouverture"
                raise HoursError(f"{label}\u00a0: il manque l’heure {missing}.")
            if opens is not None and closes is not None:
                periods.append((opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute))
        day = int(name.rsplit("_", 1)[-1]) if name.rsplit("_", 1)[-1].isdecimal() else None
        return hours.periods_of(periods, day)


def _fits(found: Schedule) -> bool:
    weeks = [found.week, *(week for _, week in found.seasons), *([found.school] if found.school else [])]
    days = [periods for week in weeks for periods in week.days] + [found.public or ()]
    return len(found.seasons) <= 1 and all(len(periods) <= SHOWN for periods in days)


def _initial(cafe: Cafe, found: Schedule | None) -> dict[str, Any]:
    told: dict[str, Any] = {"note": cafe.hours_note, "line": cafe.hours}
    if found is None:
        return told
    blocks = {"": found.week}
    if found.seasons:
        ((first, last), blocks["season_"]), told["season"] = found.seasons[0], True
        told["season_first"], told["season_last"] = (f"{day:02d}/{month:02d}" for month, day in (first, last))
    if found.school is not None:
        blocks["school_"], told["school"] = found.school, True
    for block, week in blocks.items():
        for day, periods in enumerate(week.days):
            told |= _times(f"{block}{day}", periods)
    if found.public is not None:
        told |= {"public": "times" if found.public else "off", **_times("public_times", found.public)}
    return told


def _times(name: str, periods: Periods) -> dict[str, dt.time]:
    return {
        f"{name}_{mark}_{rank}": dt.time(minute % _LATEST // 60, minute % 60)
        for rank, period in enumerate(periods, 1)
        for mark, minute in zip(_MARKS, period, strict=True)
    }


class ExceptionForm(HouseForm):
    """Days that are not as usual: closed, or open at other times."""

    first = _date_field("Le, ou à partir du")
    last = _date_field("Jusqu’au", required=False)
    hours = LineField(
        label="Ouvert de",
        required=False,
        max_length=100,
        help_text="Comme « 10h-14h, 18h-22h ». Vide : fermé.",
    )
    note = LineField(label="Raison, montrée à tous", required=False, max_length=120)


class ServiceForm(forms.Form):
    """A service that runs or is suspended."""

    code = forms.CharField(max_length=40)
    status = forms.ChoiceField(
        choices=[(one.value, one.label) for one in (ServiceStatus.RUNNING, ServiceStatus.SUSPENDED)]
    )


class StopForm(HouseForm):
    """Where and when a mobile café serves."""

    name = LineField(label="Lieu", max_length=120, help_text="Comme « Place de l’église ».")
    commune = LineField(label="Commune", max_length=80, help_text="Son nom ou son code postal.")
    address = LineField(label="Adresse", required=False, max_length=200)
    hours = LineField(label="Quand", required=False, max_length=500, help_text="Comme « vendredi 18h-22h ».")
    first = _date_field("À partir du", required=False)
    last = _date_field("Jusqu’au", required=False)
    note = LineField(label="Précision", required=False, max_length=200)

    def __init__(self, data: Any = None, *, stop: Stop | None = None) -> None:
        initial: dict[str, Any] = {}
        if stop is not None:
            initial = {
                name: getattr(stop, name) for name in ("name", "address", "hours", "first", "last", "note")
            }
            initial["commune"] = f"{stop.commune.name} ({stop.commune.departement_id})"
        self.stop = stop
        super().__init__(data, initial=initial)

    def clean_commune(self) -> Commune:
        """The commune of the stop."""
        try:
            return chosen_commune(self.cleaned_data["commune"])
        except NoSuchCommuneError as error:
            raise ValidationError(str(error)) from error

    @property
    def details(self) -> StopDetails:
        """What is said of the stop; its point stays when its commune does."""
        told = self.cleaned_data
        same = self.stop is not None and self.stop.commune_id == told["commune"].pk
        point = (self.stop.latitude, self.stop.longitude) if self.stop is not None and same else (None, None)
        return StopDetails(**told, latitude=point[0], longitude=point[1])

    def refuse(self, error: CafeError) -> None:
        """Say under its field what a service refused."""
        self.add_error(error.field if error.field in self.fields else None, str(error))
