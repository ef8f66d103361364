"""What is known of a type's faults: whether one followed each moment, or nobody knows.

A moment in trouble teaches nothing of what announces one, and a ticket without a verdict is a
time of which nobody knows what it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

import numpy as np

from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.offline import OFFLINE
from devices.telemetry_block import micros
from models.arrays import Bools, Floats, Ints
from models.features import windows
from models.fleet import Fleet, Span
from models.forecasters.forecaster import Target
from models.history import trouble
from models.history.trouble import Trouble
from models.recording import HOUR_NS, Log, Moments
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)

CONFIRMED = "confirmed"
FIRST_H = 24
"""A unit's first hours say too little."""
FOREVER = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Stretches:
    """Times of units from `begin_ns` to before `end_ns`; they may overlap."""

    unit: Ints
    begin_ns: Ints
    end_ns: Ints

    @classmethod
    def of(cls, rows: Sequence[tuple[int, datetime, datetime]]) -> Stretches:
        """From unit, begin and end."""
        return cls(
            np.array([row[0] for row in rows], dtype=np.int64),
            np.array([micros(row[1]) * 1000 for row in rows], dtype=np.int64),
            np.array([micros(row[2]) * 1000 for row in rows], dtype=np.int64),
        )

    def hold(self, at: Moments) -> Bools:
        """Which moments lie in one."""
        begun = windows.rows_until(_ordered(self.unit, self.begin_ns), at)
        ended = windows.rows_until(_ordered(self.unit, self.end_ns), at)
        held: Bools = begun > ended
        return held


@dataclass(frozen=True)
class History:
    """The faults of the units of a recording."""

    failures: Log
    """What failed, at the time when somebody was called; codes are problems of the catalogue."""
    faulty: Stretches
    """In trouble, or perhaps so: no moment in it tells what announces a fault."""
    begun: Stretches
    """From when a confirmed fault could be seen until somebody was called."""
    doubtful: Stretches
    """Tickets of which nobody knows whether they were right: what is before one is not well."""
    until_ns: int
    """Nothing is known from here on."""

    @property
    def modes(self) -> tuple[str, ...]:
        """What failed at all."""
        return tuple(self.failures.codes[code] for code in np.unique(self.failures.code))


def of(connection: Connection, description: ApplianceType, read: Fleet, span: Span) -> History:
    """Gather what was known at the span's end of the appliances that were read."""
    unit = {int(device): number for number, device in enumerate(read.device_ids)}
    told = trouble.of_type(connection, description.type, span.start, span.until)
    known = [
        each
        for each in told
        if each.device_id in unit and not each.healthy and each.problem != OFFLINE
    ]
    confirmed = [each for each in known if each.finding == CONFIRMED]
    doubtful = [each for each in known if each.finding != CONFIRMED]
    return History(
        failures=_of_catalogue(read.recording.failures, description),
        faulty=Stretches.of(
            [(unit[each.device_id], each.opened_at, _end(each)) for each in confirmed]
            + [(unit[each.device_id], each.began_at, _end(each)) for each in doubtful]
            + _raised(connection, description, unit, span)
        ),
        begun=Stretches.of(
            [(unit[each.device_id], each.began_at, each.opened_at) for each in confirmed]
        ),
        doubtful=Stretches.of(
            [(unit[each.device_id], each.began_at, _end(each)) for each in doubtful]
        ),
        until_ns=micros(span.until) * 1000,
    )


def moments(read: Fleet, every: timedelta) -> Moments:
    """Instants so far apart up to the end of what was read, while a unit is heard of."""
    step = every // timedelta(microseconds=1) * 1000
    rows = read.recording
    units = np.unique(rows.unit)
    first = rows.time_ns[np.searchsorted(rows.unit, units)] + FIRST_H * HOUR_NS
    last = rows.time_ns[np.searchsorted(rows.unit, units, side="right") - 1] + HOUR_NS
    end = micros(read.until) * 1000
    parts = [
        np.arange(end - (end - one) // step * step, after + 1, step) - 1
        for one, after in zip(first, last, strict=True)
    ]
    times: Ints = np.concatenate([*parts, np.empty(0, dtype=np.int64)])
    return Moments(np.repeat(units, [len(part) for part in parts]), times)


def target(history: History, at: Moments, horizon_ns: int) -> Target:
    """What came within the horizon after each moment; NaN where nobody knows."""
    modes = history.modes
    came = np.zeros((len(at), len(modes)), dtype=np.bool_)
    for number, mode in enumerate(modes):
        came[:, number] = _follows(history.failures, mode, at, horizon_ns)
    some = came.any(axis=1)
    unknown = history.begun.hold(at) | _comes(history.doubtful, at, horizon_ns)
    unknown |= at.time_ns + horizon_ns >= history.until_ns
    nobody = history.faulty.hold(at) | (unknown & ~some)
    values: Floats = np.where(nobody[:, None], np.nan, came)
    return Target(modes, values, np.zeros(len(at), dtype=np.bool_))


def _end(told: Trouble) -> datetime:
    return told.ended_at or FOREVER


def _raised(
    connection: Connection, description: ApplianceType, unit: dict[int, int], span: Span
) -> list[tuple[int, datetime, datetime]]:
    """While a code stood raised."""
    asked = {
        "type": description.type,
        "codes": list(description.fault_codes),
        "since": span.start,
        "until": span.until,
    }
    rows = cast(
        "list[tuple[int, datetime, datetime]]",
        connection.execute(_SQL["raised"], asked).fetchall(),
    )
    return [(unit[device], begin, end) for device, begin, end in rows if device in unit]


def _of_catalogue(failures: Log, description: ApplianceType) -> Log:
    """Without problems that the catalogue no longer has."""
    kept = np.array([code in description.problems for code in failures.codes], dtype=np.bool_)
    return failures.only(kept[failures.code]) if len(failures) else failures


def _follows(log: Log, mode: str, at: Moments, horizon_ns: int) -> Bools:
    """Whether the mode comes after each moment, at most a horizon later."""
    of_mode = log.only(np.array(log.codes)[log.code] == mode)
    entries = Moments(of_mode.unit, of_mode.time_ns)
    later = Moments(at.unit, at.time_ns + horizon_ns)
    came: Bools = windows.rows_until(entries, later) > windows.rows_until(entries, at)
    return came


def _comes(stretches: Stretches, at: Moments, horizon_ns: int) -> Bools:
    """Whether one begins after each moment, at most a horizon later."""
    entries = _ordered(stretches.unit, stretches.begin_ns)
    later = Moments(at.unit, at.time_ns + horizon_ns)
    came: Bools = windows.rows_until(entries, later) > windows.rows_until(entries, at)
    return came


def _ordered(unit: Ints, time_ns: Ints) -> Moments:
    order = np.lexsort((time_ns, unit))
    return Moments(unit[order], time_ns[order])
