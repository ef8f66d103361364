"""When a forecast is sure enough to speak of, and when it is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from alerts.judges import foretold
from alerts.judges.foretold import Following, Foretold
from alerts.rule import Standing
from alerts.signal import Key
from alerts.worth import Budget

START = datetime(2026, 5, 1, tzinfo=UTC)
EVERY = timedelta(hours=6)
FOLLOWING = Following("forecast:24h:", EVERY)
LEVEL = foretold.FIRES


def follow(
    *said: tuple[float, dict[str, float]], standings: dict[str, Standing] | None = None
) -> list[tuple[int, str, bool]]:
    """Tell scores in turn; at which of them which mode began or ceased to fire."""
    kept, found = dict(standings or {}), []
    for number, (probability, modes) in enumerate(said):
        told = Foretold(7, START + number * EVERY, probability, modes)
        changed: dict[Key, Standing] = {}
        turns = list(FOLLOWING.turned(told, kept, LEVEL, changed))
        found += [(number, key.problem, turn.fires) for key, turn in turns]
        kept |= {key.name: standing for key, standing in changed.items()}
    return found


def test_two_scores_in_turn_must_say_the_same() -> None:
    likely, not_so = (0.8, {"leak": 0.8}), (0.1, {"leak": 0.1})
    assert follow(likely) == []
    assert follow(likely, not_so, likely) == []
    assert follow(not_so, likely, likely) == [(2, "leak", True)]


def test_a_forecast_that_wavers_goes_on_and_one_that_has_fallen_is_over() -> None:
    likely, wavers, fallen = (0.6, {"leak": 0.6}), (0.3, {"leak": 0.3}), (0.2, {"leak": 0.2})
    assert follow(likely, likely, wavers, wavers, likely) == [(1, "leak", True)]
    assert follow(likely, likely, fallen, wavers, fallen) == [(1, "leak", True)]
    assert follow(likely, likely, fallen, fallen) == [(1, "leak", True), (3, "leak", False)]


def test_a_fault_of_an_uncertain_mode_is_told_once_under_the_likeliest() -> None:
    unsure, other = (0.6, {"leak": 0.35, "drain": 0.3}), (0.6, {"leak": 0.3, "drain": 0.35})
    assert follow(unsure, unsure) == [(1, "leak", True)]
    assert follow(unsure, unsure, other, other, other) == [(1, "leak", True)]


def test_two_modes_that_are_each_likely_are_both_told() -> None:
    both = (0.95, {"leak": 0.7, "drain": 0.6})
    assert follow(both, both) == [(1, "drain", True), (1, "leak", True)]


def test_a_fault_that_another_family_foretells_is_not_told_under_a_second_name() -> None:
    spoken_of = {"forecast:168h:drain": Standing(firing=True)}
    unsure = (0.6, {"leak": 0.35, "drain": 0.3})
    assert follow(unsure, unsure, standings=spoken_of) == []
    sure = (0.6, {"leak": 0.55, "drain": 0.1})
    assert follow(sure, sure, standings=spoken_of) == [(1, "leak", True)]
    same = {"forecast:168h:leak": Standing(firing=True)}
    assert follow(unsure, unsure, standings=same) == [(1, "leak", True)]


def test_without_any_mode_nothing_is_told() -> None:
    assert follow((0.9, {}), (0.9, {})) == []


@pytest.mark.parametrize(
    ("visit", "failure", "fires_at"),
    [(80.0, 600.0, 80 / 600), (10.0, 600.0, foretold.LEAST), (500.0, 600.0, foretold.FIRES)],
)
def test_where_a_budget_is_enforced_the_gate_sees_what_its_costs_may_want(
    visit: float, failure: float, fires_at: float
) -> None:
    enforced = Budget(enforced=True, visit_cost=visit, failure_cost=failure)
    assert foretold.level(enforced) == pytest.approx(fires_at)
    assert foretold.level(None) == foretold.FIRES
