"""Addresses of the room `siting`."""

from __future__ import annotations

from django.urls import path

from millecafes.siting.views import approaches, maps, public, results, runs, scenarios

app_name = "siting"
_TEAM = "equipe/implantation/"
_ONE = f"{_TEAM}<int:pk>/"
_RUN = f"{_TEAM}calculs/<int:pk>/"
urlpatterns = [
    path(_TEAM, scenarios.scenario_list, name="list"),
    path(f"{_TEAM}nouveau/", scenarios.add, name="add"),
    path(f"{_TEAM}communes.<str:format>", results.export, name="communes_export"),
    path(_ONE, scenarios.scenario, name="scenario"),
    path(f"{_ONE}modifier/", scenarios.change, name="change"),
    path(f"{_ONE}copier/", scenarios.copy, name="copy"),
    path(f"{_ONE}retirer/", scenarios.remove, name="remove"),
    path(f"{_ONE}consignes/", scenarios.rule_site, name="rule_site"),
    path(f"{_ONE}consignes/<int:number>/lever/", scenarios.release_site, name="release_site"),
    path(f"{_ONE}calculer/", runs.ask, name="ask_run"),
    path(_RUN, runs.run, name="run"),
    path(f"{_RUN}etat/", runs.state, name="run_state"),
    path(f"{_RUN}assez-bon/", runs.stop, name="stop_run"),
    path(f"{_RUN}publier/", runs.publish, name="publish"),
    path(f"{_RUN}depublier/", runs.withdraw, name="withdraw"),
    path(f"{_RUN}comparer/", runs.compare, name="compare"),
    path(f"{_RUN}communes/", results.communes, name="communes"),
    path(f"{_RUN}carte.json", maps.run_map, name="run_map"),
    path(f"{_RUN}contacter/", approaches.add, name="add_approaches"),
    path("equipe/mairies-a-contacter/", approaches.approach_list, name="approaches"),
    path("equipe/mairies-a-contacter/mairies.<str:format>", approaches.export, name="approaches_export"),
    path("equipe/mairies-a-contacter/<int:pk>/", approaches.approach, name="approach"),
    path("plan/", public.plan, name="plan"),
    path("plan/carte.json", maps.public_map, name="plan_map"),
    path("plan/communes.<str:format>", public.export, name="plan_export"),
]
