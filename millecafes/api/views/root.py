"""The public API, version 1: one router per subject."""

from __future__ import annotations

from millecafes.api.admission import make_api
from millecafes.api.views import areas, cafes, communes, maps, me, organisations, plan, sources
from millecafes.api.views.guide import Reference

DESCRIPTION = (
    "Les données publiques de Mille cafés, commune par commune ; et, avec un jeton, ce que votre "
    "casquette ouvre. "
    "Le mode d’emploi, avec des exemples : /api/."
)

api = make_api(
    title="Mille cafés",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    docs=Reference(),
)
api.add_router("/communes", communes.router)
api.add_router("/territoires", areas.router)
api.add_router("/carte", maps.router)
api.add_router("/cafes", cafes.router)
api.add_router("/plan", plan.router)
api.add_router("/", sources.router)
api.add_router("/", me.router)
api.add_router("/organisations", organisations.router)
