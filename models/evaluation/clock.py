"""How a recording writes its times, and nanoseconds: both ways, in the recording's own unit.

Text is a date and time (UTC unless it carries an offset). A number is seconds, milliseconds and so
on since 1970 if it can be, else it counts something of its own: seconds of a run, cycles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd

from models.arrays import Ints
from models.evaluation import duration

MISSING = np.iinfo(np.int64).min
"""The time of a row whose time cannot be read."""
EPOCHS = ((3e8, 5e9, "s"), (3e11, 5e12, "ms"), (3e14, 5e15, "us"), (3e17, 5e18, "ns"))
"""Numbers between the first two, the years 1979 to 2128, count the third since 1970."""
LONGEST_NS = 9.2e18
MOSTLY = 0.5
COUNTABLE_YEARS = (1678, 2261)


@dataclass(frozen=True)
class Clock:
    """What one of the time column's own unit is, and how an instant looks in it."""

    own_ns: int
    numeric: bool
    unit: str
    """Its name: s, h, cycle; empty if nobody said."""
    example: str = ""
    form: str | None = None
    """As strptime reads and writes it; ISO 8601 without one."""

    @classmethod
    def of(cls, written: pd.Series[str], unit: str | None = None, form: str | None = None) -> Clock:
        """Find out how a column writes its times."""
        some = written.dropna()
        example = str(some.iloc[0]) if len(some) else ""
        numbers = pd.to_numeric(some.iloc[:1000], errors="coerce")
        if form is not None or (len(some) and numbers.notna().mean() < MOSTLY):
            return cls(duration.NS["h"], numeric=False, unit="h", example=example, form=form)
        typical = float(numbers.median()) if len(some) else 0.0
        found = next((name for low, high, name in EPOCHS if low <= typical < high), "")
        name = unit or found
        return cls(_own_ns(name), numeric=True, unit=name, example=example)

    def read(self, written: pd.Series[str]) -> Ints:
        """Nanoseconds of each text, `MISSING` where it is no time."""
        if not self.numeric:
            return _dates(written, self.form)
        numbers = pd.to_numeric(written, errors="coerce").to_numpy(np.float64) * self.own_ns
        good = np.isfinite(numbers) & (np.abs(numbers) < LONGEST_NS)
        return np.where(good, np.round(np.where(good, numbers, 0.0)), MISSING).astype(np.int64)

    def instant(self, given: datetime | date | float | str) -> int:
        """Nanoseconds of an instant that a person wrote; ValueError if it is none."""
        if self.numeric and isinstance(given, (int, float)):
            return round(given * self.own_ns)
        found = self.read(pd.Series([str(given)]))[0]
        if found == MISSING:
            found = _dates(pd.Series([str(given)]))[0]
        if found == MISSING:
            raise ValueError(f"{given!r} is no time such as {self.example or '2026-05-01'!r}")
        return int(found)

    def tell(self, time_ns: Ints) -> list[str]:
        """Write instants as the recording does."""
        if self.numeric:
            return [f"{each:.15g}" for each in time_ns / self.own_ns]
        stamps = pd.to_datetime(time_ns, unit="ns")
        if self.form is not None:
            return list(stamps.strftime(self.form))
        texts = stamps.strftime("%Y-%m-%d %H:%M:%S")
        if np.any(time_ns % 10**9):
            texts = stamps.strftime("%Y-%m-%d %H:%M:%S.%f")
        separator = "T" if re.match(r"\d{4}-\d\d-\d\dT", self.example) else " "
        zone = re.search(r"(Z|\+00:?00)$", self.example)
        return [each.replace(" ", separator) + (zone[1] if zone else "") for each in texts]


def readable(form: str) -> str:
    """Give back how dates are written; ValueError if no date can be written so."""
    pd.to_datetime(pd.Series(["2026"]), errors="coerce", format=form)
    return form


def _own_ns(unit: str) -> int:
    """An own unit without a length, such as a cycle, counts as a second."""
    try:
        return duration.parse(f"1{unit}", duration.NS["s"])
    except ValueError:
        return duration.NS["s"]


def _dates(written: pd.Series[str], form: str | None = None) -> Ints:
    found = _countable(written, form or "ISO8601")
    unread = found.isna() & written.notna()
    if form is None and unread.any():
        found[unread] = _countable(written[unread], "mixed")
    stamps = found.dt.tz_localize(None).to_numpy("datetime64[ns]")
    return np.where(np.isnat(stamps), MISSING, stamps.astype(np.int64)).astype(np.int64)


def _countable(written: pd.Series[str], form: str) -> pd.Series[pd.Timestamp]:
    """Instants; one that nanoseconds cannot count from 1970 is none."""
    found = pd.to_datetime(written, errors="coerce", utc=True, format=form)
    near = found.dt.year.between(*COUNTABLE_YEARS)
    return found.where(near).astype("datetime64[ns, UTC]")
