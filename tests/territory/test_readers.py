"""Each official format, read from samples written by hand after the data guide."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from millecafes.territory.enums import ValueStatus
from millecafes.territory.importing.readers import Cell
from tests.territory.open_data import passage_zip, read, sample, text_of, write, zipped

SECRET = Cell(None, "", ValueStatus.SECRET)
ND = Cell(None, "", ValueStatus.ND)


def test_comparateur_finds_columns_by_pattern_and_keeps_decimals() -> None:
    mapped = sample("comparateur", "base_cc_comparateur.csv")

    assert mapped.vintage == "2022"
    assert mapped.values["pop_census"]["48080"] == Cell(2900.0)
    assert mapped.values["pop_previous"]["48080"] == Cell(2950.0)
    assert mapped.values["dwellings"]["48080"] == Cell(2016.5)
    parts = [mapped.values[key]["48080"].value for key in ("main_homes", "second_homes", "vacant_homes")]
    assert sum(part or 0 for part in parts) == pytest.approx(2016.5)
    assert mapped.values["births"]["55039"] == Cell(0.0)
    assert mapped.years == {"pop_previous": "2016", "births": "2024", "deaths": "2024"}


def test_comparateur_of_the_next_year_needs_no_change(tmp_path: Path) -> None:
    text = text_of("base_cc_comparateur.csv").replace("P22_", "P23_").replace("P16_", "P17_")

    mapped = read("comparateur", write(tmp_path, "base_cc_comparateur.csv", text))

    assert (mapped.vintage, mapped.geo_vintage) == ("2023", "")
    assert mapped.years["pop_previous"] == "2017"
    assert mapped.values["pop_census"]["48080"] == Cell(2900.0)


def test_zip_with_capital_names_and_a_metadata_file(tmp_path: Path) -> None:
    path = zipped(
        tmp_path,
        "base_cc_comparateur_csv.zip",
        meta_base_cc_comparateur__CSV="COD_VAR;LIB_VAR\n" + "P22_POP;Population\n" * 5_000,
        base_cc_comparateur__CSV=text_of("base_cc_comparateur.csv"),
    )

    assert read("comparateur", path).rows == 6


def test_bpe_long_sums_neighbourhoods_and_services() -> None:
    mapped = sample("bpe", "bpe19_ensemble.csv")

    assert (mapped.vintage, mapped.geo_vintage) == ("2019", "2019")
    assert mapped.supply["bread"] == {
        "48080": 3,
        "01004": 11,
        "01330": 1,
        "01187": 2,
        "75101": 40,
        "75102": 30,
    }
    assert mapped.supply["food"]["48080"] == 5  # three bakeries and two groceries
    assert mapped.supply["catering"] == {"48080": 12}
    assert mapped.supply["press"] == {"01004": 1}
    assert mapped.supply["grocery"] == {"48080": 2, "97601": 1}


def test_bpe_melodi_uses_the_new_codes_of_communes_only() -> None:
    mapped = sample("bpe", "DS_BPE_2024_data.csv")

    assert mapped.vintage == "2024"
    assert mapped.supply["bread"] == {"48080": 3, "75056": 1200}
    assert mapped.supply["food"]["48080"] == 6  # two supermarkets, one grocery, three bakeries
    assert mapped.supply["press"] == {"01187": 1}


def test_old_codes_are_not_read_in_a_newer_vintage(tmp_path: Path) -> None:
    text = text_of("bpe19_ensemble.csv").replace(";2019;", ";2023;")

    with pytest.raises(Exception, match=r"le millésime 2023.*au plus 2021"):
        read("bpe", write(tmp_path, "bpe23_ensemble.csv", text))


def test_sirene_counts_active_drinking_places() -> None:
    mapped = sample("sirene_5630z", "StockEtablissement_2026-04.csv")

    assert mapped.supply == {"drinks": {"48080": 2, "75101": 1}}
    assert mapped.vintage == "2026-04"
    assert mapped.notes == ["1 établissements sans code de commune"]


def test_la_poste_leaves_andorra_out_and_reads_quotes() -> None:
    mapped = sample("laposte", "laposte_points_2025-06.csv")

    assert mapped.supply == {"post": {"48080": 1, "23003": 1, "75101": 1, "97801": 1}}
    assert mapped.vintage == "2025-06"


def test_la_poste_pages(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "laposte_2026-11.json",
        '{"results": [{"identifiant_a": "1", "caracteristique_du_site": "Relais poste", "pays": "FRANCE",'
        ' "code_insee": "48080", "_geopoint": "44,3"}]}',
    )

    assert read("laposte", path).supply == {"post": {"48080": 1}}


def test_france_services_comments_hold_line_breaks() -> None:
    mapped = sample("france_services", "france_services_2024-08.csv")

    assert mapped.supply == {"digital": {"48080": 1, "2A004": 1}}
    assert mapped.rows == 2


def test_frr_has_crlf_and_a_trailing_separator() -> None:
    mapped = sample("frr", "liste-communes-FRR-juillet2025.csv")

    assert mapped.values["frr"]["48080"] == Cell(1.0, "FRR+")
    assert mapped.values["frr"]["75056"] == Cell(0.0, "Non classée")
    assert mapped.values["frr"]["01187"] == Cell(1.0, "FRR bénéficiaire partiellement")


def test_grids_start_with_a_bom_and_say_what_is_out_of_scope() -> None:
    values = sample("grilles", "grilles_anct_2026.csv").values

    assert values["density"]["48080"] == Cell(5.0, "Bourgs ruraux")
    assert values["rurality"]["97601"] == Cell(None, "", ValueStatus.OUT_OF_SCOPE)
    assert values["rurality"]["01187"] == ND
    assert values["centrality"]["97601"] == Cell(None, "", ValueStatus.OUT_OF_SCOPE)
    assert values["massif"]["48080"] == Cell(6.0, "Massif Central")
    assert values["massif"]["75056"] == Cell(0.0)


def test_density_workbook_opens_with_titles(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Grille communale de densité"],
        ["Mise en ligne le 1er janvier 2025"],
        ["Géographie au 01/01/2025"],
        ["Code", "Libellé", "Degré", "Population"],
        ["CODGEO", "LIBGEO", "DENS", "PMUN22"],
        ["48080", "Langogne", 5, 2900],
        ["2A004", "Ajaccio", 2, 70000],
    ):
        sheet.append(row)
    path = tmp_path / "grille_densite_7_niveaux_2025.xlsx"
    book.save(path)

    mapped = read("grille_densite", path)

    assert mapped.vintage == "2025"
    assert mapped.values["density"] == {
        "48080": Cell(5.0, "Bourgs ruraux"),
        "2A004": Cell(2.0, "Centres urbains intermédiaires"),
    }


@pytest.mark.parametrize(
    ("last", "expected"),
    [("P22_POP6074;P22_POP7589;P22_POP90P", 60.0), ("P22_POP6074;P22_POP75P;P22_X", 55.5)],
)
def test_ages_are_sums_of_classes_old_or_new(tmp_path: Path, last: str, expected: float) -> None:
    text = text_of("base-cc-evol-struct-pop-2022.csv").replace("P22_POP6074;P22_POP7589;P22_POP90P", last)

    values = read("rp_population", write(tmp_path, "base-cc-evol-struct-pop-2022.csv", text)).values

    assert values["age_60_plus"]["23003"] == Cell(expected)
    assert values["age_0_14"]["48080"] == Cell(400.0)
    assert values["pop_previous"]["48080"] == Cell(2950.0)


def test_neighbourhood_percentages_become_counts(tmp_path: Path) -> None:
    header = "code,COM,P22_POP,P16_POP,P11_POP,dm_0014_pct_22,dmv_60p_pct_22,dmv_75p_pct_22,men_tot_stock_22"
    text = (
        f"{header},men_seul_pct_22\n010040101,01004,1000,900,800,20,10,5,400,50\n"
        "010040102,01004,3000,2900,2800,10,30,15,1000,20\n550390000,55039,0,0,0,,,,0,\n"
        "480800000,48080,100,100,100,,30,15,50,20\n"
    )

    values = read("rp_population", write(tmp_path, "iris_rp2022.csv", text)).values

    assert values["age_60_plus"]["01004"] == Cell(1000.0)  # 100 + 900: weighted, not the mean of shares
    assert values["households_single"]["01004"] == Cell(400.0)
    assert values["age_0_14"]["55039"] == Cell(0.0)
    assert values["age_0_14"]["48080"] == ND
    assert values["age_60_plus"]["48080"] == Cell(30.0)


def test_households_and_housing() -> None:
    households = sample("rp_menages", "base-cc-coupl-fam-men-2022.csv")
    housing = sample("rp_logement", "base-cc-logement-2021.csv")

    assert households.values["households_single"] == {"48080": Cell(600.0)}
    assert housing.vintage == "2021"
    assert housing.values["dwellings"]["48080"] == Cell(2016.0)


def test_income_wide_keeps_the_markers_apart() -> None:
    mapped = sample("filosofi", "base-cc-filosofi-2016.csv")

    assert mapped.vintage == "2016"
    assert mapped.values["median_income"]["48080"] == Cell(19070.95)
    assert mapped.values["median_income"]["23003"] == SECRET
    assert mapped.values["poverty_rate"]["01187"] == ND
    assert mapped.values["poverty_rate"]["01330"] == SECRET
    assert mapped.weights["01187"] == 600


def test_income_long_reads_confidentiality() -> None:
    mapped = sample("filosofi", "DS_FILOSOFI_CC_2023_data.csv")

    assert mapped.vintage == "2023"
    assert mapped.values["median_income"] == {"48080": Cell(21500.0), "23003": SECRET, "01187": ND}
    assert mapped.values["poverty_rate"] == {"48080": Cell(17.5)}


def test_movements_and_passage(tmp_path: Path) -> None:
    mapped = sample("cog_mouvements", "v_mvt_commune_2026.csv")
    assert (mapped.vintage, mapped.rows) == ("2026", 5)
    assert mapped.movements[1].before == "01330"


def test_passage_workbook_in_a_zip(tmp_path: Path) -> None:
    path = passage_zip(tmp_path, [["01330", "01187"]])

    assert read("cog_passage", path).former == {"01330": "01187"}


def test_centres_from_the_geo_api(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "communes-centre.json",
        '[{"code": "15031", "nom": "Celles", "centre": {"type": "Point", "coordinates": [2.95, 45.12]}}]',
    )

    assert read("centroides", path).points == {"15031": (2.95, 45.12)}
