"""Webhooks to a real receiver that fails, hangs, redirects and forgets."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from devices.catalogue.folder import Catalogue
from runtime.stopping import Stop
from storage import event
from storage.event import Event
from storage.pool import Connection, Pool
from tests.feed_database import emptied
from tests.receiver import Received, Receiver, Reply, receiving
from tickets.outside import courier, delivery, endpoint, feed, keeping, repeated_request
from tickets.outside.address_guard import Guard
from tickets.outside.delivery import Sender
from tickets.outside.endpoint import Endpoint, Wanted
from tickets.outside.keeping import Kept
from tickets.outside.patience import Patience

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
DEADLINE_S = 60.0
LOOPBACK = Guard.parse(["127.0.0.0/8", "::1/128"])
QUICK = Patience(answer_s=20, first_s=0.01, longest_s=0.05, rest_s=0.001, longest_rest_s=0.01)


@pytest.fixture
def database_url(module_database_url: str) -> Iterator[str]:
    """One database for all tests here, without events and endpoints."""
    with emptied(module_database_url):
        yield module_database_url


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def sender(database_pool: Pool, catalogue: Catalogue) -> Sender:
    return Sender(database_pool, catalogue, LOOPBACK, patience=QUICK)


class Desk:
    """What a test registers, lets happen and sees of it."""

    def __init__(self, sender: Sender, connection: Connection) -> None:
        self.sender, self.connection = sender, connection

    def register(self, receiver: Receiver, name: str = "erp", **wanted: object) -> tuple[int, str]:
        made = endpoint.add(
            self.connection,
            replace(Wanted(name, receiver.url), **wanted),  # type: ignore[arg-type]
            "ada",
        )
        self.connection.commit()
        return made

    def happen(self, *subjects: str, kind: str = "ticket.opened", region: str = "") -> None:
        told = [Event(kind, each, AT, region=region) for each in subjects]
        event.append(self.connection, told)
        self.connection.commit()

    def work(self, until: Callable[[], bool]) -> None:
        """Collect and send until a condition holds."""
        deadline = time.monotonic() + DEADLINE_S
        while not until():
            assert time.monotonic() < deadline, "it never came to that"
            delivery.collect(self.sender.pool)
            delivery.step(self.sender)
            self.connection.commit()

    def see(self, endpoint_id: int) -> Endpoint:
        found = endpoint.get(self.connection, endpoint_id)
        self.connection.commit()
        return found

    def told(self, endpoint_id: int) -> bool:
        """Whether everything that happened has arrived there."""
        found = self.see(endpoint_id)
        bounds = feed.bounds(self.connection)
        waiting = self.connection.execute(
            "SELECT count(*) FROM hearthwatch.events WHERE position IS NULL"
        ).fetchone()
        return waiting == (0,) and found.cursor == bounds.last and found.waiting == 0


@pytest.fixture
def desk(sender: Sender, connection: Connection) -> Desk:
    return Desk(sender, connection)


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


def test_who_answers_gone_is_told_nothing_more_and_the_desk_is(
    desk: Desk, receiver: Receiver
) -> None:
    receiver.answer = lambda _: Reply(410)
    number, _ = desk.register(receiver)
    desk.happen("ticket:1", "ticket:2")
    desk.work(lambda: desk.see(number).state == "disabled")
    assert "410" in desk.see(number).reason
    assert len(receiver.received) == 1
    told = event.of_subject(desk.connection, f"webhook:{number}")
    assert [each.kind for each in told] == ["webhook.disabled"]


def test_after_days_of_failure_an_endpoint_is_disabled_and_can_be_switched_on_again(
    desk: Desk, receiver: Receiver
) -> None:
    receiver.answer = lambda _: Reply(500, b"out of order")
    number, _ = desk.register(receiver)
    desk.happen("ticket:1")
    desk.work(lambda: desk.see(number).failures >= 1)
    desk.connection.execute(
        "UPDATE hearthwatch.webhook_endpoints SET failing_since = now() - interval '6 days'"
    )
    desk.connection.commit()
    desk.work(lambda: desk.see(number).state == "disabled")
    assert desk.see(number).reason == "no success for 5 days: out of order"
    receiver.answer = lambda _: Reply()
    seen = desk.see(number)
    endpoint.change(
        desk.connection, number, url=seen.url, kinds=seen.kinds, mapping=None, state="active"
    )
    desk.connection.commit()
    desk.work(lambda: desk.told(number))
    assert desk.see(number).reason == ""


def test_an_event_that_is_refused_for_days_is_given_up_and_a_replay_tries_it_again(
    desk: Desk, receiver: Receiver
) -> None:
    receiver.answer = lambda came: Reply(400 if came.message_id == "evt_1" else 200)
    number, _ = desk.register(receiver)
    desk.happen("ticket:1", "ticket:1", "ticket:2")
    desk.work(lambda: desk.see(number).waiting == 2)
    desk.connection.execute(
        "UPDATE hearthwatch.webhook_deliveries SET first_tried_at = now() - interval '6 days'"
    )
    desk.connection.commit()
    desk.work(lambda: desk.told(number))
    assert desk.see(number).abandoned == 1
    assert desk.see(number).state == "active"
    receiver.answer = lambda _: Reply()
    receiver.received.clear()
    endpoint.rewind(desk.connection, number, 0)
    desk.connection.commit()
    desk.work(lambda: desk.told(number))
    assert receiver.ids()[:3] == ["evt_1", "evt_2", "evt_3"]
    assert desk.see(number).abandoned == 0


def test_a_replay_begins_at_any_point_with_the_same_ids_and_bodies(
    desk: Desk, receiver: Receiver
) -> None:
    number, _ = desk.register(receiver)
    desk.happen("ticket:1", "ticket:2", "ticket:3")
    desk.work(lambda: desk.told(number))
    before = {each.message_id: each.body for each in receiver.received}
    receiver.received.clear()
    endpoint.rewind(desk.connection, number, 1)
    desk.connection.commit()
    desk.work(lambda: desk.told(number))
    assert receiver.ids() == ["evt_2", "evt_3"]
    assert {each.message_id: each.body for each in receiver.received}.items() <= before.items()


def test_after_a_rotation_both_secrets_hold_for_a_while(desk: Desk, receiver: Receiver) -> None:
    number, old = desk.register(receiver)
    new = endpoint.rotate(desk.connection, number)
    desk.happen("ticket:1")
    desk.work(lambda: desk.told(number))
    desk.connection.execute("UPDATE hearthwatch.webhook_endpoints SET old_secret_until = now()")
    desk.connection.commit()
    desk.happen("ticket:2")
    desk.work(lambda: desk.told(number))
    during, after = receiver.received
    during.verify(old)
    during.verify(new)
    after.verify(new)
    with pytest.raises(WebhookVerificationError):
        after.verify(old)


def test_secrets_and_headers_stand_nowhere_in_the_clear(desk: Desk, receiver: Receiver) -> None:
    _, secret = desk.register(receiver, headers={"Authorization": "Bearer abc"})
    rows = desk.connection.execute(
        "SELECT secret_sealed, headers_sealed FROM hearthwatch.webhook_endpoints"
    ).fetchall()
    kept = b"".join(bytes(each) for row in rows for each in row)  # type: ignore[call-overload]
    assert secret.encode() not in kept
    assert b"Bearer" not in kept


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


def test_a_ping_goes_to_its_endpoint_alone(desk: Desk, receiver: Receiver) -> None:
    with receiving() as other:
        number, _ = desk.register(receiver, kinds=("notice.*",))
        second, _ = desk.register(other, "other")
        endpoint.ping(desk.connection, desk.see(number), AT)
        desk.connection.commit()
        desk.work(lambda: desk.told(number) and desk.told(second))
        assert [each.message["type"] for each in receiver.received] == ["webhook.pinged"]
        assert other.received == []


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
