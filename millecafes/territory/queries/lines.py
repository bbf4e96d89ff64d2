"""The commune of each line of a file: by its code, or by its name and what is around it."""

from __future__ import annotations

from collections.abc import Mapping

from millecafes.common.imports.registry import Batch, Draft
from millecafes.territory.models import Commune
from millecafes.territory.queries.choice import NoSuchCommuneError, chosen_codes, insee_codes


def find_communes(batch: Batch, code: str) -> Mapping[str, Commune]:
    """Give each line the code of its commune in the column `code`; the communes by code.

    The columns `commune`, `code_postal` and `departement` help to find it. Three queries at most.
    """
    coded = {draft.number: (_said(draft, code), _said(draft, "commune")) for draft in batch.drafts}
    named = {draft.number: _asked(draft) for draft in batch.drafts if not coded[draft.number][0]}
    by_code = insee_codes(asked for asked in coded.values() if asked[0])
    by_name = chosen_codes(text for text in named.values() if text)
    codes = {found for found in (*by_code.values(), *by_name.values()) if isinstance(found, str)}
    communes: dict[str, Commune] = batch.memory.setdefault("communes", {})
    rows = Commune.objects.select_related("departement")
    communes |= rows.in_bulk(codes - communes.keys())
    for draft in batch.drafts:
        found = by_code.get(coded[draft.number]) or by_name.get(named.get(draft.number, ""))
        if isinstance(found, NoSuchCommuneError):
            draft.refuse(code if coded[draft.number][0] else _place_column(draft), str(found))
        elif found:
            _place(draft, communes[found], code)
    return communes


def _said(draft: Draft, key: str) -> str:
    return str(draft.values.get(key, ""))


def _place_column(draft: Draft) -> str:
    return "commune" if draft.values.get("commune") else "code_postal"


def _asked(draft: Draft) -> str:
    """What to look for without a code: the name, with the postal code or the département."""
    name, postal = _said(draft, "commune"), _said(draft, "code_postal")
    if name and postal:
        return f"{postal} {name}"
    return f"{name} {_said(draft, 'departement')}".strip() if name else postal


def _place(draft: Draft, commune: Commune, code: str) -> None:
    draft.values |= {code: commune.code, "commune": commune.name, "departement": commune.departement_id}
    draft.shown[code] = f"{commune.name} ({commune.code})"
