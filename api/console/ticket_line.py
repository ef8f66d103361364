"""What happened to a ticket, in words, for its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api import wording
from devices.catalogue.appliance_type import ApplianceType
from storage.pool import Connection
from tickets import ticket, timeline
from tickets.ticket import Ticket

FIRST = 25
"""Entries that are shown at once; the older ones are folded up."""


@dataclass(frozen=True)
class Line:
    """One entry; `text` is told in the reader's language where it is ours."""

    at: datetime
    kind: str
    actor: str | None
    text: str | None
    facts: dict[str, Any]


def of(
    connection: Connection,
    found: Ticket,
    description: ApplianceType | None,
    spoken: str,
    *,
    private: bool,
) -> list[Line]:
    """Everything, the newest first; findings are told as sentences."""
    sentences = {
        each.alert_change_id: wording.finding(each.evidence, description, spoken)
        for each in ticket.proofs(connection, found.id)
    }
    return [
        Line(
            each.at,
            each.kind,
            each.actor,
            sentences.get(each.facts["id"]) if each.kind == "finding" else each.text,
            dict(each.facts),
        )
        for each in timeline.of_ticket(connection, found, private=private)
    ]
