"""What becomes of an endpoint: switched off, replayed to, given a new secret, pinged."""

from __future__ import annotations

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from storage import event
from tests.integration.tickets.outside.receiving_desk import AT, Desk
from tests.receiver import Receiver, Reply, receiving
from tickets.outside import endpoint


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


def test_a_ping_goes_to_its_endpoint_alone(desk: Desk, receiver: Receiver) -> None:
    with receiving() as other:
        number, _ = desk.register(receiver, kinds=("notice.*",))
        second, _ = desk.register(other, "other")
        endpoint.ping(desk.connection, desk.see(number), AT)
        desk.connection.commit()
        desk.work(lambda: desk.told(number) and desk.told(second))
        assert [each.message["type"] for each in receiver.received] == ["webhook.pinged"]
        assert other.received == []
