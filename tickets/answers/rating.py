"""What customers think of our service: would they recommend us (NPS), are they content (CSAT)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import dict_row

from customers.secrecy import sealing
from runtime.errors import InvalidError
from storage import event, query
from storage.event import Event
from storage.pool import Connection
from tickets.ticket import Ticket

_SQL = query.beside(__file__)
COMMENT = "ratings.comment_sealed"
NPS, CSAT = range(11), range(1, 6)
LONGEST = 2000
"""Characters of a comment."""


@dataclass(frozen=True)
class Rating:
    """One person's answer about one ticket; `comment` is empty if nothing was said."""

    id: int
    ticket_id: int
    household_id: int
    contact_id: int | None
    nps: int | None
    csat: int | None
    comment: str
    at: datetime


def give(
    connection: Connection,
    ticket: Ticket,
    contact_id: int,
    at: datetime,
    *,
    nps: int | None,
    csat: int | None,
    comment: str = "",
) -> Rating:
    """Keep what somebody answered; a later answer of theirs on the same ticket counts instead."""
    household_id = _check(ticket, nps, csat, comment)
    words = comment.strip()
    sealed = sealing.seal(connection, sealing.household(household_id), COMMENT, [words])[0]
    told = {
        "ticket_id": ticket.id,
        "household_id": household_id,
        "contact_id": contact_id,
        "nps": nps,
        "csat": csat,
        "comment": sealed if words else None,
        "at": at,
    }
    number = int(str(connection.execute(_SQL["give"], told).fetchall()[0][0]))
    given = Rating(number, ticket.id, household_id, contact_id, nps, csat, words, at)
    event.append(connection, [_event(ticket, given)])
    return given


def _event(ticket: Ticket, given: Rating) -> Event:
    facts = {
        "ticket": ticket.id,
        "household": given.household_id,
        "nps": given.nps,
        "csat": given.csat,
    }
    told = {name: value for name, value in facts.items() if value is not None}
    subject = f"ticket:{ticket.id}"
    return Event("rating.given", subject, given.at, ticket.trace, ticket.region, told)


def of_ticket(connection: Connection, ticket_id: int) -> list[Rating]:
    """What was answered about a ticket."""
    return _opened(connection, "of_ticket", ticket_id)


def of_household(connection: Connection, household_id: int) -> list[Rating]:
    """What a home has answered, the newest first."""
    return _opened(connection, "of_household", household_id)


def _check(ticket: Ticket, nps: int | None, csat: int | None, comment: str) -> int:
    """The household that rates; InvalidError for an answer that is none."""
    if ticket.household_id is None:
        raise InvalidError(f"ticket {ticket.id} is nobody's: there is no one to rate it")
    if nps is None and csat is None:
        raise InvalidError("a rating needs `nps` (0 to 10) or `csat` (1 to 5)")
    if nps is not None and nps not in NPS:
        raise InvalidError(f"`nps` is {nps}", hint="0 to 10: how likely they are to recommend us")
    if csat is not None and csat not in CSAT:
        raise InvalidError(f"`csat` is {csat}", hint="1 to 5: how content they were")
    if len(comment) > LONGEST:
        raise InvalidError(f"the comment is longer than {LONGEST} characters")
    return ticket.household_id


def _opened(connection: Connection, block: str, number: int) -> list[Rating]:
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_SQL[block], {"id": number}).fetchall()
    texts = sealing.open_(
        connection,
        COMMENT,
        [(sealing.household(row["household_id"]), row.pop("comment_sealed")) for row in rows],
    )
    return [Rating(**row, comment=text or "") for row, text in zip(rows, texts, strict=True)]
