"""A machine's settings are told from its wear, and taken out of what it reports."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.features.regimes import Regimes
from models.recording import HOUR_NS, Description, Recording

START_NS = 1_780_000_000_000_000_000
UNITS = 6
ROWS = 150


def recording(seed: int = 1) -> Recording:
    """Power goes by the speed that is set, and rises by a tenth of that with wear."""
    rng = np.random.default_rng(seed)
    speed = rng.choice([10.0, 20.0, 42.0], UNITS * ROWS)
    worn = np.tile(np.arange(ROWS) / ROWS, UNITS)
    power = 5 * speed + 5 * worn + rng.normal(0, 1, speed.size)
    return Recording(
        Description(("speed", "power", "steps")),
        tuple("abcdef"),
        np.repeat(np.arange(UNITS), ROWS),
        START_NS + np.tile(np.arange(ROWS), UNITS) * HOUR_NS,
        np.column_stack([speed + rng.normal(0, 0.01, speed.size), power, np.round(4 * worn)]),
        HOUR_NS,
    )


def worn() -> np.ndarray:
    return np.tile(np.arange(ROWS) / ROWS, UNITS)


def test_a_setting_is_what_jumps_between_levels_all_life_long() -> None:
    found = Regimes.of(recording())
    assert found.settings == ("speed",)
    assert found.regimes is not None
    assert len(found.regimes) == 3


def test_without_the_setting_the_wear_shows() -> None:
    shown = recording()
    plain = Regimes.of(shown).taken_out(shown)
    assert abs(np.corrcoef(shown.column("power"), worn())[0, 1]) < 0.2
    assert np.corrcoef(plain.column("power"), worn())[0, 1] > 0.75
    assert abs(plain.column("power").mean()) < 1e-9


def test_a_level_that_only_comes_with_age_is_wear() -> None:
    shown = recording()
    aged = replace(shown, values=shown.values[:, [2, 2, 2]] * [1.0, 2.0, 3.0])
    assert Regimes.of(aged).settings == ()
    assert Regimes.of(aged).taken_out(aged) is aged


def test_a_way_of_running_never_seen_before_tells_nothing() -> None:
    shown = recording()
    gap = shown.column("speed").copy()
    gap[:5] = np.nan
    odd = replace(shown, values=np.column_stack([gap, *shown.values.T[1:]]))
    plain = Regimes.of(shown).taken_out(odd)
    assert np.isnan(plain.column("power")[:5]).all()
    assert np.isfinite(plain.column("power")[5:]).all()


@pytest.mark.parametrize("rows", [0, 1, 8])
def test_few_rows_have_no_regimes(rows: int) -> None:
    shown = recording()
    some = np.arange(len(shown)) < rows
    assert Regimes.of(shown.only(some)).regimes is None
