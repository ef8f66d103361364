"""How long it takes to drive from one place to another, by the distance between them. Pure.

Minutes = great circle × 1.3 / 35 km/h + 4. Roads are some 30 % longer than the straight line;
35 km/h is an average through town and country; the rest is for parking and walking to the door.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

EARTH_KM = 6371.0
DETOUR = 1.3
SPEED_KM_H = 35.0
PARKING_MINUTES = 4.0

Minutes = NDArray[np.float64]


@dataclass(frozen=True)
class Place:
    """A point on the earth, in degrees."""

    latitude: float
    longitude: float


def matrix(places: Sequence[Place]) -> Minutes:
    """Minutes from each place (row) to each other (column); 0 from one to itself."""
    degrees = np.array([(each.latitude, each.longitude) for each in places], float).reshape(-1, 2)
    latitude, longitude = np.radians(degrees).T
    half = np.sin((latitude[:, None] - latitude) / 2) ** 2
    across = np.sin((longitude[:, None] - longitude) / 2) ** 2
    half += np.cos(latitude)[:, None] * np.cos(latitude) * across
    kilometres = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    minutes = kilometres * DETOUR / SPEED_KM_H * 60 + PARKING_MINUTES
    minutes[kilometres < 1e-6] = 0.0  # noqa: PLR2004 - a millimetre: the same place
    return np.asarray(minutes, np.float64)


def minutes(one: Place, other: Place) -> float:
    """Minutes from one place to the other."""
    return float(matrix([one, other])[0, 1])


def middle(places: Sequence[Place]) -> Place | None:
    """Where somebody probably lives of whom only the region is known; None without any place."""
    if not places:
        return None
    return Place(
        median(each.latitude for each in places), median(each.longitude for each in places)
    )
