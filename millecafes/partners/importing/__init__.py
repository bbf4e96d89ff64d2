"""Organisations that come from a spreadsheet."""

from millecafes.common.imports.registry import ImportKind
from millecafes.partners.importing.columns import COLUMNS
from millecafes.partners.importing.finding import current, find_duplicates, keys, prepare
from millecafes.partners.importing.writing import change, create, remove

ORGANISATIONS = ImportKind(
    name="partners.organisations",
    label="Organisations",
    one="organisation",
    title="nom",
    target="partners.organisation",
    columns=COLUMNS,
    permission="partners.import_organisations",
    list_url="partners:list",
    prepare=prepare,
    find_duplicates=find_duplicates,
    keys=keys,
    current=current,
    create=create,
    change=change,
    remove=remove,
    intro="Le fichier téléchargé depuis la liste revient tel quel : corrigez-le, renvoyez-le.",
)

__all__ = ["ORGANISATIONS"]
