"""Whether every fault shows in the physics first, and late or never as a code."""

from __future__ import annotations

import pytest

from simulator.fleet import PHYSICS
from tests.unit.physics.signs import SIGNS
from tests.unit.physics.trial import early_units, failed_units, fault_names, trial

ALL_FAULTS = [(type_name, fault) for type_name in PHYSICS for fault in fault_names(type_name)]
every_fault = pytest.mark.parametrize(("type_name", "fault"), ALL_FAULTS)


@every_fault
def test_a_fault_moves_what_is_measured_long_before_it_has_failed(
    type_name: str, fault: str
) -> None:
    sign = SIGNS[type_name][fault]
    change = sign.change(type_name, fault, trial(type_name))
    assert sign.agrees(change), change


@every_fault
def test_a_fault_shows_its_code_late_and_no_other(type_name: str, fault: str) -> None:
    faulty = trial(type_name).faulty
    assert faulty.shown(early_units(type_name, fault)) == set()
    assert faulty.shown(failed_units(type_name, fault)) == SIGNS[type_name][fault].codes


def test_the_table_of_signs_has_a_line_for_each_fault_and_no_other() -> None:
    listed = [(type_name, fault) for type_name, signs in SIGNS.items() for fault in signs]
    assert sorted(listed) == sorted(ALL_FAULTS)
