"""Cafés that come from a spreadsheet: a network that exists already is brought in."""

from millecafes.cafes.importing.columns import COLUMNS
from millecafes.cafes.importing.finding import find_duplicates, keys, prepare
from millecafes.cafes.importing.told import current
from millecafes.cafes.importing.writing import change, create, remove
from millecafes.common.imports.registry import ImportKind

CAFES = ImportKind(
    name="cafes.cafes",
    label="Cafés",
    one="café",
    title="nom",
    target="cafes.cafe",
    columns=COLUMNS,
    permission="cafes.import_cafes",
    list_url="cafes:team_list",
    prepare=prepare,
    find_duplicates=find_duplicates,
    keys=keys,
    current=current,
    create=create,
    change=change,
    remove=remove,
    intro="Le fichier téléchargé depuis la table des cafés revient tel quel : corrigez-le, renvoyez-le.",
)

__all__ = ["CAFES"]
