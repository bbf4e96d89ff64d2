"""Every address of the site: rooms add theirs."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from millecafes.accounts.views.signin import repair_sign_in

urlpatterns = [
    path("", include("millecafes.portal.urls")),
    path("", include("millecafes.territory.urls")),
    path("", include("millecafes.accounts.urls")),
    path("", include("millecafes.pages.urls")),
    path("", include("millecafes.partners.urls")),
    path("", include("millecafes.cafes.urls")),
    path("", include("millecafes.siting.urls")),
    path("", include("millecafes.common.urls")),
    path("", include("millecafes.api.urls")),
    path("admin/login/", repair_sign_in),
    path("admin/", admin.site.urls),
]

if settings.DEMO:
    urlpatterns.append(path("", include("millecafes.demo.urls")))

handler400 = "millecafes.common.views.bad_request"
handler403 = "millecafes.common.views.forbidden"
handler404 = "millecafes.common.views.not_found"
handler500 = "millecafes.common.views.server_error"
