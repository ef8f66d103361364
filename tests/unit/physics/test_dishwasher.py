"""Whether simulated dishwashers are used and filled up as people do."""

from __future__ import annotations

import numpy as np

from tests.unit.physics.trial import HEALTHY_DAYS, healthy_fortnight

TYPE = "dishwasher"


def test_a_household_runs_it_between_every_third_day_and_twice_a_day() -> None:
    cycles = healthy_fortnight(TYPE).reports["wash_cycles"]
    a_day = (cycles[-1] - cycles[0]) / HEALTHY_DAYS
    assert ((a_day >= 0.3) & (a_day <= 2)).all()


def test_rinse_aid_falls_and_is_filled_up_only_when_low() -> None:
    level = healthy_fortnight(TYPE).reports["rinse_aid_level_pct"]
    filled = np.diff(level, axis=0) > 0
    assert filled.any()
    assert (level[:-1][filled] <= 10).all()
    assert (level[1:][filled] > 90).all()
