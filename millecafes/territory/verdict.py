"""The verdict on a commune: one sentence, what it means, at most three reasons. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from millecafes.common.formats import span, thousands
from millecafes.territory.enums import Service, SupplyBasis
from millecafes.territory.profile import CUTS, NOT_LOADED, Profile, ServiceLine
from millecafes.territory.ratios import rank
from millecafes.territory.rules import ELIGIBLE_POPULATION, is_eligible, is_in_programme
from millecafes.territory.wording import at, enumerate_words

NAMES = {
    Service.DRINKS: "un café",
    Service.CATERING: "un restaurant",
    Service.BREAD: "du pain",
    Service.GROCERY: "une épicerie",
    Service.POST: "La Poste",
    Service.PRESS: "la presse",
    Service.DIGITAL: "France services",
}
# Shares of comparable communes that one may quote, from the most telling.
_SHARES = (
    (0.9, "neuf communes comparables sur dix"),
    (0.75, "trois communes comparables sur quatre"),
    (2 / 3, "deux communes comparables sur trois"),
    (0.5, "la moitié des communes comparables"),
)
THRESHOLD = f"{thousands(ELIGIBLE_POPULATION)} habitants"
ASSUMPTION = f"les communes de {THRESHOLD} et plus ont chaque service de base"


class Outcome(StrEnum):
    """What the answer is."""

    OUTSIDE = "outside"
    UNKNOWN = "unknown"
    UNINHABITED = "uninhabited"
    TOO_BIG = "too_big"
    NOT_LOADED = "not_loaded"
    PRESENT = "present"
    NEAR = "near"
    FAR = "far"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Reason:
    """A reason: what to remember, then the facts."""

    title: str
    text: str


@dataclass(frozen=True)
class Verdict:
    """The answer: `before`, `datum` (the one to show) and `after` make the sentence."""

    outcome: Outcome
    eligible: bool | None
    before: str
    datum: str
    after: str
    lead: str
    strong: str = ""
    then: str = ""
    change: str = ""
    reasons: tuple[Reason, ...] = ()

    @property
    def sentence(self) -> str:
        """The whole sentence."""
        return f"{self.before}{self.datum}{self.after}"


def minutes_words(minutes: float) -> str:
    """« 10 minutes », « une minute », never zero for a journey."""
    whole = max(1, round(minutes))
    return "une minute" if whole == 1 else f"{whole} minutes"


def range_words(low: float | None, high: float | None) -> str:
    """« Entre 8 et 13 minutes »."""
    if low is None or high is None:
        return ""
    first, last = max(1, round(low)), max(1, round(high))
    return f"Environ {minutes_words(first)}" if first == last else f"Entre {first} et {last} minutes"


def compare(line: ServiceLine) -> str:
    """How far the service is against comparable communes: only what holds at both ends of the range."""
    if not line.quantiles or line.low is None or line.high is None or line.on_site:
        return ""
    nearer = rank(line.quantiles, line.low).lower
    farther = rank(line.quantiles, line.high).higher
    for share, words in _SHARES:
        if nearer >= share:
            return f"C’est plus loin que dans {words}."
        if farther >= share:
            return f"C’est plus près que dans {words}."
    return "C’est à peu près comme dans les communes comparables."


def judge(profile: Profile) -> Verdict:
    """The verdict on a commune."""
    commune = profile.commune
    if not is_in_programme(commune):
        return Verdict(
            Outcome.OUTSIDE,
            None,
            f"{commune.name} est ",
            "hors du programme",
            ".",
            "Le programme couvre la métropole et les départements et régions d’outre-mer."
            " Pour une collectivité d’outre-mer, nous ne rendons pas de verdict.",
        )
    if commune.population is None:
        return Verdict(
            Outcome.UNKNOWN,
            None,
            "Nous ne pouvons pas répondre : ",
            "population inconnue",
            ".",
            f"Le programme s’adresse aux communes de moins de {THRESHOLD}."
            " La population municipale de celle-ci manque dans les fichiers chargés.",
        )
    if commune.population == 0:
        return _uninhabited(profile)
    return _small(profile) if is_eligible(commune) else _too_big(profile)


def _uninhabited(profile: Profile) -> Verdict:
    return Verdict(
        Outcome.UNINHABITED,
        is_eligible(profile.commune),
        "La commune ne compte ",
        "aucun habitant",
        ".",
        "Elle est sous le seuil du programme, mais un café n’y aurait personne à servir :"
        " il n’y a pas d’étude à mener ici.",
        change="La réponse changerait si des personnes s’y installaient.",
    )


def _too_big(profile: Profile) -> Verdict:
    commune = profile.commune
    return Verdict(
        Outcome.TOO_BIG,
        False,
        f"{commune.name} compte ",
        f"{thousands(commune.population)} habitants",
        " : c’est trop pour le programme.",
        f"Le programme s’adresse aux communes de moins de {THRESHOLD}, où le dernier café a souvent fermé.",
        change=(
            f"La réponse changerait si la population municipale passait sous {THRESHOLD}."
            " Les communes voisines plus petites peuvent, elles, être étudiées."
        ),
        reasons=_too_big_reasons(profile),
    )


def _too_big_reasons(profile: Profile) -> tuple[Reason, ...]:
    present = [NAMES[line.service] for line in profile.services if line.loaded and line.on_site]
    if not present:
        return ()
    return (Reason("Des services sont là.", f"On y trouve {enumerate_words(present)}."),)


def _small(profile: Profile) -> Verdict:
    drinks = profile.drinks
    if drinks.on_site and drinks.loaded:
        return _present(profile)
    if not drinks.loaded or drinks.silent:
        return _not_loaded(profile)
    if drinks.minutes is None or drinks.nearest is None:
        return Verdict(
            Outcome.UNREACHABLE,
            True,
            "Aucun café connu ",
            "ne se rejoint en voiture",
            " d’ici.",
            f"{_eligible_words(profile)} Aucun débit de boissons n’est connu sur la même terre.",
            strong="Un café multiservice mérite une étude.",
            reasons=_reasons(profile),
        )
    return _away(profile, drinks)


def _away(profile: Profile, drinks: ServiceLine) -> Verdict:
    """No café in the commune: how far, against whom, and whether a study is worth it."""
    minutes, place = drinks.minutes or 0.0, drinks.nearest
    far = minutes >= CUTS[0]
    after = f" de voiture, {at(place.name)}. {compare(drinks)}".rstrip() if place else " de voiture."
    return Verdict(
        Outcome.FAR if far else Outcome.NEAR,
        True,
        "Le premier café est à ",
        minutes_words(minutes),
        after,
        f"{range_words(drinks.low, drinks.high)} selon la route. {_eligible_words(profile)}",
        strong=(
            "Un café multiservice mérite une étude."
            if far
            else "L’étude devra montrer ce qu’un café apporterait de plus que celui d’à côté."
        ),
        then=(
            "Rien ne dit encore qu’il pourrait vivre : cela dépend d’un local, de bras"
            " et de ce que les habitant·e·s feraient vraiment."
        ),
        change="" if far else "La réponse changerait si ce café fermait, ou si la mairie le sait déjà fermé.",
        reasons=_reasons(profile),
    )


def _present(profile: Profile) -> Verdict:
    drinks = profile.drinks
    count = drinks.places or 1
    datum = "un débit de boissons" if count == 1 else f"{thousands(count)} débits de boissons"
    lead = _eligible_words(profile)
    if drinks.second and drinks.second_minutes is not None and drinks.second.code != profile.commune.code:
        lead += (
            f" S’il fermait, il faudrait {minutes_words(drinks.second_minutes)}"
            f" pour le suivant, {at(drinks.second.name)}."
        )
    return Verdict(
        Outcome.PRESENT,
        True,
        "Il y a déjà ",
        datum,
        f" {at(profile.commune.name)}.",
        lead,
        strong="Un projet devrait partir de ce qui existe.",
        then="Sirene peut compter un établissement en sommeil : la mairie sait s’il est ouvert.",
        change="La réponse changerait si ce café était fermé, ou près de fermer.",
        reasons=_reasons(profile),
    )


def _not_loaded(profile: Profile) -> Verdict:
    """Cafés are not counted: only the assumption can speak, and says that it does."""
    drinks = profile.drinks
    lead = f"Le premier café : {drinks.words or NOT_LOADED}."
    if drinks.basis == SupplyBasis.ASSUMED and drinks.minutes is not None and drinks.nearest:
        lead += (
            f" Hypothèse : {ASSUMPTION}. Il serait alors à {minutes_words(drinks.minutes)}"
            f" ({span(drinks.low, drinks.high)}), {at(drinks.nearest.name)}, ou plus près."
        )
    return Verdict(
        Outcome.NOT_LOADED,
        True,
        f"{profile.commune.name} compte ",
        _people(profile.commune.population),
        f" : moins de {thousands(ELIGIBLE_POPULATION)}, la commune peut déposer un dossier.",
        lead,
        reasons=_reasons(profile),
    )


def _people(count: int | None) -> str:
    return "un habitant" if count == 1 else f"{thousands(count)} habitants"


def _eligible_words(profile: Profile) -> str:
    return (
        f"Avec {_people(profile.commune.population)}, moins de {thousands(ELIGIBLE_POPULATION)},"
        " la commune peut déposer un dossier."
    )


def _reasons(profile: Profile) -> tuple[Reason, ...]:
    """At most three: what is missing, whether people stay, what helps, what is fragile."""
    found = (_missing(profile), _trend(profile), _frr(profile), _fragile(profile), _age(profile))
    return tuple(reason for reason in found if reason)[:3]


def _missing(profile: Profile) -> Reason | None:
    loaded = [line for line in profile.services if line.loaded]
    lacking = [line for line in loaded if line.missing]
    if not loaded:
        return None
    if not lacking:
        return Reason("Rien ne manque parmi les services de base.", "Ceux que nous comptons sont sur place.")
    title = (
        "Aucun des services de base n’est sur place."
        if len(lacking) == len(loaded) and len(loaded) > 1
        else f"Il manque {enumerate_words([NAMES[line.service] for line in lacking])}."
    )
    return Reason(title, _where(profile, lacking))


def _where(profile: Profile, lacking: list[ServiceLine]) -> str:
    """Where the nearest ones are: together, or how many places one has to drive to."""
    daily = {Service.DRINKS, Service.BREAD, Service.GROCERY}
    lines = [line for line in lacking if line.service in daily and line.nearest]
    places = {line.nearest.code: line.nearest.name for line in lines if line.nearest}
    if len(lines) > 1 and len(places) == 1:
        names = enumerate_words([NAMES[line.service].split(" ")[-1] for line in lines])
        text = f"{names.capitalize()} se trouvent {at(next(iter(places.values())))}."
    elif lines:
        text = (
            enumerate_words(
                [f"{NAMES[line.service]} {at(line.nearest.name)}" for line in lines if line.nearest]
            )
            + "."
        )
        text = f"Le plus proche : {text}"
    else:
        text = ""
    return f"{text} {_next_cafe(profile.drinks)}".strip()


def _next_cafe(drinks: ServiceLine) -> str:
    """What if the first café closed: the fragility that a mayor should know."""
    nearest, second, minutes = drinks.nearest, drinks.second, drinks.second_minutes
    if not drinks.missing or nearest is None or second is None or minutes is None:
        return ""
    if second.code == nearest.code:
        return "Si le premier café fermait, il en resterait un au même endroit."
    return f"Si le premier café fermait, il faudrait {minutes_words(minutes)}, {at(second.name)}."


def _trend(profile: Profile) -> Reason | None:
    now, before, change = profile.facts["pop_census"], profile.facts["pop_previous"], profile.change
    if change is None:
        return None
    title = (
        "Le village ne se vide pas."
        if abs(change) < 3
        else ("Le village grandit." if change > 0 else "Le village perd des habitant·e·s.")
    )
    then = f"en {before.year}" if before.year else "au recensement précédent"
    return Reason(
        title, f"{thousands(now.value)} habitant·e·s en {now.year}, {thousands(before.value)} {then}."
    )


def _frr(profile: Profile) -> Reason | None:
    fact = profile.facts.get("frr")
    if fact is None or not fact.known or not fact.value:
        return None
    return Reason(
        "Des aides existent.",
        f"La commune est classée en France ruralités revitalisation ({fact.category}) : des exonérations"
        " sont possibles pour qui crée ou reprend un commerce, sous conditions.",
    )


def _fragile(profile: Profile) -> Reason | None:
    bread = profile.service(Service.BREAD)
    if not bread.loaded or bread.second_minutes is None or bread.second is None:
        return None
    return Reason(
        "Le pain ne tient qu’à un fil."
        if bread.second_minutes >= CUTS[2]
        else "Le pain a une solution de secours.",
        f"Si le point de vente le plus proche fermait, le suivant serait à"
        f" {minutes_words(bread.second_minutes)}, {at(bread.second.name)}.",
    )


def _age(profile: Profile) -> Reason | None:
    fact = profile.facts.get("share_60_plus")
    if fact is None or not fact.known or fact.value is None:
        return None
    whose = " dans l’intercommunalité" if fact.pooled else ""
    return Reason(
        "Qui vit ici.",
        f"{thousands(fact.value)} % des habitant·e·s{whose} ont 60 ans et plus.",
    )
