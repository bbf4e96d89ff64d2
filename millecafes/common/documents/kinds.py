"""Kinds of documents: what a room accepts, how large, who sees it, what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass

from millecafes.common.documents import filetypes


@dataclass(frozen=True)
class Kind:
    """A kind of document, named "room.what".

    Parameters
    ----------
    accepts
        The content types taken (`filetypes`): what is in the file decides, never its name.
    view, edit
        The permissions asked on the object that the document is about.
    sizes
        Widths in pixels in which pages show its images.
    public
        Anybody may read it, and caches may keep it.
    keep
        How many versions are kept, the current one included; all when none is told.
    target
        The model it is about ("partners.organisation"): the pages of `common` that add, replace and remove
        open for it. Without, the room makes its own.
    single
        One document of this kind for an object: another takes its place, as a new version.
    personal
        It is about whoever gave it, and is erased with their account.
    page
        The name of the page that shows these documents, which takes the number of their object; without, the
        page of the object itself.
    made_here
        The site writes these files itself: their type is that of their name, whatever their texts look like.
    """

    name: str
    label: str
    accepts: tuple[str, ...]
    max_bytes: int
    view: str
    edit: str
    sizes: tuple[int, ...] = ()
    public: bool = False
    keep: int | None = None
    target: str = ""
    single: bool = False
    personal: bool = False
    made_here: bool = False
    page: str = ""

    def __post_init__(self) -> None:
        unknown = set(self.accepts) - filetypes.TYPES.keys()
        if unknown or not self.accepts:
            raise ValueError(f"{self.name} : types de fichier inconnus ou absents {sorted(unknown)}")
        if self.max_bytes <= 0 or (self.keep is not None and self.keep < 1):
            raise ValueError(f"{self.name} : max_bytes et keep sont au moins 1")

    @property
    def limit_words(self) -> str:
        """The largest size, in words."""
        return filetypes.size_words(self.max_bytes)

    @property
    def accepted_words(self) -> str:
        """What is taken, in words."""
        return filetypes.words_of(self.accepts)


_kinds: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    """Add a kind.

    Raises
    ------
    ValueError
        When another kind has this name.
    """
    if _kinds.get(kind.name, kind) != kind:
        raise ValueError(f"sorte de document déjà déclarée autrement : {kind.name}")
    _kinds[kind.name] = kind


def forget_kind(name: str) -> None:
    """Take a kind away (tests)."""
    _kinds.pop(name, None)


def find_kind(name: str) -> Kind | None:
    """A kind by its name; none when its room is no longer there."""
    return _kinds.get(name)


def kinds() -> dict[str, Kind]:
    """Every kind."""
    return dict(_kinds)


def kind_of(name: str) -> Kind:
    """A kind by its name.

    Raises
    ------
    KeyError
    """
    if name not in _kinds:
        raise KeyError(f"sorte de document inconnue : {name}")
    return _kinds[name]
