"""Many hours of many devices as arrays: days that are packed, and the others hour by hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from devices import hour_rows, packed_days
from devices.catalogue.appliance_type import ApplianceType
from devices.hour_rows import Rows, Wanted
from devices.packed_days import HOUR_MICROS, HOURS, NOT_PACKED, Days
from devices.telemetry_block import micros
from devices.telemetry_table import PACKED, STATISTICS
from storage.pool import Connection

Span = tuple[datetime, datetime]
PACKED_ENDINGS = tuple(f"_{statistic}" for statistic in PACKED)


@dataclass(frozen=True)
class HourBlock:
    """Hours by device and time: element or row `i` of each array is one hour of one device."""

    device_ids: NDArray[np.int64]
    times: NDArray[np.int64]
    """Microseconds since 1970, UTC."""
    values: NDArray[np.float64]
    """(hours, columns) in the order asked for; NaN where the hour has none. Columns are
    contiguous."""

    def __len__(self) -> int:
        return len(self.device_ids)


@dataclass(frozen=True)
class _Part:
    """Stretches of one or more hours, in no order: (stretches, hours) but for the devices."""

    device_ids: NDArray[np.int64]
    hour: NDArray[np.int64]
    """Counted from the first that is asked for."""
    known: NDArray[np.bool_]
    """Whether the rollup has the hour, and it is asked for."""
    values: list[NDArray[np.float64]]
    """Of each column."""


def read(
    connection: Connection,
    description: ApplianceType,
    columns: Sequence[str],
    devices: tuple[int, int],
    span: Span,
) -> HourBlock:
    """Hours with start <= time < end of devices with first <= id <= last, retired ones too.

    `columns` are rollup columns such as `power_w_mean`.
    """
    refuse_unknown(description, columns)
    first = _hours_until(span[0])
    hours = max(_hours_until(span[1]) - first, 0)
    with hour_rows.planned(connection):
        days = None
        if all(column.endswith(PACKED_ENDINGS) for column in columns):
            days = packed_days.read(connection, description.type, columns, devices, span)
        parts = [] if days is None else [_of_days(days, first, hours)]
        wanted = _not_packed(days, devices, span)
        if wanted.spans or len(wanted.device_ids):
            rows = hour_rows.read(connection, description.type, columns, wanted)
            parts.append(_of_rows(rows, first))
    return _by_device(parts, len(columns), first, hours)


def refuse_unknown(description: ApplianceType, columns: Sequence[str]) -> None:
    """Raise ValueError for a column that the type's rollup does not have."""
    known = {f"{metric}_{statistic}" for metric in description.metrics for statistic in STATISTICS}
    unknown = set(columns) - known
    if unknown:
        raise ValueError(f"{description.type} has no rollup columns {sorted(unknown)}")


def _hours_until(instant: datetime) -> int:
    """How many hours begin before an instant, counted from 1970."""
    return -(-micros(instant) // HOUR_MICROS)


def _not_packed(days: Days | None, devices: tuple[int, int], span: Span) -> Wanted:
    """What has to be read hour by hour: what is before and after the packed days, and some."""
    if days is None:
        nobody = np.zeros(0, dtype=np.int64)
        return Wanted(devices, span, [span], nobody.astype(np.int32), nobody)
    start, end = span
    around = [(start, min(end, days.since)), (max(start, days.until), end)]
    changed = days.hours == NOT_PACKED
    return Wanted(
        devices,
        span,
        [(begins, ends) for begins, ends in around if begins < ends],
        days.device_ids[changed].astype(np.int32),
        days.times[changed],
    )


def _of_days(days: Days, first: int, hours: int) -> _Part:
    of_day = np.arange(HOURS)
    hour = (days.times // HOUR_MICROS - first)[:, None] + of_day
    known = np.where(days.hours == NOT_PACKED, 0, days.hours)[:, None] >> of_day & 1 == 1
    return _Part(days.device_ids, hour, known & (hour >= 0) & (hour < hours), days.values)


def _of_rows(rows: Rows, first: int) -> _Part:
    hour = (rows.times // HOUR_MICROS - first)[:, None]
    return _Part(rows.device_ids, hour, np.ones(hour.shape, dtype=np.bool_), rows.values)


def _by_device(parts: Sequence[_Part], columns: int, first: int, hours: int) -> HourBlock:
    """By device, then hour; nothing is compared, for each hour has a place of its own."""
    ids = np.unique(np.concatenate([part.device_ids for part in parts]))
    source = np.full(len(ids) * hours, -1, dtype=np.intp)
    begins = 0
    for part in parts:
        place = np.searchsorted(ids, part.device_ids)[:, None] * hours + part.hour
        known = np.flatnonzero(part.known)
        source[place.ravel()[known]] = begins + known
        begins += part.known.size
    taken = np.flatnonzero(source >= 0)
    source = source[taken]
    values = np.empty((len(taken), columns), order="F")
    for number in range(columns):
        column = np.concatenate([part.values[number].ravel() for part in parts])
        np.take(column, source, out=values[:, number], mode="clip")
    unit, hour = np.divmod(taken, max(hours, 1))
    return HourBlock(ids[unit], (first + hour) * HOUR_MICROS, values)
