"""What was said about a ticket so far, for whoever goes there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from storage.pool import Connection
from tickets.answers import question
from tickets.conversation import interaction, note
from tickets.conversation.interaction import Channel

Kind = Literal["inbound", "outbound", "question", "note"]


@dataclass(frozen=True)
class Said:
    """A call or message of either side, a question to the customer, or a note of the desk."""

    at: datetime
    kind: Kind
    """`inbound` is the customer's word, the others are ours."""
    actor: str
    text: str
    channel: Channel | None = None
    """Of calls and messages."""
    household_id: int | None = None
    """Whose call or message it was."""


def about(connection: Connection, ticket_id: int) -> list[Said]:
    """Everything, the newest first; words that were erased are left out."""
    told = [*_questions(connection, ticket_id), *_calls(connection, ticket_id)]
    told += _notes(connection, ticket_id)
    # Of things said at one instant the later one stands above.
    return sorted((each for each in told if each.text), key=lambda each: each.at)[::-1]


def _questions(connection: Connection, ticket_id: int) -> Iterator[Said]:
    for each in question.of_ticket(connection, ticket_id):
        yield Said(each.asked_at, "question", each.asked_by, each.words)


def _calls(connection: Connection, ticket_id: int) -> Iterator[Said]:
    for each in interaction.of_ticket(connection, ticket_id):
        told = each.at, each.direction, each.actor, each.text
        yield Said(*told, each.channel, each.household_id)


def _notes(connection: Connection, ticket_id: int) -> Iterator[Said]:
    for each in note.of_ticket(connection, ticket_id):
        yield Said(each.at, "note", each.actor, each.text)
