"""Several senders at once, one that dies, and what is forgotten in time."""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta

from runtime.stopping import Stop
from tests.integration.tickets.outside.receiving_desk import DEADLINE_S, Desk
from tests.receiver import Receiver, Reply
from tickets.outside import courier, delivery, endpoint, feed, keeping, repeated_request
from tickets.outside.keeping import Kept
from tickets.outside.patience import Patience


def test_what_a_dead_sender_had_claimed_is_sent_by_another_later(
    desk: Desk, receiver: Receiver
) -> None:
    number, _ = desk.register(receiver)
    desk.happen("ticket:1")
    delivery.collect(desk.sender.pool)
    assert delivery._claimed(desk.sender.pool) is not None
    assert not delivery.step(desk.sender)
    desk.connection.execute("UPDATE hearthwatch.webhook_endpoints SET leased_until = now()")
    desk.connection.commit()
    desk.work(lambda: desk.told(number))
    assert len(receiver.received) == 1


def test_the_work_process_sends_by_itself_from_several_threads(
    desk: Desk, receiver: Receiver
) -> None:
    receiver.answer = lambda _: Reply()
    numbers = [desk.register(receiver, f"endpoint {number}")[0] for number in range(4)]
    desk.happen(*[f"ticket:{number}" for number in range(10)])
    stop = Stop()
    deadline = time.monotonic() + DEADLINE_S
    with courier.running(desk.sender, stop):
        while not all(desk.told(number) for number in numbers):
            assert not stop.is_set(), "sending has ended"
            assert time.monotonic() < deadline, "not everything was sent"
            desk.connection.commit()
            stop.wait(0.02)
    assert Counter(receiver.ids()) == {f"evt_{number}": 4 for number in range(1, 11)}


def test_old_events_attempts_and_answered_requests_are_forgotten_and_new_ones_kept(
    desk: Desk, receiver: Receiver
) -> None:
    number, _ = desk.register(receiver)
    desk.happen("ticket:1", "ticket:2")
    desk.work(lambda: desk.told(number))
    asked = (desk.connection, "ada", "old", b"{}", lambda: {"done": 1})
    repeated_request.once(*asked)
    for statement in (
        "UPDATE hearthwatch.events SET recorded_at = now() - interval '9 days' WHERE position = 1",
        "UPDATE hearthwatch.webhook_attempts SET at = now() - interval '9 days' WHERE id = 1",
        "UPDATE hearthwatch.inbound_requests SET at = now() - interval '9 days'",
    ):
        desk.connection.execute(statement)
    desk.connection.commit()
    keeping.forget(desk.sender.pool, Kept(timedelta(days=8), timedelta(days=8)), Stop())
    assert [each.position for each in feed.read(desk.connection, 0)] == [2]
    assert [each.position for each in endpoint.attempts(desk.connection, number)] == [2]
    assert not repeated_request.once(*asked).again
    desk.connection.rollback()


def test_pauses_grow_up_to_a_bound() -> None:
    patience = Patience()
    assert patience.pause(0) <= timedelta(seconds=5)
    assert timedelta(seconds=31) <= patience.pause(2) <= timedelta(seconds=45)
    assert patience.pause(10**6) <= timedelta(hours=6)
    assert patience.rest(10**6) <= timedelta(minutes=5)
