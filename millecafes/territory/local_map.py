"""The small map of a commune page: contours as integer pixels, labels that do not overlap."""

from __future__ import annotations

from collections.abc import Iterable
from math import cos, pi, radians

from django.utils.html import escape

from millecafes.territory.profile import Frame, Neighbour, Place, Profile, ServiceLine, Surroundings

WIDTH, HEIGHT = 900, 643
_MARGIN = 12  # pixels drawn past the frame, so that no border of a clipped contour shows
_LETTER, _LINE = 8.2, 22  # size of the labels, to keep them apart
_KM_PER_DEGREE = 6371.0088 * pi / 180

Box = tuple[float, float, float, float]


def draw(profile: Profile, cup: str) -> str:
    """The map as SVG; `cup` is the address of the symbol of a café."""
    around = profile.surroundings
    if around is None:
        return ""
    view = View(around.frame)
    own = profile.commune.code
    # The commune's own contour is drawn last, above its neighbours' borders.
    ordered = sorted(around.drawn, key=lambda neighbour: neighbour.place.code == own)
    paths = [path(view, neighbour, own) for neighbour in ordered]
    trips, taken = _trips(view, profile)
    towns = _towns(view, around, own, cup, taken)
    return (
        f'<svg class="map map--local" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="{escape(_label(profile))}">{"".join(paths)}{trips}{towns}{_scale(view)}</svg>'
    )


