"""Usage is found, read and turned back into time, and no later row can change what it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.forecasters import clock
from models.forecasters.clock import INTEGRAL, RISE, Clock
from models.recording import HOUR_NS, Description, Moments, Recording

START_NS = 1_780_000_000_000_000_000
WORN_AT = 240.0
"""Litres after which a filter is spent."""


def filters(flows: tuple[float, ...] = (1.0, 2.0, 3.0, 4.0), seed: int = 1) -> Recording:
    """Filters that are used until they are spent, each at a flow of its own (l/h)."""
    rng = np.random.default_rng(seed)
    parts = []
    for unit, flow in enumerate(flows):
        rows = round(WORN_AT / flow) + 1
        litres = flow * rng.uniform(0.8, 1.2, rows)
        parts.append(
            np.column_stack([np.full(rows, unit), np.arange(rows), litres, np.cumsum(litres)])
        )
    whole = np.vstack(parts)
    return Recording(
        Description(("flow_l_per_h", "total_l", "warmth_c")),
        tuple(f"filter {unit}" for unit in range(len(flows))),
        whole[:, 0].astype(np.int64),
        START_NS + whole[:, 1].astype(np.int64) * HOUR_NS,
        np.column_stack([whole[:, 2:], rng.normal(20, 1, len(whole))]),
        HOUR_NS,
    )


def passed_ns(of: Recording) -> np.ndarray:
    return np.bincount(of.unit).astype(np.float64) * HOUR_NS


def found(of: Recording) -> list[Clock]:
    return clock.candidates(of, np.ones(len(of.units), dtype=np.bool_), passed_ns(of))


def test_filters_are_spent_by_what_flows_through_not_by_time() -> None:
    [best] = found(filters())
    assert best.name in {"integral of flow_l_per_h", "rise of total_l"}


def test_where_all_are_used_alike_time_will_do() -> None:
    assert found(filters((2.0, 2.0, 2.0, 2.0))) == []


def test_a_usual_unit_lives_as_long_by_its_usage_as_by_time() -> None:
    shown = filters()
    for kind, metric in ((INTEGRAL, "flow_l_per_h"), (RISE, "total_l")):
        scale = float(passed_ns(shown).sum() / (4 * WORN_AT))
        used = Clock(kind, metric, scale, 20 * HOUR_NS).read(shown)
        ends = used[np.append(np.diff(shown.unit) != 0, [True])]
        np.testing.assert_allclose(ends, passed_ns(shown).mean(), rtol=0.1)
        assert (np.diff(used)[np.diff(shown.unit) == 0] > 0).all()


def test_the_rate_is_what_the_unit_used_lately_against_the_usual() -> None:
    shown = filters()
    by = Clock(INTEGRAL, "flow_l_per_h", HOUR_NS / 2.0, 40 * HOUR_NS)
    at = Moments(np.arange(4), np.full(4, START_NS + 50 * HOUR_NS))
    rate = by.rate(shown, by.read(shown), at)
    np.testing.assert_allclose(rate, [0.5, 1.0, 1.5, 2.0], rtol=0.15)


def test_of_a_new_unit_the_usual_rate_is_expected() -> None:
    shown = filters()
    by = Clock(INTEGRAL, "flow_l_per_h", HOUR_NS / 2.0, 40 * HOUR_NS)
    new = Moments(np.arange(4), np.full(4, START_NS))
    np.testing.assert_allclose(by.rate(shown, by.read(shown), new), 1.0)


def test_a_later_row_never_changes_the_clock() -> None:
    shown = filters()
    by = Clock(INTEGRAL, "flow_l_per_h", HOUR_NS / 2.0, 40 * HOUR_NS)
    at = Moments(np.arange(4), np.full(4, START_NS + 30 * HOUR_NS))
    early = shown.before(START_NS + 30 * HOUR_NS + 1)
    for of in (shown, early):
        told = by.moments(of, by.read(of), at)
        np.testing.assert_array_equal(told.time_ns, by.moments(early, by.read(early), at).time_ns)


def test_idle_hours_do_not_wear_a_filter() -> None:
    shown = filters()
    idle = replace(
        shown, values=np.where((shown.time_ns < START_NS + 20 * HOUR_NS)[:, None], 0, shown.values)
    )
    by = Clock(INTEGRAL, "flow_l_per_h", 1e9, 40 * HOUR_NS)
    used = by.read(idle)
    assert used[19] == 19  # a nanosecond a row keeps the order
    assert used[40] > 1e9


def test_a_missing_flow_goes_on_as_before_and_a_long_gap_counts_for_a_while_only() -> None:
    shown = filters((2.0,))
    gap = replace(shown, values=np.where(np.arange(len(shown))[:, None] == 5, np.nan, shown.values))
    gone = clock.increments(gap, INTEGRAL, "flow_l_per_h")
    assert gone[6] == gone[5] > 0
    late = replace(
        shown, time_ns=shown.time_ns + np.where(np.arange(len(shown)) > 5, 900 * HOUR_NS, 0)
    )
    assert clock.increments(late, INTEGRAL, "flow_l_per_h")[6] < 10 * 2.0 * 1.3
