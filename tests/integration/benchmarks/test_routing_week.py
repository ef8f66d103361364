"""A day of the routing's own benchmark: tickets find technicians, and few need a person."""

from __future__ import annotations

from benchmarks import routing_week
from storage.pool import Connection


def test_a_day_without_a_dispatcher_is_played_to_its_end(connection: Connection) -> None:
    week = routing_week.play(connection, a_day=10, technicians=9, days=1, seed=3)
    assert week.tickets >= 5
    assert week.visits_done >= week.tickets // 2
    assert week.needed_a_human <= week.tickets // 4
    assert sum(week.reasons.values()) == week.needed_a_human
