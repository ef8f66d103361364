"""A recording as one sequence of rows in order of time, ready to be published."""

from __future__ import annotations

import heapq
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import NamedTuple

import pandas as pd

from devices.catalogue.appliance_type import ApplianceType, Storage
from simulator import recording, time_order
from simulator.mapping import Plan

Value = float | int | bool


class Row(NamedTuple):
    """One appliance at one instant: its measurements, or a code that it showed."""

    millis: int
    serial: str
    measured: dict[str, Value]
    code: str | None = None
    state: str | None = None


def rows(
    plan: Plan, *, since: datetime | None = None, until: datetime | None = None
) -> Generator[Row]:
    """Tell what a recording holds with since <= time < until, in order of time.

    Close it if it is not read to its end: large recordings lie in files meanwhile.
    """
    first = _to_millis(since) if since else None
    end = _to_millis(until) if until else None
    with ExitStack() as stack:
        readings, events = (
            [stack.enter_context(closing(stream)) for stream in streams(plan)]
            for streams in (_reading_streams, _event_streams)
        )
        joined = _joined(heapq.merge(*readings, key=_millis))
        for row in heapq.merge(joined, *events, key=_millis):
            if end is not None and row.millis >= end:
                return
            if first is None or row.millis >= first:
                yield row


def _reading_streams(plan: Plan) -> Iterator[Generator[Row]]:
    def unpack(piece: pd.DataFrame) -> Iterator[Row]:
        return _readings_of(piece, plan.description)

    for each in plan.mapping.readings:
        pieces = recording.readings(plan.file(each.path), each, plan.mapping.unit)
        yield time_order.merged(pieces, unpack, _millis)


def _event_streams(plan: Plan) -> Iterator[Generator[Row]]:
    for each in plan.mapping.events:
        pieces = recording.events(plan.file(each.path), each, plan.mapping.unit)
        yield time_order.merged(pieces, partial(_events_of, state=each.state), _millis)


def serials(plan: Plan) -> list[str]:
    """Every appliance of a recording."""
    found: set[str] = set()
    for piece in (*_reading_pieces(plan), *_event_pieces(plan)):
        found.update(map(str, piece["serial"].unique()))
    return sorted(found)


def _joined(readings: Iterable[Row]) -> Iterator[Row]:
    """Measurements of one appliance and instant from several files make one message.

    A metric that is there twice stays twice: that is what was recorded.
    """
    for _, same_instant in groupby(readings, key=_millis):
        kept: list[Row] = []
        place: dict[str, Row] = {}
        for row in same_instant:
            fellow = place.get(row.serial)
            if fellow is not None and not fellow.measured.keys() & row.measured.keys():
                fellow.measured.update(row.measured)
            else:
                place[row.serial] = row
                kept.append(row)
        yield from kept


def _readings_of(piece: pd.DataFrame, description: ApplianceType) -> Iterator[Row]:
    metrics = [name for name in piece.columns if name in description.metrics]
    storages = [description.metrics[name].storage for name in metrics]
    table = piece[metrics].to_numpy().tolist()
    for millis, serial, measured in zip(_instants(piece), piece["serial"], table, strict=True):
        values = {
            name: _as_stored(value, storage)
            for name, storage, value in zip(metrics, storages, measured, strict=True)
            if value == value  # noqa: PLR0124 - NaN is not measured
        }
        if values:
            yield Row(millis, serial, values)


def _events_of(piece: pd.DataFrame, state: str) -> Iterator[Row]:
    for millis, serial, code in zip(_instants(piece), piece["serial"], piece["code"], strict=True):
        yield Row(millis, serial, {}, code, state)


def _as_stored(value: float, storage: Storage) -> Value:
    if storage is Storage.BOOLEAN:
        return value != 0
    return int(value) if storage is Storage.INTEGER and value.is_integer() else value


def _instants(piece: pd.DataFrame) -> list[int]:
    found: list[int] = piece["at"].dt.as_unit("ms").astype("int64").tolist()
    return found


def _millis(row: Row) -> int:
    return row.millis


def _to_millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _reading_pieces(plan: Plan) -> Iterator[pd.DataFrame]:
    for each in plan.mapping.readings:
        yield from recording.readings(plan.file(each.path), each, plan.mapping.unit)


def _event_pieces(plan: Plan) -> Iterator[pd.DataFrame]:
    for each in plan.mapping.events:
        yield from recording.events(plan.file(each.path), each, plan.mapping.unit)
