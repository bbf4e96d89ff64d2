"""Closed lists of the territory. Values are stored: never rename one without a migration."""

from django.db.models import IntegerChoices, TextChoices

# What the journal says of each service of this room.
VERBS = {
    "territory.territory_loaded": "a chargé le territoire : {communes} communes ({packages})",
    "territory.dataset_loaded": "a chargé {object}",
    "territory.supply_declared": "a déclaré à {object}, pour le service « {service} » : {count}",
}


class Zone(TextChoices):
    """Where a commune lies; `COM` (overseas collectivities) is outside the programme."""

    METRO = "metro", "France métropolitaine"
    DROM = "drom", "Départements et régions d’outre-mer"
    COM = "com", "Collectivités d’outre-mer"


class ValueStatus(TextChoices):
    """Why a value is there, or is not (the five of the data guide). Unknown is never zero."""

    OK = "ok", "connu"
    SECRET = "secret", "secret statistique"
    ND = "nd", "non disponible"
    OUT_OF_SCOPE = "hors_champ", "hors du champ de la source"
    NOT_RELEASED = "non_diffuse", "non diffusé"


class Service(TextChoices):
    """Kinds of supply counted in a commune. The first seven are the basic services (models.md §1)."""

    DRINKS = "drinks", "Café, bar"
    CATERING = "catering", "Restauration"
    BREAD = "bread", "Pain"
    GROCERY = "grocery", "Épicerie"
    POST = "post", "La Poste"
    PRESS = "press", "Presse"
    DIGITAL = "digital", "France services"
    FOOD = "food", "Commerce alimentaire"


BASIC_SERVICES = tuple(service for service in Service if service is not Service.FOOD)


class NameKind(TextChoices):
    """What a searchable name or code is for today's commune."""

    CURRENT = "current", "nom actuel"
    DELEGATED = "delegated", "commune déléguée"
    ASSOCIATED = "associated", "commune associée"
    DISTRICT = "district", "arrondissement municipal"
    FORMER = "former", "ancien code"


class PointOrigin(TextChoices):
    """Where a commune's reference point comes from."""

    TOWN_HALL = "town_hall", "mairie"
    POLYGON = "polygon", "centre du contour (mairie mal placée ou inconnue)"
    CHILDREN = "children", "centre des anciennes communes réunies"
    CENTROID = "centroid", "fichier de centres"
    TOWN_HALL_UNCHECKED = "town_hall_unchecked", "mairie, sans contour pour vérifier"
    NONE = "none", "inconnu"


class AreaKind(TextChoices):
    """Areas whose indicators are aggregated."""

    FRANCE = "france", "France"
    REGION = "region", "Régions"
    DEPARTEMENT = "departement", "Départements"
    EPCI = "epci", "Intercommunalités"


class Provenance(TextChoices):
    """How minutes were obtained."""

    ON_SITE = "on_site", "sur place"
    FORMULA = "formula", "estimées à vol d’oiseau"
    OSRM = "osrm", "calculées sur la route (OSRM)"


class SupplyBasis(TextChoices):
    """What is known of the supply behind an access time."""

    LOADED = "loaded", "source chargée"
    ASSUMED = "assumed", "hypothèse : les communes de 3 500 habitants et plus ont ce service"


class RunState(TextChoices):
    """State of a load of open data."""

    RUNNING = "running", "en cours"
    DRY = "dry", "comparé, non appliqué"
    APPLIED = "applied", "appliqué"
    UNCHANGED = "unchanged", "déjà à jour"
    REFUSED = "refused", "refusé"
    FAILED = "failed", "échec"


class Density(IntegerChoices):
    """INSEE communal density grid, seven levels."""

    L1 = 1, "Grands centres urbains"
    L2 = 2, "Centres urbains intermédiaires"
    L3 = 3, "Petites villes"
    L4 = 4, "Ceintures urbaines"
    L5 = 5, "Bourgs ruraux"
    L6 = 6, "Rural à habitat dispersé"
    L7 = 7, "Rural à habitat très dispersé"
