"""Compares the tickets with the hidden truth: what was found, how early, what was false."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from psycopg.rows import class_row

from simulator.truth import TrueFault, Truth
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
AFTERMATH = timedelta(days=2)
"""A ticket so long after the repair still belongs to the fault: smoothing looks back."""


@dataclass(frozen=True)
class Found:
    """A finding that opened or joined a ticket."""

    ticket_id: int
    serial: str
    problem: str
    opened_at: datetime
    at: datetime


@dataclass(frozen=True)
class Scorecard:
    """How the tickets of a run compare with the truth."""

    faults_injected: int
    faults_ticketed: int
    """Faults with a ticket for one of their problems after they began."""
    failures: int
    """Faults that came to their end within the run: nobody had repaired them before."""
    failures_ticketed_before: int
    median_lead_h: float | None
    """Hours from the first finding to the failure, over the faults that were ticketed."""
    tickets: int
    false_tickets: int
    """Tickets of appliances that had nothing."""
    misnamed_tickets: int
    """Tickets of faulty appliances for a problem that the fault is not."""
    missed: tuple[str, ...]
    """Faults without a ticket, as `serial fault`."""
    false: tuple[str, ...]
    """False tickets, as `serial problem`."""
    prevented: int = 0
    """Faults that were repaired before they came to their end."""


def score(connection: Connection, truth: Truth) -> Scorecard:
    """Compare the findings of the run with its truth; times are event times."""
    with connection.cursor(row_factory=class_row(Found)) as cursor:
        found = cursor.execute(
            _SQL["findings"],
            {"serials": list(truth.serials), "start": truth.start, "end": truth.end},
        ).fetchall()
    return compare(truth, found)


def compare(truth: Truth, found: Sequence[Found]) -> Scorecard:
    """The comparison itself, without a database."""
    first = {fault: _first_finding(fault, found) for fault in truth.faults}
    ticketed = {fault: at for fault, at in first.items() if at is not None}
    failures = [fault for fault in truth.faults if _failed(fault, truth.end)]
    tickets = {each.ticket_id: each for each in found if each.opened_at >= truth.start}
    judged = [(ticket, _faults_then(ticket, truth.faults)) for ticket in tickets.values()]
    false = [ticket for ticket, faults in judged if not faults]
    misnamed = [
        ticket
        for ticket, faults in judged
        if faults and not any(ticket.problem in fault.problems for fault in faults)
    ]
    leads = [(fault.fails_at - at).total_seconds() / 3600 for fault, at in ticketed.items()]
    return Scorecard(
        faults_injected=len(truth.faults),
        faults_ticketed=len(ticketed),
        failures=len(failures),
        failures_ticketed_before=sum(
            fault in ticketed and ticketed[fault] < fault.fails_at for fault in failures
        ),
        median_lead_h=round(median(leads), 1) if leads else None,
        tickets=len(tickets),
        false_tickets=len(false),
        misnamed_tickets=len(misnamed),
        missed=tuple(f"{fault.serial} {fault.fault}" for fault in first if fault not in ticketed),
        false=tuple(f"{ticket.serial} {ticket.problem}" for ticket in false),
        prevented=sum(
            fault.repaired_at < fault.fails_at and fault.repaired_at <= truth.end
            for fault in truth.faults
        ),
    )


def _failed(fault: TrueFault, end: datetime) -> bool:
    return fault.fails_at <= end and fault.fails_at <= fault.repaired_at


def _first_finding(fault: TrueFault, found: Sequence[Found]) -> datetime | None:
    return min(
        (
            each.at
            for each in found
            if each.serial == fault.serial
            and each.problem in fault.problems
            and fault.onset <= each.at <= fault.repaired_at + AFTERMATH
        ),
        default=None,
    )


def _faults_then(ticket: Found, faults: Sequence[TrueFault]) -> list[TrueFault]:
    return [
        fault
        for fault in faults
        if fault.serial == ticket.serial
        and fault.onset <= ticket.opened_at <= fault.repaired_at + AFTERMATH
    ]
