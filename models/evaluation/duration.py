"""Lengths of time as people write them, 90s or 7d, and plain numbers in a unit of their own."""

from __future__ import annotations

import re

NS = {
    "ns": 1,
    "us": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "min": 60 * 10**9,
    "h": 3_600 * 10**9,
    "d": 86_400 * 10**9,
    "w": 7 * 86_400 * 10**9,
}
_NAMES = {
    "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "m": "min", "mins": "min", "minute": "min", "minutes": "min",
    "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    "day": "d", "days": "d", "week": "w", "weeks": "w",
}  # fmt: skip
_WRITTEN = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([A-Za-z]*)\s*")
LAST = "last"
ROWS = re.compile(r"\s*([1-9]\d*)\s*rows?\s*")
"""What a grid may be thinned to, besides a length of time."""
OWN = {"", "cycle", "cycles", "step", "steps", "unit", "units"}
"""What follows a number that counts in the time column's own unit."""


def parse(written: str | float, own_ns: int) -> int:
    """Nanoseconds; `own_ns` is one of the time column's own unit; ValueError says what is known."""
    if isinstance(written, (int, float)):
        return round(written * own_ns)
    match = _WRITTEN.fullmatch(written)
    unit = match[2].lower() if match else "?"
    unit = _NAMES.get(unit, unit)
    if match is None or unit not in NS.keys() | OWN:
        raise ValueError(f"{written!r} is not a length of time such as 90s, 5min, 3h, 7d or 100")
    return round(float(match[1]) * NS.get(unit, own_ns))


def at_least_zero(written: str | float) -> str | float:
    """Give back a length that is one; ValueError says what is wrong with it."""
    if parse(written, NS["h"]) < 0:
        raise ValueError(f"{written} is less than nothing")
    return written


def positive(written: str | float) -> str | float:
    """Likewise, where nothing will not do."""
    if parse(written, NS["h"]) <= 0:
        raise ValueError(f"{written} must be more than nothing")
    return written


def step(written: str | float) -> str | float:
    """Likewise for what a grid can be thinned to: a length, `last`, or so many rows."""
    return written if written == LAST or ROWS.fullmatch(str(written)) else positive(written)


def is_one(written: object) -> bool:
    """Whether this is a number with a unit of time: 5min, not 5 and not a date."""
    match = _WRITTEN.fullmatch(written) if isinstance(written, str) else None
    unit = match[2].lower() if match else ""
    return _NAMES.get(unit, unit) in NS
