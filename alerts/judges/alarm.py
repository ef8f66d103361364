"""Judges new readings by the catalogue's alarms: out of range for long enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from alerts import rule, signal
from alerts.alert import Finding
from alerts.evidence import Evidence
from alerts.horizon import Horizon
from alerts.rule import Side, Standing
from alerts.signal import Key
from devices import presence, telemetry
from devices.catalogue.appliance_type import Alarm, ApplianceType
from devices.presence import Heard, Judged
from storage.pool import Connection

PREFIX = "alarm:"
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


def judge(connection: Connection, description: ApplianceType, horizon: Horizon) -> list[Finding]:
    """Judge each reading of a type that is newer than what was judged, but for late ones."""
    heard = presence.unjudged(connection, description.type)
    if not heard:
        return []
    since = [max(each.judged_at or horizon.oldest, horizon.oldest) for each in heard]
    ids = [each.device_id for each in heard]
    readings = telemetry.after(connection, description, ids, since, FOREVER)
    standings = signal.standings(connection, ids, PREFIX)
    changed: dict[Key, Standing] = {}
    findings: list[Finding] = []
    if not readings.empty:
        findings = list(_findings(readings, description, standings, changed))
        signal.keep(connection, changed)
    standings |= {(key.device_id, key.name): standing for key, standing in changed.items()}
    presence.mark_judged(connection, _judged(heard, readings, standings))
    return findings


def _judged(
    heard: Sequence[Heard],
    readings: pd.DataFrame,
    standings: Mapping[tuple[int, str], Standing],
) -> list[Judged]:
    """Each device up to its newest reading: some may have come in since `heard` was asked."""
    newest = readings.groupby("device_id")["time"].max()
    seen = {int(str(device)): time.to_pydatetime() for device, time in newest.items()}
    attentive = {device for (device, _), standing in standings.items() if standing != Standing()}
    return [
        Judged(
            each,
            max(each.last_reading_at, seen.get(each.device_id, each.last_reading_at)),
            each.device_id in attentive,
        )
        for each in heard
    ]


def _findings(
    readings: pd.DataFrame,
    description: ApplianceType,
    kept: dict[tuple[int, str], Standing],
    changed: dict[Key, Standing],
) -> Iterator[Finding]:
    """Findings of every alarm; standings that moved are put into `changed`."""
    ids = readings["device_id"].to_numpy()
    starts = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]])
    ends = np.r_[starts[1:], len(ids)]
    times = list(readings["time"].dt.to_pydatetime())
    for metric, alarm, side in _alarms(description):
        values = readings[metric].to_numpy(dtype=np.float64)
        beyond, inside = side.beyond(values), side.inside(values)
        name = f"{PREFIX}{metric}:{side.name}"
        pending = {device for device, of in kept if of == name}
        touched = np.add.reduceat(beyond, starts) > 0
        for start, end, crossed in zip(starts, ends, touched, strict=True):
            device = int(ids[start])
            if not crossed and device not in pending:
                continue
            before = kept.get((device, name), Standing())
            standing, turns = rule.follow(
                before,
                times[start:end],
                beyond[start:end],
                inside[start:end],
                timedelta(minutes=alarm.for_minutes),
            )
            key = Key(device, name, str(description.metrics[metric].problem))
            if standing != before:
                changed[key] = standing
            for turn in turns:
                yield _finding(key, alarm, side, metric, turn, float(values[start + turn.position]))


def _alarms(description: ApplianceType) -> Iterator[tuple[str, Alarm, Side]]:
    for name, metric in description.metrics.items():
        if metric.alarm is not None:
            for side in rule.sides(metric.alarm):
                yield name, metric.alarm, side


def _finding(
    key: Key, alarm: Alarm, side: Side, metric: str, turn: rule.Turn, observed: float
) -> Finding:
    comparison = "above" if side.name == "high" else "below"
    seen = Evidence(
        kind="alarm",
        source=f"{metric} {comparison} {side.bound:g} for {alarm.for_minutes:g} min",
        since=turn.since,
        until=turn.at,
        metric=metric,
        observed=observed,
        low=side.bound if side.name == "low" else None,
        high=side.bound if side.name == "high" else None,
    )
    return Finding.of(key, turn, alarm.severity, seen)
