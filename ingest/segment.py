"""One file of a spool: records in a row, each of which tells whether it is whole.

A record begins with a mark, so that those behind a damaged one are found again.
"""

from __future__ import annotations

import contextlib
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

MARK = b"\xf5HWr"
"""No valid UTF-8 begins so, and hence no JSON."""
_HEADER = struct.Struct("<II")
"""Length of the record, and CRC-32 of length and record."""
_LENGTH = struct.Struct("<I")
BEFORE_BYTES = len(MARK) + _HEADER.size
"""What stands before each record."""


class Found(NamedTuple):
    """A whole record, where its frame begins, and where the next may."""

    begin: int
    record: bytes
    end: int


def framed(records: Iterable[bytes]) -> bytes:
    """What a file holds for these records."""
    return b"".join(
        MARK + _HEADER.pack(len(record), _checksum(record)) + record for record in records
    )


def read(path: Path, begin: int, end: int) -> Iterator[Found]:
    """The whole records between two places; a gap between two of them is damage."""
    with path.open("rb") as file:
        file.seek(begin)
        while found := _at(file, begin, end) or _next(file, begin + 1, end):
            yield found
            begin = found.end


def write(path: Path, content: bytes, offset: int) -> None:
    """Put content at `offset`, in place of whatever stands there and behind; it is on disk then.

    Raises OSError where the disk refuses; the file then ends at `offset`, if the disk lets it.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.ftruncate(descriptor, offset)
        _write(descriptor, content, offset)
        os.fsync(descriptor)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, offset)
        raise
    finally:
        os.close(descriptor)


def sync(folder: Path) -> None:
    """See to it that the entries of a folder are on disk: a file is nothing without its name."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _checksum(record: bytes) -> int:
    return zlib.crc32(record, zlib.crc32(_LENGTH.pack(len(record))))


def _at(file: BinaryIO, begin: int, end: int) -> Found | None:
    """The record that begins just where the file stands, if a whole one does."""
    head = file.read(BEFORE_BYTES)
    if len(head) < BEFORE_BYTES or not head.startswith(MARK):
        return None
    length, checksum = _HEADER.unpack_from(head, len(MARK))
    after = begin + BEFORE_BYTES + length
    if after > end:
        return None
    record = file.read(length)
    if len(record) < length or _checksum(record) != checksum:
        return None
    return Found(begin, record, after)


def _next(file: BinaryIO, begin: int, end: int) -> Found | None:
    """The first whole record from `begin` on; the file then stands behind it."""
    file.seek(begin)
    content = file.read(max(0, end - begin))
    place = content.find(MARK)
    while place >= 0:
        file.seek(begin + place)
        if found := _at(file, begin + place, end):
            return found
        place = content.find(MARK, place + 1)
    return None


def _write(descriptor: int, content: bytes, offset: int) -> None:
    view = memoryview(content)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written
