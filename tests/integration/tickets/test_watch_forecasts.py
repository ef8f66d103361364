"""The watch by itself: it asks the forecasters when they are due, and opens tickets."""

from __future__ import annotations

from datetime import timedelta

from models import shelf
from models.fleet import Span
from models.training import fault_training
from models.training.fault_families import BY_NAME
from runtime.clock import SetClock
from storage.pool import Pool
from tests.failing_fleet import FREEZER, MODE, FailingFleet
from tests.integration.tickets.happening import settle
from tickets.watch import Watch

WORN = 13


def test_a_freezer_that_will_fail_gets_a_ticket_before_it_does(database_pool: Pool) -> None:
    with database_pool.connection() as connection:
        fleet = FailingFleet.stored(connection)
        fleet.tickets()
        end = fleet.at(fleet.end_h)
        families = (BY_NAME["fault:24h"],)
        span = Span(fleet.at(0), end)
        (made,) = fault_training.forecasters(connection, FREEZER, span, end, families)
        shelf.promote(connection, made.id)
        connection.execute("UPDATE hearthwatch.fault_events SET judged = true")
    clock = SetClock(fleet.at(fleet.end_h + 48))
    watch = Watch(database_pool, {"freezer": FREEZER}, clock, timedelta(hours=24))
    for hour in range(fleet.end_h, fleet.end_h + 42, 6):
        with database_pool.connection() as connection:
            fleet.connection = connection
            fleet.report(range(hour, hour + 6), {WORN: fleet.end_h + 48})
        settle(watch)
    with database_pool.connection() as connection:
        found = connection.execute(
            "SELECT ticket.device_id, ticket.problem, change.evidence ->> 'kind'"
            " FROM hearthwatch.tickets AS ticket"
            " JOIN hearthwatch.ticket_evidence AS proof ON proof.ticket_id = ticket.id"
            " JOIN hearthwatch.alert_changes AS change ON change.id = proof.alert_change_id"
            " WHERE ticket.state = 'new'"
        ).fetchall()
    assert found == [(fleet.ids[WORN], MODE, "forecast")]
