"""A synthetic fleet whose truth is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

Fleet = Callable[..., pd.DataFrame]
START = pd.Timestamp("2026-05-01", tz="UTC")


def make_fleet(devices: int = 10, days: int = 9, seed: int = 1, first_day: int = 0) -> pd.DataFrame:
    """Hours of fridges: duty follows the kitchen's temperature, at a level of each fridge's own.

    The same seed gives the same fridges; another `first_day` gives other days of them.
    """
    traits = np.random.default_rng(seed)
    levels = traits.normal(0, 3, devices)
    kitchens = traits.normal(22, 2, devices)
    rng = np.random.default_rng((seed, first_day))
    parts = []
    for device in range(devices):
        hours = np.arange(days * 24) + first_day * 24
        ambient = (
            kitchens[device] + 2 * np.sin(2 * np.pi * hours / 24) + rng.normal(0, 0.5, hours.size)
        )
        duty = 40 + levels[device] + 1.5 * (ambient - 22) + rng.normal(0, 1.5, hours.size)
        parts.append(
            pd.DataFrame(
                {
                    "device_id": device + 1,
                    "time": START + pd.to_timedelta(hours, unit="h"),
                    "duty_mean": duty,
                    "duty_last": duty + rng.normal(0, 1, hours.size),
                    "ambient_mean": ambient,
                    "ambient_last": ambient + rng.normal(0, 0.2, hours.size),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


@pytest.fixture
def fleet() -> Fleet:
    """Makes a synthetic fleet; see `make_fleet`."""
    return make_fleet


@pytest.fixture
def cycles() -> Fleet:
    """Makes hours of machines whose metrics are held from one cycle to the next."""
    return make_cycles


def make_cycles(devices: int = 10, days: int = 10, seed: int = 1) -> pd.DataFrame:
    """Draining time follows the water of the last cycle; a cycle about every thirty hours."""
    rng = np.random.default_rng(seed)
    parts = []
    for device in range(devices):
        hours = days * 24
        ends = np.cumsum(rng.integers(18, 42, hours))
        cycle = np.searchsorted(ends, np.arange(hours), side="right")
        water = rng.uniform(35, 60, hours)
        drain = 3.5 * water + rng.normal(0, 6) + rng.normal(0, 4, hours)
        frame = pd.DataFrame(
            {"device_id": device + 1, "time": START + pd.to_timedelta(np.arange(hours), unit="h")}
        )
        for name, values in (("water", water[cycle]), ("drain", drain[cycle])):
            before = np.concatenate([values[:1], values[:-1]])
            frame[f"{name}_last"] = values
            frame[f"{name}_mean"] = (values + before) / 2
        parts.append(frame)
    return pd.concat(parts, ignore_index=True)
