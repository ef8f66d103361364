"""Where the simulated homes and technicians are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A service region: its middle, and how people there live."""

    language: str
    time_zone: str
    country: str
    latitude: float
    longitude: float


PLACES = {
    "Bristol": Place("en", "Europe/London", "GB", 51.45, -2.59),
    "Leeds": Place("en", "Europe/London", "GB", 53.80, -1.55),
    "Qingdao": Place("zh-CN", "Asia/Shanghai", "CN", 36.07, 120.38),
    "Foshan": Place("zh-CN", "Asia/Shanghai", "CN", 23.02, 113.12),
}
SPREAD_DEGREES = 0.06
"""Homes lie about so far from the middle: some seven kilometres."""
