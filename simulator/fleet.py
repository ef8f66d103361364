"""A fleet of simulated appliances of every type: advances by the minute, reports on the quarter.

Deterministic by seed: the same seed, size and start give the same readings. Pure but for the
modules of physics that it lists.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from simulator import fault_plan
from simulator.fault_plan import LOST_CONNECTION, PlannedFault
from simulator.physics import (
    air_conditioner,
    dishwasher,
    refrigerator,
    washing_machine,
    water_heater,
    water_purifier,
)
from simulator.physics.appliance import Appliances, Fault
from simulator.physics.home import Bools, Floats, Homes

REPORT_EVERY = timedelta(minutes=15)
LEVELS_EVERY_MINUTES = 15
MINUTE = timedelta(minutes=1)

PHYSICS: dict[str, tuple[str, type[Appliances], Sequence[Fault]]] = {
    "refrigerator": ("RF", refrigerator.Refrigerators, refrigerator.FAULTS),
    "washing_machine": ("WM", washing_machine.WashingMachines, washing_machine.FAULTS),
    "air_conditioner": ("AC", air_conditioner.AirConditioners, air_conditioner.FAULTS),
    "dishwasher": ("DW", dishwasher.Dishwashers, dishwasher.FAULTS),
    "water_heater": ("WH", water_heater.WaterHeaters, water_heater.FAULTS),
    "water_purifier": ("WP", water_purifier.WaterPurifiers, water_purifier.FAULTS),
}
"""Each type's serial number prefix, physics and ways to fail."""


@dataclass(frozen=True)
class Report:
    """What all units of one type say at one time; arrays have shape (units,)."""

    at: datetime
    serials: Sequence[str]
    values: dict[str, Floats]
    raised: dict[str, Bools]
    """Fault codes that each unit began to show since the last report."""
    cleared: dict[str, Bools]
    connected: Bools


class Group:
    """The units of one type, with their homes and their fate."""

    def __init__(
        self,
        type_name: str,
        units: int,
        seed: int,
        start: datetime,
        faulty_from: datetime,
        season: timedelta = fault_plan.SEASON,
    ) -> None:
        prefix, physics, self.faults = PHYSICS[type_name]
        number = sorted(PHYSICS).index(type_name)
        self.type = type_name
        self.units = units
        self.serials = [f"{prefix}-{seed:04d}-{unit + 1:05d}" for unit in range(units)]
        self.numbers = {serial: unit for unit, serial in enumerate(self.serials)}
        self.planned: list[PlannedFault] = []
        self._seed = (seed, number)
        self._faulty_from = faulty_from
        self._season, self._season_length = -1, season
        # The start takes part, so that a world that goes on later does not repeat itself.
        rng = np.random.default_rng([seed, number, int(start.timestamp())])
        self._homes = Homes(units, rng)
        self._appliances = physics(self._homes, rng)
        self._replacing: deque[tuple[str, int]] = deque()
        self._showing: dict[str, Bools] = {}
        self._levels = fault_plan.levels([], self.faults, units, start)

    def replace(self, consumable: str, unit: int) -> None:
        """Have somebody at home put a new consumable in before the next minute."""
        self._replacing.append((consumable, unit))

    def step(self, at: datetime) -> None:
        """Go on by the minute that begins at `at`."""
        while self._replacing:
            self._appliances.replace(*self._replacing.popleft())
        if at.minute % LEVELS_EVERY_MINUTES == 0:
            self._draw_season(at)
            self._levels = fault_plan.levels(self.planned, self.faults, self.units, at)
        self._appliances.step(self._homes.surroundings(at), self._levels)

    def report(self, at: datetime) -> Report:
        """What every unit says at `at`."""
        showing = self._appliances.active_codes()
        nothing = np.zeros(self.units, dtype=bool)
        before = {code: self._showing.get(code, nothing) for code in showing}
        self._showing = showing
        return Report(
            at=at,
            serials=self.serials,
            values=self._appliances.report(),
            raised={code: now & ~before[code] for code, now in showing.items()},
            cleared={code: ~now & before[code] for code, now in showing.items()},
            connected=self._levels[LOST_CONNECTION.name] < 1.0,
        )

    def _draw_season(self, at: datetime) -> None:
        season = fault_plan.season_of(self._faulty_from, at, self._season_length)
        if at >= self._faulty_from and season > self._season:
            seed = (*self._seed, int(self._faulty_from.timestamp()))
            self.planned += fault_plan.draw(
                self.units, self.faults, self._faulty_from, season, seed, self._season_length
            )
            self._season = season


class Fleet:
    """`devices` appliances, spread evenly over the types; a season is one chance to fail."""

    def __init__(
        self,
        devices: int,
        seed: int,
        start: datetime,
        faulty_from: datetime,
        season: timedelta = fault_plan.SEASON,
    ) -> None:
        names = list(PHYSICS)
        self.at = start
        self.groups = [
            Group(name, len(range(position, devices, len(names))), seed, start, faulty_from, season)
            for position, name in enumerate(names)
            if position < devices
        ]

    def reports(self, until: datetime) -> Iterator[Report]:
        """Go on to `until`; yield each type's report every quarter of an hour, in order."""
        while self.at < until:
            for group in self.groups:
                group.step(self.at)
            self.at += MINUTE
            if self.at.minute % (REPORT_EVERY // MINUTE) == 0:
                for group in self.groups:
                    yield group.report(self.at)
