"""One metric over time as a small drawing and a table, in the home's own days. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from api.history import Point

WIDTH, HEIGHT, EDGE = 600, 160, 6
MOST_DAYS = 14
"""Rows of the table; the drawing shows more."""


@dataclass(frozen=True)
class Day:
    """One day of the table."""

    day: date
    low: float
    mean: float
    high: float


@dataclass(frozen=True)
class Plot:
    """What a page draws; coordinates are of a box of WIDTH by HEIGHT."""

    title: str
    unit: str
    line: str
    bounds: Sequence[float]
    """Heights of the lines that a value should not cross."""
    top: float
    bottom: float
    first: date
    last: date
    days: Sequence[Day]
    width: int = WIDTH
    height: int = HEIGHT


def draw(
    title: str, unit: str, points: Sequence[Point], bounds: Sequence[float], zone: ZoneInfo
) -> Plot | None:
    """The drawing of points in order of time; None if there are too few to show anything."""
    if len(points) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    values = [*(point.value for point in points), *bounds]
    bottom, top = min(values), max(values)
    begins, ends = points[0].time, points[-1].time

    def height(value: float) -> float:
        share = (value - bottom) / (top - bottom) if top > bottom else 0.5
        return round(HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE), 1)

    def place(at: datetime) -> float:
        return round((at - begins) / (ends - begins) * WIDTH, 1)

    return Plot(
        title=title,
        unit=unit,
        line=" ".join(f"{place(point.time)},{height(point.value)}" for point in points),
        bounds=[height(bound) for bound in bounds],
        top=top,
        bottom=bottom,
        first=begins.astimezone(zone).date(),
        last=ends.astimezone(zone).date(),
        days=_days(points, zone)[-MOST_DAYS:],
    )


def _days(points: Sequence[Point], zone: ZoneInfo) -> list[Day]:
    days = groupby(points, key=lambda point: point.time.astimezone(zone).date())
    return [_day(day, list(those)) for day, those in days]


def _day(day: date, points: Sequence[Point]) -> Day:
    return Day(
        day,
        low=min(point.value if point.low is None else point.low for point in points),
        mean=sum(point.value for point in points) / len(points),
        high=max(point.value if point.high is None else point.high for point in points),
    )
