"""Everything that may announce a fault within a horizon, of any unit at any moment.

What is asked (windows, codes, switches) is settled once, from the recording that is learned from;
the same questions are then put to every other. Moments are worked on in portions, so memory
stays bounded whatever the fleet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Bools, Floats
from models.features import log, sensor_health, states, windows
from models.features.table import Table, beside
from models.recording import HOUR_NS, Description, Log, Moments, Recording

DAY_NS = 24 * HOUR_NS
PORTION = 20_000
"""Moments that are worked on at once."""
LEVELS = (0.125, 1.0, 8.0)
"""Windows of readings, in horizons."""
COUNTS = (0.125, 0.5, 1.0, 3.0, 8.0)
"""Windows of logs, in horizons."""
ROWS = 3
"""A window shorter than so many rows says nothing."""
MOST_CODES = 160
MOST_PAIRS = 60
FEWEST_PAIRS = 20
LATEST = 5


@dataclass(frozen=True)
class Precursors:
    """The questions, settled by `of`."""

    lengths_ns: tuple[int, ...]
    counts_ns: tuple[int, ...]
    """Windows in which entries of logs are counted."""
    events: tuple[str, ...]
    pairs: tuple[str, ...]
    maintenance: tuple[str, ...]
    failures: tuple[str, ...]
    switches: tuple[str, ...]
    """Metrics that are on or off."""
    metrics: tuple[str, ...]
    traits: tuple[str, ...]
    hours: bool
    """The hour of the day may matter: the horizon is no shorter than a reading, days are seen."""

    @classmethod
    def of(cls, recording: Recording, at: Moments, horizon_ns: int) -> Precursors:
        """Choose windows by step and horizon, and the codes that were seen often enough."""
        span = _span(recording, at)
        step = recording.step_ns if len(recording) else 0
        counts = [int(share * horizon_ns) for share in COUNTS]
        levels = [max(int(share * horizon_ns), ROWS * step) for share in LEVELS]
        levels = sorted({length for length in levels if length <= span})
        switching = states.on_and_off(recording)
        return cls(
            lengths_ns=tuple(levels or [horizon_ns]) if len(recording) else (),
            counts_ns=tuple(_up_to(span, counts)),
            events=log.frequent(recording.events, MOST_CODES),
            pairs=log.frequent(log.pairs(recording.events), MOST_PAIRS, FEWEST_PAIRS),
            maintenance=log.frequent(recording.maintenance, MOST_CODES),
            failures=log.frequent(recording.failures, MOST_CODES),
            switches=switching,
            metrics=recording.metrics if len(recording) else (),
            traits=recording.trait_names,
            hours=span >= 3 * DAY_NS,
        )

    def table(self, recording: Recording, at: Moments) -> Table:
        """Put the questions at each moment."""
        order = np.lexsort((at.time_ns, at.unit))
        parts = [order[begin : begin + PORTION] for begin in range(0, max(len(at), 1), PORTION)]
        tables = [self._portion(recording, at.only(part)) for part in parts]
        values = np.empty((len(at), len(tables[0].names)))
        for part, table in zip(parts, tables, strict=True):
            values[part] = table.values
        return Table(tables[0].names, values)

    def known(self, recording: Recording, at: Moments) -> Bools:
        """Whether anything at all is known of the unit: without metrics, silence is news too."""
        if not self.metrics:
            return np.ones(len(at), dtype=np.bool_)
        read = np.atleast_1d(np.isfinite(_with_metrics(recording, self.metrics).values).any(axis=1))
        logs = (recording.events, recording.maintenance, recording.failures)
        sources = [recording.only(read).moments, *(Moments(e.unit, e.time_ns) for e in logs)]
        found = [_has_one(source, at) for source in sources]
        return np.atleast_1d(np.column_stack(found).any(axis=1))

    def _portion(self, recording: Recording, at: Moments) -> Table:
        units = np.zeros(len(recording.units), dtype=np.bool_)
        units[at.unit] = True
        near = _with_metrics(recording.of_units(units), self.metrics)
        tables = [_calendar(at) if self.hours else Table((), np.empty((len(at), 0)))]
        tables += self._readings(near, at) + self._logs(near, at)
        tables.append(_traits(near, self.traits, at))
        return beside(tables)

    def _readings(self, near: Recording, at: Moments) -> list[Table]:
        if not self.metrics or not self.lengths_ns:
            return []
        early = at.time_ns.min(initial=2**62) - max(self.lengths_ns)
        seen = near.only((near.time_ns > early) & (near.time_ns <= at.time_ns.max(initial=0)))
        smooth = tuple(name for name in self.metrics if name not in self.switches)
        table = windows.windows(_with_metrics(seen, smooth), at, self.lengths_ns)
        switched = log.within(states.switches(near, self.switches), self._switch_codes)
        return [
            table,
            _departures(table, smooth, self.lengths_ns),
            sensor_health.health(near, at),
            log.features(switched, at, self._style(), name="switch"),
        ]

    def _logs(self, near: Recording, at: Moments) -> list[Table]:
        events = log.within(near.events, self.events)
        followed = log.within(log.pairs(near.events), self.pairs)
        asked: list[tuple[str, Log, tuple[str, ...], log.Style]] = [
            ("event", events, self.events, self._style(LATEST)),
            ("pair", followed, self.pairs, log.Style(self.counts_ns[-1:])),
            ("repair", log.within(near.maintenance, self.maintenance), self.maintenance, _SINCE),
            ("failure", log.within(near.failures, self.failures), self.failures, _SINCE),
        ]
        return [
            log.features(entries, at, style, name=name)
            for name, entries, codes, style in asked
            if codes
        ]

    @property
    def _switch_codes(self) -> tuple[str, ...]:
        return tuple(f"{name} {way}" for name in self.switches for way in ("down", "up"))

    def _style(self, latest: int = 0) -> log.Style:
        return log.Style(self.counts_ns, hours=self.hours, latest=latest)


_SINCE = log.Style((), hours=False)


def _with_metrics(recording: Recording, metrics: tuple[str, ...]) -> Recording:
    """Take these metrics in this order; one that is not there was never read."""
    if recording.metrics == metrics:
        return recording
    place = [recording.metrics.index(name) if name in recording.metrics else -1 for name in metrics]
    return replace(
        recording,
        description=Description(metrics),
        values=_taken(recording.values, place),
        low=None if recording.low is None else _taken(recording.low, place),
        high=None if recording.high is None else _taken(recording.high, place),
        last=None,
        deviation=None,
    )


def _taken(values: Floats, place: list[int]) -> Floats:
    beside_missing = np.column_stack([values, np.full(len(values), np.nan)])
    return beside_missing[:, place]


def _span(recording: Recording, at: Moments) -> int:
    """How long the recording is, from its first row or entry to the last moment."""
    times = [recording.time_ns, recording.events.time_ns, recording.maintenance.time_ns]
    first = min((int(each.min()) for each in (*times, at.time_ns) if len(each)), default=0)
    return int(at.time_ns.max(initial=first)) - first


def _has_one(rows: Moments, at: Moments) -> Bools:
    """Whether the unit has a row up to the moment."""
    row = windows.rows_until(rows, at) - 1
    found = row >= 0
    found[found] = rows.unit[row[found]] == at.unit[found]
    return found


def _up_to(span: int, lengths: list[int]) -> list[int]:
    """Lengths up to the first that holds everything there is."""
    holding = [number for number, length in enumerate(lengths) if length >= span]
    return lengths[: holding[0] + 1] if holding else lengths


def _calendar(at: Moments) -> Table:
    return Table(("hour of day",), (at.time_ns % DAY_NS / HOUR_NS)[:, None])


def _departures(table: Table, metrics: tuple[str, ...], lengths_ns: tuple[int, ...]) -> Table:
    """How far each window's level is from the longest one's, in that one's spread."""
    longest = windows.label(lengths_ns[-1])
    names, columns = [], []
    for metric in metrics:
        level = table.column(f"{metric}:mean:{longest}")
        spread = table.column(f"{metric}:std:{longest}")
        usable = np.where(spread > 0, spread, np.nan)
        for length in map(windows.label, lengths_ns[:-1]):
            names.append(f"{metric}:departure:{length}")
            columns.append((table.column(f"{metric}:mean:{length}") - level) / usable)
    return Table(tuple(names), _columns(columns, len(table.values)))


def _traits(recording: Recording, names: tuple[str, ...], at: Moments) -> Table:
    known = recording.traits
    columns = []
    for name in names:
        found = known is not None and name in recording.trait_names
        column = np.full(len(at), np.nan)
        if found and known is not None:
            column = known[at.unit, recording.trait_names.index(name)]
        columns.append(column)
    return Table(tuple(f"trait:{name}" for name in names), _columns(columns, len(at)))


def _columns(columns: list[Floats], rows: int) -> Floats:
    return np.column_stack(columns) if columns else np.empty((rows, 0))
