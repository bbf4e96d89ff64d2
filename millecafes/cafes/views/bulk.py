"""One change for many cafés: which ones, what it would do to each, then all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from millecafes.cafes.forms.bulk import CHANGES, ChangeForm
from millecafes.cafes.forms.team import ChosenForm, pack
from millecafes.cafes.models import Cafe
from millecafes.cafes.queries import team
from millecafes.cafes.services import CafeError
from millecafes.cafes.services.bulk import (
    MOST_CAFES,
    Change,
    Effect,
    StaleError,
    apply_change,
    effects_of,
    mark_of,
    too_many,
)
from millecafes.cafes.views.team import filter_of
from millecafes.common.access import requires
from millecafes.common.actors import actor_of
from millecafes.common.permissions import can

# Which cafés: those ticked, or all those of the filter.
TICKED, FILTERED = "choix", "filtre"
_LONGEST = 5_000


@require_safe
@requires("cafes.list_cafes")
def bulk(request: HttpRequest) -> HttpResponse:
    """The changes that may be made to the cafés ticked, or to all those of the filter."""
    form, ticked = filter_of(request), ChosenForm(request.GET)
    if not (form.is_valid() and ticked.is_valid()):
        wrong = [
            str(words) for errors in (*form.errors.values(), *ticked.errors.values()) for words in errors
        ]
        return _refused(request, " ".join(wrong))
    actor = actor_of(request)
    everything = request.GET.get("portee") == FILTERED
    rows = team.filtered(actor, form.asked, timezone.now()) if everything else team.chosen(actor, ticked.ids)
    back = form.query(choix="" if everything else pack(ticked.ids)).urlencode()
    cafes = list(rows[: MOST_CAFES + 1])
    missing = 0 if everything else len(ticked.ids) - len(cafes)
    if len(cafes) > MOST_CAFES:
        return _refused(request, too_many(rows.count()), back)
    if not cafes:
        return _refused(request, "Aucun café n’est choisi : cochez des lignes de la table.", back)
    return _choice_page(request, cafes, back, {}, missing)


def _refused(request: HttpRequest, words: str, back: str = "") -> HttpResponse:
    context = {"section": "cafes", "refusal": words, "back": back}
    return render(request, "cafes/team_bulk.html", context, status=422)


def _choice_page(
    request: HttpRequest,
    cafes: Sequence[Cafe],
    back: str,
    typed: dict[str, ChangeForm],
    missing: int = 0,
) -> HttpResponse:
    forms = [typed.get(kind) or form() for kind, form in CHANGES.items()]
    context = {
        "section": "cafes",
        "cafes": cafes,
        "packed": pack(cafe.pk for cafe in cafes),
        "back": back,
        "forms": forms,
        "form": next(iter(typed.values()), None),  # what form_errors shows
        "missing": missing,
    }
    return render(request, "cafes/team_bulk.html", context, status=422 if typed else 200)


def _asked(request: HttpRequest) -> tuple[list[Cafe], ChangeForm]:
    """The cafés and the change that a page of ours carries.

    Raises
    ------
    CafeError
        When there is no café, or there are too many.
    Http404
        For a change that we do not have.
    """
    form_class = CHANGES.get(request.POST.get("quoi", ""))
    if form_class is None:
        raise Http404
    ticked = ChosenForm(request.POST)
    if not ticked.is_valid():
        raise CafeError("", " ".join(str(words) for errors in ticked.errors.values() for words in errors))
    actor = actor_of(request)
    if len(ticked.ids) > MOST_CAFES:
        raise CafeError("", too_many(len(ticked.ids)))
    cafes = [row for row in team.chosen(actor, ticked.ids) if can(actor, "cafes.edit_cafe", row)]
    if not cafes:
        raise CafeError("", "Aucun café n’est choisi : cochez des lignes de la table.")
    return cafes, form_class(request.POST)


def _back(request: HttpRequest) -> str:
    """The address of the table one came from."""
    return QueryDict(request.POST.get("retour", "")[:_LONGEST]).urlencode()


@require_POST
@requires("cafes.list_cafes")
def preview(request: HttpRequest) -> HttpResponse:
    """What a change would do to each café; nothing is written."""
    try:
        cafes, form = _asked(request)
    except CafeError as error:
        return _refused(request, str(error), _back(request))
    if form.is_valid():
        try:
            effects = effects_of(cafes=cafes, change=form.change, now=timezone.now())
        except CafeError as error:
            form.refuse(error)
        else:
            return _preview_page(request, form, effects)
    return _choice_page(request, cafes, _back(request), {form.kind: form})


def _preview_page(
    request: HttpRequest, form: ChangeForm, effects: list[Effect], *, stale: bool = False
) -> HttpResponse:
    change: Change = form.change
    ordered = sorted(effects, key=lambda effect: (effect.cafe.key, effect.cafe.pk))
    context: dict[str, Any] = {
        "section": "cafes",
        "form": form,
        "change": change,
        "changing": [effect for effect in ordered if effect.changes],
        "same": [effect for effect in ordered if not effect.changes and not effect.refusal],
        "refused": [effect for effect in ordered if effect.refusal],
        "packed": pack(effect.cafe.pk for effect in effects),
        "mark": mark_of(effects, change),
        "back": _back(request),
        "stale": stale,
    }
    return render(request, "cafes/team_preview.html", context, status=409 if stale else 200)


@require_POST
@requires("cafes.list_cafes")
def apply(request: HttpRequest) -> HttpResponse:
    """Make the change that was shown to all the cafés that can take it; nothing when they changed since."""
    back = _back(request)
    try:
        cafes, form = _asked(request)
        if not form.is_valid():
            return _choice_page(request, cafes, back, {form.kind: form})
        seen = request.POST.get("vu", "")
        effects = apply_change(
            cafes=cafes, change=form.change, seen=seen, actor=actor_of(request), now=timezone.now()
        )
    except StaleError as stale:
        return _preview_page(request, form, stale.effects, stale=True)
    except CafeError as error:
        return _refused(request, str(error), back)
    messages.success(request, _done(effects))
    return HttpResponseRedirect(reverse("cafes:team_list") + (f"?{back}" if back else ""))


def _done(effects: Sequence[Effect]) -> str:
    count = sum(effect.changes for effect in effects)
    left = len(effects) - count
    words = "1 café a changé" if count == 1 else f"{count} cafés ont changé"
    if not left:
        return f"{words}."
    return f"{words}, 1 est resté tel quel." if left == 1 else f"{words}, {left} sont restés tels quels."
