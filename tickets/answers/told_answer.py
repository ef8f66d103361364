"""An answer that a customer gave by another way than their page: on the phone, in a chat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from runtime.errors import ConflictError
from storage.pool import Connection
from tickets.answers import question
from tickets.conversation import intake, interaction
from tickets.conversation.interaction import Channel, Interaction
from tickets.ticket import Ticket


@dataclass(frozen=True)
class Told:
    """What was said to which question, and who wrote it down."""

    question_id: int
    text: str
    channel: Channel
    actor: str


def take(connection: Connection, ticket: Ticket, told: Told, at: datetime) -> int:
    """Keep an answer with its ticket and settle the question; return the interaction's id.

    The last open question answered, a ticket that waited goes back to the desk. NotFoundError for
    a question of another ticket, ConflictError for one that has its answer.
    """
    if not question.answered(connection, ticket.id, told.question_id, at):
        raise ConflictError(
            f"question {told.question_id} has been answered",
            hint="what else was said belongs under calls and messages",
        )
    said = Interaction(
        household_id=ticket.household_id,
        channel=told.channel,
        direction="inbound",
        at=at,
        actor=told.actor,
        text=told.text,
        ticket_id=ticket.id,
        device_id=ticket.device_id,
    )
    made = interaction.record(connection, said)
    if all(each.answered_at is not None for each in question.of_ticket(connection, ticket.id)):
        intake.answer(connection, ticket.id, at)
    return made
