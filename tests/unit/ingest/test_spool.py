from __future__ import annotations

import random
from pathlib import Path

import pytest

from ingest.spool import Spool, SpoolFullError

MOST = 1_000_000


def _drained(spool: Spool, limit: int = 3) -> list[bytes]:
    found: list[bytes] = []
    while (chunk := spool.oldest(limit)).records:
        found += chunk.records
        spool.drop(chunk)
    return found


def _records(number: int) -> list[bytes]:
    return [f"record {n}".encode() * (n % 5 + 1) for n in range(number)]


def test_records_come_out_in_the_order_they_went_in(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MOST)
    records = _records(20)
    spool.append(records[:7])
    spool.append(records[7:])
    assert spool.records == 20
    assert _drained(spool) == records
    assert (spool.records, spool.size_bytes) == (0, 0)


def test_what_waits_is_still_there_after_a_crash(tmp_path: Path) -> None:
    first = Spool(tmp_path, MOST, segment_bytes=50)
    records = _records(30)
    for record in records:
        first.append([record])
    chunk = first.oldest(4)
    first.drop(chunk)
    again = Spool(tmp_path, MOST, segment_bytes=50)
    assert again.records == 26
    assert _drained(again) == records[4:]


def test_records_taken_but_not_dropped_come_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MOST)
    spool.append(_records(5))
    assert spool.oldest(2).records == _records(5)[:2]
    assert Spool(tmp_path, MOST).oldest(2).records == _records(5)[:2]


def test_new_records_keep_their_place_behind_the_old_ones(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MOST, segment_bytes=40)
    spool.append([b"first", b"second"])
    spool.drop(spool.oldest(1))
    spool.append([b"third"])
    assert _drained(spool) == [b"second", b"third"]


@pytest.mark.parametrize("cut", range(1, 20))
def test_a_tail_torn_by_a_crash_costs_nothing_before_it(tmp_path: Path, cut: int) -> None:
    spool = Spool(tmp_path, MOST)
    spool.append([b"safe one", b"safe two"])
    spool.append([b"torn record"])
    (segment,) = tmp_path.glob("*.spool")
    segment.write_bytes(segment.read_bytes()[:-cut])
    again = Spool(tmp_path, MOST)
    assert again.oldest(10).records == [b"safe one", b"safe two"]
    again.append([b"after"])
    assert _drained(Spool(tmp_path, MOST)) == [b"safe one", b"safe two", b"after"]


def test_a_tail_of_garbage_is_cut_and_kept_aside(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MOST)
    spool.append([b"safe"])
    (segment,) = tmp_path.glob("*.spool")
    segment.write_bytes(segment.read_bytes() + random.Random(1).randbytes(64))
    assert _drained(Spool(tmp_path, MOST)) == [b"safe"]
    (torn,) = tmp_path.glob("*.torn")
    assert torn.stat().st_size == 64


def test_a_full_spool_takes_nothing_more_and_keeps_what_it_has(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 100)
    spool.append([b"x" * 50])
    with pytest.raises(SpoolFullError, match="58 of 100 bytes"):
        spool.append([b"y" * 20, b"z" * 20])
    assert _drained(spool) == [b"x" * 50]
    spool.append([b"y" * 20])
    assert _drained(spool) == [b"y" * 20]


def test_disk_space_is_given_back_as_segments_are_drained(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MOST, segment_bytes=100)
    for _ in range(10):
        spool.append([b"x" * 92])
    assert len(list(tmp_path.glob("*.spool"))) == 10
    spool.drop(spool.oldest(6))
    assert len(list(tmp_path.glob("*.spool"))) == 5
    _drained(spool)
    assert list(tmp_path.glob("*.spool")) == []


def test_any_mix_of_appends_drains_and_restarts_keeps_order(tmp_path: Path) -> None:
    chance = random.Random(7)
    spool = Spool(tmp_path, MOST, segment_bytes=200)
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
                spool = Spool(tmp_path, MOST, segment_bytes=200)
    heard += _drained(spool)
    assert heard == told
