"""Which hours of which appliances teach nothing about health: trouble is known there, or suspected.

A trouble that was learned as healthy would never be found again: the appliance's own level, and
in the end the fleet's, would absorb it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from psycopg.rows import class_row

from devices.catalogue.offline import OFFLINE
from models.arrays import Bools
from models.history import trouble
from models.history.trouble import Trouble
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)

BEFORE = timedelta(days=14)
"""A slow fault is there so long before anybody notices it."""


@dataclass(frozen=True)
class Span:
    """Hours of one appliance with since <= time < until that are not known to be healthy."""

    device_id: int
    since: datetime
    until: datetime


def unhealthy(connection: Connection, type_name: str, since: datetime, at: datetime) -> list[Span]:
    """List what must not teach, of a type's appliances after `since`, as known at `at`.

    A ticket counts from two weeks before its first alert to its end, or to `at`, unless a
    technician found nothing; so does an alert without a ticket, until it cleared. That nothing
    was heard of an appliance says nothing about the time before.
    """
    told = trouble.of_type(connection, type_name, since, at)
    spans = [_span(each, at) for each in told if not each.healthy and each.problem != OFFLINE]
    asked = {"type": type_name, "since": since, "at": at, "silence": OFFLINE}
    with connection.cursor(row_factory=class_row(Span)) as cursor:
        alone = cursor.execute(_SQL["without_ticket"], asked).fetchall()
    spans += [replace(each, since=each.since - BEFORE) for each in alone]
    return sorted(spans, key=lambda each: (each.device_id, each.since))


def healthy_rows(frame: pd.DataFrame, spans: Sequence[Span]) -> Bools:
    """Which hours of a rollup teach, (rows,); `frame` is by device_id and time."""
    teaches = np.ones(len(frame), dtype=np.bool_)
    devices = frame["device_id"].to_numpy(np.int64)
    times = frame["time"].to_numpy("datetime64[ns]")
    for span in spans:
        first, last = np.searchsorted(devices, [span.device_id, span.device_id + 1])
        bounds = [_instant(each) for each in (_hour(span.since), span.until)]
        start, end = first + np.searchsorted(times[first:last], bounds)
        teaches[start:end] = False
    return teaches


def _span(told: Trouble, at: datetime) -> Span:
    return Span(told.device_id, told.began_at - BEFORE, told.ended_at or at)


def _hour(at: datetime) -> datetime:
    """The hour that the instant lies in."""
    return at.replace(minute=0, second=0, microsecond=0)


def _instant(at: datetime) -> np.datetime64:
    return pd.Timestamp(at).tz_convert(None).to_datetime64()
