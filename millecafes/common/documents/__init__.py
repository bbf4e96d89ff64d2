"""Documents: files about any object of any room, private unless their kind says otherwise.

A room registers kinds from its `apps.py`; `add`, `replace` and `remove` write, `of` reads. What is in a file
decides of its type; images are made anew, without what the device wrote; the address of a document asks the
permission of its kind on its object.
"""

from millecafes.common.documents.errors import DocumentError
from millecafes.common.documents.kinds import Kind, register_kind
from millecafes.common.documents.queries import of
from millecafes.common.documents.services import add, remove, replace

__all__ = ["DocumentError", "Kind", "add", "of", "register_kind", "remove", "replace"]
