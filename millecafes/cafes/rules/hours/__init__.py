"""Opening hours: OSM `opening_hours` read, checked, computed and said in French."""

from millecafes.cafes.rules.hours.calendar import (
    is_public_holiday,
    is_school_holiday,
    public_holidays,
    school_zone_of,
    time_zone_of,
)
from millecafes.cafes.rules.hours.errors import HoursError
from millecafes.cafes.rules.hours.evaluation import Exceptional, Interval, intervals
from millecafes.cafes.rules.hours.french import clock
from millecafes.cafes.rules.hours.normalising import normalised, normalised_times
from millecafes.cafes.rules.hours.syntax import uses
from millecafes.cafes.rules.hours.week import (
    Periods,
    Schedule,
    Season,
    Week,
    expression_of,
    periods_of,
    schedule_of,
    season_of,
    week_of,
)
from millecafes.cafes.rules.hours.words import (
    expression_words,
    in_words,
    moment,
    periods_words,
    season_text,
)

__all__ = [
    "Exceptional",
    "HoursError",
    "Interval",
    "Periods",
    "Schedule",
    "Season",
    "Week",
    "clock",
    "expression_of",
    "expression_words",
    "in_words",
    "intervals",
    "is_public_holiday",
    "is_school_holiday",
    "moment",
    "normalised",
    "normalised_times",
    "periods_of",
    "periods_words",
    "public_holidays",
    "schedule_of",
    "school_zone_of",
    "season_of",
    "season_text",
    "time_zone_of",
    "uses",
    "week_of",
]
