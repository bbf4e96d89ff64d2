"""The map's tiles: a clean coverage, three layers, put in place all at once and built only when needed."""

from __future__ import annotations

import dataclasses
import gzip
import io
import json
import struct
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.core.management import call_command
from django.core.management.base import CommandError

from millecafes.territory.enums import AreaKind, Zone
from millecafes.territory.importing import tiles
from millecafes.territory.importing.outlines import read_outlines
from millecafes.territory.models import Commune, CommuneShape
from millecafes.territory.queries.contours import tiles_version


def shape(code: str, contour: Any, *, merged: bool = False, departement: str = "81") -> tiles.Shape:
    return tiles.Shape(
        code,
        f"Commune {code}",
        Zone.METRO,
        departement,
        "76",
        "200",
        2.0,
        46.0,
        merged,
        shapely.to_wkb(contour),
    )


def covered(shapes: list[tiles.Shape]) -> Any:
    return tiles.coverage(shapes)


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.TILES_DIR = tmp_path / "tuiles"
    return tmp_path / "tuiles"


def build(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("build_tiles", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def metadata(path: Path) -> dict[str, Any]:
    """The JSON metadata of a PMTiles file (specification v3, header fields 3 and 4)."""
    content = path.read_bytes()
    assert content[:8] == b"PMTiles\x03"
    start, length = struct.unpack("<2Q", content[24:40])
    found: dict[str, Any] = json.loads(gzip.decompress(content[start : start + length]))
    return found


def test_contours_that_overlap_or_leave_a_sliver_become_one_coverage() -> None:
    left = shapely.box(2.0, 46.0, 2.101, 46.1)  # overlaps the second by 0.001°
    right = shapely.box(2.1, 46.0, 2.2, 46.1)
    sliver = shapely.box(2.2, 46.02, 2.201, 46.08)  # 80 m wide, between the second and the third
    beyond = shapely.box(2.2, 46.0, 2.3, 46.1).difference(sliver)
    contours = covered([shape("1", left), shape("2", right), shape("3", beyond)])
    assert not shapely.coverage_is_valid([left, right, beyond])
    assert shapely.coverage_is_valid(contours)
    whole = shapely.coverage_union_all(contours)
    assert shapely.area(shapely.symmetric_difference(whole, shapely.box(2.0, 46.0, 2.3, 46.1))) < 1e-9
    assert shapely.get_num_interior_rings(whole) == 0


def ring(merged: str) -> list[tiles.Shape]:
    """Four communes around an empty square of about 86 km²; those named in `merged` absorbed another."""
    boxes = {
        "S": shapely.box(2.0, 46.0, 2.3, 46.1),
        "N": shapely.box(2.0, 46.2, 2.3, 46.3),
        "W": shapely.box(2.0, 46.1, 2.1, 46.2),
        "E": shapely.box(2.2, 46.1, 2.3, 46.2),
    }
    return [shape(code, box, merged=code in merged) for code, box in boxes.items()]


def test_a_hole_goes_to_the_only_neighbour_born_of_a_merger() -> None:
    south, north, *_ = covered(ring("N"))
    hole = shapely.Point(2.15, 46.15)
    assert shapely.covers(north, hole)
    assert not shapely.covers(south, hole)


@pytest.mark.parametrize("merged", ["", "NS"])
def test_a_hole_that_nobody_or_several_may_own_stays_empty(merged: str) -> None:
    assert not shapely.covers(covered(ring(merged)), shapely.Point(2.15, 46.15)).any()


def test_neighbouring_areas_still_share_their_border_once_simplified() -> None:
    wavy = [(2.1 + (0.0005 if i % 2 else 0), 46.0 + i / 100) for i in range(11)]
    left = shapely.Polygon([(2.0, 46.0), *wavy, (2.0, 46.1)])
    right = shapely.Polygon([(2.2, 46.0), *wavy, (2.2, 46.1)])
    shapes = [shape("1", left, departement="81"), shape("2", right, departement="82")]
    found = tiles.dissolve(shapes, covered(shapes), AreaKind.DEPARTEMENT)
    assert list(found) == ["81", "82"]
    contours = [shapely.from_geojson(json.dumps(geometry)) for geometry in found.values()]
    assert shapely.coverage_is_valid(contours)
    assert shapely.get_num_coordinates(contours).sum() < len(wavy) * 2


def test_the_stamp_follows_the_shapes() -> None:
    before = shape("1", shapely.box(2, 46, 3, 47))
    same = dataclasses.replace(before)
    other = shape("1", shapely.box(2, 46, 3, 48))
    assert tiles.fingerprint([before]) == tiles.fingerprint([same])
    assert (
        len({tiles.fingerprint([found]) for found in (before, other, dataclasses.replace(before, name="X"))})
        == 3
    )


@pytest.mark.usefixtures("territory")
def test_the_fixture_territory_gives_tiles_and_outlines(folder: Path) -> None:
    out, _ = build()
    drawn = CommuneShape.objects.exclude(commune__zone=Zone.COM)
    assert f"{drawn.count()} communes" in out
    about = metadata(folder / "communes.pmtiles")
    assert {layer["id"] for layer in about["vector_layers"]} == {"communes", "departements", "labels"}
    counted = {layer["layer"]: layer["count"] for layer in about["tilestats"]["layers"]}
    assert counted["communes"] == drawn.count()
    departements = set(drawn.values_list("commune__departement_id", flat=True))
    assert set(read_outlines(AreaKind.DEPARTEMENT)) == departements
    assert counted["departements"] == len(departements)
    assert Commune.objects.filter(zone=Zone.DROM, departement_id__in=departements).exists()
    assert tiles_version() == (folder / "stamp.txt").read_text()[:16]
    assert not list(folder.glob(".build-*"))


@pytest.mark.usefixtures("territory")
def test_built_again_only_when_a_contour_changed(folder: Path) -> None:
    build()
    first = (folder / "stamp.txt").stat()
    out, _ = build()
    assert "à jour" in out
    assert (folder / "stamp.txt").stat().st_ino == first.st_ino
    moved = CommuneShape.objects.order_by("pk").first()
    assert moved is not None
    contour = shapely.from_wkb(bytes(moved.wkb))
    moved.wkb = shapely.to_wkb(shapely.transform(contour, lambda points: points + 0.01))
    moved.save()
    out, _ = build()
    assert "construites" in out
    assert (folder / "stamp.txt").stat().st_ino != first.st_ino


@pytest.mark.usefixtures("territory")
def test_a_build_that_fails_leaves_the_former_tiles(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build()
    before = (folder / "communes.pmtiles").read_bytes()
    (folder / ".build-interrupted").mkdir()
    monkeypatch.setattr(tiles, "tippecanoe_path", lambda: "/bin/false")
    _, err = build("--force")
    assert "tippecanoe a échoué (code 1)" in err
    assert (folder / "communes.pmtiles").read_bytes() == before
    assert not list(folder.glob(".build-*"))


@pytest.mark.usefixtures("territory")
def test_without_tippecanoe_a_sentence_says_what_is_lost(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "tippecanoe", None)
    monkeypatch.setenv("PATH", "")
    _, err = build()
    assert "tippecanoe est absent" in err
    assert "les listes restent complètes" in err
    assert tiles_version() == ""


@pytest.mark.django_db
def test_without_territory_the_command_says_what_to_do_first(folder: Path) -> None:
    with pytest.raises(CommandError, match="load_territory"):
        build()
