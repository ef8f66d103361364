"""Whether simulated water heaters hide, trip and cut out as real ones do."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.physics.signs import mean
from tests.unit.physics.trial import (
    REPORTS_A_DAY,
    UNITS,
    early_units,
    failed_units,
    healthy_fortnight,
    levels,
    run,
    season,
    trial,
)

TYPE = "water_heater"


def test_a_drifting_thermostat_hides_that_the_water_is_too_hot() -> None:
    both, units = trial(TYPE), early_units(TYPE, "thermostat_drift")
    believed, true = (
        mean(metric)(both.faulty, units) - mean(metric)(both.healthy, units)
        for metric in ("tank_temp_c", "outlet_temp_c")
    )
    assert abs(believed) < 1.5
    assert true > 6


def test_a_tripped_heater_goes_cold() -> None:
    units = failed_units(TYPE, "insulation_breakdown")
    assert mean("tank_temp_c")(trial(TYPE).faulty, units) < 45


@pytest.mark.parametrize(
    ("fault", "code"), [("expansion_vessel_flat", "E6"), ("thermostat_drift", "E4")]
)
def test_only_some_homes_bring_a_failed_one_to_its_limit(fault: str, code: str) -> None:
    everywhere = levels(TYPE, faulty=False) | {fault: np.ones(UNITS)}
    failed = run(TYPE, season(TYPE), 2 * REPORTS_A_DAY, everywhere)
    assert failed.shown(slice(None)) == {code}
    assert 0 < failed.codes[code].any(axis=0).sum() < UNITS


def test_some_owners_clean_a_full_strainer_within_two_weeks() -> None:
    used_l = healthy_fortnight(TYPE).reports["strainer_used_l"]
    assert (np.diff(used_l, axis=0) < -3000).any()
