"""A replacement ends a life, whether somebody wrote it down or the readings tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.forecasters import lives
from models.forecasters.lives import Renewal
from models.recording import HOUR_NS, Description, Log, Moments, Recording

START_NS = 1_780_000_000_000_000_000
ROWS = 120
REPLACED = 50
"""The row at which the first unit's filter is new again."""


def recording() -> Recording:
    """Two filters that lose two points an hour; the first is replaced once."""
    hours = np.arange(ROWS)
    first = 100 - 1.5 * np.where(hours < REPLACED, hours, hours - REPLACED)
    second = 100 - 0.8 * hours
    warmth = np.random.default_rng(1).normal(20, 1, 2 * ROWS)
    return Recording(
        Description(("filter_pct", "warmth_c")),
        ("a", "b"),
        np.repeat([0, 1], ROWS),
        START_NS + np.tile(hours, 2) * HOUR_NS,
        np.column_stack([np.concatenate([first, second]), warmth]),
        HOUR_NS,
    )


def remaining() -> np.ndarray:
    hours = np.arange(ROWS, dtype=np.float64)
    first = np.where(hours < REPLACED, REPLACED - hours, ROWS - hours)
    return np.concatenate([first, ROWS - hours])


def entry(row: int, code: str, unit: int = 0) -> Log:
    return Log.of(np.array([unit]), np.array([START_NS + row * HOUR_NS]), [code])


def rows_of_lives(shown: Recording, starts: Moments) -> list[int]:
    """Rows of each life that has any."""
    return [rows for rows in np.bincount(lives.by_life(shown, starts).unit).tolist() if rows]


def test_a_unit_that_nobody_touched_has_one_life() -> None:
    assert Renewal().starts(recording()).unit.tolist() == [0, 1]


def test_a_replacement_that_was_logged_starts_a_new_life_after_it() -> None:
    logged = replace(recording(), maintenance=entry(REPLACED - 1, "replace_filter"))
    starts = Renewal().starts(logged)
    assert starts.unit.tolist() == [0, 0, 1]
    apart = lives.by_life(logged, starts)
    assert np.bincount(apart.unit).tolist() == [REPLACED, ROWS - REPLACED, ROWS]
    assert apart.units == ("a life 0", "a life 1", "b life 2")


def test_a_failure_ends_a_life() -> None:
    failed = replace(recording(), failures=entry(10, "seized", unit=1))
    assert Renewal().starts(failed).unit.tolist() == [0, 1, 1]


def test_labels_that_grow_again_tell_of_a_renewal_nobody_logged() -> None:
    shown = recording()
    _, starts = lives.with_labels(shown, shown.moments, remaining())
    assert starts.unit.tolist() == [0, 0, 1]
    assert starts.time_ns[1] == START_NS + REPLACED * HOUR_NS


def test_a_jump_back_of_what_only_wears_down_is_learned_and_found_in_other_units() -> None:
    shown = recording()
    rule, _ = lives.with_labels(shown, shown.moments, remaining())
    assert list(rule.wearing) == ["filter_pct"]
    other = replace(shown, units=("c", "d"))
    assert rule.starts(other).time_ns[1] == START_NS + REPLACED * HOUR_NS
    topped_up = replace(
        shown, values=shown.values + [10.0, 0.0] * (shown.time_ns % 7 == 0)[:, None]
    )
    assert len(rule.starts(topped_up)) == 3


def test_maintenance_after_which_life_just_went_on_is_no_replacement() -> None:
    cleaned = replace(recording(), maintenance=entry(80, "clean", unit=1))
    rule, starts = lives.with_labels(cleaned, cleaned.moments, remaining())
    assert rule.ignored == ("clean",)
    assert starts.unit.tolist() == [0, 0, 1]
    replaced = replace(recording(), maintenance=entry(REPLACED - 1, "replace"))
    rule, starts = lives.with_labels(replaced, replaced.moments, remaining())
    assert rule.ignored == ()
    assert rows_of_lives(replaced, starts) == [REPLACED, ROWS - REPLACED, ROWS]


def test_a_moment_belongs_to_the_life_that_had_begun_by_then() -> None:
    starts = Renewal().starts(replace(recording(), maintenance=entry(49, "replace")))
    at = Moments(
        np.array([0, 0, 0, 1]), START_NS + np.array([0, 49, 50, 90], dtype=np.int64) * HOUR_NS
    )
    assert lives.life_of(starts, at).tolist() == [0, 0, 1, 2]
