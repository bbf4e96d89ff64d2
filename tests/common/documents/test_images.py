"""Images: nothing is kept but their points; bombs are refused before they are read."""

from __future__ import annotations

import io
import itertools
import struct
import zlib

import pytest
from PIL import Image, ImageCms

from millecafes.common.documents import filetypes, images
from millecafes.common.documents.errors import DocumentError
from tests.factories.documents import image_bytes

GPS = 0x8825


def photo(orientation: int = 1, size: tuple[int, int] = (400, 200)) -> bytes:
    """A JPEG that says where and when it was taken; red on the left, blue on the right."""
    image = Image.new("RGB", size, (255, 0, 0))
    image.paste((0, 0, 255), (size[0] // 2, 0, *size))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "APPAREIL SECRET"
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (43.0, 52.0, 1.0)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"COMMENTAIRE SECRET", quality=95)
    return out.getvalue()


def made_of(content: bytes, content_type: str) -> tuple[images.Made, Image.Image]:
    made = images.remade(io.BytesIO(content), content_type)
    made.file.seek(0)
    image = Image.open(made.file)
    image.load()
    return made, image


def test_nothing_the_device_wrote_is_kept() -> None:
    content = photo()
    assert b"SECRET" in content
    made, image = made_of(content, filetypes.JPEG)
    assert (made.content_type, made.width, made.height) == (filetypes.JPEG, 400, 200)
    assert not image.getexif()
    made.file.seek(0)
    assert b"SECRET" not in made.file.read()
    for small in images.rendered(made.file, [100]):
        small.file.seek(0)
        found = Image.open(small.file)
        assert (found.size, found.format, dict(found.getexif())) == ((100, 50), "WEBP", {})
        assert not {"exif", "icc_profile", "xmp"} & found.info.keys()


def test_a_photo_is_turned_as_its_device_said() -> None:
    made, image = made_of(photo(orientation=6), filetypes.JPEG)
    assert (made.width, made.height) == (200, 400)
    top, bottom = (image.convert("RGB").getpixel((100, y)) for y in (20, 380))
    assert top[0] > 200
    assert bottom[2] > 200


def test_colours_are_those_of_the_web() -> None:
    """A profile that swaps nothing is dropped; one of another space moves the colours."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    _, same = made_of(image_bytes("PNG", colour=(10, 120, 30), icc_profile=lab), filetypes.PNG)
    assert same.getpixel((5, 5)) == pytest.approx((10, 120, 30), abs=3)
    assert "icc_profile" not in same.info
    _, broken = made_of(image_bytes("PNG", colour=(10, 120, 30), icc_profile=b"rien"), filetypes.PNG)
    assert broken.getpixel((5, 5)) == pytest.approx((10, 120, 30), abs=3)


@pytest.mark.parametrize(
    ("form", "mode", "colour"),
    [
        ("PNG", "1", 1),
        ("PNG", "L", 128),
        ("PNG", "LA", (128, 10)),
        ("PNG", "P", 3),
        ("PNG", "I;16", 30_000),
        ("PNG", "RGBA", (1, 2, 3, 100)),
        ("JPEG", "CMYK", (0, 0, 0, 0)),
        ("JPEG", "L", 12),
        ("WEBP", "RGBA", (1, 2, 3, 100)),
    ],
)
def test_every_way_to_write_an_image_is_read(form: str, mode: str, colour: object) -> None:
    made, image = made_of(image_bytes(form, mode=mode, colour=colour), f"image/{form.lower()}")
    is_clear = mode in {"LA", "RGBA"}
    assert made.content_type == (filetypes.PNG if is_clear else filetypes.JPEG)
    assert image.mode == ("RGBA" if is_clear else "RGB")
    assert images.rendered(made.file, [40])[0].height == 20


def test_a_large_image_is_brought_to_the_size_kept() -> None:
    made, _ = made_of(image_bytes("JPEG", (6_000, 3_000)), filetypes.JPEG)
    assert (made.width, made.height) == (images.SIDE, images.SIDE // 2)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that says it has billions of points."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(50_000, 50_000), (10_000, 10_000), (6_000, 5_000)])
def test_a_bomb_is_refused_before_it_is_read(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import ImageFile

    def read(*_: object) -> None:
        raise AssertionError("read")

    monkeypatch.setattr(ImageFile.ImageFile, "load", read)
    with pytest.raises(DocumentError, match=r"points : elle n’est pas lue. Attendu : 25 millions"):
        images.remade(io.BytesIO(bomb(*size)), filetypes.PNG)


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (photo(size=(1_200, 800))[:-3_000], filetypes.JPEG),
        (image_bytes("PNG", (300, 300))[:200], filetypes.PNG),
        (b"\xff\xd8\xff" + b"x" * 100, filetypes.JPEG),
        (b"\x89PNG\r\n\x1a\n", filetypes.PNG),
        (image_bytes("PNG"), filetypes.JPEG),
    ],
    ids=itertools.count(),
)
def test_a_broken_image_is_refused(content: bytes, content_type: str) -> None:
    with pytest.raises(DocumentError, match="abîmée ou incomplète"):
        images.remade(io.BytesIO(content), content_type)


def test_an_image_is_never_made_larger() -> None:
    assert images.widths_for((640, 160, 400), 400) == [160]
