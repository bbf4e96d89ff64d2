"""`/equipe/imports/`: a file comes in step by step; each is kept, so that nothing is lost on the way."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millecafes.common import exports
from millecafes.common.access import check, get_or_404, requires
from millecafes.common.actors import actor_of
from millecafes.common.bodies import takes_files
from millecafes.common.exports import Column, Table, export_response
from millecafes.common.formats import thousands
from millecafes.common.imports import queries, services
from millecafes.common.imports.forms import ColumnsForm, FileForm
from millecafes.common.imports.models import (
    ImportLine,
    ImportLineState,
    ImportOutcome,
    ImportRun,
    ImportState,
)
from millecafes.common.imports.registry import ImportKind, by_slug, find, kinds_for
from millecafes.common.imports.services import ImportStepError
from millecafes.common.imports.sheets import MOST_BYTES

PAGE_LENGTH = 50
STEPS = ("Fichier", "Colonnes", "Aperçu", "Résultat")
MEANWHILE = (
    "Quelqu’un vient d’écrire l’une de ces fiches au même moment : rien n’est importé. Relancez l’analyse."
)
write_methods = require_http_methods(["GET", "HEAD", "POST"])


def _kind(request: HttpRequest, slug: str) -> ImportKind:
    kind = by_slug(slug)
    if kind is None:
        raise Http404
    check(request, kind.permission)
    return kind


def _one(request: HttpRequest, uuid: UUID) -> ImportRun:
    return get_or_404(request, "common.view_import", queries.runs(), uuid=uuid)


def _back(run: ImportRun) -> HttpResponseRedirect:
    return HttpResponseRedirect(run.get_absolute_url())


@require_safe
@requires("common.import_files")
def imports(request: HttpRequest) -> HttpResponse:
    """What may be imported, and what was."""
    actor = actor_of(request)
    page = Paginator(queries.listed_for(actor), PAGE_LENGTH).get_page(request.GET.get("page"))
    for run in page:
        kind = find(run.kind)
        run.kind_label = kind.label if kind else run.kind  # type: ignore[attr-defined]
    context = {
        "section": "imports",
        "kinds": kinds_for(actor),
        "page": page,
        "query": "",
        "exports": exports.labels_of("common.imports"),
    }
    return render(request, "common/imports/list.html", context)


@never_cache
@require_safe
@requires("common.import_files")
def imports_export(request: HttpRequest, extension: str) -> HttpResponse:
    """The list of imports as a file."""
    return exports.answer(request, "common.imports", extension)


@takes_files(lambda names: MOST_BYTES)
@write_methods
@requires("common.import_files")
def start(request: HttpRequest, kind: str) -> HttpResponse:
    """The file, and what its columns may be."""
    found = _kind(request, kind)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = FileForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                run = services.start_import(
                    kind=found,
                    file_name=form.cleaned_data["file"].name or "fichier",
                    sheet=form.sheet,
                    actor=actor_of(request),
                    now=timezone.now(),
                )
            except ValueError as error:
                form.add_error("file", str(error))
            else:
                return _back(run)
    context = {"section": "imports", "kind": found, "form": form, "steps": STEPS, "step": 1}
    return render(request, "common/imports/start.html", context, status=422 if form.errors else 200)


@require_safe
@requires("common.import_files")
def model(request: HttpRequest, kind: str, extension: str) -> HttpResponse:
    """A file to fill in: our titles, and an example."""
    found = _kind(request, kind)
    if extension not in {"csv", "ods"}:
        raise Http404
    columns = [Column(column.key, column.label) for column in found.columns]
    example = {column.key: column.example for column in found.columns}
    return export_response(Table(f"modele-{found.slug}", found.label, columns, [example]), extension)


@require_safe
@requires()
def one(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """An import, at its step."""
    run = _one(request, uuid)
    kind = services.kind_of(run)
    context: dict[str, Any] = {"section": "imports", "run": run, "kind": kind, "steps": STEPS}
    if services.is_stopped(run):
        context["stopped"] = run.job
        run.state = services.BEFORE[ImportState(run.state)]
    if run.state in services.BEFORE:
        return render(request, "common/imports/busy.html", {**context, "step": 3})
    if run.state == ImportState.MATCHING or ("colonnes" in request.GET and run.state == ImportState.READY):
        form = ColumnsForm(run=run, kind=kind, samples=queries.samples(run))
        return render(request, "common/imports/columns.html", {**context, "form": form, "step": 2})
    if run.state == ImportState.READY:
        return _preview(request, run, context)
    return _result(request, run, context)


def _preview(request: HttpRequest, run: ImportRun, context: dict[str, Any]) -> HttpResponse:
    tabs = queries.states(run)
    shown = _chosen(request, tabs)
    page = _page(request, queries.lines(run, state=shown), context["kind"])
    counts = {tab.key: tab.count for tab in tabs}
    undecided = queries.undecided(run)
    context |= {
        "step": 3,
        "tabs": tabs,
        "shown": shown,
        "page": page,
        "query": f"voir={shown}",
        "good": queries.good(run),
        "wrong": counts[ImportLineState.ERROR],
        "undecided": undecided,
        "total": sum(counts.values()),
    }
    return render(request, "common/imports/preview.html", context)


def _result(request: HttpRequest, run: ImportRun, context: dict[str, Any]) -> HttpResponse:
    tabs = queries.outcomes(run)
    shown = _chosen(request, tabs) if tabs else ""
    rows = queries.lines(run, outcome=shown) if shown else run.lines.none()
    page = _page(request, rows, context["kind"])
    counts = {tab.key: tab.count for tab in tabs}
    context |= {
        "step": 4,
        "tabs": tabs,
        "shown": shown,
        "page": page,
        "query": f"voir={shown}",
        "to_undo": counts.get(ImportOutcome.CREATED, 0) + counts.get(ImportOutcome.CHANGED, 0),
        "kept_days": services.KEPT_DAYS,
    }
    return render(request, "common/imports/result.html", context)


def _page(request: HttpRequest, rows: QuerySet[ImportLine], kind: ImportKind) -> Any:
    """A page of lines, each with the address of its record if it has one."""
    page = Paginator(rows, PAGE_LENGTH).get_page(request.GET.get("page"))
    targets = {line.target for line in page if line.target}
    known = kind.current(targets, False) if targets else {}
    for line in page:
        line.url = known[line.target].url if line.target in known else ""  # type: ignore[attr-defined]
    return page


def _chosen(request: HttpRequest, tabs: list[queries.Tab]) -> str:
    """The filter asked for; else the first that has lines."""
    asked = request.GET.get("voir", "")
    if asked in {tab.key for tab in tabs}:
        return asked
    return next((tab.key for tab in tabs if tab.count), tabs[0].key)


@require_POST
@requires()
def choose_columns(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say which column each title is, then analyse."""
    run = _one(request, uuid)
    kind = services.kind_of(run)
    form = ColumnsForm(request.POST, run=run, kind=kind, samples=queries.samples(run))
    if form.is_valid():
        try:
            wrong = services.choose_columns(
                run=run,
                matching=form.matching,
                fixed=form.fixed,
                clears=form.cleaned_data["clears"],
                actor=actor_of(request),
                now=timezone.now(),
            )
        except ImportStepError as error:
            messages.error(request, str(error))
            return _back(run)
        if not wrong:
            return _back(run)
        for words in wrong:
            form.add_error(None, words)
    context = {"section": "imports", "run": run, "kind": kind, "form": form, "steps": STEPS, "step": 2}
    return render(request, "common/imports/columns.html", context, status=422)


