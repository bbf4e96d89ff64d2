"""Asking for a long export: a job, and its page."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from millecafes.common import jobs
from millecafes.common.access import check, requires
from millecafes.common.actors import actor_of
from millecafes.common.exports.formats import FORMATS
from millecafes.common.exports.registry import find


@require_POST
@requires()
def ask_export(request: HttpRequest) -> HttpResponse:
    """Prepare a file beside: sent twice by one page, it is one job."""
    name, extension = request.POST.get("name", ""), request.POST.get("extension", "")
    export = find(name)
    if export is None or extension not in export.formats:
        raise Http404
    if export.permission:
        check(request, export.permission)
    actor = actor_of(request)
    job = jobs.enqueue(
        "common.export",
        arguments={"name": name, "extension": extension, "query": request.POST.get("query", "")[:5_000]},
        actor=actor,
        now=timezone.now(),
        key=f"export {actor.user_id} {request.POST.get('nonce', '')[:32]}",
        title=f"Export : {export.title} ({FORMATS[extension].label})",
    )
    return HttpResponseRedirect(job.get_absolute_url())
