"""What an operator is told of webhooks: what waits, for how long, and which of them fail."""

from __future__ import annotations

import pytest
from prometheus_client import generate_latest

from api import state_metrics
from cli import doctor
from cli.doctor import UntoldError
from tests.integration.tickets.outside.receiving_desk import Desk
from tests.receiver import Receiver, Reply
from tickets.outside import delivery, endpoint, lag
from tickets.outside.lag import Lag

HOUR_AGO = "now() - interval '1 hour 1 minute'"


def _set(desk: Desk, table: str, what: str) -> None:
    desk.connection.execute(f"UPDATE hearthwatch.{table} SET {what}".encode())
    desk.connection.commit()


def _lag(desk: Desk) -> Lag:
    (found,) = lag.of_all(desk.connection)
    return found


def test_where_nobody_listens_nothing_waits(desk: Desk) -> None:
    desk.happen("ticket:1")
    _set(desk, "events", f"recorded_at = {HOUR_AGO}")
    assert (lag.of_all(desk.connection), lag.unsent_s(desk.connection)) == ([], 0)
    assert doctor.look_for_webhooks(desk.connection) == "none"


def test_what_nobody_collects_is_missed_as_long_as_an_endpoint_listens(
    desk: Desk, receiver: Receiver
) -> None:
    number, _ = desk.register(receiver)
    desk.happen("ticket:1")
    _set(desk, "events", f"recorded_at = {HOUR_AGO}")
    assert 3660 <= lag.unsent_s(desk.connection) < 7200
    with pytest.raises(UntoldError, match="waited for 1:0") as caught:
        doctor.look_for_webhooks(desk.connection)
    assert "hearthwatch work" in str(caught.value.hint)
    desk.work(lambda: desk.told(number))
    assert lag.unsent_s(desk.connection) == 0
    assert doctor.look_for_webhooks(desk.connection) == "1, 0 events wait"


def test_what_is_due_and_not_sent_is_missed_and_what_waits_for_another_attempt_is_not(
    desk: Desk, receiver: Receiver
) -> None:
    receiver.answer = lambda came: Reply(500 if came.subject == "ticket:1" else 200)
    desk.register(receiver)
    desk.happen("ticket:1", "ticket:1", "ticket:2")
    delivery.collect(desk.sender.pool)
    _set(desk, "webhook_deliveries", f"next_try_at = {HOUR_AGO}")
    _set(desk, "webhook_endpoints", f"next_try_at = {HOUR_AGO}")
    _set(desk, "events", f"recorded_at = {HOUR_AGO}")
    assert (_lag(desk).waiting, _lag(desk).due_s > 3600) == (3, True)
    _set(
        desk,
        "webhook_deliveries",
        "next_try_at = now() + interval '1 hour' WHERE position IN (1, 3)",
    )
    # The second of a ticket waits for its first, which waits for its next attempt.
    assert (_lag(desk).oldest_s > 3600, _lag(desk).due_s) == (True, 0)


def test_an_endpoint_that_fails_is_told_with_how_long_and_how_often(
    desk: Desk, receiver: Receiver
) -> None:
    receiver.answer = lambda _: Reply(500)
    number, _ = desk.register(receiver)
    desk.happen("ticket:1", "ticket:2")
    desk.work(lambda: desk.see(number).failures >= 2)
    assert doctor.look_for_webhooks(desk.connection) == "1, 2 events wait"
    _set(desk, "webhook_endpoints", f"failing_since = {HOUR_AGO}, failures = 7")
    with pytest.raises(UntoldError, match=r"erp has taken nothing for 1:0\d:"):
        doctor.look_for_webhooks(desk.connection)
    told = generate_latest(state_metrics.registry(desk.connection)).decode()
    assert 'hearthwatch_state_webhooks{state="active"} 1.0' in told
    assert 'hearthwatch_state_webhook_waiting{webhook="erp"} 2.0' in told
    assert 'hearthwatch_state_webhook_failures{webhook="erp"} 7.0' in told
    assert 'hearthwatch_state_webhook_abandoned{webhook="erp"} 0.0' in told
    assert 'hearthwatch_state_webhook_oldest_seconds{webhook="erp"} 0.0\n' not in told


def test_an_endpoint_that_is_disabled_is_told_with_the_reason_and_a_paused_one_is_not(
    desk: Desk, receiver: Receiver
) -> None:
    receiver.answer = lambda _: Reply(410)
    number, _ = desk.register(receiver)
    desk.happen("ticket:1")
    desk.work(lambda: desk.see(number).state == "disabled")
    with pytest.raises(UntoldError, match="erp is disabled: it answered 410 Gone") as caught:
        doctor.look_for_webhooks(desk.connection)
    assert "active" in str(caught.value.hint)
    seen = desk.see(number)
    endpoint.change(
        desk.connection, number, url=seen.url, kinds=seen.kinds, mapping=None, state="paused"
    )
    assert doctor.look_for_webhooks(desk.connection) == "1, 1 events wait"
    assert _lag(desk).due_s == 0
