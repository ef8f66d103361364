from __future__ import annotations

from datetime import timedelta

from benchmarks import tickets
from benchmarks.tickets import Plan


def test_a_short_service_counts_each_failure_and_every_ticket() -> None:
    plan = Plan(
        devices=18,
        seed=3,
        history=timedelta(days=4),
        season=timedelta(days=5),
        seasons=1,
        tell=lambda _: None,
    )
    outcome = tickets.run(plan)
    assert outcome.devices == 18
    assert outcome.appliance_months == round(18 * 5 / 30.44, 1)
    kinds = [count.split(" of ") for count in outcome.by_fault.values()]
    assert sum(int(failures) for _, failures in kinds) == outcome.failures > 0
    assert sum(int(ahead) for ahead, _ in kinds) == outcome.ticketed_ahead
    assert sum(outcome.false_by_problem.values()) == outcome.false_tickets <= outcome.tickets
    assert outcome.tickets > 0
