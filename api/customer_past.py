"""What the API tells of what a household bought, said, was told and thought."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from api.from_row import FromRow


class Purchase(FromRow):
    """Something that the household bought."""

    external_id: str
    part_number: str
    quantity: int
    amount: Decimal
    currency: str
    bought_at: datetime
    source: str


class Ticket(FromRow):
    """A ticket of the household."""

    id: int
    serial: str
    problem: str
    state: str
    severity: str
    safety: bool
    opened_at: datetime


class Interaction(FromRow):
    """What was said, on whatever channel."""

    at: datetime
    channel: str
    direction: str
    actor: str
    ticket_id: int | None
    text: str


class Notice(FromRow):
    """A notice to one of its people."""

    id: int
    occasion: str
    purpose: str
    channel: str
    state: str
    subject: str
    created_at: datetime
    ticket_id: int | None


class Rating(FromRow):
    """What the household thought of a service."""

    ticket_id: int
    nps: int | None
    csat: int | None
    comment: str
    at: datetime
