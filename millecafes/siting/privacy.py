"""What the room `siting` holds of people: nothing. Plans are about communes."""

from millecafes.common.privacy import declare_impersonal

PLANS = "un plan parle de communes et de nombres d’habitants"
SITES = "pourquoi une commune est retenue ou écartée"

declare_impersonal("siting.scenario", "name", "area", "objective", "first_semester", "supply", reason=PLANS)
declare_impersonal("siting.scenariobudget", "kind", "code", reason=PLANS)
declare_impersonal("siting.scenariosite", "rule", "reason", reason=SITES)
declare_impersonal(
    "siting.planrun",
    *("parameters", "data", "engine_version", "live", "trace", "bound_kind", "figures", "equity"),
    reason=PLANS,
)
declare_impersonal("siting.pick", "semester", reason=PLANS)
declare_impersonal("siting.communeoutcome", reason=PLANS)
declare_impersonal("siting.approach", "state", reason="où l’on en est avec une mairie")
