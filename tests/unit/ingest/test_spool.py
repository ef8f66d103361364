from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest import segment
from ingest.folder_lock import FolderLock
from ingest.spool import Spool, SpoolFullError
from runtime.errors import ConfigurationError

MOST = 1_000_000
FRAME = segment.BEFORE_BYTES


def _drained(spool: Spool, limit: int = 3) -> list[bytes]:
    found: list[bytes] = []
    while (chunk := spool.oldest(limit)).records:
        found += chunk.records
        spool.drop(chunk)
    return found


@dataclass
class Worker:
    """A process with a spool; it may start anew after it crashed."""

    folder: Path
    spool: Spool | None = None

    def start(self, most_bytes: int = MOST, *, segment_bytes: int = 1000) -> Spool:
        """What a process finds there; the system frees the lock of one that crashed before."""
        self.end()
        self.spool = Spool(self.folder, most_bytes, segment_bytes=segment_bytes)
        return self.spool

    def end(self) -> None:
        if self.spool is not None:
            self.spool.close()


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    made = Worker(tmp_path)
    yield made
    made.end()


def _records(number: int) -> list[bytes]:
    return [f"record {n}".encode() * (n % 5 + 1) for n in range(number)]


def test_records_come_out_in_the_order_they_went_in(worker: Worker) -> None:
    spool = worker.start()
    records = _records(20)
    spool.append(records[:7])
    spool.append(records[7:])
    assert spool.records == 20
    assert _drained(spool) == records
    assert (spool.records, spool.size_bytes) == (0, 0)


def test_what_waits_is_still_there_after_a_crash(worker: Worker) -> None:
    first = worker.start(segment_bytes=50)
    records = _records(30)
    for record in records:
        first.append([record])
    chunk = first.oldest(4)
    first.drop(chunk)
    again = worker.start(segment_bytes=50)
    assert again.records == 26
    assert _drained(again) == records[4:]


def test_records_taken_but_not_dropped_come_again(worker: Worker) -> None:
    spool = worker.start()
    spool.append(_records(5))
    assert spool.oldest(2).records == _records(5)[:2]
    assert worker.start().oldest(2).records == _records(5)[:2]


def test_new_records_keep_their_place_behind_the_old_ones(worker: Worker) -> None:
    spool = worker.start(segment_bytes=40)
    spool.append([b"first", b"second"])
    spool.drop(spool.oldest(1))
    spool.append([b"third"])
    assert _drained(spool) == [b"second", b"third"]


@pytest.mark.parametrize("cut", range(1, FRAME + 12))
def test_a_tail_torn_by_a_crash_costs_nothing_before_it(
    worker: Worker, tmp_path: Path, cut: int
) -> None:
    spool = worker.start()
    spool.append([b"safe one", b"safe two"])
    spool.append([b"torn record"])
    (file,) = tmp_path.glob("*.spool")
    file.write_bytes(file.read_bytes()[:-cut])
    again = worker.start()
    assert again.oldest(10).records == [b"safe one", b"safe two"]
    again.append([b"after"])
    assert _drained(worker.start()) == [b"safe one", b"safe two", b"after"]


def test_a_tail_of_garbage_is_cut_and_kept_aside(worker: Worker, tmp_path: Path) -> None:
    spool = worker.start()
    spool.append([b"safe"])
    (file,) = tmp_path.glob("*.spool")
    file.write_bytes(file.read_bytes() + random.Random(1).randbytes(64))
    assert _drained(worker.start()) == [b"safe"]
    (torn,) = tmp_path.glob("*.torn")
    assert torn.stat().st_size == 64


def test_a_full_spool_takes_nothing_more_and_keeps_what_it_has(worker: Worker) -> None:
    spool = worker.start(100)
    spool.append([b"x" * 50])
    with pytest.raises(SpoolFullError, match=f"{FRAME + 50} of 100 bytes"):
        spool.append([b"y" * 20, b"z" * 20])
    assert _drained(spool) == [b"x" * 50]
    spool.append([b"y" * 20])
    assert _drained(spool) == [b"y" * 20]


def test_disk_space_is_given_back_as_segments_are_drained(worker: Worker, tmp_path: Path) -> None:
    spool = worker.start(segment_bytes=100)
    for _ in range(10):
        spool.append([b"x" * (100 - FRAME)])
    assert len(list(tmp_path.glob("*.spool"))) == 10
    spool.drop(spool.oldest(6))
    assert len(list(tmp_path.glob("*.spool"))) == 5
    _drained(spool)
    assert list(tmp_path.glob("*.spool")) == []


