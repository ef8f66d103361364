"""How far a metric is from what the same unit did before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from models.reasons import own_history
from models.reasons.departure import Departure
from models.recording import HOUR_NS, Description, Recording

HOURS = 20 * 24
END = HOURS * HOUR_NS
AT = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=HOURS)


@pytest.fixture
def recording() -> Recording:
    """Of two pumps: the second one's current is up by 2 A for the last three days."""
    rng = np.random.default_rng(3)
    hour = np.tile(np.arange(HOURS), 2)
    unit = np.repeat([0, 1], HOURS)
    current = 5 + rng.normal(0, 0.1, len(unit)) + 2.0 * ((unit == 1) & (hour >= HOURS - 72))
    silent = np.full(len(unit), np.nan)
    return Recording(
        Description(("current_a", "silent")),
        ("P-1", "P-2"),
        unit,
        hour * HOUR_NS,
        np.column_stack([current, silent]),
        HOUR_NS,
    )


def test_a_metric_that_rose_is_told_with_how_far_and_since_when(recording: Recording) -> None:
    found = own_history.departure(recording, 1, "current_a", END - 1)
    assert found is not None
    assert found.observed == pytest.approx(7, abs=0.1)
    assert found.expected == pytest.approx(5, abs=0.1)
    assert AT - found.since == timedelta(days=3)
    assert found.excess > 5


def test_later_rows_and_other_units_do_not_count(recording: Recording) -> None:
    before = END - 100 * HOUR_NS
    now = own_history.departure(recording.before(before), 1, "current_a", before - 1)
    assert now == own_history.departure(recording, 1, "current_a", before - 1)
    assert now is not None
    assert now.observed == pytest.approx(5, abs=0.1)


def test_a_metric_without_values_or_without_a_past_says_nothing(recording: Recording) -> None:
    assert own_history.departure(recording, 1, "silent", END - 1) is None
    assert own_history.departure(recording, 1, "current_a", 30 * HOUR_NS) is None


def test_what_a_model_explains_goes_before_and_what_does_not_show_is_left_out(
    recording: Recording,
) -> None:
    explained = Departure("current_a", 7.0, 4.5, 0.2, AT, 3.0)
    here, calm = (1, END - 1), (0, END - 1)
    names = ["silent", "current_a"]
    assert own_history.told(names, {"current_a": explained}, recording, here) == (explained,)
    (own,) = own_history.told(names, {}, recording, here)
    assert own.metric == "current_a"
    assert own_history.told(names, {}, recording, calm) == ()
