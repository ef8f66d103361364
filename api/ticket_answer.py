"""A ticket as the API tells it: as lists show it, and with why it is there and how it went on."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from api import wording
from api.finding import Finding, Words
from api.from_row import FromRow
from devices.catalogue.folder import Catalogue
from storage.pool import Connection
from tickets import priority_words, ticket
from tickets.lifecycle import TRANSITIONS, State
from tickets.priority import Reason as Weighed


class Ticket(FromRow):
    """A ticket as lists show it."""

    id: int
    serial: str
    type: str
    model: str
    region: str
    household_id: int | None
    household_name: str | None = Field(description="null for viewers, and where there is none")
    tier: str | None
    problem: str = Field(examples=["poor_cooling"])
    state: State
    severity: str
    safety: bool
    origin: str = Field(description="alert, forecast, customer or staff")
    priority: float = Field(description="What comes first; above 1000 where people are in danger")
    assignee: str | None
    visit_at: datetime | None
    opened_at: datetime
    changed_at: datetime
    version: int = Field(description="Raised by every change")
    merged_into: int | None = Field(description="The ticket that took over what this one held")
    parent_id: int | None = Field(description="The ticket of the trouble that this is a part of")


class Step(FromRow):
    """A change of state."""

    at: datetime
    actor: str
    state_before: str | None
    state_after: str
    note: str


class Reason(BaseModel):
    """A part of a priority."""

    kind: str = Field(examples=["severity"])
    points: float = Field(description="Of urgency")
    share: float = Field(description="On top of the urgency, for who waits")
    sentence: Words

    @classmethod
    def of(cls, weighed: Weighed) -> Reason:
        """One reason, in both languages."""
        return cls(
            kind=weighed.kind,
            points=weighed.points,
            share=weighed.share,
            sentence=Words(
                en=priority_words.tell(weighed, "en"), zh=priority_words.tell(weighed, "zh")
            ),
        )


class TicketDetail(Ticket):
    """A ticket with its evidence and its history."""

    title: Words | None = Field(description="null if the catalogue has the problem no more")
    advice: Words | None
    priority_reasons: list[Reason]
    evidence: list[Finding]
    history: list[Step]
    transitions: list[State] = Field(description="States that it may go to from here")
    parts: list[int] = Field(
        description="Tickets of its region that it is the parent of, or that merged into it"
    )


def detail(connection: Connection, catalogue: Catalogue, found: ticket.Ticket) -> TicketDetail:
    """The ticket with everything that explains it."""
    description = catalogue.get(found.type)
    wrong = wording.find_problem(description, found.problem)
    reasons = priority_words.read(found.priority_reasons)
    return TicketDetail(
        **Ticket.model_validate(found).model_dump(),
        title=Words.of(wrong.title) if wrong else None,
        advice=Words.of(wrong.advice) if wrong else None,
        priority_reasons=[Reason.of(each) for each in reasons],
        evidence=[Finding.of(each, description) for each in ticket.proofs(connection, found.id)],
        history=[Step.model_validate(step) for step in ticket.history(connection, found.id)],
        transitions=sorted(TRANSITIONS[State(found.state)]),
        parts=[
            each.id for each in ticket.children(connection, found.id) if each.region == found.region
        ],
    )
