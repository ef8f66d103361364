"""A store that is slow, a spool that is full, and errors that nobody expects."""

from __future__ import annotations

import pytest

from devices.watermark import Tally
from ingest.drain import LEAST_MESSAGES
from ingest.sink import SinkAwayError
from ingest.spool import Spool
from tests.unit.ingest.spooling.away_store import DEADLINE_S, World, drained, messages


def test_a_store_that_does_not_answer_holds_nobody_up(world: World) -> None:
    world.patience_s = 0.01
    shelf = world.shelf
    shelf.free.clear()
    with world.sink() as sink:
        assert sink.store(messages(1)) == Tally()
        assert sink.store(messages(2)) == Tally()
        assert sink.waiting().records == 2
        assert shelf.held == []
        shelf.free.set()
        assert drained(sink) == Tally(received=2, stored=2)
        assert shelf.held == [b"1", b"2"]


def test_a_batch_that_took_long_and_failed_is_stored_from_the_spool(world: World) -> None:
    world.patience_s = 0.01
    shelf = world.shelf
    shelf.free.clear()
    with world.sink() as sink:
        sink.store(messages(1))
        shelf.away = True
        shelf.free.set()
        shelf.wait_for(lambda: shelf.tries >= 2)
        shelf.away = False
        assert drained(sink) == Tally(received=1, stored=1)
    assert shelf.held == [b"1"]


def test_a_slow_store_is_given_less_at_once_until_it_manages(world: World) -> None:
    shelf = world.shelf
    shelf.away = True
    number = 5 * LEAST_MESSAGES
    with world.sink() as sink:
        sink.store(messages(*range(number)))
        shelf.most = LEAST_MESSAGES
        shelf.away = False
        assert drained(sink).stored == number
    assert max(shelf.batches) == LEAST_MESSAGES
    assert shelf.held == [b"%d" % each for each in range(number)]


def test_a_spool_at_its_bound_acknowledges_nothing_more_and_loses_nothing(world: World) -> None:
    world.most_bytes = 150
    shelf = world.shelf
    shelf.away = True
    late = messages(2, 3, 4)
    with world.sink() as sink:
        sink.store(messages(1))
        for _ in range(3):
            with pytest.raises(SinkAwayError, match="the spool took nothing"):
                sink.store(late)
        assert sink.waiting().records == 1
        shelf.away = False
        assert drained(sink).stored == 1
        assert sink.store(late).stored == 3
    assert shelf.held == [b"1", b"2", b"3", b"4"]


def test_a_batch_that_neither_store_nor_spool_took_in_time_is_stored_once(world: World) -> None:
    world.patience_s, world.most_bytes = 0.01, 10
    shelf = world.shelf
    shelf.free.clear()
    batch = messages(1)
    with world.sink() as sink:
        for _ in range(2):
            with pytest.raises(SinkAwayError):
                sink.store(batch)
        shelf.free.set()
        shelf.wait_for(lambda: shelf.held == [b"1"])
        sink._patience_s = DEADLINE_S
        assert sink.store(batch) == Tally(received=1, stored=1)
    assert (shelf.held, shelf.tries) == ([b"1"], 1)


def test_an_error_that_nobody_expects_comes_to_the_one_who_stores(world: World) -> None:
    world.shelf.error = ZeroDivisionError("a mistake of ours")
    with world.sink() as sink, pytest.raises(ZeroDivisionError, match="a mistake of ours"):
        sink.store(messages(1))


def test_an_error_while_draining_comes_to_the_one_who_looks(world: World) -> None:
    shelf = world.shelf
    shelf.away = True
    with world.sink() as sink:
        sink.store(messages(1))
        shelf.error = ZeroDivisionError("a mistake of ours")
        with pytest.raises(ZeroDivisionError, match="a mistake of ours"):
            drained(sink)
    with Spool(world.folder, world.most_bytes) as spool:
        assert spool.records == 1


def test_a_worker_that_ends_leaves_a_store_that_does_not_answer(world: World) -> None:
    world.patience_s = 0.01
    shelf = world.shelf
    shelf.free.clear()
    with world.sink() as sink:
        sink.store(messages(1))
    assert shelf.free.is_set()
    with Spool(world.folder, world.most_bytes) as spool:
        assert spool.records in {0, 1}
        assert len(shelf.held) + spool.records in {1, 2}
