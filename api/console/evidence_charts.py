"""The evidence of a ticket, drawn around the moment it was noticed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from alerts import evidence
from alerts.evidence import Evidence
from api.console import plot, words
from api.console.plot import Chart, Line, Marks
from devices import telemetry
from devices.catalogue.appliance_type import ApplianceType, Kind, Metric
from models.artefacts.packing import UnreadableError
from models.serving import scoring
from runtime.errors import NotFoundError
from storage.pool import Connection
from tickets.ticket import Proof

MOST = 4
"""More charts would bury the first ones."""
MOST_OF_A_CODE = 2
LONGEST_AFTER = timedelta(days=7)
LEAST_AFTER = timedelta(hours=8)
FIRING = frozenset({"raised", "joined"})


@dataclass(frozen=True)
class Subject:
    """Whose readings are drawn, and in which language."""

    connection: Connection
    description: ApplianceType
    device_id: int
    language: str
    now: datetime

    def say(self, text: str) -> str:
        """One of the console's own words in that language."""
        return words.say(text, self.language)


def of(subject: Subject, proofs: Sequence[Proof]) -> list[Chart]:
    """A chart of each metric that the findings are about, the first one first."""
    charts: dict[str, Chart] = {}
    for proof in proofs:
        if proof.change in FIRING and len(charts) < MOST:
            for metric in _metrics(subject.description, proof.evidence):
                if metric not in charts and (chart := _chart(subject, metric, proof.evidence)):
                    charts[metric] = chart
    return list(charts.values())


def _metrics(description: ApplianceType, seen: Evidence) -> Iterator[str]:
    """The finding's own metric and those that moved too; of a code those of its problem."""
    told = [str(seen.metric), *(each.metric for each in seen.moved)]
    yield from (name for name in dict.fromkeys(told) if name in description.metrics)
    fault = description.fault_codes.get(seen.code or "")
    if fault is not None:
        pointing = [
            name
            for name, metric in description.metrics.items()
            if metric.problem == fault.problem and metric.kind is Kind.GAUGE
        ]
        yield from pointing[:MOST_OF_A_CODE]


def _chart(subject: Subject, name: str, seen: Evidence) -> Chart | None:
    """Nothing where there were no readings."""
    metric = subject.description.metrics[name]
    title = metric.title.language(subject.language)
    start, end = evidence.plot_from(seen), _end(seen, subject.now)
    if seen.kind == "anomaly":
        lines = _expected(subject, name, start, end)
        marks = Marks(noticed=[seen.until], spans=[(_since(seen, name), seen.until)])
        note = subject.say(
            "Hourly means; the band is what the context explains, within three spreads."
        )
        if lines:
            return plot.draw(title, metric.unit, lines, marks, note)
    frame = telemetry.between(
        subject.connection, subject.description, subject.device_id, start, end
    )
    line = _line(frame, name, title)
    if not line.times:
        return None
    return plot.draw(title, metric.unit, [line], _marks(seen, metric), _note(subject, seen, metric))


def _end(seen: Evidence, now: datetime) -> datetime:
    """Until now, but for a week after it was noticed at most."""
    return min(max(now, seen.until + LEAST_AFTER), seen.until + LONGEST_AFTER)


def _since(seen: Evidence, name: str) -> datetime:
    """When this metric began to depart."""
    return next((each.since for each in seen.moved if each.metric == name), seen.since)


def _expected(subject: Subject, name: str, start: datetime, end: datetime) -> list[Line]:
    """Observed and expected by the model that serves now; nothing if none does or can be read."""
    try:
        frame = scoring.expected_series(
            subject.connection, subject.description, subject.device_id, name, start, end
        )
    except (NotFoundError, UnreadableError):
        return []
    frame = frame.dropna(subset=["observed", "expected"])
    if frame.empty:
        return []
    times = list(frame["time"].dt.to_pydatetime())
    spread = frame["spread"].fillna(0.0)
    return [
        Line(
            times,
            frame["expected"].tolist(),
            subject.say("Expected"),
            plot.EXPECTED,
            dashed=True,
            low=(frame["expected"] - 3 * spread).tolist(),
            high=(frame["expected"] + 3 * spread).tolist(),
        ),
        Line(times, frame["observed"].tolist(), subject.say("Observed")),
    ]


def _line(frame: pd.DataFrame, name: str, title: str) -> Line:
    known = frame[["time", name]].dropna()
    return Line(list(known["time"].dt.to_pydatetime()), known[name].tolist(), title)


def _marks(seen: Evidence, metric: Metric) -> Marks:
    bounds = [bound for bound in (seen.low, seen.high) if bound is not None]
    usual = (metric.usual.low, metric.usual.high) if metric.usual else None
    spans = [(seen.since, seen.until)] if seen.since < seen.until else []
    return Marks(noticed=[seen.until], spans=spans, bounds=bounds, usual=usual)


def _note(subject: Subject, seen: Evidence, metric: Metric) -> str:
    parts = [subject.say("As reported.")]
    if seen.kind == "alarm":
        parts.append(subject.say("Dashed: the alarm's limit."))
    if seen.kind == "anomaly":
        parts.append(subject.say("Dashed: the range that was expected."))
    if metric.usual:
        parts.append(subject.say("Green: the usual range."))
    return " ".join(parts)
