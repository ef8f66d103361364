"""Webhooks of several endpoints: none has to wait for what is wrong with another."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from runtime.stopping import Stop
from tests.integration.tickets.outside.receiving_desk import DEADLINE_S, QUICK, Desk
from tests.receiver import Receiver, Reply, receiving
from tickets.outside import courier, delivery


def test_an_endpoint_whose_turn_is_over_lets_the_others_have_theirs(
    desk: Desk, receiver: Receiver
) -> None:
    desk.sender = replace(desk.sender, patience=replace(QUICK, turn_s=0))
    with receiving() as other:
        desk.register(receiver, "one")
        desk.register(other, "other")
        desk.happen("ticket:1", "ticket:2", "ticket:3")
        delivery.collect(desk.sender.pool)
        told = []
        for _ in range(6):
            assert delivery.step(desk.sender)
            told.append((len(receiver.received), len(other.received)))
    assert told == [(1, 0), (1, 1), (2, 1), (2, 2), (3, 2), (3, 3)]


def test_a_sender_of_the_sound_leaves_alone_what_fails(desk: Desk, receiver: Receiver) -> None:
    receiver.answer = lambda _: Reply(500)
    with receiving() as other:
        down, _ = desk.register(receiver, "down")
        desk.happen("ticket:1", "ticket:2")
        desk.work(lambda: desk.see(down).failures > 0)
        desk.register(other, "up")
        desk.happen("ticket:3")
        desk.connection.execute("UPDATE hearthwatch.webhook_endpoints SET next_try_at = now()")
        desk.connection.commit()
        delivery.collect(desk.sender.pool)
        assert delivery.step(desk.sender, sound=True)
        assert other.ids() == ["evt_3"]
        assert not delivery.step(desk.sender, sound=True)


@contextmanager
def _hanging(desk: Desk, number: int) -> Iterator[None]:
    """So many endpoints that failed before and hang now, until the test is over."""
    with ExitStack() as stack:
        for each in range(number):
            silent = stack.enter_context(receiving())
            silent.answer = lambda _: Reply(hangs=True)
            desk.register(silent, f"silent {each}")
        desk.connection.execute("UPDATE hearthwatch.webhook_endpoints SET failures = 1")
        yield


def test_however_many_receivers_hang_again_a_sound_one_is_told_meanwhile(
    desk: Desk, receiver: Receiver
) -> None:
    desk.sender = replace(desk.sender, patience=replace(QUICK, answer_s=3 * DEADLINE_S))
    told, stop = ("ticket:1", "ticket:2"), Stop()
    with courier.running(desk.sender, stop), _hanging(desk, courier.SENDERS + 1):
        desk.register(receiver, "sound")
        desk.happen(*told)
        deadline = time.monotonic() + DEADLINE_S
        while len(receiver.received) < len(told):
            assert not stop.is_set(), "sending has ended"
            assert time.monotonic() < deadline, "it waits for those that hang"
            stop.wait(0.02)
        stop.set()
    assert [each.subject for each in receiver.received] == list(told)
