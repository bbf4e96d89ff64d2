"""The indicators the territory knows: stored ones, ratios derived from them, and aggregates of areas.

Stored indicators are counts where they can be (a count adds up from communes to an EPCI;
a share does not); what a page shows is a `Ratio` of two counts, or the stored value itself.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Indicator:
    """A stored indicator. `additive`: sums over communes. `census`: from the census (small-commune rule).

    `level_zero`: what level 0 of a category reads, where the file says it by an empty cell.
    """

    key: str
    label: str
    unit: str
    additive: bool = True
    census: bool = False
    categorical: bool = False
    level_zero: str = ""
    definition: str = ""


@dataclass(frozen=True)
class Ratio:
    """A share or rate derived from two stored counts: `factor × numerator / denominator`."""

    key: str
    label: str
    unit: str
    numerator: str
    denominator: str
    factor: float = 100.0
    census: bool = True
    definition: str = ""


INDICATORS: dict[str, Indicator] = {
    indicator.key: indicator
    for indicator in (
        Indicator("pop_census", "Population au recensement", "habitants", census=True),
        Indicator("pop_previous", "Population au recensement précédent", "habitants", census=True),
        Indicator("births", "Naissances de l’année", "naissances"),
        Indicator("deaths", "Décès de l’année", "décès"),
        Indicator("age_0_14", "Moins de 15 ans", "personnes", census=True),
        Indicator("age_60_plus", "60 ans et plus", "personnes", census=True),
        Indicator("age_75_plus", "75 ans et plus", "personnes", census=True),
        Indicator("households", "Ménages", "ménages", census=True),
        Indicator("households_single", "Ménages d’une personne", "ménages", census=True),
        Indicator("dwellings", "Logements", "logements", census=True),
        Indicator("main_homes", "Résidences principales", "logements", census=True),
        Indicator("second_homes", "Résidences secondaires", "logements", census=True),
        Indicator("vacant_homes", "Logements vacants", "logements", census=True),
        Indicator("active_15_64", "Actifs de 15 à 64 ans", "personnes", census=True),
        Indicator("unemployed_15_64", "Chômeurs déclarés de 15 à 64 ans", "personnes", census=True),
        Indicator("median_income", "Revenu médian par an et par unité de consommation", "€", additive=False),
        Indicator("poverty_rate", "Taux de pauvreté", "%", additive=False),
        Indicator("density", "Grille de densité", "niveau", additive=False, categorical=True),
        Indicator("rurality", "Typologie des ruralités", "", additive=False, categorical=True),
        Indicator("centrality", "Niveau de centralité", "", additive=False, categorical=True),
        Indicator("massif", "Massif", "", additive=False, categorical=True, level_zero="hors massif"),
        Indicator("frr", "France ruralités revitalisation", "", additive=False, categorical=True),
    )
}

RATIOS: dict[str, Ratio] = {
    ratio.key: ratio
    for ratio in (
        Ratio("share_under_15", "Moins de 15 ans", "%", "age_0_14", "pop_census"),
        Ratio("share_60_plus", "60 ans et plus", "%", "age_60_plus", "pop_census"),
        Ratio("share_75_plus", "75 ans et plus", "%", "age_75_plus", "pop_census"),
        Ratio("share_single", "Ménages d’une seule personne", "%", "households_single", "households"),
        Ratio("share_second_homes", "Résidences secondaires", "%", "second_homes", "dwellings"),
        Ratio("share_vacant", "Logements vacants", "%", "vacant_homes", "dwellings"),
        Ratio(
            "unemployment",
            "Chômage déclaré au recensement (15 à 64 ans)",
            "%",
            "unemployed_15_64",
            "active_15_64",
        ),
    )
}

# Census shares of communes under this population are shown for their EPCI (data.md §4.9).
CENSUS_POOLING_POPULATION = 200


@dataclass(frozen=True)
class AreaIndicator:
    """An aggregate shown for France, régions, départements and EPCI."""

    key: str
    label: str
    unit: str
    definition: str
    source: str = ""  # catalogue key, empty for the packages; several separated by commas
    decimals: int = 0


AREA_INDICATORS: dict[str, AreaIndicator] = {
    indicator.key: indicator
    for indicator in (
        AreaIndicator(
            "communes", "Communes", "communes", "Communes de l’aire, hors collectivités d’outre-mer."
        ),
        AreaIndicator(
            "communes_eligible",
            "Communes de moins de 3 500 habitants",
            "communes",
            "Communes dont la population municipale est inférieure à 3 500.",
        ),
        AreaIndicator("population", "Population", "habitants", "Population municipale."),
        AreaIndicator(
            "population_eligible_share",
            "Part de la population vivant dans une commune de moins de 3 500 habitants",
            "%",
            "Part des habitants de l’aire dont la commune a moins de 3 500 habitants (PMUN).",
            decimals=1,
        ),
        AreaIndicator(
            "no_drinks_share",
            "Communes de moins de 3 500 habitants sans débit de boissons",
            "%",
            "Sans établissement actif de code 56.30Z.",
            source="sirene_5630z",
            decimals=1,
        ),
        AreaIndicator(
            "no_food_share",
            "Communes de moins de 3 500 habitants sans commerce alimentaire",
            "%",
            "Sans aucun des sept types de commerce alimentaire de la base permanente des équipements.",
            source="bpe",
            decimals=1,
        ),
        AreaIndicator(
            "minutes_drinks",
            "Minutes jusqu’au premier café",
            "min",
            "Médiane, pondérée par la population, des communes de moins de 3 500 habitants.",
            source="sirene_5630z",
            decimals=1,
        ),
        AreaIndicator(
            "minutes_grocery",
            "Minutes jusqu’à la première épicerie",
            "min",
            "Médiane, pondérée par la population, des communes de moins de 3 500 habitants.",
            source="bpe",
            decimals=1,
        ),
        AreaIndicator(
            "frr_share",
            "Communes de moins de 3 500 habitants classées FRR",
            "%",
            "Classement France ruralités revitalisation, FRR ou FRR+, en tout ou partie.",
            source="frr",
            decimals=1,
        ),
        AreaIndicator(
            "share_60_plus",
            "Personnes de 60 ans et plus",
            "%",
            "Recensement, toutes communes de l’aire dont la valeur est connue.",
            source="rp_population",
            decimals=1,
        ),
        AreaIndicator(
            "share_second_homes",
            "Résidences secondaires",
            "%",
            "Recensement, part des logements, toutes communes de l’aire dont la valeur est connue.",
            source="rp_logement",
            decimals=1,
        ),
        AreaIndicator(
            "share_vacant",
            "Logements vacants",
            "%",
            "Recensement, part des logements, toutes communes de l’aire dont la valeur est connue.",
            source="rp_logement",
            decimals=1,
        ),
    )
}