def test_any_mix_of_appends_drains_and_restarts_keeps_order(worker: Worker) -> None:
    chance = random.Random(7)
    spool = worker.start(segment_bytes=200)
    told: list[bytes] = []
    heard: list[bytes] = []
    for step in range(400):
        match chance.randrange(4):
            case 0 | 1:
                fresh = [f"{step}.{n}".encode() * 3 for n in range(chance.randrange(1, 6))]
                spool.append(fresh)
                told += fresh
            case 2:
                chunk = spool.oldest(chance.randrange(1, 9))
                spool.drop(chunk)
                heard += chunk.records
            case _:
                spool = worker.start(segment_bytes=200)
    heard += _drained(spool)
    assert heard == told


def _damage(folder: Path, number: int, at: int, content: bytes) -> None:
    """Let the disk forget a few bytes of a segment."""
    path = folder / f"{number:010d}.spool"
    held = bytearray(path.read_bytes())
    held[at : at + len(content)] = content
    path.write_bytes(held)


@pytest.mark.parametrize("at", [0, 5, 9, FRAME, FRAME + 3])
def test_a_damaged_record_in_the_middle_costs_only_itself_and_is_kept_aside(
    worker: Worker, tmp_path: Path, at: int
) -> None:
    spool = worker.start(segment_bytes=100)
    spool.append([b"one", b"two-two", b"three"])
    spool.append([b"x" * 100])
    spool.append([b"in another segment"])
    begin = FRAME + len(b"one")
    _damage(tmp_path, 1, begin + at, b"\xff\xff")
    again = worker.start(segment_bytes=100)
    assert again.records == 4
    assert _drained(again) == [b"one", b"three", b"x" * 100, b"in another segment"]
    (kept,) = tmp_path.glob("*.damaged")
    assert kept.stat().st_size == FRAME + len(b"two-two")


def test_damage_that_comes_while_the_process_runs_does_not_stop_the_rest(
    worker: Worker, tmp_path: Path
) -> None:
    spool = worker.start(segment_bytes=60)
    for record in (b"one", b"two", b"three", b"four" * 20, b"five"):
        spool.append([record])
    _damage(tmp_path, 1, FRAME + 1, b"?")
    assert spool.first() == b"two"
    assert _drained(spool) == [b"two", b"three", b"four" * 20, b"five"]
    assert spool.records == 0


def test_a_spool_of_nothing_but_damage_is_empty_in_the_end(worker: Worker, tmp_path: Path) -> None:
    spool = worker.start()
    spool.append([b"one", b"two"])
    _damage(tmp_path, 1, 0, b"\0" * (2 * FRAME + 6))
    assert spool.records == 2
    assert spool.first() is None
    spool.drop(spool.oldest(9))
    assert (spool.records, spool.size_bytes) == (0, 0)
    assert len(list(tmp_path.glob("*.damaged"))) == 1


@pytest.mark.parametrize("told", ["", "garbage", "1"])
def test_a_head_that_a_crash_left_unreadable_costs_nothing(
    worker: Worker, tmp_path: Path, told: str
) -> None:
    spool = worker.start()
    spool.append([b"one", b"two"])
    spool.drop(spool.oldest(1))
    (tmp_path / "head").write_text(told)
    assert _drained(worker.start()) == [b"one", b"two"]


def test_a_head_of_a_segment_that_is_gone_hides_no_new_record(
    worker: Worker, tmp_path: Path
) -> None:
    """A crash may keep the removal of a segment and forget the head that was written with it."""
    spool = worker.start()
    spool.append([b"one", b"two"])
    spool.drop(spool.oldest(1))
    stale = (tmp_path / "head").read_text()
    spool.drop(spool.oldest(1))
    (tmp_path / "head").write_text(stale)
    again = worker.start()
    again.append([b"new"])
    assert _drained(worker.start()) == [b"new"]


def test_a_head_past_the_end_of_its_segment_is_not_believed(worker: Worker, tmp_path: Path) -> None:
    spool = worker.start()
    spool.append([b"one"])
    (tmp_path / "head").write_text("1 4096\n")
    assert _drained(worker.start()) == [b"one"]


def test_what_a_failed_append_left_behind_is_not_read(worker: Worker, tmp_path: Path) -> None:
    spool = worker.start()
    spool.append([b"safe"])
    with (tmp_path / "0000000001.spool").open("ab") as file:
        file.write(segment.framed([b"whole, and never promised"]))
    assert spool.oldest(9).records == [b"safe"]
    spool.append([b"after"])
    assert _drained(spool) == [b"safe", b"after"]


def test_two_processes_cannot_use_one_folder(tmp_path: Path) -> None:
    with Spool(tmp_path, MOST), pytest.raises(ConfigurationError, match="another process"):
        FolderLock(tmp_path, wait_s=0)
    Spool(tmp_path, MOST).close()
