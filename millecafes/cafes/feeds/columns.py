"""The columns of the files of cafés: the same for everybody, under stable names.

Those that the national schema of « lieux de médiation numérique » has too bear its names (version 1.0.1,
schema.data.gouv.fr, LaMednum/standard-mediation-num): id, pivot, nom, commune, code_postal, code_insee,
adresse, latitude, longitude, telephone, courriels, site_web, horaires, presentation_detail, itinerance,
structure_parente, source, date_maj. Its `services` are a closed list of digital services: ours bear another
name.
"""

from __future__ import annotations

from millecafes.common.exports import Column


def _text(key: str, definition: str) -> Column:
    return Column(key, key, definition=definition)


def _number(key: str, decimals: int, definition: str) -> Column:
    return Column(key, key, kind="number", decimals=decimals, definition=definition)


COLUMNS = (
    _text("id", "Numéro du café, qui ne change jamais et ne sert jamais à un autre."),
    _text("nom", "Nom du café."),
    _text("sorte", "Une des quatre sortes de la carte ; vide : hors de la carte."),
    _text("modele", "Comment le café est tenu."),
    _text("variante", "Variante du modèle ; vide : non précisée."),
    _text("origine", "Ouvert avec le programme, ou existant avant."),
    _text("activite", "Activité d’aujourd’hui : en ouverture, ouvert, en pause, fermé."),
    _text("activite_depuis", "Depuis quel jour."),
    _text("lien", "Lien d’aujourd’hui avec le réseau : candidat, accompagné, membre, sorti."),
    _text("lien_depuis", "Depuis quel jour."),
    _text("ouvert_le", "Premier jour d’ouverture au public ; vide : pas encore ouvert, ou non renseigné."),
    _text("commune", "Nom de la commune ; pour un café itinérant, de sa base."),
    _text("code_insee", "Code Insee de la commune."),
    _text("code_postal", "Un des codes postaux de la commune."),
    _text("departement", "Code du département."),
    _text("adresse", "Numéro et voie."),
    _number("latitude", 6, "En degrés, WGS 84."),
    _number("longitude", 6, "En degrés, WGS 84."),
    _text("origine_du_point", "D’où vient le point : le bourg de la commune, la main, un fichier."),
    _text("itinerance", "Itinérant ou Fixe."),
    _text("structure_parente", "Organisation qui porte le café."),
    _text("pivot", "SIRET de cette organisation."),
    _text("telephone", "Téléphone public."),
    _text("courriels", "Adresse e-mail publique."),
    _text("site_web", "Site du café."),
    _text("horaires", "Horaires, dans la syntaxe opening_hours d’OpenStreetMap."),
    _text("precision_horaires", "Ce que le café ajoute à ses horaires."),
    _text("horaires_confirmes_le", "Jour où quelqu’un a dit pour la dernière fois qu’ils sont vrais."),
    _text("services_en_service", "Services que le café rend, par leur code, séparés par |."),
    _text("thematiques_inclusion", "Les mêmes services, par leur code data·inclusion quand il existe."),
    _text("acces_fauteuil", "Accès en fauteuil ; vide : personne ne l’a dit."),
    _text("precision_acces", "Ce que le café ajoute à son accès."),
    _text("langues", "Langues parlées (codes ISO 639), séparées par |."),
    _text("paiement", "Moyens de paiement, séparés par |."),
    _number("expresso_euros", 2, "Prix d’un expresso, en euros."),
    _text("expresso_releve_le", "Jour où ce prix a été relevé."),
    _text("presentation_detail", "L’histoire du café, telle que le public la lit."),
    _text("openstreetmap", "Objet OpenStreetMap : node/…, way/… ou relation/…"),
    _text("page", "Adresse de sa page."),
    _text("date_maj", "Jour des dernières nouvelles, à défaut de l’enregistrement."),
    _text("source", "Qui le dit."),
    _text("demonstration", "oui : café inventé, de la démonstration."),
)
