"""Addresses of the room `common`."""

from django.urls import path

from millecafes.common import probes, views
from millecafes.common.journal import views as journal

app_name = "common"
urlpatterns = [
    path("sante/", probes.page, name="health"),
    path("sante/vivant/", probes.alive, name="alive"),
    path("sante/pret/", probes.ready, name="ready"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("equipe/journal/", journal.journal, name="journal"),
    path("equipe/journal/journal.csv", journal.journal_export, name="journal_export"),
]