class View:
    """From degrees to pixels."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.x_scale = WIDTH / (frame.east - frame.west)
        self.y_scale = HEIGHT / (frame.north - frame.south)

    def x(self, lon: float) -> int:
        """Pixels from the left."""
        return round((lon - self.frame.west) * self.x_scale)

    def y(self, lat: float) -> int:
        """Pixels from the top."""
        return round((self.frame.north - lat) * self.y_scale)

    def clip(self) -> Box:
        """The frame and its margin, in degrees: west, south, east, north."""
        dx, dy = _MARGIN / self.x_scale, _MARGIN / self.y_scale
        return (
            self.frame.west - dx,
            self.frame.south - dy,
            self.frame.east + dx,
            self.frame.north + dy,
        )


def path(view: View, neighbour: Neighbour, own: str) -> str:
    """One contour, clipped, in whole pixels; nothing when it lies outside."""
    if neighbour.wkb is None:
        return ""
    import shapely

    clipped = shapely.clip_by_rect(shapely.from_wkb(neighbour.wkb), *view.clip())
    data = "".join(
        ring(view, shapely.get_coordinates(part.exterior).tolist())
        for part in shapely.get_parts(clipped)
        if part.geom_type == "Polygon"
    )
    if not data:
        return ""
    kind = " area--cafe" if neighbour.has_cafe else ""
    kind += " area--own" if neighbour.place.code == own else ""
    return f'<path class="area{kind}" d="{data}"/>'


def ring(view: View, points: Iterable[list[float]]) -> str:
    """A ring as relative steps of whole pixels; points that share a pixel are one."""
    steps: list[str] = []
    last = (0, 0)
    for lon, lat in points:
        here = (view.x(lon), view.y(lat))
        if not steps:
            steps.append(f"M{here[0]} {here[1]}l")
        elif here != last:
            separator = "" if steps[-1].endswith("l") or here[0] < last[0] else " "
            steps.append(f"{separator}{here[0] - last[0]} {here[1] - last[1]}")
        last = here
    return f"{''.join(steps)}z" if len(steps) > 3 else ""


def _trips(view: View, profile: Profile) -> tuple[str, list[Box]]:
    """Straight lines to the first and second café, with their minutes."""
    commune, drinks = profile.commune, profile.drinks
    if not drinks.loaded or commune.lon is None or commune.lat is None:
        return "", []
    known = {n.place.code: n for n in profile.surroundings.drawn} if profile.surroundings else {}
    parts: list[str] = []
    boxes: list[Box] = []
    for place, time in _journeys(drinks, commune.code):
        target = known.get(place.code)
        if target is None:
            continue
        x1, y1, x2, y2 = view.x(commune.lon), view.y(commune.lat), view.x(target.lon), view.y(target.lat)
        parts.append(f'<line class="trip" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>')
        x, y = _label_point(x1, y1, x2, y2)
        box = (x - 34, y - 14, x + 34, y + 14)
        if not any(overlap(box, other) for other in boxes):
            boxes.append(box)
            parts.append(
                f'<g transform="translate({x} {y})"><rect class="trip__bg" x="-33" y="-13" width="66"'
                f' height="26" rx="13"/><text class="trip__t" text-anchor="middle" y="6">'
                f"{max(1, round(time))} min</text></g>"
            )
    return "".join(parts), boxes


def _journeys(drinks: ServiceLine, own: str) -> list[tuple[Place, float]]:
    """Where one drives for a café, and for the next one; none for what stands in the commune."""
    found: list[tuple[Place, float]] = []
    for place, time in ((drinks.nearest, drinks.minutes), (drinks.second, drinks.second_minutes)):
        if place and time is not None and place.code != own and all(place != other for other, _ in found):
            found.append((place, time))
    return found


def _label_point(x1: int, y1: int, x2: int, y2: int) -> tuple[int, int]:
    """The middle of a line, or the farthest point of it that the map shows."""
    for share in (0.5, 0.4, 0.3, 0.2):
        x, y = x1 + share * (x2 - x1), y1 + share * (y2 - y1)
        if 40 < x < WIDTH - 40 and 20 < y < HEIGHT - 20:
            break
    return round(x), round(y)


def _towns(view: View, around: Surroundings, own: str, cup: str, taken: list[Box]) -> str:
    """A point or a cup for each commune of the list, with its name where there is room."""
    marks: list[str] = []
    boxes = list(taken)
    for neighbour in around.listed:
        x, y = view.x(neighbour.lon), view.y(neighbour.lat)
        is_own = neighbour.place.code == own
        if is_own:
            marks.append(f'<circle class="town town--own" cx="{x}" cy="{y}" r="8"/>')
        elif neighbour.has_cafe:
            marks.append(
                f'<svg x="{x - 10}" y="{y - 10}" width="20" height="20" class="town__cup">'
                f'<use href="{cup}"/></svg>'
            )
        else:
            marks.append(f'<circle class="town" cx="{x}" cy="{y}" r="4"/>')
        marks.append(_name(neighbour, x, y, boxes, is_own=is_own))
    return "".join(marks)


def _name(neighbour: Neighbour, x: int, y: int, boxes: list[Box], *, is_own: bool) -> str:
    """The name of a commune, above or under its point; nothing when it would hide another."""
    css = "town__own" if is_own else "town__name" if neighbour.has_cafe else "town__soft"
    size = 1.3 if is_own else 1.0
    half = len(neighbour.place.name) * _LETTER * size / 2
    for base in (y - 16, y + 28) if is_own else (y + 26, y - 13):
        box = (x - half, base - _LINE * size * 0.8, x + half, base + 4)
        inside = box[0] > 0 and box[2] < WIDTH and box[1] > 0 and box[3] < HEIGHT
        if inside and not any(overlap(box, other) for other in boxes):
            boxes.append(box)
            name = escape(neighbour.place.name)
            return f'<text class="{css}" x="{x}" y="{base}" text-anchor="middle">{name}</text>'
    return ""


def overlap(one: Box, other: Box) -> bool:
    """Whether two rectangles share a point."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _scale(view: View) -> str:
    """A bar of whole kilometres, at the bottom right."""
    middle = (view.frame.north + view.frame.south) / 2
    per_km = view.x_scale / (_KM_PER_DEGREE * cos(radians(middle)))
    km = next((km for km in (5, 2, 1) if km * per_km < WIDTH / 4), 1)
    length = round(km * per_km)
    return (
        f'<g transform="translate({WIDTH - length - 28} {HEIGHT - 22})">'
        f'<path class="scale" d="M0 -6V0H{length}V-6"/>'
        f'<text class="town__name" x="{length / 2:g}" y="-8" text-anchor="middle">{km} km</text></g>'
    )


def _label(profile: Profile) -> str:
    """What the map shows, in a sentence."""
    words = f"{profile.commune.name} et les communes voisines."
    trips = [f"{place.name}, {max(1, round(time))} minutes" for place, time in _journeys(profile.drinks, "")]
    if profile.drinks.loaded and trips and not profile.drinks.on_site:
        words += f" Cafés les plus proches : {' ; '.join(trips)}."
    return f"{words} La liste qui suit dit la même chose."
