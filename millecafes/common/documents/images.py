"""Images made anew: nothing but their pixels, upright, in the colours of the web, in the sizes of pages.

What the sender's device wrote (place, date, device) is never stored. Pillow is loaded when needed only.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from millecafes.common import formats
from millecafes.common.documents import filetypes
from millecafes.common.documents.errors import DocumentError

if TYPE_CHECKING:
    from PIL.Image import Image

# The largest side kept: enough for a screen of 2,560 points, or 21 cm of paper at 300 dpi.
SIDE = 2_560
# A JPEG is read at a half or a quarter; others are held whole in memory, 4 bytes a point.
MOST_POINTS = {filetypes.JPEG: 100_000_000, filetypes.PNG: 25_000_000, filetypes.WEBP: 25_000_000}
# An image of so few points is made in all its sizes at once; others by a job.
AT_ONCE = 1_500_000
_FORMATS = {filetypes.JPEG: "JPEG", filetypes.PNG: "PNG", filetypes.WEBP: "WEBP"}
BROKEN = "Cette image est abîmée ou incomplète. Envoyez-la de nouveau depuis l’original."


@dataclass(frozen=True)
class Made:
    """An image made anew."""

    file: IO[bytes]
    content_type: str
    width: int
    height: int


def remade(file: IO[bytes], content_type: str) -> Made:
    """The image alone, no larger than SIDE: JPEG, or PNG when it has transparent parts.

    Raises
    ------
    DocumentError
        When it has too many points (said before any is read), is cut or broken.
    """
    from PIL import Image, UnidentifiedImageError

    file.seek(0)
    try:
        with Image.open(file, formats=[_FORMATS[content_type]]) as image:
            _verify_points(image, content_type)
            return _written(_upright(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many(None, content_type) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        if isinstance(error, DocumentError):
            raise
        raise DocumentError(BROKEN) from error


def _verify_points(image: Image, content_type: str) -> None:
    if image.width * image.height > MOST_POINTS[content_type]:
        raise _too_many(image.size, content_type)


def _too_many(size: tuple[int, int] | None, content_type: str) -> DocumentError:
    found = (
        f"{formats.thousands(size[0])} × {formats.thousands(size[1])} points" if size else "trop de points"
    )
    limit = formats.thousands(MOST_POINTS[content_type] // 1_000_000)
    return DocumentError(
        f"Cette image a {found} : elle n’est pas lue. Attendu : {limit} millions de points au plus "
        "pour ce type d’image. Réduisez-la, puis envoyez-la de nouveau."
    )


def _upright(image: Image) -> Image:
    """Read the points: turned as the device said, in sRGB, no larger than SIDE."""
    from PIL import ImageOps
    from PIL.Image import Resampling

    image.draft("RGB", (SIDE, SIDE))  # JPEG only: reads fewer points
    image.load()
    turned = ImageOps.exif_transpose(image)
    turned = _in_srgb(turned, "RGBA" if turned.has_transparency_data else "RGB")
    turned.thumbnail((SIDE, SIDE), Resampling.LANCZOS, reducing_gap=3.0)
    turned.info = {}
    return turned


def _in_srgb(image: Image, mode: str) -> Image:
    from PIL import ImageCms

    profile = image.info.get("icc_profile")
    if profile and image.mode in {"RGB", "RGBA", "CMYK", "L"}:
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            out = "RGBA" if image.mode == "RGBA" else "RGB"
            found = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode=out)
        except (ImageCms.PyCMSError, OSError):
            found = None  # a profile that is none: the colours as they are
        if found is not None:
            return found.convert(mode)
    return image.convert(mode)


def _written(image: Image) -> Made:
    out = io.BytesIO()
    if image.mode == "RGBA":
        image.save(out, "PNG", optimize=True)
        return Made(out, filetypes.PNG, *image.size)
    image.save(out, "JPEG", quality=88, optimize=True, progressive=True)
    return Made(out, filetypes.JPEG, *image.size)


def widths_for(sizes: Iterable[int], width: int) -> list[int]:
    """The widths that a page may ask of an image: those smaller than itself."""
    return [size for size in sorted(sizes) if size < width]


def rendered(file: IO[bytes], widths: Iterable[int]) -> list[Made]:
    """An image that we made, in each of these widths, as WebP."""
    from PIL import Image

    file.seek(0)
    found = []
    with Image.open(file, formats=["JPEG", "PNG"]) as image:
        image.load()
        for width in widths:
            height = max(1, round(image.height * width / image.width))
            small = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
            small.info = {}
            out = io.BytesIO()
            small.save(out, "WEBP", quality=80, method=4)
            found.append(Made(out, filetypes.WEBP, width, height))
    return found
