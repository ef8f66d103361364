"""Pictures from a visit, without what a camera adds to them: place, time, serial numbers."""

from __future__ import annotations

import hashlib
import io
import struct
from dataclasses import dataclass
from datetime import datetime

from PIL import ExifTags, Image
from PIL.Image import Transpose
from psycopg.rows import class_row

from customers.secrecy import sealing
from runtime.errors import InvalidError, NotFoundError
from storage import query
from storage.pool import Connection
from tickets.conversation import sealed_for
from tickets.visits.visit import Visit

_SQL = query.beside(__file__)
FORMATS = ("JPEG", "PNG", "WEBP")
MEDIA_TYPE = "image/jpeg"
"""What is kept, whatever was sent."""
MOST_BYTES = 15 * 2**20
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 2000
"""Pixels; enough to read a rating plate."""
MOST_A_VISIT = 12
QUALITY = 85
PLACE = "visit_photos.picture_sealed"
BROKEN = (OSError, EOFError, SyntaxError, ValueError, TypeError, LookupError, struct.error)
"""What Pillow raises for files that are damaged, each by another of its readers."""
TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
"""By the orientation that the camera noted (Exif 2.3, tag 274)."""
HINT = "send a JPEG, PNG or WebP picture"


@dataclass(frozen=True)
class Photo:
    """A picture that was kept."""

    id: int
    at: datetime


@dataclass(frozen=True)
class _Sealed:
    household_id: int | None
    picture_sealed: bytes


def keep(connection: Connection, visit: Visit, content: bytes, at: datetime) -> int:
    """Keep a picture, sealed for the household; the same file sent again is kept once.

    InvalidError for what is no picture, is too large or one too many.
    """
    asked = {"visit_id": visit.id, "digest": hashlib.sha256(content).digest()}
    if connection.execute(_SQL["kept"], asked).fetchone() is None:
        _check_room(connection, visit)
        owner = sealed_for.owner(visit.household_id)
        sealed = sealing.seal_bytes(connection, owner, PLACE, cleaned(content))
        row = {"at": at, "household_id": visit.household_id, "picture_sealed": sealed}
        connection.execute(_SQL["keep"], asked | row)
    return int(str(connection.execute(_SQL["kept"], asked).fetchall()[0][0]))


def of_visit(connection: Connection, visit_id: int) -> list[Photo]:
    """The pictures of a visit, the oldest first."""
    with connection.cursor(row_factory=class_row(Photo)) as cursor:
        return cursor.execute(_SQL["of_visit"], {"visit_id": visit_id}).fetchall()


def read(connection: Connection, visit: Visit, photo_id: int) -> bytes:
    """A picture of a visit; NotFoundError if there is none, or its household was erased."""
    asked = {"id": photo_id, "visit_id": visit.id}
    with connection.cursor(row_factory=class_row(_Sealed)) as cursor:
        kept = cursor.execute(_SQL["content"], asked).fetchone()
    if kept is None:
        raise NotFoundError(f"visit {visit.id} has no picture {photo_id}")
    owner = sealed_for.owner(kept.household_id)
    content = sealing.open_bytes(connection, owner, PLACE, kept.picture_sealed)
    if content is None:
        raise NotFoundError(f"picture {photo_id} was erased with its household")
    return content


def cleaned(content: bytes) -> bytes:
    """The picture itself as a JPEG, upright, no larger than it needs to be, and nothing else.

    It is told by its content what it is, not by its name. Pure.
    """
    if len(content) > MOST_BYTES:
        raise InvalidError(f"a picture has at most {MOST_BYTES // 2**20} MB", hint=HINT)
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as found:
            if found.width * found.height > MOST_PIXELS:
                raise InvalidError(
                    f"the picture has more than {MOST_PIXELS / 1e6:.0f} million pixels", hint=HINT
                )
            upright = _upright(found).convert("RGB")
    except (*BROKEN, Image.DecompressionBombError) as error:
        raise InvalidError("this file cannot be read as a picture", hint=HINT) from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    upright.info.clear()
    kept = io.BytesIO()
    upright.save(kept, "JPEG", quality=QUALITY)
    return kept.getvalue()


def _upright(found: Image.Image) -> Image.Image:
    """The picture as it was held; notes of the camera that cannot be read say nothing of that."""
    try:
        turn = TURNS.get(found.getexif().get(ExifTags.Base.Orientation, 1))
    except BROKEN:
        turn = None
    return found if turn is None else found.transpose(turn)


def _check_room(connection: Connection, visit: Visit) -> None:
    row = connection.execute(_SQL["count"], {"visit_id": visit.id}).fetchone()
    if row is not None and int(str(row[0])) >= MOST_A_VISIT:
        raise InvalidError(f"visit {visit.id} has {MOST_A_VISIT} pictures already: that is all")