@require_POST
@requires()
def choose_lines(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Decide for the lines in doubt of a page, or for all those left."""
    run = _one(request, uuid)
    try:
        if "toutes" in request.POST:
            count = services.choose_everywhere(run=run, choice=request.POST["toutes"])
        else:
            chosen = {
                int(name.removeprefix("ligne-")): str(value)
                for name, value in request.POST.items()
                if name.startswith("ligne-") and name.removeprefix("ligne-").isdecimal() and len(name) < 16
            }
            count = services.choose_lines(run=run, choices=chosen)
        messages.success(request, f"{thousands(count)} décision{'s' if count > 1 else ''} de plus.")
    except ImportStepError as error:
        messages.error(request, str(error))
    page = request.POST.get("page", "")
    query = f"?voir=doubt&page={page}" if page.isdecimal() else "?voir=doubt"
    return HttpResponseRedirect(f"{run.get_absolute_url()}{query}")


@require_safe
@requires()
def refused(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The lines that are wrong, as they came, with why: to correct and send again."""
    run = _one(request, uuid)
    columns = [Column(f"c{rank}", header) for rank, header in enumerate(run.headers)]
    columns += [Column("ligne", "Ligne du fichier"), Column("erreur", "Erreur")]
    rows = []
    for line in queries.refused(run):
        row: dict[str, Any] = {f"c{rank}": text for rank, text in enumerate(line.cells)}
        rows.append(
            {**row, "ligne": str(line.number), "erreur": " ".join(line.problems) or line.outcome_words}
        )
    return export_response(Table("lignes-a-corriger", "Lignes à corriger", columns, rows), "csv")


@require_POST
@requires()
def apply(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Write the good lines."""
    run = _one(request, uuid)
    try:
        with transaction.atomic():
            services.apply(run=run, actor=actor_of(request), now=timezone.now())
    except ImportStepError as error:
        messages.error(request, str(error))
    except IntegrityError:
        messages.error(request, MEANWHILE)
    return _back(run)


@write_methods
@requires()
def undo(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take back what an import wrote, after asking."""
    run = _one(request, uuid)
    if request.method == "POST":
        try:
            with transaction.atomic():
                services.undo(run=run, actor=actor_of(request), now=timezone.now())
        except ImportStepError as error:
            messages.error(request, str(error))
        except IntegrityError:
            messages.error(request, MEANWHILE)
        return _back(run)
    tabs = {tab.key: tab.count for tab in queries.outcomes(run)}
    context = {
        "section": "imports",
        "run": run,
        "created": tabs.get(ImportOutcome.CREATED, 0),
        "changed": tabs.get(ImportOutcome.CHANGED, 0),
    }
    return render(request, "common/imports/undo.html", context)


@require_POST
@requires()
def drop(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Erase an import that wrote nothing."""
    run = _one(request, uuid)
    try:
        services.drop(run=run, actor=actor_of(request), now=timezone.now())
    except ImportStepError as error:
        messages.error(request, str(error))
        return _back(run)
    messages.success(request, "L’import est abandonné, et ses lignes sont effacées.")
    return HttpResponseRedirect(reverse("common:imports"))
