"""Closed lists of the room `cafes`."""

from django.db.models import IntegerChoices, TextChoices

# Between the codes of one cell, in files.
SEPARATOR = "|"


class CafeModel(TextChoices):
    """How a café is run."""

    ENTREPRENEURIAL = "entrepreneurial", "Entrepreneurial"
    ASSOCIATIVE = "associative", "Associatif"
    ITINERANT = "itinerant", "Itinérant"


class CafeVariant(TextChoices):
    """The variant of a model."""

    MANAGEMENT = "management", "Gérance"
    LEASE = "lease", "Location-gérance"
    CLASSIC = "classic", "100 % bénévole, classique"
    PARTICIPATIVE = "participative", "100 % bénévole, participatif"
    EMPLOYEE = "employee", "Avec salarié·e"
    EPHEMERAL = "ephemeral", "Éphémère"
    SEASONAL = "seasonal", "Saisonnier"


VARIANTS: dict[CafeModel, tuple[CafeVariant, ...]] = {
    CafeModel.ENTREPRENEURIAL: (CafeVariant.MANAGEMENT, CafeVariant.LEASE),
    CafeModel.ASSOCIATIVE: (CafeVariant.CLASSIC, CafeVariant.PARTICIPATIVE, CafeVariant.EMPLOYEE),
    CafeModel.ITINERANT: (CafeVariant.EPHEMERAL, CafeVariant.SEASONAL),
}


class Origin(TextChoices):
    """Where a café comes from."""

    PROGRAMME = "programme", "Ouvert avec le programme"
    INDEPENDENT = "independent", "Indépendant, ouvert avant"


class Track(TextChoices):
    """One of the two dated tracks of a café."""

    ACTIVITY = "activity", "Activité"
    RELATION = "relation", "Lien avec le réseau"


class Activity(TextChoices):
    """Where a café stands with the public."""

    OPENING = "opening", "En ouverture"
    OPEN = "open", "Ouvert"
    PAUSED = "paused", "En pause"
    CLOSED = "closed", "Fermé"


class Relation(TextChoices):
    """Where a café stands with the network."""

    APPLIED = "applied", "Candidat"
    ACCOMPANIED = "accompanied", "Accompagné"
    MEMBER = "member", "Membre"
    LEFT = "left", "Sorti du réseau"


class EventKind(TextChoices):
    """What happens to a café without changing where it stands."""

    HANDOVER = "handover", "Changement de gérance"
    MOVE = "move", "Déménagement"


class CafeKind(TextChoices):
    """The brochure's four kinds, for the map and its legend."""

    NETWORK = "network", "Café du réseau, ouvert ou en ouverture"
    INDEPENDENT = "independent", "Indépendant accompagné"
    ITINERANT = "itinerant", "Itinérant"
    ASSOCIATIVE = "associative", "Associatif"


class ServiceStatus(TextChoices):
    """Where a service stands in a café."""

    WANTED = "wanted", "Souhaité"
    SETUP = "setup", "En préparation"
    RUNNING = "running", "En service"
    SUSPENDED = "suspended", "Suspendu"


class Wheelchair(TextChoices):
    """Whether somebody in a wheelchair can come in; empty when nobody said."""

    YES = "yes", "Accessible"
    LIMITED = "limited", "Accessible avec aide"
    NO = "no", "Non accessible"


class PlaceOrigin(TextChoices):
    """Where the point of a café comes from."""

    COMMUNE = "commune", "au point de la commune"
    MOVED = "moved", "posé à la main"
    IMPORTED = "imported", "donné par un fichier"


class HoursSource(TextChoices):
    """Who last said the hours."""

    SELF = "self", "le café"
    TEAM = "team", "l’équipe"
    IMPORT = "import", "un fichier"


class Payment(TextChoices):
    """A means of payment."""

    CASH = "cash", "Espèces"
    CARD = "card", "Carte bancaire"
    CHEQUE = "cheque", "Chèque"
    MEAL_VOUCHER = "meal_voucher", "Titre-restaurant"
    LOCAL = "local", "Monnaie locale"


class Language(TextChoices):
    """A language spoken at the counter (ISO 639)."""

    FR = "fr", "Français"
    EN = "en", "Anglais"
    DE = "de", "Allemand"
    ES = "es", "Espagnol"
    IT = "it", "Italien"
    NL = "nl", "Néerlandais"
    PT = "pt", "Portugais"
    AR = "ar", "Arabe"
    UK = "uk", "Ukrainien"
    BR = "br", "Breton"
    OC = "oc", "Occitan"
    EU = "eu", "Basque"
    CA = "ca", "Catalan"
    CO = "co", "Corse"
    GSW = "gsw", "Alsacien"
    GCF = "gcf", "Créole"
    FSL = "fsl", "Langue des signes française"


