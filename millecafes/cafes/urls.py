"""Addresses of the room `cafes`."""

from __future__ import annotations

from django.urls import URLPattern, path

from millecafes.cafes.feeds import papers
from millecafes.cafes.feeds.openings import openings
from millecafes.cafes.feeds.schema import schema
from millecafes.cafes.views import (
    bulk,
    comparing,
    embedding,
    following,
    keeping,
    mapping,
    office,
    public,
    reporting,
    reuse,
    team,
    writing,
)

app_name = "cafes"
_ONE = "equipe/cafes/<int:pk>/"
_TEAM: list[URLPattern] = [
    path("equipe/cafes/", team.team_list, name="team_list"),
    path("equipe/cafes/cafes.<str:format>", reuse.team_export, name="team_export"),
    path("equipe/cafes/vues/", team.keep_view, name="keep_view"),
    path("equipe/cafes/vues/<int:pk>/", team.change_view, name="change_view"),
    path("equipe/cafes/vues/<int:pk>/retirer/", team.drop_view, name="drop_view"),
    path("equipe/cafes/ensemble/", bulk.bulk, name="bulk"),
    path("equipe/cafes/ensemble/apercu/", bulk.preview, name="bulk_preview"),
    path("equipe/cafes/ensemble/appliquer/", bulk.apply, name="bulk_apply"),
    path("equipe/cafes/ajouter/", writing.add, name="add"),
    path("equipe/cafes/openstreetmap/", comparing.osm, name="osm"),
    path("equipe/cafes/openstreetmap/comparer/", comparing.osm_send, name="osm_send"),
    path("equipe/cafes/openstreetmap/ecarts.<str:format>", comparing.osm_export, name="osm_export"),
    path("equipe/cafes/openstreetmap/<int:number>/", comparing.osm_decide, name="osm_decide"),
    path("equipe/cafes/signalements/", reporting.report_list, name="report_list"),
    path(
        "equipe/cafes/signalements/signalements.<slug:extension>",
        reporting.reports_export,
        name="reports_export",
    ),
    path("equipe/cafes/signalements/<int:number>/", reporting.report, name="report"),
    path(_ONE, office.office, name="office"),
    path(f"{_ONE}modifier/", writing.change, name="change"),
    path(f"{_ONE}point/", writing.move, name="move"),
    path(f"{_ONE}etapes/nouvelle/", office.add_step, name="add_step"),
    path(f"{_ONE}etapes/<int:number>/retirer/", office.remove_step, name="remove_step"),
    path(f"{_ONE}evenements/<int:number>/retirer/", office.drop_event, name="drop_event"),
    path(f"{_ONE}services/nouveau/", office.add_service, name="add_service"),
    path(f"{_ONE}services/<int:number>/", office.change_service, name="change_service"),
    path(f"{_ONE}services/<int:number>/confirmer/", office.keep_service, name="keep_service"),
    path(f"{_ONE}services/<int:number>/retirer/", office.drop_service, name="drop_service"),
    path(f"{_ONE}contacts/nouveau/", following.add_contact, name="add_contact"),
    path(f"{_ONE}contacts/<int:number>/", following.change_contact, name="change_contact"),
    path(f"{_ONE}contacts/<int:number>/confirmer/", following.keep_contact, name="keep_contact"),
    path(f"{_ONE}contacts/<int:number>/retirer/", following.drop_contact, name="drop_contact"),
    path(f"{_ONE}notes/nouvelle/", following.add_note, name="add_note"),
    path(f"{_ONE}notes/<int:number>/retirer/", following.drop_note, name="drop_note"),
    path(f"{_ONE}visites/nouvelle/", following.add_visit, name="add_visit"),
    path(f"{_ONE}visites/<int:number>/", following.change_visit, name="change_visit"),
    path(f"{_ONE}visites/<int:number>/suites/", following.follow_up_visit, name="follow_up_visit"),
    path(f"{_ONE}visites/<int:number>/retirer/", following.drop_visit, name="drop_visit"),
]
urlpatterns = [
    path("cafes/", public.cafe_list, name="list"),
    path("cafes/carte.json", mapping.cafes_map, name="map"),
    path("cafes/export.<str:format>", reuse.export, name="export"),
    path("cafes/schema.json", schema, name="schema"),
    path("cafes/ouvertures.atom", openings, name="openings"),
    path("cafes/<int:pk>/", public.cafe, name="cafe"),
    path("cafes/<int:pk>/panneau.pdf", papers.sign, name="sign"),
    path("cafes/<int:pk>/fiche.pdf", papers.sheet, name="sheet"),
    path("cafes/<int:pk>/qr.svg", papers.qr, name="qr"),
    path("cafes/<int:pk>/partage.png", papers.card, name="card"),
    path("cafes/<int:pk>/signaler/", reporting.report_error, name="report_error"),
    path("cafes/<int:pk>/signaler/merci/", reporting.error_reported, name="error_reported"),
    path("cafes/<int:pk>/integre/", embedding.embedded_cafe, name="embedded_cafe"),
    path("cafes/integre/", embedding.embedded_list, name="embedded_list"),
    path("cafes/integrer/", embedding.guide, name="embed_guide"),
    path("mon-cafe/", keeping.own, name="own"),
    path("cafes/<int:pk>/tenir/", keeping.keep, name="keep"),
    path("cafes/<int:pk>/tenir/horaires/", keeping.week, name="keep_hours"),
    path("cafes/<int:pk>/tenir/arrets/nouveau/", keeping.add_stop, name="add_stop"),
    path("cafes/<int:pk>/tenir/arrets/<int:stop_pk>/", keeping.change_stop, name="change_stop"),
    path("cafes/<int:pk>/tenir/arrets/<int:stop_pk>/retirer/", keeping.remove_stop, name="remove_stop"),
    path("cafes/<int:pk>/tenir/changements/<int:change_pk>/annuler/", keeping.undo, name="undo"),
    path("cafes/<int:pk>/toujours-vrai/", keeping.still_true, name="still_true"),
    path("cafes/<int:pk>/toujours-vrai/<str:key>/", keeping.still_true_link, name="still_true_link"),
    *_TEAM,
]
