"""Everything that happened to a ticket in one line of time, whatever the channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from storage import event, query
from storage.pool import Connection
from tickets import ticket
from tickets.conversation import attachment, interaction, note
from tickets.ticket import Ticket
from tickets.visits import visit

_SQL = query.beside(__file__)
PRIVATE = frozenset({"interaction", "note", "attachment", "rating"})
"""Kinds that tell what a customer said, for those who work with the customer."""
EVENTS = {
    "ticket.merged": "merged",
    "ticket.split": "split",
    "ticket.grouped": "grouped",
    "sla.warned": "sla_warned",
    "sla.breached": "sla_breached",
    "verdict.recorded": "verdict",
    "rating.given": "rating",
}


@dataclass(frozen=True)
class Entry:
    """One thing that happened; `text` is what was said or noted, `facts` depend on its kind."""

    at: datetime
    kind: str
    """state, finding, interaction, note, attachment, notice, visit, or one of EVENTS."""
    actor: str | None = None
    text: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Notice:
    id: int
    at: datetime
    occasion: str
    channel: str
    state: str


def of_ticket(connection: Connection, found: Ticket, *, private: bool) -> list[Entry]:
    """What happened to a ticket, the newest first; what customers said only with `private`."""
    told = [*_states(connection, found), *_findings(connection, found)]
    told += [*_notices(connection, found), *_visits(connection, found)]
    told += _events(connection, found)
    if private:
        told += [*_interactions(connection, found), *_notes(connection, found)]
        told += _attachments(connection, found)
    shown = [each for each in told if private or each.kind not in PRIVATE]
    # Of things at one instant the later one in a ticket's life stands above.
    return sorted(shown, key=lambda each: each.at)[::-1]


def _states(connection: Connection, found: Ticket) -> Iterator[Entry]:
    for step in ticket.history(connection, found.id):
        facts = {"before": step.state_before, "after": step.state_after}
        yield Entry(step.at, "state", step.actor, step.note or None, facts)


def _findings(connection: Connection, found: Ticket) -> Iterator[Entry]:
    for proof in ticket.proofs(connection, found.id):
        facts = {"id": proof.alert_change_id, "change": proof.change, "signal": proof.signal}
        yield Entry(proof.at, "finding", None, None, facts)


def _interactions(connection: Connection, found: Ticket) -> Iterator[Entry]:
    for said in interaction.of_ticket(connection, found.id):
        facts = {"id": said.id, "channel": said.channel, "direction": said.direction}
        yield Entry(said.at, "interaction", said.actor, said.text, facts)


def _notes(connection: Connection, found: Ticket) -> Iterator[Entry]:
    for each in note.of_ticket(connection, found.id):
        yield Entry(each.at, "note", each.actor, each.text, {"id": each.id})


def _attachments(connection: Connection, found: Ticket) -> Iterator[Entry]:
    for each in attachment.of_ticket(connection, found.id):
        facts = {"id": each.id, "media_type": each.media_type, "bytes": each.size}
        yield Entry(each.at, "attachment", each.actor, each.name, facts)


def _notices(connection: Connection, found: Ticket) -> Iterator[Entry]:
    with connection.cursor(row_factory=class_row(_Notice)) as cursor:
        rows = cursor.execute(_SQL["notices"], {"id": found.id}).fetchall()
    for each in rows:
        facts = {"id": each.id, "occasion": each.occasion, "channel": each.channel}
        yield Entry(each.at, "notice", None, None, {**facts, "state": each.state})


def _visits(connection: Connection, found: Ticket) -> Iterator[Entry]:
    """Visits that are over: those to come are told by the states of the ticket."""
    for each in visit.of_ticket(connection, found.id):
        if each.finished_at is not None:
            facts = {"id": each.id, "number": each.number, "state": each.state}
            yield Entry(each.finished_at, "visit", each.technician, None, facts)


def _events(connection: Connection, found: Ticket) -> Iterator[Entry]:
    for each in event.of_subject(connection, f"ticket:{found.id}"):
        if each.kind in EVENTS:
            facts = dict(each.facts)
            actor = facts.pop("actor", None)
            yield Entry(each.at, EVENTS[each.kind], str(actor) if actor else None, None, facts)
