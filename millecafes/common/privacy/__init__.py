"""What is known of people: every field that could hold it is declared, exported, erased, and purged in time.

A room declares its models in its `privacy.py`, imported from its `apps.py`, and registers its purges there.
A system check refuses a field that could hold something about somebody and is declared neither way.
"""

from millecafes.common.privacy.declaring import (
    SOFTWARE,
    Declaration,
    declarations,
    declare,
    declare_impersonal,
)
from millecafes.common.privacy.purging import Purge, purge, purge_is_due, purges, register_purge
from millecafes.common.privacy.telling import Treatment, treatments
from millecafes.common.privacy.walking import PersonalRows, erase, know_addresses, rows_of

__all__ = [
    "SOFTWARE",
    "Declaration",
    "PersonalRows",
    "Purge",
    "Treatment",
    "declarations",
    "declare",
    "declare_impersonal",
    "erase",
    "know_addresses",
    "purge",
    "purge_is_due",
    "purges",
    "register_purge",
    "rows_of",
    "treatments",
]
