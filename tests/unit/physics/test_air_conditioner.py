"""Whether simulated air conditioners have seasons and owners."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.physics.signs import SIGNS
from tests.unit.physics.trial import WINTER, Run, early_units, healthy_fortnight, trial, trial_in

TYPE = "air_conditioner"
WINTER_DAYS = 2


@pytest.mark.parametrize("fault", list(SIGNS[TYPE]))
def test_in_winter_a_fault_shows_as_it_does_in_summer(fault: str) -> None:
    sign = SIGNS[TYPE][fault]
    change = sign.change(TYPE, fault, trial_in(WINTER, TYPE, WINTER_DAYS))
    assert sign.agrees(change), change


@pytest.mark.parametrize("season", ["winter", "summer"])
def test_a_leak_makes_the_compressor_hotter(season: str) -> None:
    both = trial_in(WINTER, TYPE, WINTER_DAYS) if season == "winter" else trial(TYPE)
    assert discharge_c(both.faulty) > discharge_c(both.healthy) + 5


def discharge_c(run: Run) -> float:
    """Mean discharge temperature while the compressor turns."""
    units = early_units(TYPE, "refrigerant_leak")
    turning = run.last_day("compressor_speed_hz", units) > 15
    return float(run.last_day("discharge_temp_c", units)[turning].mean())


def test_some_owners_replace_a_spent_filter_within_two_weeks() -> None:
    worn = healthy_fortnight(TYPE).reports["filter_run_h"]
    assert (np.diff(worn, axis=0) < -120).any()
