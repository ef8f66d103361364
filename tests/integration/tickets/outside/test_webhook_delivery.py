"""Webhooks to a real receiver that fails, hangs, redirects and forgets."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from tests.integration.tickets.outside.receiving_desk import QUICK, Desk
from tests.receiver import Received, Receiver, Reply, receiving
from tickets.outside import endpoint
from tickets.outside.address_guard import Guard


def _first_of_each(received: list[Received]) -> list[str]:
    """The positions in the order in which they first arrived."""
    return list(dict.fromkeys(str(each.message["data"]["position"]) for each in received))


def test_an_event_arrives_signed_as_the_receivers_library_wants_it(
    desk: Desk, receiver: Receiver
) -> None:
    number, secret = desk.register(receiver, headers={"Authorization": "Bearer abc"})
    desk.happen("ticket:7", region="north")
    desk.work(lambda: desk.told(number))
    (came,) = receiver.received
    came.verify(secret)
    with pytest.raises(WebhookVerificationError):
        replace(came, body=came.body + b" ").verify(secret)
    assert came.headers["authorization"] == "Bearer abc"
    assert came.headers["content-type"] == "application/json"
    assert came.message == {
        "type": "ticket.opened",
        "timestamp": "2026-06-01T12:00:00+00:00",
        "data": {
            "position": 1,
            "subject": "ticket:7",
            "trace": None,
            "region": "north",
            "facts": {},
        },
    }


def test_a_receiver_that_fails_hangs_and_forgets_has_all_at_least_once_and_in_order(
    desk: Desk, receiver: Receiver
) -> None:
    troubles = itertools.chain(
        [
            Reply(500),
            Reply(silent=True),
            Reply(),
            Reply(hangs=True),
            Reply(503, headers={"Retry-After": "0"}),
            Reply(silent=True),
        ],
        itertools.cycle([Reply(), Reply(silent=True), Reply()]),
    )
    receiver.answer = lambda _: next(troubles)
    desk.sender = replace(desk.sender, patience=replace(QUICK, answer_s=1.0))
    number, secret = desk.register(receiver)
    for _ in range(4):
        desk.happen("ticket:1", "ticket:2", "ticket:3")
    desk.work(lambda: desk.told(number))
    for subject in ("ticket:1", "ticket:2", "ticket:3"):
        of_one = [each for each in receiver.received if each.subject == subject]
        assert len(set(_first_of_each(of_one))) == 4
        # A repeat may only be of the newest: nothing goes back behind what was taken.
        positions = [each.message["data"]["position"] for each in of_one]
        assert positions == sorted(positions)
    counted = Counter(receiver.ids())
    assert len(counted) == 12
    assert max(counted.values()) > 1
    for each in receiver.received:
        each.verify(secret)
    bodies = {(each.message_id, each.body) for each in receiver.received}
    assert len(bodies) == 12


def test_an_event_that_is_refused_for_ever_holds_up_its_own_ticket_alone(
    desk: Desk, receiver: Receiver
) -> None:
    receiver.answer = lambda came: Reply(500 if came.subject == "ticket:1" else 200)
    number, _ = desk.register(receiver)
    desk.happen("ticket:1", "ticket:2", "ticket:1", "ticket:3")
    desk.work(
        lambda: (
            {each.subject for each in receiver.received} == {"ticket:1", "ticket:2", "ticket:3"}
            and desk.see(number).waiting == 2
        )
    )
    assert {each.message_id for each in receiver.received if each.subject == "ticket:1"} == {
        "evt_1"
    }


def test_a_receiver_that_is_down_holds_up_no_other(desk: Desk, receiver: Receiver) -> None:
    with receiving() as well:
        receiver.answer = lambda _: Reply(500)
        down, _ = desk.register(receiver, "down")
        up, _ = desk.register(well, "up")
        desk.happen(*[f"ticket:{number}" for number in range(20)])
        desk.work(lambda: desk.told(up))
        assert len(set(well.ids())) == 20
        assert desk.see(down).waiting == 20
        assert desk.see(down).failing_since is not None


def test_an_endpoint_is_told_of_its_kinds_and_region_alone(desk: Desk, receiver: Receiver) -> None:
    number, _ = desk.register(receiver, kinds=("ticket.closed", "notice.*"), region="north")
    desk.happen("ticket:1", region="north")
    desk.happen("ticket:2", kind="ticket.closed", region="north")
    desk.happen("ticket:3", kind="ticket.closed", region="south")
    desk.happen("notice:4", kind="notice.sent", region="north")
    desk.work(lambda: desk.told(number))
    assert [each.subject for each in receiver.received] == ["ticket:2", "notice:4"]


def test_a_redirect_is_not_followed_and_the_attempt_says_where_it_led(
    desk: Desk, receiver: Receiver
) -> None:
    with receiving() as private:
        receiver.answer = lambda _: Reply(302, headers={"Location": private.url})
        number, _ = desk.register(receiver)
        desk.happen("ticket:1")
        desk.work(lambda: desk.see(number).failures > 0)
        assert private.received == []
    attempt = endpoint.attempts(desk.connection, number)[-1]
    assert (attempt.status, attempt.taken) == (302, False)
    assert "redirects are not followed" in attempt.detail
    assert private.url in attempt.detail


def test_a_private_address_is_refused_when_it_is_connected_to(
    desk: Desk, receiver: Receiver
) -> None:
    desk.sender = replace(desk.sender, guard=Guard())
    number, _ = desk.register(receiver)
    desk.happen("ticket:1")
    desk.work(lambda: desk.see(number).failures > 0)
    assert receiver.received == []
    attempt = endpoint.attempts(desk.connection, number)[-1]
    assert "127.0.0.1 is no public address" in attempt.detail
