"""Whether simulated water purifiers hold what they measured, feel the cold and wear out."""

from __future__ import annotations

import numpy as np

from simulator.physics.supply import SHORTEST_LIFE
from tests.unit.physics.trial import UNITS, healthy_fortnight

TYPE = "water_purifier"


def test_what_it_last_measured_is_held_while_it_stands_by() -> None:
    reports = healthy_fortnight(TYPE).reports
    idle = np.diff(reports["produced_l"], axis=0) == 0
    held = np.diff(reports["permeate_flow_l_per_min"], axis=0) == 0
    assert 0.3 < idle.mean() < 0.95
    assert (held == idle).all()


def test_a_cold_tap_makes_the_membrane_slow() -> None:
    reports = healthy_fortnight(TYPE).reports
    flow, feed_c = reports["permeate_flow_l_per_min"], reports["feed_temp_c"]
    correlation = [np.corrcoef(flow[:, unit], feed_c[:, unit])[0, 1] for unit in range(UNITS)]
    assert np.median(correlation) > 0.3


def test_a_filter_only_wears_until_it_is_spent_and_then_replaced() -> None:
    reports = healthy_fortnight(TYPE).reports
    most_left = {
        # What stops cotton up is in the water, of which its counter knows nothing.
        "pp_cotton_life_pct": 100 * (1 - SHORTEST_LIFE),
        "carbon_life_pct": 4,
        "membrane_life_pct": 4,
    }
    for name, left in most_left.items():
        life = reports[name]
        replaced = np.diff(life, axis=0) > 0
        assert (life[:-1][replaced] <= left).all()
        assert (life[1:][replaced] > 95).all()
    assert (np.diff(reports["pp_cotton_life_pct"], axis=0) > 0).any()
