"""Whether simulated refrigerators get warm when they fail, and are looked after."""

from __future__ import annotations

import numpy as np

from tests.unit.physics.signs import mean
from tests.unit.physics.trial import early_units, failed_units, healthy_fortnight, trial

TYPE = "refrigerator"


def test_a_worn_compressor_runs_longer_as_well() -> None:
    both, units = trial(TYPE), early_units(TYPE, "compressor_worn")
    duty = mean("compressor_duty_pct")
    assert duty(both.faulty, units) > 1.15 * duty(both.healthy, units)


def test_a_fridge_that_has_lost_its_refrigerant_no_longer_freezes() -> None:
    units = failed_units(TYPE, "refrigerant_leak")
    assert mean("freezer_temp_c")(trial(TYPE).faulty, units) > -10


def test_a_fridge_without_a_fan_gets_warm() -> None:
    units = failed_units(TYPE, "evaporator_fan_worn")
    assert mean("fridge_temp_c")(trial(TYPE).faulty, units) > 8


def test_some_owners_replace_a_spent_filter_within_two_weeks() -> None:
    left_pct = healthy_fortnight(TYPE).reports["water_filter_left_pct"]
    assert (np.diff(left_pct, axis=0) > 50).any()
