"""Messages on local disk while the database is away: safe before they are acknowledged.

A queue of records in segment files, each record with its length and checksum. What `append` has
returned from survives a crash of the process and of the machine; a tail that a crash tore off was
never acknowledged, and is cut. Reading again what was stored already is harmless: storage is
exactly once.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import structlog

_HEADER = struct.Struct("<II")
"""Length and CRC-32 of the record that follows."""
SEGMENT_BYTES = 32 * 1024 * 1024
_log = structlog.get_logger()


class SpoolFullError(Exception):
    """The spool has reached its bound; what it did not take must not be acknowledged."""


class Place(NamedTuple):
    """Where a record begins; places are in the order of their records."""

    segment: int
    offset: int


@dataclass(frozen=True)
class Chunk:
    """The oldest records, and where those after them begin."""

    records: Sequence[bytes]
    end: Place


class Spool:
    """A first-in first-out queue of byte strings under `folder`, at most `most_bytes` large.

    For one process at a time; the folder is made if it is not there.
    """

    def __init__(
        self, folder: Path, most_bytes: int, *, segment_bytes: int = SEGMENT_BYTES
    ) -> None:
        self._folder, self._most_bytes, self._segment_bytes = folder, most_bytes, segment_bytes
        folder.mkdir(parents=True, exist_ok=True)
        self._head = self._kept_head()
        self._sizes: dict[int, int] = {}
        """Bytes of each segment that hold whole records."""
        self._records = 0
        for segment in self._found():
            self._recover(segment)

    @property
    def records(self) -> int:
        """How many records wait."""
        return self._records

    @property
    def size_bytes(self) -> int:
        """How much of the bound is taken."""
        return sum(self._sizes.values())

    def append(self, records: Sequence[bytes]) -> None:
        """Put records at the end; they are on disk when this returns.

        Raises SpoolFullError where they would not fit, OSError where the disk refuses; none of
        them is kept then.
        """
        framed = b"".join(_HEADER.pack(len(each), zlib.crc32(each)) + each for each in records)
        if self.size_bytes + len(framed) > self._most_bytes:
            raise SpoolFullError(f"{self.size_bytes:,} of {self._most_bytes:,} bytes are taken")
        segment = self._tail()
        size = self._sizes.get(segment, 0)
        descriptor = os.open(self._path(segment), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.ftruncate(descriptor, size)
            _write(descriptor, framed, size)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if not size:
            self._sync_folder()
        self._sizes[segment] = size + len(framed)
        self._records += len(records)

    def oldest(self, limit: int) -> Chunk:
        """Up to `limit` of the records that wait longest."""
        records: list[bytes] = []
        end = self._head
        for record, after in self._read(self._head):
            records.append(record)
            end = after
            if len(records) == limit:
                break
        return Chunk(records, end)

    def drop(self, chunk: Chunk) -> None:
        """Forget records that are stored; after a crash just here they come once more."""
        self._head = chunk.end
        self._records -= len(chunk.records)
        if not self._records:
            self._head = Place(max(self._sizes, default=self._head.segment) + 1, 0)
        for segment in [each for each in self._sizes if each < self._head.segment]:
            self._path(segment).unlink()
            del self._sizes[segment]
        draft = self._folder / "head.new"
        draft.write_text(f"{self._head.segment} {self._head.offset}\n")
        draft.replace(self._folder / "head")

    def _tail(self) -> int:
        """The segment that is written to: the last one, or a new one if that is large enough."""
        last = max(self._sizes, default=self._head.segment)
        return last if self._sizes.get(last, 0) < self._segment_bytes else last + 1

    def _read(self, start: Place) -> Iterator[tuple[bytes, Place]]:
        """Whole records from `start` on, each with the place after it."""
        for segment in sorted(each for each in self._sizes if each >= start.segment):
            offset = start.offset if segment == start.segment else 0
            for record, end in _records(self._path(segment), offset):
                yield record, Place(segment, end)

    def _recover(self, segment: int) -> None:
        """Take up a segment that was there; cut off what is not a whole record."""
        path = self._path(segment)
        if segment < self._head.segment:
            path.unlink()
            return
        size = self._head.offset if segment == self._head.segment else 0
        for _, end in _records(path, size):
            size = end
            self._records += 1
        self._sizes[segment] = size
        torn = path.stat().st_size - size
        if torn > 0:
            kept = path.with_suffix(".torn")
            kept.write_bytes(path.read_bytes()[size:])
            os.truncate(path, size)
            _log.warning("the spool ended in the middle of a record", cut=torn, kept=str(kept))

    def _kept_head(self) -> Place:
        path = self._folder / "head"
        if not path.exists():
            return Place(1, 0)
        segment, offset = path.read_text().split()
        return Place(int(segment), int(offset))

    def _found(self) -> list[int]:
        return sorted(int(path.stem) for path in self._folder.glob("*.spool"))

    def _path(self, segment: int) -> Path:
        return self._folder / f"{segment:010d}.spool"

    def _sync_folder(self) -> None:
        """A new file is only there after a crash if its folder's entry is on disk too."""
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _records(path: Path, offset: int) -> Iterator[tuple[bytes, int]]:
    """Whole records of a file from `offset` on, each with the offset after it."""
    with path.open("rb") as file:
        file.seek(offset)
        while len(header := file.read(_HEADER.size)) == _HEADER.size:
            length, checksum = _HEADER.unpack(header)
            record = file.read(length)
            if len(record) < length or zlib.crc32(record) != checksum:
                return
            offset += _HEADER.size + length
            yield record, offset


def _write(descriptor: int, content: bytes, offset: int) -> None:
    view = memoryview(content)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written
