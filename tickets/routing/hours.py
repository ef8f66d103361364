"""When somebody works in a week, as people write it: `mon-fri 08:00-17:00; sat 09:00-12:00`."""

from __future__ import annotations

import itertools
import re
from datetime import time

from runtime.errors import InvalidError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HINT = "write them like mon-fri 08:00-12:00,13:00-17:00; sat 09:00-13:00"
_PART = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?\s+(.+)")
_SPAN = re.compile(r"([0-2][0-9]:[0-5][0-9])-([0-2][0-9]:[0-5][0-9])")

Shift = tuple[time, time]
Week = tuple[tuple[Shift, ...], ...]
"""The shifts of each weekday from Monday on, by the clock on the wall there."""


def read(text: str) -> Week:
    """Read working hours; InvalidError says which part is not understood."""
    week: list[tuple[Shift, ...]] = [()] * len(DAYS)
    parts = [part.strip() for part in text.lower().split(";") if part.strip()]
    if not parts:
        raise InvalidError("no working hours are given", hint=HINT)
    for part in parts:
        days, shifts = _read_part(part)
        for day in days:
            if week[day]:
                raise InvalidError(f"working hours name {DAYS[day]} twice", hint=HINT)
            week[day] = shifts
    return tuple(week)


def _read_part(part: str) -> tuple[list[int], tuple[Shift, ...]]:
    found = _PART.fullmatch(part)
    if found is None:
        raise InvalidError(f"working hours are not understood at {part!r}", hint=HINT)
    first, last, spans = found.groups()
    if first not in DAYS or (last or first) not in DAYS:
        raise InvalidError(f"there is no such day in {part!r}", hint=f"use {', '.join(DAYS)}")
    begin, end = DAYS.index(first), DAYS.index(last or first)
    if begin > end:
        raise InvalidError(f"the days of {part!r} run backwards", hint=HINT)
    return list(range(begin, end + 1)), _read_shifts(spans)


def _read_shifts(spans: str) -> tuple[Shift, ...]:
    shifts = tuple(_read_shift(each.strip()) for each in spans.split(","))
    for one, next_one in itertools.pairwise(shifts):
        if one[1] > next_one[0]:
            raise InvalidError(f"the shifts {spans!r} overlap or are not in order", hint=HINT)
    return shifts


def _read_shift(span: str) -> Shift:
    found = _SPAN.fullmatch(span)
    try:
        begin, end = (
            (time.fromisoformat(each) for each in found.groups()) if found else (None, None)
        )
    except ValueError:
        begin = end = None
    if begin is None or end is None or begin >= end:
        raise InvalidError(f"{span!r} is no span of a day", hint=HINT)
    return begin, end
