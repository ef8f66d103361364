"""A day of the routing's own benchmark: tickets find technicians, and few need a person."""

from __future__ import annotations

from benchmarks import routing_week
from storage.pool import Connection

MOST_BY_HAND = 0.15
"""Share of tickets that a person may have to route: what the service desk promises."""


def test_of_a_days_tickets_at_most_15_in_100_need_a_person(connection: Connection) -> None:
    week = routing_week.play(connection, a_day=24, technicians=10, days=1, seed=3)
    assert week.wanted_a_visit >= 15
    assert week.share_needing_a_human <= MOST_BY_HAND
    assert week.share_needing_a_human == round(week.needed_a_human / week.wanted_a_visit, 4)
    assert sum(week.reasons.values()) == week.needed_a_human
    assert week.visits_done >= week.wanted_a_visit // 2
