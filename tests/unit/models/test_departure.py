from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from models.reasons import departure
from models.reasons.departure import Scores, Watched

START = datetime(2026, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
POWER = Watched("power_w", ("room_c",), "high", 5.0, 3.0)


def _scored(z: list[float], score: list[float], hours: list[int] | None = None) -> Scores:
    """Hours in which 100 W are expected, give or take 10, in a room that warms by 1 °C an hour."""
    hour = np.arange(len(z)) if hours is None else np.array(hours)
    departs = np.array(z)
    return Scores(
        time_ns=(int(START.timestamp()) + 3600 * hour.astype(np.int64)) * 10**9,
        observed=100 + 10 * departs,
        expected=np.full(len(z), 100.0),
        spread=np.full(len(z), 10.0),
        z=departs,
        score=np.array(score),
        context=20.0 + hour[:, None],
    )


def test_the_hours_that_show_it_count_and_not_those_in_which_it_rests() -> None:
    seen = departure.of_scores(_scored([0, 4, 0, 6, 0], [0, 2, 2, 6, 10]), POWER)
    assert seen is not None
    assert (seen.observed, seen.expected, seen.spread) == (150.0, 100.0, 10.0)
    assert seen.context == {"room_c": 22.0}
    assert seen.excess == 2.0


def test_it_began_when_the_score_was_last_at_rest() -> None:
    scores = [6.0, 1.0, 2.9, 3.1, 4.0, 7.0]
    seen = departure.of_scores(_scored([1.0] * 6, scores), POWER)
    assert seen is not None
    assert seen.since == START + 3 * HOUR


def test_hours_without_a_score_or_without_readings_do_not_end_it() -> None:
    scores = [1.0, 6.0, np.nan, 6.0, 6.0]
    seen = departure.of_scores(_scored([2.0] * 5, scores, [0, 1, 2, 60, 61]), POWER)
    assert seen is not None
    assert seen.since == START + HOUR


def test_one_that_was_never_at_rest_began_with_what_is_known() -> None:
    seen = departure.of_scores(_scored([2.0] * 3, [np.nan, 6.0, 6.0]), POWER)
    assert seen is not None
    assert seen.since == START + HOUR


@pytest.mark.parametrize("direction", ["low", "both"])
def test_a_fall_is_shown_by_the_hours_that_fall(direction: str) -> None:
    watched = Watched("power_w", ("room_c",), direction, 5.0, 3.0)
    seen = departure.of_scores(_scored([1, -6, -4, -1], [6.0] * 4), watched)
    assert seen is not None
    assert seen.observed == 50.0


def test_only_the_past_day_is_described() -> None:
    z = [9.0] * 24 + [2.0] * 24
    seen = departure.of_scores(_scored(z, [6.0] * 48), POWER)
    assert seen is not None
    assert seen.observed == 120.0
    assert departure.mean_z(_scored(z, [6.0] * 48)) == 2.0


def test_without_a_finite_hour_nothing_is_said() -> None:
    nothing = _scored([np.nan, np.inf], [np.nan, 6.0])
    assert departure.of_scores(nothing, POWER) is None
    assert departure.mean_z(nothing) is None
    assert departure.mean_z(_scored([], [])) is None
