"""What comes while the store is away waits on disk, in order, and is stored once."""

from __future__ import annotations

from collections.abc import Sequence

from devices.watermark import Tally
from ingest import spooled
from ingest.source import Message
from tests.unit.ingest.spooling.away_store import AT, Shelf, World, drained, messages


def test_a_store_that_is_there_is_used_at_once(world: World) -> None:
    with world.sink() as sink:
        assert sink.store(messages(1, 2)) == Tally(received=2, stored=2)
        assert world.shelf.held == [b"1", b"2"]
        assert not sink.degraded


def test_what_comes_while_the_store_is_away_is_kept_and_counted_once_it_is_stored(
    world: World,
) -> None:
    world.shelf.away = True
    with world.sink() as sink:
        assert sink.store(messages(1)) == Tally()
        assert sink.store(messages(2)) == Tally()
        assert sink.degraded
        assert sink.waiting().records == 2
        assert sink.waiting().oldest_at == AT
        world.shelf.away = False
        assert drained(sink) == Tally(received=2, stored=2)
        assert world.shelf.held == [b"1", b"2"]


def test_new_messages_go_behind_those_that_wait_and_none_comes_twice(world: World) -> None:
    shelf = world.shelf
    shelf.away = True
    tally = Tally()
    with world.sink() as sink:
        for number in range(300):
            if number == 150:
                shelf.away = False
            tally += sink.store(messages(number))
        tally += drained(sink)
        tally += sink.store(messages(300))
    assert shelf.held == [b"%d" % number for number in range(301)]
    assert tally == Tally(received=301, stored=301)


def test_order_holds_through_any_number_of_times_away(world: World) -> None:
    shelf, number = world.shelf, 0
    with world.sink() as sink:
        for _ in range(20):
            shelf.away = not shelf.away
            for _ in range(10):
                sink.store(messages(number, number + 1))
                number += 2
        shelf.away = False
        drained(sink)
    assert shelf.held == [b"%d" % each for each in range(number)]


def test_a_restart_finds_what_waits_with_topic_payload_and_time_of_arrival(world: World) -> None:
    world.shelf.away = True
    sent = [Message("appliances/\\xff/telemetry", b"\x00\xff{", AT, 17)]
    with world.sink() as sink:
        sink.store(sent)
    seen: list[Message] = []

    class Keeper(Shelf):
        def store(self, batch: Sequence[Message]) -> Tally:
            seen.extend(batch)
            return super().store(batch)

    world.shelf = Keeper()
    with world.sink() as sink:
        drained(sink)
    assert seen == [Message(sent[0].topic, sent[0].payload, AT)]


def test_time_does_not_go_on_while_messages_wait(world: World) -> None:
    shelf = world.shelf
    shelf.away = True
    with world.sink() as sink:
        sink.store(messages(1))
        sink.advance(AT)
        shelf.away = False
        drained(sink)
        sink.advance(None)
        shelf.wait_for(lambda: shelf.reached == [None])
        sink.advance(AT)
        shelf.wait_for(lambda: shelf.reached == [None, AT])


def test_that_a_worker_is_there_is_told_as_soon_as_the_store_is(world: World) -> None:
    shelf = world.shelf
    shelf.away = True
    with world.sink() as sink:
        sink.advance(None)
        sink.store(messages(1))
        shelf.away = False
        shelf.wait_for(lambda: shelf.reached == [None])
        drained(sink)


def test_a_record_holds_a_message() -> None:
    message = Message("a/ü", b"\x00\xff", AT)
    assert spooled.unpacked(spooled.packed(message)) == message