class Weekday(IntegerChoices):
    """A day of the week, as Python counts them."""

    MONDAY = 0, "lundi"
    TUESDAY = 1, "mardi"
    WEDNESDAY = 2, "mercredi"
    THURSDAY = 3, "jeudi"
    FRIDAY = 4, "vendredi"
    SATURDAY = 5, "samedi"
    SUNDAY = 6, "dimanche"


class KeptKind(TextChoices):
    """What people behind the counter change from their page."""

    EXCEPTION = "exception", "Jours exceptionnels"
    HOURS = "hours", "Horaires"
    CONFIRMATION = "confirmation", "Confirmation"
    SERVICE = "service", "Service"


class ReportSubject(TextChoices):
    """What somebody says is wrong about a café."""

    CLOSED = "closed", "Le café est fermé"
    HOURS = "hours", "Les horaires"
    PLACE = "place", "L’adresse ou le point sur la carte"
    CONTACT = "contact", "Le téléphone, l’e-mail ou le site"
    SERVICES = "services", "Un service"
    OTHER = "other", "Autre chose"


class ReportState(TextChoices):
    """Where a report of an error stands."""

    WAITING = "waiting", "À traiter"
    DONE = "done", "Corrigé"
    DISMISSED = "dismissed", "Sans suite"


class ProposalKind(TextChoices):
    """What a comparison with OpenStreetMap found."""

    MATCH = "match", "Même lieu"
    ONLY_OSM = "only_osm", "Seulement dans OpenStreetMap"
    ONLY_HERE = "only_here", "Seulement chez nous"


class ProposalState(TextChoices):
    """What was decided of a proposal."""

    WAITING = "waiting", "À examiner"
    TAKEN = "taken", "Repris"
    KEPT = "kept", "Gardé tel quel"


# What the journal says of each service of this room.
VERBS = {
    "cafes.cafe_added": "a enregistré {object}",
    "cafes.cafe_changed": "a modifié {object} : {fields}",
    "cafes.cafe_withdrawn": "a retiré {object}, entré par un import annulé",
    "cafes.cafe_moved": "a déplacé le point de {object} de {distance} m",
    "cafes.state_recorded": "a noté pour {object} : {track}, « {state} » au {on}",
    "cafes.state_removed": "a retiré de {object} : {track}, « {state} » au {on}",
    "cafes.event_recorded": "a noté pour {object} : {event}, le {on}",
    "cafes.event_removed": "a retiré de {object} : {event}, le {on}",
    "cafes.service_set": "a noté un service de {object} : {service}, {status}",
    "cafes.service_confirmed": "a confirmé un service de {object} : {service}",
    "cafes.hours_set": "a donné les horaires de {object} : {hours}",
    "cafes.hours_confirmed": "a confirmé les horaires de {object}",
    "cafes.exception_added": "a noté pour {object}, {days} : {hours}",
    "cafes.exception_removed": "a retiré de {object} ce qui était noté {days}",
    "cafes.stop_set": "a noté un arrêt de {object} : {stop}",
    "cafes.stop_removed": "a retiré un arrêt de {object} : {stop}",
    "cafes.service_removed": "a retiré un service de {object} : {service}",
    "cafes.contact_added": "a ajouté un contact à {object}",
    "cafes.contact_changed": "a mis à jour un contact de {object}",
    "cafes.contact_confirmed": "a confirmé un contact de {object}",
    "cafes.contact_removed": "a retiré un contact de {object}",
    "cafes.note_added": "a écrit une note sur {object}",
    "cafes.note_removed": "a retiré une note sur {object}",
    "cafes.visit_added": "a noté une visite de {object}, le {on}",
    "cafes.visit_changed": "a modifié la visite de {object} du {on}",
    "cafes.visit_followed_up": "a donné suite à la visite de {object} du {on}",
    "cafes.visit_removed": "a retiré la visite de {object} du {on}",
    "cafes.osm_left": "a laissé tel quel, pour {object}, ce qu’OpenStreetMap dit autrement : {fields}",
    "cafes.error_reported": "a signalé une erreur sur la page de {object} : {about}",
    "cafes.report_handled": "a traité une erreur signalée sur la page de {object} ({about}) : {state}",
}
