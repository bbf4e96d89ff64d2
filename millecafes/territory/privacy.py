"""The room `territory` holds nothing about anybody: places, public offices, and the files they come from."""

from millecafes.common.privacy import declare_impersonal

PUBLIC = "registre public des territoires"
OPEN_DATA = "données ouvertes, agrégées par commune"

declare_impersonal("territory.region", "code", "name", reason=PUBLIC)
declare_impersonal("territory.departement", "code", "name", reason=PUBLIC)
declare_impersonal("territory.epci", "code", "name", "kind", reason=PUBLIC)
declare_impersonal(
    "territory.commune",
    *("code", "name", "slug", "zone", "postal_codes", "lon", "lat", "point_origin"),
    *("hall_address", "hall_email", "hall_phone", "hall_site", "hall_hours"),
    reason="registre public ; les coordonnées sont celles de la mairie, non d’une personne",
)
declare_impersonal("territory.communeshape", "wkb", reason=PUBLIC)
declare_impersonal("territory.placename", "key", "name", "code", "kind", reason=PUBLIC)
declare_impersonal("territory.postalcode", "code", reason=PUBLIC)
declare_impersonal(
    "territory.dataset", "source", "vintage", "geo_vintage", "years", "sha256", "filename", reason=OPEN_DATA
)
declare_impersonal(
    "territory.importrun",
    *("source", "state", "step", "message", "unmatched", "summary"),
    reason="compte rendu de chargement d’un fichier public",
)
declare_impersonal("territory.indicatorvalue", "indicator", "category", "status", reason=OPEN_DATA)
declare_impersonal(
    "territory.supply",
    "service",
    "declared_by",
    reason="nombre de lieux ; déclaré par un lieu, non par quelqu’un",
)
declare_impersonal("territory.accesstime", "service", "provenance", "basis", reason="calcul")
declare_impersonal("territory.distribution", "indicator", "quantiles", reason="calcul")
declare_impersonal("territory.areastatistic", "kind", "code", "indicator", "status", reason="calcul")
