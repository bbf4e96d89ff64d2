"""Closed lists of the room `siting`. Values are stored: never rename one without a migration."""

from django.db.models import IntegerChoices, TextChoices

# What the journal says of each service of this room.
VERBS = {
    "siting.scenario_added": "a préparé {object}",
    "siting.scenario_copied": "a copié {object} d’après « {source} »",
    "siting.scenario_changed": "a modifié {object} : {fields}",
    "siting.scenario_removed": "a retiré {object}",
    "siting.site_ruled": "a noté pour {object} : {commune} {rule} ({reason})",
    "siting.site_released": "a levé pour {object} la consigne sur {commune}",
    "siting.run_asked": "a demandé le calcul de {object}",
    "siting.run_stopped": "a arrêté le calcul de {object} : c’est assez bon",
    "siting.run_ended": "a fini le calcul de {object} : {sites} communes retenues",
    "siting.plan_published": "a publié {object}",
    "siting.plan_withdrawn": "a retiré {object} des pages publiques",
    "siting.approach_added": "a noté {object} à contacter",
    "siting.approach_changed": "a noté {object} : {state}",
}


class Objective(TextChoices):
    """What a plan looks for. The values are those of the command line."""

    COVERAGE = "coverage", "Le plus d’habitant·e·s à moins d’un temps donné"
    GRADUAL = "gradual", "Plus on est près, plus cela compte"
    P_MEDIAN = "p-median", "Le moins de minutes au total jusqu’au café"


class SupplyChoice(TextChoices):
    """Where cafés are taken to be already."""

    ASSUMED = "assumed", "Hypothèse : les communes de 3 500 habitants et plus ont un café"
    LOADED = "loaded", "Cafés et bars recensés (Sirene), et ceux qui ont été déclarés"
    NETWORK = "network", "Seulement les cafés ouverts du réseau"


class SiteRule(TextChoices):
    """What was decided of a commune before the computation."""

    IMPOSED = "imposed", "à retenir d’office"
    FORBIDDEN = "forbidden", "à écarter"


class BudgetKind(TextChoices):
    """What a budget holds for."""

    DEPARTEMENT = "departement", "Département"
    REGION = "region", "Région"


class RunState(TextChoices):
    """Where a computation stands."""

    WAITING = "waiting", "en attente"
    RUNNING = "running", "en cours"
    DONE = "done", "fini"
    FAILED = "failed", "en échec"
    CANCELLED = "cancelled", "annulé"


class Outcome(IntegerChoices):
    """What a plan does for a commune; the order is that of the map's colours."""

    EXISTING = 0, "a déjà un café"
    ALREADY = 1, "déjà assez près d’un café"
    COVERED = 2, "desservie par le plan"
    CHOSEN = 3, "retenue par le plan"
    LEFT = 4, "reste loin d’un café"
    UNKNOWN = 5, "inconnu"


class EquityKind(TextChoices):
    """By what people are counted in the table of equity."""

    REGION = "region", "Région"
    DEPARTEMENT = "departement", "Département"
    DENSITY = "density", "Grille de densité"
    FRR = "frr", "France ruralités revitalisation"
    AGE = "age", "Âge"


class ApproachState(TextChoices):
    """Where one stands with the town hall of a commune that a plan retained."""

    TO_CONTACT = "to_contact", "à contacter"
    CONTACTED = "contacted", "contactée"
    INTERESTED = "interested", "intéressée"
    LATER = "later", "à rappeler plus tard"
    DECLINED = "declined", "ne souhaite pas"
