"""What a technician hands in at the end of a visit: what was found, and what it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from devices.catalogue.appliance_type import ApplianceType
from runtime.errors import ConflictError
from storage.pool import Connection
from tickets import ticket, verdict
from tickets.lifecycle import State
from tickets.ticket import Move
from tickets.verdict import Verdict
from tickets.visits import part_use, visit
from tickets.visits.visit import Outcome, Visit


@dataclass(frozen=True)
class Report:
    """A report as somebody filled it in."""

    verdict: Verdict
    parts: Mapping[str, int] = field(default_factory=dict)
    """How many of each part number were used."""
    outcome: Outcome = "resolved"
    """`return`: somebody has to come again, and the routing plans it."""


def hand_in(
    connection: Connection,
    asked_visit: Visit,
    description: ApplianceType | None,
    report: Report,
    actor: str,
    at: datetime,
) -> Visit:
    """Keep the verdict and the parts, and end the visit, in the caller's transaction.

    A report that was handed in already, as happens when a page is sent twice over a bad
    connection, changes nothing. ConflictError if nobody has arrived, or the visit ended otherwise.
    """
    found = visit.hold(connection, asked_visit.id)
    if _handed_in(connection, found, report):
        return found
    if found.state != visit.State.ON_SITE:
        raise ConflictError(
            f"visit {found.id} is {found.state}: a report is for one where somebody is on site",
            hint="say first that you have arrived"
            if found.live
            else "the ticket's page takes a correction of the verdict",
        )
    seen = ticket.get(connection, found.ticket_id)
    verdict.record(connection, seen, description, report.verdict, actor, at)
    part_use.record(connection, found, report.parts, at)
    state = State.RESOLVED if report.outcome == "resolved" else State.TRIAGED
    move = Move(state, seen.version, actor, note=report.verdict.note)
    ticket.move(connection, seen.id, move, at)
    return visit.get(connection, found.id)


def _handed_in(connection: Connection, found: Visit, report: Report) -> bool:
    if found.state != visit.State.DONE or found.outcome != report.outcome:
        return False
    kept = verdict.of_visit(connection, found.id)
    return kept is not None and report.verdict == Verdict(
        verdict.Finding(kept.finding), kept.mode, kept.consumable, kept.note
    )
