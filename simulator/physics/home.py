"""The homes that appliances stand in: people, weather, water.

All arrays have shape (units,), one home a unit, in the order of the units.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

MINUTES_A_DAY = 1440
DAYS_A_YEAR = 365.25
SHARE_AWAY = 0.55
"""Of homes, those where nobody is in during working hours."""
SATURDAY = 5
WORK_HOURS = (8.5, 17.5)
COLDEST_DAY = 20.0
"""Day of the year on which a northern winter is coldest, about 20 January."""


@dataclass(frozen=True)
class Surroundings:
    """What reaches the appliances at one minute."""

    at: datetime
    minute: int
    """Minute of the day, local."""
    weekday: int
    """0 for Monday to 6 for Sunday."""
    outdoor_c: Floats
    indoor_c: Floats
    inlet_water_c: Floats
    """Temperature of mains water."""
    activity: Floats
    """How busy the home is: 0 asleep or away, about 1 on average over the waking day, up to 3."""


class Homes:
    """Homes drawn once by `rng`; their traits stay, the weather goes on."""

    def __init__(self, units: int, rng: np.random.Generator) -> None:
        self.units = units
        self.occupants: Ints = rng.integers(1, 6, units)
        self.hardness_dh: Floats = rng.gamma(4.0, 3.0, units).clip(1.0, 35.0)
        """Water hardness in German degrees."""
        self.mains_pressure_bar: Floats = rng.normal(3.2, 0.5, units).clip(1.5, 5.5)
        self.tds_ppm: Floats = (60 + self.hardness_dh * 17 + rng.normal(0, 25, units)).clip(40, 900)
        """Dissolved solids of mains water."""
        self.dust: Floats = rng.lognormal(0.0, 0.3, units)
        """How dusty the home is; 1 is ordinary."""
        self._mean_outdoor_c = rng.normal(12.0, 3.0, units)
        self._indoor_set_c = rng.normal(21.5, 1.2, units)
        self._wakes = rng.normal(6.8, 0.8, units)
        self._sleeps = rng.normal(23.0, 0.8, units)
        self._works_away: Bools = rng.random(units) < SHARE_AWAY
        self._weather_c = rng.normal(0.0, 2.0, units)
        self._rng = rng

    def surroundings(self, at: datetime) -> Surroundings:
        """The minute that begins at `at`; call once a simulated minute, in order."""
        minute = at.hour * 60 + at.minute
        day = at.timetuple().tm_yday + minute / MINUTES_A_DAY
        # Weather fronts: an Ornstein-Uhlenbeck walk with a memory of about two days.
        self._weather_c += -self._weather_c / 2880 + self._rng.normal(0, 0.075, self.units)
        season = -10.0 * np.cos(2 * np.pi * (day - COLDEST_DAY) / DAYS_A_YEAR)
        daily = -4.5 * np.cos(2 * np.pi * (minute / MINUTES_A_DAY - 0.13))
        outdoor = self._mean_outdoor_c + season + daily + self._weather_c
        indoor = self._indoor_set_c + 0.22 * (outdoor - 14.0).clip(-8, None) + 0.3 * daily / 4.5
        return Surroundings(
            at=at,
            minute=minute,
            weekday=at.weekday(),
            outdoor_c=outdoor,
            indoor_c=indoor,
            inlet_water_c=self._mean_outdoor_c + 0.5 * season,
            activity=self._activity(minute / 60, at.weekday()),
        )

    def _activity(self, hour: float, weekday: int) -> Floats:
        awake = (hour >= self._wakes) & (hour <= self._sleeps)
        working = weekday < SATURDAY and WORK_HOURS[0] < hour < WORK_HOURS[1]
        away = self._works_away & working
        meals = (
            np.exp(-0.5 * ((hour - self._wakes - 0.7) / 0.5) ** 2)
            + 0.8 * np.exp(-0.5 * ((hour - 12.5) / 0.6) ** 2)
            + 1.4 * np.exp(-0.5 * ((hour - 18.8) / 0.9) ** 2)
        )
        level = np.where(awake & ~away, 0.5 + meals, 0.02)
        return np.asarray(level * (0.4 + 0.2 * self.occupants), dtype=np.float64)
