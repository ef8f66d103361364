"""Whether simulated washing machines are used and cleaned as people do."""

from __future__ import annotations

import numpy as np

from tests.unit.physics.trial import healthy_fortnight

TYPE = "washing_machine"


def test_a_household_washes_a_few_times_a_week() -> None:
    cycles = healthy_fortnight(TYPE).reports["wash_cycles"]
    a_week = (cycles[-1] - cycles[0]) / 2
    assert ((a_week >= 1) & (a_week <= 10)).all()


def test_a_drum_that_is_due_is_cleaned_some_days_later() -> None:
    cycles = healthy_fortnight(TYPE).reports["cycles_since_drum_clean"]
    before = cycles[:-1][np.diff(cycles, axis=0) < -5]
    assert before.size > 0
    assert (before >= 40).all()
