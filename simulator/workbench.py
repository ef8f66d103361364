"""What somebody sees who opens a simulated appliance, and what they mend.

The way to it is the fleet itself, as a technician's way is through the door: no platform knows
that it is there, and nothing that judges can ask.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from simulator.fleet import Fleet
from simulator.physics.appliance import Fault

VISIBLE = 0.04
"""A level from which somebody who knows where to look sees it; readings tell much less."""
HURTS = 0.6
"""A level from which the people at home notice by themselves."""


def look(fleet: Fleet, serial: str, at: datetime, least: float = VISIBLE) -> Fault | None:
    """The fault that is in an appliance, if it has come far enough to be seen."""
    for group in fleet.groups:
        if serial in group.numbers:
            unit = group.numbers[serial]
            faults = [each for each in group.planned if each.unit == unit]
            return next((each.fault for each in faults if each.level(at) >= least), None)
    return None


def mend(fleet: Fleet, serial: str, at: datetime) -> None:
    """Take the fault out of an appliance: from `at` on it is as healthy as before."""
    for group in fleet.groups:
        if serial not in group.numbers:
            continue
        unit = group.numbers[serial]
        for position, each in enumerate(group.planned):
            if each.unit == unit and each.onset <= at < each.repaired_at:
                group.planned[position] = replace(each, repaired_at=at)


def renew(fleet: Fleet, serial: str, consumable: str) -> None:
    """Put a new consumable in, as its owner does."""
    for group in fleet.groups:
        if serial in group.numbers:
            group.replace(consumable, group.numbers[serial])
