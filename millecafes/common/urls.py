"""Addresses of the room `common`."""

from django.urls import path

from millecafes.common import probes, views
from millecafes.common.documents import pages as document_pages
from millecafes.common.documents import receiving
from millecafes.common.documents import views as documents
from millecafes.common.exports import views as exports
from millecafes.common.imports import views as imports
from millecafes.common.jobs import views as jobs
from millecafes.common.journal import views as journal
from millecafes.common.notifications import views as notifications

app_name = "common"
urlpatterns = [
    path("sante/", probes.page, name="health"),
    path("sante/vivant/", probes.alive, name="alive"),
    path("sante/pret/", probes.ready, name="ready"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("taches/<uuid:uuid>/", jobs.job, name="job"),
    path("taches/<uuid:uuid>/etat/", jobs.job_state, name="job_state"),
    path("taches/<uuid:uuid>/annuler/", jobs.cancel_job, name="cancel_job"),
    path("taches/<uuid:uuid>/rejouer/", jobs.replay_job, name="replay_job"),
    path("equipe/taches/", jobs.jobs, name="jobs"),
    path("equipe/taches/taches.<slug:extension>", jobs.jobs_export, name="jobs_export"),
    path("equipe/taches/rejouer/", jobs.replay_jobs, name="replay_jobs"),
    path("equipe/imports/", imports.imports, name="imports"),
    path("equipe/imports/imports.<slug:extension>", imports.imports_export, name="imports_export"),
    path("equipe/imports/nouveau/<slug:kind>/", imports.start, name="start_import"),
    path("equipe/imports/nouveau/<slug:kind>/modele.<str:extension>", imports.model, name="import_model"),
    path("equipe/imports/<uuid:uuid>/", imports.one, name="import"),
    path("equipe/imports/<uuid:uuid>/colonnes/", imports.choose_columns, name="import_columns"),
    path("equipe/imports/<uuid:uuid>/decisions/", imports.choose_lines, name="import_lines"),
    path("equipe/imports/<uuid:uuid>/a-corriger.csv", imports.refused, name="import_refused"),
    path("equipe/imports/<uuid:uuid>/appliquer/", imports.apply, name="apply_import"),
    path("equipe/imports/<uuid:uuid>/annuler/", imports.undo, name="undo_import"),
    path("equipe/imports/<uuid:uuid>/abandonner/", imports.drop, name="drop_import"),
    path("equipe/journal/", journal.journal, name="journal"),
    path("documents/envois/", receiving.begin, name="uploads"),
    path("documents/envois/<uuid:number>/", receiving.upload, name="upload"),
    path("documents/ajouter/<str:kind>/<str:target>/", document_pages.add, name="document_add"),
    path("documents/<uuid:number>/fiche/", document_pages.sheet, name="document_sheet"),
    path("documents/<uuid:number>/retirer/", document_pages.remove, name="document_remove"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/lues/", notifications.read_notifications, name="read_notifications"),
    path("notifications/<int:number>/lue/", notifications.read_notification, name="read_notification"),
    path("notifications/arreter/<str:token>/", notifications.stop_notifications, name="stop_notifications"),
    path("compte/courriels/", notifications.notification_choices, name="notification_choices"),
    path("documents/<uuid:number>/", documents.document, name="document"),
    path("documents/<uuid:number>/v<int:version>/", documents.version, name="document_version"),
    path(
        "documents/<uuid:number>/v<int:version>/<int:width>.webp",
        documents.rendition,
        name="document_image",
    ),
    path("equipe/journal/journal.<slug:extension>", journal.journal_export, name="journal_export"),
    path("exports/", exports.ask_export, name="ask_export"),
]
