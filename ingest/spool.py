"""Messages on local disk while the database is away: safe before they are acknowledged.

A queue of records in segment files. What `append` has returned from survives a crash of the
process and of the machine; a tail that a crash tore off was never acknowledged, and is cut. Reading
again what was stored already is harmless: storage is exactly once.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import structlog

from ingest import segment
from ingest.folder_lock import FolderLock
from ingest.segment import Found

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

    One thread may append while another takes out. The folder is made if it is not there, and
    locked until `close`: a second process is refused with a ConfigurationError.
    """

    def __init__(
        self, folder: Path, most_bytes: int, *, segment_bytes: int = SEGMENT_BYTES
    ) -> None:
        self._folder, self._most_bytes, self._segment_bytes = folder, most_bytes, segment_bytes
        _make(folder)
        self._lock = FolderLock(folder)
        self._guard = threading.Lock()
        self._sizes: dict[int, int] = {}
        """Bytes of each segment up to the end of its last whole record."""
        self._records = 0
        self._told: set[Path] = set()
        self._head = self._kept_head()
        found = self._found()
        for number in found:
            self._recover(number, last=number == found[-1])

    @property
    def records(self) -> int:
        """How many records wait."""
        return self._records

    @property
    def size_bytes(self) -> int:
        """How much of the bound is taken."""
        with self._guard:
            return sum(self._sizes.values())

    def append(self, records: Sequence[bytes]) -> None:
        """Put records at the end; they are on disk when this returns.

        Raises SpoolFullError where they would not fit, OSError where the disk refuses; none of
        them is kept then.
        """
        content = segment.framed(records)
        taken = self.size_bytes
        if taken + len(content) > self._most_bytes:
            raise SpoolFullError(f"{taken:,} of {self._most_bytes:,} bytes are taken")
        with self._guard:
            number = self._tail()
            size = self._sizes.get(number, 0)
            segment.write(self._path(number), content, size)
            if not size:
                segment.sync(self._folder)
            self._sizes[number] = size + len(content)
            self._records += len(records)

    def first(self) -> bytes | None:
        """The record that waits longest; any thread may ask."""
        with self._guard:
            for number in sorted(self._sizes):
                for found in self._read(number, self._begin(number), self._sizes[number]):
                    return found.record
        return None

    def oldest(self, limit: int) -> Chunk:
        """Up to `limit` of the records that wait longest."""
        with self._guard:
            # Only the thread that asks this takes segments away.
            wanted = [(each, self._begin(each), self._sizes[each]) for each in sorted(self._sizes)]
        records: list[bytes] = []
        end = self._head
        for number, begin, size in wanted:
            for found in self._read(number, begin, size):
                records.append(found.record)
                if len(records) == limit:
                    return Chunk(records, Place(number, found.end))
            end = Place(number, size)
        return Chunk(records, end)

    def drop(self, chunk: Chunk) -> None:
        """Forget records that are stored; after a crash just here they come once more."""
        with self._guard:
            last = max(self._sizes, default=chunk.end.segment)
            self._records -= len(chunk.records)
            self._head = chunk.end
            if chunk.end >= (last, self._sizes.get(last, 0)):
                self._head, self._records = Place(last + 1, 0), 0
            self._keep_head()
            for number in [each for each in self._sizes if each < self._head.segment]:
                self._path(number).unlink()
                del self._sizes[number]

    def close(self) -> None:
        """Let another process use the folder; what waits stays."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _tail(self) -> int:
        """The segment that is written to: the last one, or a new one if that is large enough."""
        last = max(self._sizes, default=self._head.segment)
        return last if self._sizes.get(last, 0) < self._segment_bytes else last + 1

    def _begin(self, number: int) -> int:
        return self._head.offset if number == self._head.segment else 0

    def _read(self, number: int, begin: int, end: int) -> Iterator[Found]:
        """Whole records of a segment; what is damaged between them is put aside."""
        for found in segment.read(self._path(number), begin, end):
            self._put_aside(number, begin, found.begin)
            begin = found.end
            yield found
        self._put_aside(number, begin, end)

    def _recover(self, number: int, *, last: bool) -> None:
        """Take up a segment that was there; cut off what a crash left at its end."""
        path = self._path(number)
        if number < self._head.segment:
            path.unlink()
            return
        ends, size = self._begin(number), path.stat().st_size
        for found in segment.read(path, ends, size):
            self._put_aside(number, ends, found.begin)
            ends = found.end
            self._records += 1
        self._put_aside(number, ends, size, torn=last)
        if last:
            segment.write(path, b"", ends)
        self._sizes[number] = ends

    def _put_aside(self, number: int, begin: int, end: int, *, torn: bool = False) -> None:
        """Keep a copy of bytes that are no whole record, and say so."""
        path = self._folder / f"{number:010d}.{begin}.{'torn' if torn else 'damaged'}"
        if begin >= end or path in self._told:
            return
        self._told.add(path)
        with contextlib.suppress(OSError), self._path(number).open("rb") as file:
            file.seek(begin)
            path.write_bytes(file.read(end - begin))
        if torn:
            _log.warning("the spool ended in the middle of a record", cut=str(path))
        else:
            _log.error("the spool is damaged, messages are lost from it", kept=str(path))

    def _kept_head(self) -> Place:
        """Where the oldest record begins; too early a place costs nothing, too late a record."""
        try:
            number, offset = map(int, (self._folder / "head").read_text().split())
        except (FileNotFoundError, ValueError):
            return Place(min(self._found(), default=1), 0)
        path = self._path(number)
        if not path.exists():
            return Place(number + 1, 0) if offset else Place(number, 0)
        return Place(number, offset if offset <= path.stat().st_size else 0)

    def _keep_head(self) -> None:
        """On a full disk it stays as it was: more comes twice then, and nothing is lost."""
        draft = self._folder / "head.new"
        with contextlib.suppress(OSError):
            draft.write_text(f"{self._head.segment} {self._head.offset}\n")
            draft.replace(self._folder / "head")

    def _found(self) -> list[int]:
        return sorted(int(path.stem) for path in self._folder.glob("*.spool"))

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:010d}.spool"


def _make(folder: Path) -> None:
    """Make a folder, and those above it, so that they are there after a crash as well."""
    if not folder.exists():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        segment.sync(folder.parent)
