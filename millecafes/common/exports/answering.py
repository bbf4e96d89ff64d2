"""What a request for a file is answered: the file, or a page that offers to prepare it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import IO

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.http import content_disposition_header

from millecafes.common.actors import Actor, actor_of
from millecafes.common.exports.columns import Table
from millecafes.common.exports.formats import FORMATS, content_of
from millecafes.common.exports.registry import Export, RefusedError, find
from millecafes.common.exports.snapshot import snapshot

# Beyond, nobody waits in front of a page.
AT_ONCE = 10_000


def answer(request: HttpRequest, name: str, extension: str) -> HttpResponse:
    """The file of an export as the address asks it; when it is long, a page that offers to prepare it.

    What is public is answered at once, whatever its length: a stranger has no page of jobs.

    Raises
    ------
    Http404
        For a format that the list does not have.
    """
    export = find(name)
    if export is None or extension not in export.formats:
        raise Http404
    actor = actor_of(request)
    try:
        with snapshot():
            table = export.table(actor, request.GET)
            if table.length > AT_ONCE and actor.is_person:
                return _offer(request, name, export, table, extension)
            return export_response(table, extension)
    except RefusedError as refusal:
        context = {"title": export.title, "refusal": str(refusal)}
        return render(request, "common/export.html", context, status=422)


def _offer(request: HttpRequest, name: str, export: Export, table: Table, extension: str) -> HttpResponse:
    context = {
        "title": export.title,
        "name": name,
        "extension": extension,
        "label": FORMATS[extension].label,
        "length": table.length,
        "query": request.GET.urlencode(),
        # Sent twice, it is one export.
        "nonce": uuid.uuid4().hex,
    }
    return render(request, "common/export.html", context)


def export_response(table: Table, extension: str) -> HttpResponse:
    """The file of a table that is not long, in one of `FORMATS`."""
    # Written whole before the first byte leaves: a failure is an error page, never half a file.
    response = HttpResponse(content_of(table, extension), content_type=FORMATS[extension].content_type)
    disposition = content_disposition_header(as_attachment=True, filename=f"{table.name}.{extension}")
    response["Content-Disposition"] = disposition or "attachment"
    return response


def write_to(
    stream: IO[bytes],
    export: Export,
    actor: Actor,
    query: str,
    extension: str,
    watch: Callable[[int, int], None],
) -> Table:
    """Write an export as it is at this moment; says what was written. `watch`: rows done, of how many.

    Raises
    ------
    RefusedError
    """
    with snapshot():
        table = export.table(actor, QueryDict(query))
        FORMATS[extension].write(table, stream, lambda done: watch(done, table.length))
        return table
