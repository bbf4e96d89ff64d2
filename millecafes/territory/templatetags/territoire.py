"""Charts of the commune page: plain SVG with percentages for x, no script, no inline style."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from millecafes.common.formats import decimal, percent, thousands
from millecafes.common.templatetags.mille import sprite_url
from millecafes.territory import wording
from millecafes.territory.catalogue import SOURCES
from millecafes.territory.enums import Service
from millecafes.territory.local_map import draw
from millecafes.territory.profile import CUTS, Fact, Profile, ServiceLine

register = template.Library()
register.filter("at", wording.at)
register.filter("of", wording.of)
register.filter("vintage", wording.vintage_words)

ICONS = {
    Service.DRINKS: "coffee",
    Service.CATERING: "fork-knife",
    Service.BREAD: "bread",
    Service.GROCERY: "basket",
    Service.POST: "envelope-simple",
    Service.PRESS: "newspaper",
    Service.DIGITAL: "globe",
}
_AXES = (20, 40, 60, 120)
_DOTS = 50
_DOT_AREA, _DOT_STEP, _DOT_RADIUS = 190, 10.4, 4.2


@register.filter
def service_icon(service: Service) -> str:
    """The icon of a service."""
    return ICONS[service]


@register.filter
def minutes(value: float | None) -> str:
    """Whole minutes; a journey is never shown as zero."""
    return "" if value is None else str(max(1, round(value)))


@register.filter
def fact(found: Fact) -> str:
    """The value of an indicator with its unit, or why there is none."""
    if not found.known:
        return found.words
    return found.category or quantity(found.value, found.unit)


@register.filter
def half(found: Fact) -> str:
    """What half of the comparable communes have: « 30 à 38 % »."""
    comparison = found.comparison
    if comparison is None:
        return "inconnu"
    low, high = quantity(comparison.low, ""), quantity(comparison.high, found.unit)
    return f"{low} à {high}"


@register.filter
def source(found: Fact) -> str:
    """Who says so, and when."""
    if found.dataset is None:
        return ""
    origin = SOURCES.get(found.dataset.source)
    publisher = origin.publisher if origin else found.dataset.source
    return f"{publisher}, {wording.vintage_words(found.dataset.vintage)}"


def quantity(value: float | None, unit: str) -> str:
    """A whole number; the label of a count already says what is counted."""
    if unit == "%":
        return percent(value)
    return f"{thousands(value)}\u00a0€" if unit == "€" else thousands(value)


@register.simple_tag
def minutes_axis(profile: Profile) -> tuple[int, ...]:
    """The five marks of the minutes' axis, wide enough for every range and reference."""
    ends = [0.0]
    for line in profile.services:
        ends += [end for end in (line.high, line.comparison and line.comparison.middle) if end]
    width = next((axis for axis in _AXES if axis >= max(ends)), _AXES[-1])
    return tuple(width * i // 4 for i in range(5))


def _x(value: float, width: float) -> str:
    return f"{min(max(100 * value / width, 0), 100):.4g}%"


@register.simple_tag
def range_chart(line: ServiceLine, axis: tuple[int, ...]) -> SafeString:
    """Estimate, range, and the middle of comparable communes, on one axis."""
    width = axis[-1]
    parts = ['<line class="range__axis" x1="0" x2="100%" y1="14" y2="14"/>']
    parts += [f'<line class="range__grid" x1="{x}%" x2="{x}%" y1="4" y2="24"/>' for x in (0, 25, 50, 75, 100)]
    if line.low is not None and line.high is not None and not line.on_site:
        span = min(line.high, width) - min(line.low, width)
        parts.append(
            f'<rect class="range__band" x="{_x(line.low, width)}" width="{_x(span, width)}"'
            ' y="9" height="10" rx="5"/>'
        )
    if line.comparison:
        x = _x(line.comparison.middle, width)
        parts.append(f'<line class="range__ref" x1="{x}" x2="{x}" y1="3" y2="25"/>')
    if line.minutes is not None:
        parts.append(f'<circle class="range__point" cx="{_x(line.minutes, width)}" cy="14" r="6"/>')
    return mark_safe(  # noqa: S308 - numbers only
        '<svg class="range" width="100%" height="28" aria-hidden="true" focusable="false">'
        f"{''.join(parts)}</svg>"
    )


@register.simple_tag
def shares(line: ServiceLine) -> list[tuple[str, str]]:
    """How comparable communes split between the cuts: « sur place », « moins de 4 min »…"""
    total = len(line.quantiles)
    if not total:
        return []
    edges = (0.0, *CUTS, float("inf"))
    labels = ["moins de 4 min", "4 à 7 min", "7 à 10 min", "10 min et plus"]
    here = sum(quantile <= 0 for quantile in line.quantiles)
    counts = [here] + [
        sum(low <= quantile < high and quantile > 0 for quantile in line.quantiles)
        for low, high in pairwise(edges)
    ]
    return [
        (label, percent(100 * count / total))
        for label, count in zip(["sur place", *labels], counts, strict=True)
    ]


@register.simple_tag
def dots(line: ServiceLine, name: str) -> SafeString:
    """Fifty dots, each two per cent of the comparable communes, and the commune among them."""
    sample = [line.quantiles[1 + 2 * i] for i in range(_DOTS)]
    own = line.minutes
    width = max(12.0, sample[-1], own or 0) * 1.04
    columns: dict[int, int] = {}
    for value in sample:
        columns[round(value)] = columns.get(round(value), 0) + 1
    step = min(_DOT_STEP, _DOT_AREA / max(columns.values()))
    top = 50 + step * max(columns.values())
    marks: list[str] = []
    for column, count in columns.items():
        cx = _x(column + 0.4, width + 0.4)
        marks += [
            f'<circle class="dots__dot" cx="{cx}" cy="{top - 9 - i * step:.4g}" r="{_DOT_RADIUS}"/>'
            for i in range(count)
        ]
    if own is not None:
        marks.append(_own_dot(own, width, top, columns.get(round(own), 0) * step, name))
    middle = decimal(line.comparison.middle, 0) if line.comparison else "inconnu"
    here = "sur place" if line.on_site else f"{minutes(own)} minutes" if own is not None else "inconnu"
    return format_html(
        '<svg class="dots" width="100%" height="{}" role="img" aria-label="{}">'
        '<line class="range__axis" x1="0" x2="100%" y1="{}" y2="{}"/>{}'
        '<text class="chart__tick" x="0" y="{}">sur place</text>{}'
        '<text class="chart__tick" x="100%" y="{}" text-anchor="end">min</text></svg>',
        f"{top + 26:.4g}",
        f"Minutes jusqu’au premier café dans les communes comparables : milieu {middle} minutes."
        f" {name} : {here}."
        " Le tableau qui suit donne les mêmes nombres.",
        f"{top:.4g}",
        f"{top:.4g}",
        mark_safe("".join(marks)),  # noqa: S308 - numbers, and a name escaped below
        f"{top + 20:.4g}",
        mark_safe(_ticks(width, top)),  # noqa: S308 - numbers only
        f"{top + 20:.4g}",
    )


def _ticks(width: float, top: float) -> str:
    """The minutes under the axis, but where « min » stands."""
    return "".join(
        f'<text class="chart__tick" x="{_x(at + 0.4, width + 0.4)}" y="{top + 20:.4g}"'
        f' text-anchor="middle">{at}</text>'
        for at in range(5, int(width), 5 if width < 40 else 20)
        if at < width * 0.93
    )


def _own_dot(own: float, width: float, top: float, pile: float, name: str) -> str:
    """The commune above its column, with its name."""
    cx, cy = _x(round(own) + 0.4, width + 0.4), top - 12 - pile
    share = (round(own) + 0.4) / (width + 0.4)
    anchor = "start" if share < 0.25 else "end" if share > 0.75 else "middle"
    return (
        f'<line class="dots__lead" x1="{cx}" x2="{cx}" y1="22" y2="{cy:.4g}"/>'
        f'<circle class="dots__own" cx="{cx}" cy="{cy:.4g}" r="6"/>'
        f'<text class="dots__label" x="{cx}" y="16" text-anchor="{anchor}">{escape(name)}</text>'
    )


@register.simple_tag
def local_map(profile: Profile) -> SafeString:
    """The commune, its neighbours, and the way to the first two cafés."""
    return mark_safe(draw(profile, f"{sprite_url()}#i-coffee-fill"))  # noqa: S308 - names escaped by draw


@register.simple_tag
def hours(periods: list[Any]) -> list[tuple[str, str]]:
    """Opening hours in French: « lundi à mardi », « 9 h à 12 h, 13 h 30 à 17 h »."""
    return [
        (
            first if first == last else f"{first} à {last}",
            ", ".join(f"{_clock(start)} à {_clock(end)}" for start, end in slots),
        )
        for first, last, slots in periods
    ]


def _clock(time: str) -> str:
    hour, _, minute = time.partition(":")
    return f"{int(hour)} h" if minute in {"", "00"} else f"{int(hour)} h {minute}"
