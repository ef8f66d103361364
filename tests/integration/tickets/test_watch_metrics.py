"""What the watch and the errands count: each thing once, when it is committed."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client import REGISTRY

from alerts.notices import delivery, notice
from runtime.clock import SetClock
from storage.pool import Pool
from tests.integration.tickets.conftest import START, House
from tests.integration.tickets.happening import report, settle
from tickets.watch import Watch


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_an_alert_and_its_ticket_are_counted_once(house: House, watched: Watch) -> None:
    def counts() -> tuple[float, float, float]:
        return (
            counted("hearthwatch_watch_alert_changes_total", change="raised", kind="alarm"),
            counted("hearthwatch_watch_tickets_opened_total", severity="high"),
            counted("hearthwatch_watch_step_seconds_count"),
        )

    alerts, tickets, steps = counts()
    report(house, fridge_temp_c=14.0)
    rounds = settle(watched)
    settle(watched)
    assert counts()[:2] == (alerts + 1, tickets + 1)
    assert counts()[2] >= steps + rounds + 1


def test_a_notice_is_counted_when_it_is_sent(
    house: House, watched: Watch, database_pool: Pool
) -> None:
    report(house, fridge_temp_c=14.0)
    settle(watched)
    (letter,) = notice.page(house.connection)
    house.connection.commit()
    before = counted("hearthwatch_work_notices_sent_total", channel="outbox")
    morning = SetClock(START + timedelta(hours=12))
    sent = [delivery.deliver(database_pool, morning, letter.id) for _ in range(2)]
    assert sent == [True, False]
    assert counted("hearthwatch_work_notices_sent_total", channel="outbox") == before + 1
