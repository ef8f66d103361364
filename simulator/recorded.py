"""How many recorded failures had a ticket before them, and how many tickets no failure after.

Chance is told beside it: a system that calls all the time is right all the time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from psycopg.rows import class_row

from simulator import recording
from simulator.mapping import Plan
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
ANOMALY = "anomaly:"
KNOWN_AFTER = timedelta(hours=1)
"""Hours are scored one hour after they end, so that late readings are in."""


@dataclass(frozen=True)
class Failure:
    """A recorded failure."""

    serial: str
    at: datetime


@dataclass(frozen=True)
class Finding:
    """What opened or joined a ticket, at the event time when the platform can have known it."""

    ticket_id: int
    serial: str
    at: datetime


@dataclass(frozen=True)
class Span:
    """The part of a recording that counts: after training, up to its end."""

    start: datetime
    end: datetime
    serials: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """Warnings and failures of a span, with warnings that count for `within_h` hours."""

    within_h: float
    failures: int
    failures_warned: int
    """Failures with a ticket opened or joined in the hours before them."""
    median_notice_h: float | None
    """From the first such finding to the failure."""
    warned_by_chance: float
    """Share of all appliance hours that follow a finding so closely: what luck would warn of."""
    tickets: int
    """Tickets opened or joined in the span."""
    false_tickets: int
    """Of these, tickets whose findings no failure followed in time."""
    findings: int
    false_findings: int


@dataclass(frozen=True)
class _Found:
    ticket_id: int
    serial: str
    problem: str
    signal: str
    at: datetime


def failures(plan: Plan) -> list[Failure]:
    """Read the failures of a recording in order of time; none where it records none."""
    recorded = plan.mapping.failures
    if recorded is None:
        return []
    frame = recording.failures(plan.file(recorded.path), recorded, plan.mapping.unit)
    return [
        Failure(serial, at.to_pydatetime())
        for at, serial in zip(frame["at"], frame["serial"], strict=True)
    ]


def counts(connection: Connection, serials: Sequence[str]) -> tuple[int, int]:
    """How many alerts and tickets these appliances have."""
    row = connection.execute(_SQL["counts"], {"serials": list(serials)}).fetchone()
    return (int(str(row[0])), int(str(row[1]))) if row else (0, 0)


def score(connection: Connection, plan: Plan, span: Span) -> list[Score]:
    """Compare a span's failures with its tickets, for each `within_h` of the plan."""
    if plan.mapping.failures is None:
        return []
    longest = timedelta(hours=max(plan.mapping.failures.within_h))
    with connection.cursor(row_factory=class_row(_Found)) as cursor:
        found = cursor.execute(
            _SQL["findings"],
            {"serials": list(span.serials), "start": span.start - longest, "end": span.end},
        ).fetchall()
    findings = [Finding(each.ticket_id, each.serial, _known_at(each)) for each in found]
    recorded = failures(plan)
    return [
        compare(recorded, findings, span, timedelta(hours=hours))
        for hours in plan.mapping.failures.within_h
    ]


def compare(
    recorded: Sequence[Failure], findings: Sequence[Finding], span: Span, within: timedelta
) -> Score:
    """Compare without a database.

    A finding from before the span may warn of its first failures, but counts for nothing else.
    """
    counted = [each for each in recorded if span.start <= each.at <= span.end]
    warnings = _by_serial(findings)
    ends = _by_serial(recorded)
    notices = [hours for each in counted if (hours := _notice_h(each, warnings, within))]
    made = [each for each in findings if each.at >= span.start]
    true = [
        any(each.at < at <= each.at + within for at in ends.get(each.serial, ())) for each in made
    ]
    tickets = {each.ticket_id for each in made}
    right = {each.ticket_id for each, good in zip(made, true, strict=True) if good}
    return Score(
        within_h=within / timedelta(hours=1),
        failures=len(counted),
        failures_warned=len(notices),
        median_notice_h=round(median(notices), 2) if notices else None,
        warned_by_chance=round(_share_covered(warnings, span, within), 3),
        tickets=len(tickets),
        false_tickets=len(tickets - right),
        findings=len(made),
        false_findings=true.count(False),
    )


def _known_at(found: _Found) -> datetime:
    return found.at + KNOWN_AFTER if found.signal.startswith(ANOMALY) else found.at


def _by_serial(events: Sequence[Failure | Finding]) -> dict[str, list[datetime]]:
    kept: dict[str, list[datetime]] = {}
    for event in sorted(events, key=lambda each: each.at):
        kept.setdefault(event.serial, []).append(event.at)
    return kept


def _notice_h(
    failure: Failure, warnings: Mapping[str, Sequence[datetime]], within: timedelta
) -> float | None:
    """Hours from the first warning that counts for a failure to the failure."""
    return next(
        (
            (failure.at - at) / timedelta(hours=1)
            for at in warnings.get(failure.serial, ())
            if failure.at - within <= at < failure.at
        ),
        None,
    )


def _share_covered(
    warnings: Mapping[str, Sequence[datetime]], span: Span, within: timedelta
) -> float:
    """Share of the appliances' time in the span that lies within `within` after a warning."""
    covered = timedelta()
    for times in warnings.values():
        reached = span.start
        for at in times:
            begin, end = max(at, reached), min(at + within, span.end)
            covered += max(end - begin, timedelta())
            reached = max(reached, end)
    total = (span.end - span.start) * len(span.serials)
    return covered / total if total else 0.0
