"""Pages of jobs: one job, for who asked and for the team; all of them, for the team."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from millecafes.common import exports, formats
from millecafes.common.access import get_or_404, requires
from millecafes.common.actors import actor_of
from millecafes.common.jobs import queries, queue
from millecafes.common.jobs.forms import JobFilter
from millecafes.common.jobs.models import JobState
from millecafes.common.permissions import can

PAGE_LENGTH = 50
# Replayed in one transaction, while somebody waits.
MOST_REPLAYED = 500


@never_cache
@require_safe
@requires()
def job(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Where one job is."""
    found = get_or_404(request, "common.view_job", queries.every_job(), uuid=uuid)
    context: dict[str, Any] = {"section": "jobs", "job": found, "row": queries.rows([found])[0]}
    context["why_not"] = queue.why_not_replayed(found)
    return render(request, "common/job.html", context)


@never_cache
@require_safe
@requires()
def job_state(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The part of the page that changes, asked again until the end."""
    found = get_or_404(request, "common.view_job", queries.every_job(), uuid=uuid)
    return render(request, "common/job_state.html", {"job": found})


@require_POST
@requires()
def cancel_job(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a job back."""
    found = get_or_404(request, "common.cancel_job", queries.every_job(), uuid=uuid)
    if queue.cancel(job=found, actor=actor_of(request), now=timezone.now()):
        messages.success(request, "L’annulation est demandée : la tâche s’arrête à sa prochaine étape.")
    else:
        messages.warning(request, "Cette tâche était déjà finie, ou son annulation déjà demandée.")
    return _back(request, found.get_absolute_url())


@require_POST
@requires()
def replay_job(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Try a job again."""
    found = get_or_404(request, "common.replay_job", queries.every_job(), uuid=uuid)
    reason = queue.replay(job=found, actor=actor_of(request), now=timezone.now())
    if reason:
        messages.warning(request, reason)
    else:
        messages.success(request, f"« {found.title} » est remise dans la file.")
    return _back(request, found.get_absolute_url())


def _back(request: HttpRequest, usual: str) -> HttpResponse:
    """To the page that asked, when it said which."""
    target = request.POST.get("next", "")
    allowed = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return HttpResponseRedirect(target if allowed else usual)


@never_cache
@require_safe
@requires("common.view_jobs")
def jobs(request: HttpRequest) -> HttpResponse:
    """The jobs of a filter: failures, unless told otherwise."""
    form = JobFilter(request.GET)
    now = timezone.now()
    context: dict[str, Any] = {"section": "jobs", "form": form, "queue": queries.queue_at(now)}
    if not form.is_valid():
        return render(request, "common/jobs.html", context, status=422)
    page = Paginator(queries.jobs(form.asked), PAGE_LENGTH).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    is_failed = form.asked.state == JobState.FAILED
    context |= {
        "page": page,
        "rows": queries.rows(list(page.object_list)),
        "query": query.urlencode(),
        "is_failed": is_failed,
        "is_filtered": bool(query),
        # All at once only for one task: different failures have different causes.
        "replays": form.asked.name if is_failed and page.paginator.count > 1 else "",
        "late": queries.LATE,
        "exports": exports.labels_of("common.jobs"),
    }
    return render(request, "common/jobs.html", context)


@never_cache
@require_safe
@requires("common.view_jobs")
def jobs_export(request: HttpRequest, extension: str) -> HttpResponse:
    """The jobs of a filter as a file."""
    return exports.answer(request, "common.jobs", extension)


@require_POST
@requires("common.replay_jobs")
def replay_jobs(request: HttpRequest) -> HttpResponse:
    """Try again every failure of one task."""
    name = request.POST.get("tache", "")[:100]
    now, actor = timezone.now(), actor_of(request)
    asked = queries.Asked(JobState.FAILED, name)
    found = [row for row in queries.jobs(asked)[:MOST_REPLAYED] if can(actor, "common.replay_job", row)]
    reasons = [queue.replay(job=row, actor=actor, now=now) for row in found] if name else []
    done = sum(not reason for reason in reasons)
    text = "Tâches remises dans la file : " + formats.thousands(done)
    if done < len(reasons):
        text += f" ; laissées en échec : {formats.thousands(len(reasons) - done)}"
    messages.success(request, text + ".") if done else messages.warning(request, "Rien n’a pu être rejoué.")
    return HttpResponseRedirect(request.path.removesuffix("rejouer/"))
