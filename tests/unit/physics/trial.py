"""What the tests of physics share: each type run once healthy and once with all of its faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.fleet import PHYSICS
from simulator.physics.home import Bools, Floats, Homes, Surroundings

T = TypeVar("T", bound=np.generic)
REPORT_MINUTES = 15
REPORTS_A_DAY = 1440 // REPORT_MINUTES
UNITS_A_FAULT = 2
UNITS = 2 * UNITS_A_FAULT * max(len(faults) for _, _, faults in PHYSICS.values()) + 2
HEALTHY_DAYS = 14
SPRING = datetime(2026, 3, 2, tzinfo=UTC)
SUMMER = datetime(2026, 7, 20, tzinfo=UTC)
WINTER = datetime(2026, 1, 12, tzinfo=UTC)
SEASONS = {"air_conditioner": SUMMER}
"""When a type is run that has little to do in spring."""
FAULTY_DAYS = {"dishwasher": 6, "washing_machine": 6, "air_conditioner": 2}
"""What a type needs to be used often enough; others get by with less."""
ORDINARY_FAULTY_DAYS = 4
EARLY = {"refrigerator": 0.4, "air_conditioner": 0.4, "water_heater": 0.4}
"""The level at which a fault must show in the metrics, long before it has failed."""
ORDINARY_EARLY = 0.6


@dataclass(frozen=True)
class Run:
    """Reports by metric and the codes shown, both of shape (reports, units)."""

    reports: Mapping[str, Floats]
    codes: Mapping[str, Bools]

    def last_day(self, metric: str, units: slice) -> Floats:
        """What the units said at the end, when a fault has had time to show."""
        return self.reports[metric][-REPORTS_A_DAY:, units]

    def until(self, reports: int) -> Run:
        """Only the first of the reports."""
        return Run(
            {name: values[:reports] for name, values in self.reports.items()},
            {code: shown[:reports] for code, shown in self.codes.items()},
        )

    def shown(self, units: slice) -> set[str]:
        """Codes that any of the units showed at any time."""
        return {code for code, shown in self.codes.items() if shown[:, units].any()}


@dataclass(frozen=True)
class Trial:
    """The same units in the same days, once without and once with their faults."""

    healthy: Run
    faulty: Run


def fault_names(type_name: str) -> list[str]:
    return [fault.name for fault in PHYSICS[type_name][2]]


def early_units(type_name: str, fault: str) -> slice:
    """The units that have the fault at its early level; the last two of all stay healthy."""
    first = 2 * UNITS_A_FAULT * fault_names(type_name).index(fault)
    return slice(first, first + UNITS_A_FAULT)


def failed_units(type_name: str, fault: str) -> slice:
    """The units in which the fault has run its course."""
    early = early_units(type_name, fault)
    return slice(early.stop, early.stop + UNITS_A_FAULT)


def season(type_name: str) -> datetime:
    """When the type's runs begin."""
    return SEASONS.get(type_name, SPRING)


def healthy_fortnight(type_name: str) -> Run:
    return _run(type_name, season(type_name), HEALTHY_DAYS, faulty=False)


def trial(type_name: str) -> Trial:
    """The first days of the healthy fortnight beside the same days with faults."""
    days = FAULTY_DAYS.get(type_name, ORDINARY_FAULTY_DAYS)
    faulty = _run(type_name, season(type_name), days, faulty=True)
    return Trial(healthy_fortnight(type_name).until(days * REPORTS_A_DAY), faulty)


def trial_in(start: datetime, type_name: str, days: int) -> Trial:
    """Such a trial at another time of the year."""
    return Trial(
        _run(type_name, start, days, faulty=False), _run(type_name, start, days, faulty=True)
    )


@cache
def _run(type_name: str, start: datetime, days: int, *, faulty: bool) -> Run:
    return run(type_name, start, days * REPORTS_A_DAY, levels(type_name, faulty=faulty))


def levels(type_name: str, *, faulty: bool) -> dict[str, Floats]:
    """Each fault in units of its own, if any."""
    given = {name: np.zeros(UNITS) for name in fault_names(type_name)}
    if faulty:
        for name, level in given.items():
            level[early_units(type_name, name)] = EARLY.get(type_name, ORDINARY_EARLY)
            level[failed_units(type_name, name)] = 1.0
    return given


def run(
    type_name: str, start: datetime, reports: int, levels: Mapping[str, Floats], seed: int = 5
) -> Run:
    homes, weather = _world(start)
    appliances = PHYSICS[type_name][1](homes, np.random.default_rng(seed))
    rows, codes = [], []
    for minute, around in enumerate(weather[: reports * REPORT_MINUTES], start=1):
        appliances.step(around, levels)
        if minute % REPORT_MINUTES == 0:
            rows.append(appliances.report())
            codes.append(appliances.active_codes())
    return Run(_by_name(rows), _by_name(codes))


def _by_name(rows: Sequence[Mapping[str, NDArray[T]]]) -> dict[str, NDArray[T]]:
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


@cache
def _world(start: datetime) -> tuple[Homes, tuple[Surroundings, ...]]:
    """The homes and a fortnight of weather, the same for every type."""
    homes = Homes(UNITS, np.random.default_rng(4))
    minutes = (start + timedelta(minutes=minute) for minute in range(HEALTHY_DAYS * 1440))
    return homes, tuple(homes.surroundings(at) for at in minutes)
