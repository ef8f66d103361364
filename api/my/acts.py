"""What a customer does on their page; each form is posted, checked, and leads back to the page."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from alerts.channels import installed
from alerts.notices import happening, notice, reach
from api.house import Served, Transaction
from api.my import choices, consumable_matter, page, ticket_matter
from api.my.visitor import FilledIn, Visiting, Visitor, bound
from runtime.errors import ConflictError, InvalidError, NotFoundError
from storage.pool import Connection
from tickets import ticket
from tickets.answers import question, rating, replacement
from tickets.conversation import intake, interaction
from tickets.conversation.interaction import Interaction
from tickets.lifecycle import State
from tickets.routing import slots
from tickets.ticket import Move, Ticket

router = APIRouter(prefix="/my/{token}")
ACTOR = "customer"
SNOOZES = {7, 14, 30, 60}
"""Days for which reminders can be put off."""
Number = Annotated[int | None, Form()]


@router.post("/confirm")
def confirm(house: Served, connection: Transaction, visitor: FilledIn) -> Response:
    """The appointment suits."""
    found = _ticket(connection, visitor)
    try:
        slots.confirm(connection, found.id, ACTOR, house.clock.now())
    except ConflictError as error:
        return _refused(house, connection, visitor, error)
    return _done(house, connection, visitor, "confirm")


@router.post("/book")
def book(
    house: Served,
    connection: Transaction,
    visitor: FilledIn,
    slot: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Another time suits better; one that was just taken is refused, and others are shown."""
    found = _ticket(connection, visitor)
    try:
        with connection.transaction():
            start = slots.parse(slot)
            slots.book(connection, house.catalogue, found.id, start, ACTOR, house.clock.now())
    except (ConflictError, InvalidError) as error:
        return _refused(house, connection, visitor, error)
    return _done(house, connection, visitor, "book")


@router.post("/replaced")
def replaced(house: Served, connection: Transaction, visitor: FilledIn) -> Response:
    """The consumable was replaced."""
    kind, names = visitor.subject
    if kind != "consumable":
        raise NotFoundError("there is no such page")
    device, description, _ = consumable_matter.find(
        connection, house, visitor, int(names[0]), names[1]
    )
    at = house.clock.now()
    replacement.record(connection, description, device.id, names[1], visitor.link.contact_id, at)
    return _done(house, connection, visitor, "replaced", consumable=names[1])


@router.post("/answer")
def answer(
    house: Served,
    connection: Transaction,
    visitor: FilledIn,
    words: Annotated[str, Form(max_length=interaction.LONGEST)] = "",
    again: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """A message about the ticket; with `again` the trouble is back."""
    found, at = _ticket(connection, visitor), house.clock.now()
    if not words.strip():
        return _refused(house, connection, visitor, InvalidError("Please write a few words."))
    said = Interaction(
        household_id=visitor.link.household_id,
        channel="web",
        direction="inbound",
        at=at,
        actor=ACTOR,
        text=words.strip(),
        ticket_id=found.id,
        device_id=found.device_id,
        contact_id=visitor.link.contact_id,
        external_ref=f"my-{visitor.link.id}-{hashlib.sha256(words.encode()).hexdigest()[:16]}",
    )
    interaction.record(connection, said)
    question.settle(connection, found.id, at)
    if again and found.state in ticket_matter.DONE:
        back = Move(State.REOPENED, found.version, ACTOR, note="the customer says it is back")
        try:
            with connection.transaction():
                ticket.move(connection, found.id, back, at)
        except ConflictError:
            pass  # Another ticket is open for it already; the message stands with this one.
    else:
        intake.answer(connection, found.id, at)
    return _done(house, connection, visitor, "answer")


@router.post("/rate")
def rate(
    house: Served,
    connection: Transaction,
    visitor: FilledIn,
    nps: Number = None,
    csat: Number = None,
    comment: Annotated[str, Form(max_length=rating.LONGEST)] = "",
) -> Response:
    """What they think of the service."""
    found, at = _ticket(connection, visitor), house.clock.now()
    if found.state not in ticket_matter.DONE:
        raise ConflictError("there is nothing to rate yet")
    try:
        rating.give(
            connection, found, visitor.link.contact_id, at, nps=nps, csat=csat, comment=comment
        )
    except InvalidError:
        wrong = InvalidError("Please choose a number first.")
        return _refused(house, connection, visitor, wrong)
    return _done(house, connection, visitor, "rate")


@router.post("/choose")
def choose(
    house: Served,
    connection: Transaction,
    visitor: FilledIn,
    purposes: Annotated[list[str], Form(default_factory=list)],
    channels: Annotated[list[str], Form(default_factory=list)],
    preferred: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """By purpose and channel, what we may write."""
    offered, at = installed.names(house.settings.channels), house.clock.now()
    contact_id = visitor.link.contact_id
    choices.choose(connection, contact_id, purposes, channels, offered, at)
    reach.prefer(connection, contact_id, preferred if preferred in offered else "")
    return _done(house, connection, visitor, "choose")


@router.post("/snooze")
def snooze(
    house: Served, connection: Transaction, visitor: FilledIn, days: Number = None
) -> Response:
    """No reminders for a while."""
    if days not in SNOOZES:
        return _refused(house, connection, visitor, InvalidError("Please choose for how long."))
    until = house.clock.now() + timedelta(days=days)
    reach.snooze(connection, visitor.link.contact_id, until)
    return _done(house, connection, visitor, "snooze", days=days)


@router.post("/unsubscribe")
def unsubscribe(
    request: Request, house: Served, connection: Transaction, visitor: Visiting
) -> Response:
    """One click in a mail program (RFC 8058), which has no form of ours: the link is the proof.

    It takes back the consent to what the letter was about.
    """
    bound(request, visitor.link)
    purpose = notice.purpose(connection, visitor.link.notice_id) or "reminders"
    choices.refuse(connection, visitor.link.contact_id, purpose, house.clock.now())
    return _done(house, connection, visitor, "unsubscribe", purpose=purpose)


def _ticket(connection: Connection, visitor: Visitor) -> Ticket:
    kind, names = visitor.subject
    if kind != "ticket":
        raise NotFoundError("there is no such page")
    return ticket_matter.find(connection, visitor, int(names[0]))[0]


def _done(
    house: Served, connection: Connection, visitor: Visitor, act: str, **facts: object
) -> Response:
    """Write down that they answered, and lead back: a page loaded again does nothing twice."""
    if visitor.link.notice_id is not None:
        happening.answered(connection, visitor.link.notice_id, house.clock.now(), act, **facts)
    return RedirectResponse(f"/my/{visitor.token}?done={act}", HTTPStatus.SEE_OTHER)


def _refused(
    house: Served, connection: Connection, visitor: Visitor, error: ConflictError | InvalidError
) -> Response:
    """The page again, with what was wrong and what is possible now."""
    wrong = TAKEN if isinstance(error, ConflictError) else error.message
    return page.render(house, connection, visitor, wrong=wrong, status=error.status)


TAKEN = "This time is no longer free. Please choose another one."
