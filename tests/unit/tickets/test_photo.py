"""A picture is told by its content, and keeps nothing but what it shows."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from runtime.errors import InvalidError
from tickets.visits import photo

ORIENTATION, GPS = 0x0112, 0x8825
ON_ITS_SIDE = 6


def _picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20)) -> bytes:
    """A picture whose camera noted where it was and that it was held upright."""
    noted = Image.Exif()
    noted[ORIENTATION] = ON_ITS_SIDE
    noted.get_ifd(GPS)[1] = "N"
    kept = io.BytesIO()
    Image.new("RGB", size, "green").save(kept, kind, exif=noted)
    return kept.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_place_and_camera_are_gone_and_the_picture_stands_upright(kind: str) -> None:
    with Image.open(io.BytesIO(photo.cleaned(_picture(kind)))) as kept:
        assert kept.format == "JPEG"
        assert kept.size == (20, 40)
        assert len(kept.getexif()) == 0
        assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("place", range(24, 90))
def test_a_picture_whose_camera_noted_nonsense_is_kept_or_refused(place: int) -> None:
    damaged = bytearray(_picture("PNG"))
    noted = damaged.index(b"eXIf")
    damaged[noted + place - 20] ^= 0xFF
    try:
        kept = photo.cleaned(bytes(damaged))
    except InvalidError:
        return
    with Image.open(io.BytesIO(kept)) as shown:
        assert set(shown.size) == {20, 40}


def test_a_large_picture_is_made_smaller() -> None:
    with Image.open(io.BytesIO(photo.cleaned(_picture(size=(3000, 1500))))) as kept:
        assert max(kept.size) == photo.LONGEST_SIDE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xd8\xff\xe0 cut short",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        _picture()[:120],
    ],
    ids=["nothing", "broken", "svg", "gif", "half"],
)
def test_what_is_no_picture_of_a_kind_we_take_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidError, match="cannot be read as a picture"):
        photo.cleaned(content)


def test_too_many_bytes_are_refused_before_they_are_looked_at() -> None:
    with pytest.raises(InvalidError, match="15 MB"):
        photo.cleaned(b"\xff" * (photo.MOST_BYTES + 1))
