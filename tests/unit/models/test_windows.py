"""Window features equal what a plain loop finds, and no later row can change them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.features import windows
from models.features.table import Table
from models.recording import HOUR_NS, Description, Moments, Recording

START_NS = 1_700_000_000_000_000_000
LENGTHS = [3 * HOUR_NS, 24 * HOUR_NS]


def recording(rows: int = 90, units: int = 3, seed: int = 5) -> Recording:
    rng = np.random.default_rng(seed)
    hours = np.concatenate([np.sort(rng.choice(200, rows, replace=False)) for _ in range(units)])
    values = rng.normal(50, 3, (rows * units, 2))
    values[rng.random(values.shape) < 0.2] = np.nan
    return Recording(
        Description(("power_w", "warmth_c")),
        tuple(map(str, range(units))),
        np.repeat(np.arange(units), rows),
        START_NS + hours * HOUR_NS,
        values,
        HOUR_NS,
    )


def moments(of: Recording, seed: int = 6) -> Moments:
    rng = np.random.default_rng(seed)
    return Moments(
        rng.integers(0, len(of.units), 60), START_NS + rng.integers(-5, 240, 60) * HOUR_NS // 2
    )


def plainly(of: Recording, at: Moments, length: int, metric: str) -> list[dict[str, float]]:
    found = []
    for unit, time in zip(at.unit, at.time_ns, strict=True):
        chosen = (of.unit == unit) & (of.time_ns > time - length) & (of.time_ns <= time)
        value = of.column(metric)[chosen]
        known = np.isfinite(value)
        hours, value = (of.time_ns[chosen][known] - START_NS) / HOUR_NS, value[known]
        some = len(value) > 0
        found.append(
            {
                "mean": value.mean() if some else np.nan,
                "std": value.std() if some else np.nan,
                "min": value.min() if some else np.nan,
                "max": value.max() if some else np.nan,
                "slope": np.polyfit(hours, value, 1)[0] if len(value) > 2 else np.nan,
                "share": known.mean() if len(known) else np.nan,
            }
        )
    return found


@pytest.mark.parametrize("statistic", windows.STATISTICS)
def test_each_statistic_is_what_a_loop_over_the_rows_finds(statistic: str) -> None:
    given = recording()
    at = moments(given)
    table = windows.windows(given, at, LENGTHS)
    for length, name in zip(LENGTHS, ("3h", "24h"), strict=True):
        for metric in given.metrics:
            expected = [each[statistic] for each in plainly(given, at, length, metric)]
            found = table.column(f"{metric}:{statistic}:{name}")
            np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-8)


def test_later_rows_never_change_a_feature() -> None:
    given = recording()
    at = moments(given)
    cut = START_NS + 60 * HOUR_NS
    early = at.only(at.time_ns < cut)
    later = given.time_ns >= cut
    changed = replace(given, values=np.where(later[:, None], 1e6, given.values))
    for other in (changed, given.only(~later)):
        left = windows.windows(given, early, LENGTHS)
        right = windows.windows(other, early, LENGTHS)
        np.testing.assert_allclose(left.values, right.values, rtol=1e-6, atol=1e-6)


def test_a_rollup_lends_its_own_extremes() -> None:
    given = recording()
    rolled = replace(given, low=given.values - 7, high=given.values + 9)
    at = moments(given)
    plain, found = (windows.windows(each, at, LENGTHS) for each in (given, rolled))
    np.testing.assert_allclose(found.column("power_w:min:24h"), plain.column("power_w:min:24h") - 7)
    np.testing.assert_allclose(found.column("power_w:max:24h"), plain.column("power_w:max:24h") + 9)


def test_many_units_at_once_have_the_features_of_each_alone() -> None:
    given = recording(rows=150, units=70)
    late = np.full(70, START_NS + 150 * HOUR_NS)
    at = Moments(np.random.default_rng(7).permutation(70), late)
    assert len(given) > 2 * windows.PORTION_ROWS
    together = windows.windows(given, at, LENGTHS)
    for number in (0, 11, 38, 69):
        alone = windows.windows(given, at.only(np.array([number])), LENGTHS)
        np.testing.assert_allclose(alone.values[0], together.values[number], rtol=1e-9, atol=1e-9)


def test_times_too_far_apart_for_one_key_are_told_by_their_ranks() -> None:
    given = recording()
    apart = given.time_ns.copy()
    apart[given.unit == 2] += 2**62
    at = moments(given)
    moved = Moments(at.unit, at.time_ns + np.where(at.unit == 2, 2**62, 0))
    left = windows.windows(given, at, LENGTHS)
    right = windows.windows(replace(given, time_ns=apart), moved, LENGTHS)
    np.testing.assert_allclose(left.values, right.values, rtol=1e-9, atol=1e-9)


def test_a_unit_without_rows_has_nothing_but_unknown_features() -> None:
    given = recording()
    alone = replace(given, units=(*given.units, "silent"))
    at = Moments(np.array([3]), np.array([START_NS + 9 * HOUR_NS]))
    assert np.isnan(windows.windows(alone, at, LENGTHS).values).all()


def test_no_rows_and_no_moments_give_empty_tables() -> None:
    given = recording()
    nobody = Moments(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    assert windows.windows(given, nobody, LENGTHS).values.shape == (0, 24)
    silent = given.only(np.zeros(len(given), dtype=np.bool_))
    found: Table = windows.windows(silent, moments(given), LENGTHS)
    assert np.isnan(found.values).all()


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (1, "1s"),
        (90, "90s"),
        (3600, "60min"),
        (86_400, "24h"),
        (7 * 86_400, "7d"),
        (36 * 3600, "36h"),
    ],
)
def test_lengths_are_written_as_people_do(seconds: int, written: str) -> None:
    assert windows.label(seconds * 10**9) == written
