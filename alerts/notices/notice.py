"""Notices to customers: written once by key in the caller's transaction, sent later by a job.

What is written stands sealed for its contact; only `page` and `claim` open it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from psycopg.rows import dict_row, scalar_row

from alerts.draft import Draft
from alerts.notices import happening, sealed_words
from alerts.notices.grouping import Text
from customers import contact
from customers.secrecy import sealing
from customers.secrecy.sealing import Keys
from storage import query, queue
from storage.pool import Connection

_SQL = query.beside(__file__)
DELIVER = "alerts.deliver_notice"
"""The job that sends one notice."""


@dataclass(frozen=True)
class Notice:
    """A notice as it stands."""

    id: int
    key: str
    contact_id: int
    contact_name: str
    household_id: int
    device_id: int | None
    serial: str | None
    region: str
    purpose: str
    occasion: str
    about: str
    ticket_id: int | None
    safety: bool
    trace: UUID | None
    channel: str
    language: str
    subject: str
    body: str
    short: str
    """Its short form; empty where none was written."""
    created_at: datetime
    not_before: datetime
    attempts: int
    state: str
    settled_at: datetime | None
    detail: str


def write(connection: Connection, drafts: Sequence[Draft], at: datetime) -> list[int]:
    """Store drafts whose key is new and queue their delivery; return the ids of those queued."""
    if not drafts:
        return []
    keys = sealing.keys_of(
        connection, {sealing.contact(each.contact_id) for each in drafts}, make=True
    )
    rows = connection.execute(_SQL["write"], _columns(keys, drafts, at)).fetchall()
    written = {int(str(number)): str(state) for number, state in rows}
    happening.record(connection, written, at)
    queued = [number for number, state in written.items() if state == "queued"]
    for number in due(connection, at, within=queued):
        send(connection, number)
    return queued


def _columns(keys: Keys, drafts: Sequence[Draft], at: datetime) -> dict[str, object]:
    words = [
        sealed_words.seal(keys, sealing.contact(each.contact_id), _words(each)) for each in drafts
    ]
    return {
        "keys": [each.key for each in drafts],
        "contact_ids": [each.contact_id for each in drafts],
        "device_ids": [each.device_id for each in drafts],
        "purposes": [each.purpose for each in drafts],
        "occasions": [each.occasion for each in drafts],
        "abouts": [each.about for each in drafts],
        "ticket_ids": [each.ticket_id for each in drafts],
        "safety": [each.safety for each in drafts],
        "traces": [each.trace for each in drafts],
        "languages": [each.language for each in drafts],
        "subjects": [subject for subject, _ in words],
        "bodies": [body for _, body in words],
        "not_before": [at + each.wait for each in drafts],
        "states": [each.state for each in drafts],
        "details": [each.detail for each in drafts],
        "at": at,
    }


def _words(draft: Draft) -> Text:
    return Text(draft.subject, draft.body, draft.short)


def send(connection: Connection, notice_id: int) -> None:
    """Queue the delivery of a notice, once."""
    queue.defer_once(connection, DELIVER, f"notice:{notice_id}", notice_id=notice_id)


def due(
    connection: Connection, at: datetime, *, within: Sequence[int] | None = None, most: int = 500
) -> list[int]:
    """The queued notices whose time has come and that nobody is sending."""
    rows = connection.execute(
        _SQL["due"], {"at": at, "ids": None if within is None else list(within), "most": most}
    ).fetchall()
    return [int(str(row[0])) for row in rows]


def page(
    connection: Connection,
    *,
    before_id: int | None = None,
    limit: int = 100,
    state: str | None = None,
    region: str | None = None,
    household_id: int | None = None,
    ticket_id: int | None = None,
) -> list[Notice]:
    """Up to `limit` notices with an id below `before_id`, newest first; filtered where asked."""
    asked = {
        "before_id": before_id,
        "limit": limit,
        "state": state,
        "region": region,
        "household_id": household_id,
        "ticket_id": ticket_id,
    }
    return _opened(connection, "page", asked)


def claim(connection: Connection, notice_id: int) -> Notice | None:
    """The notice if it still waits to be sent, locked until the commit; else None."""
    return next(iter(_claimed(connection, "claim", {"id": notice_id})), None)


def claim_others(connection: Connection, first: Notice, at: datetime) -> list[Notice]:
    """What else waits for the same person by then and may share a letter, locked likewise."""
    asked = {"id": first.id, "contact_id": first.contact_id, "at": at}
    return _claimed(connection, "claim_others", asked)


def _claimed(connection: Connection, block: str, asked: Mapping[str, object]) -> list[Notice]:
    """Lock first and read then: nobody but a notice's own row has to wait."""
    ids = [row[0] for row in connection.execute(_SQL[block], asked).fetchall()]
    return _opened(connection, "by_ids", {"ids": ids}) if ids else []


def _opened(connection: Connection, block: str, asked: Mapping[str, object]) -> list[Notice]:
    """Notices with their texts opened and their contacts named."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_SQL[block], asked).fetchall()
    people = contact.by_ids(connection, {row["contact_id"] for row in rows})
    owners = {number: sealing.contact(number) for number in people}
    keys = sealing.keys_of(connection, owners.values())
    for row in rows:
        number = row["contact_id"]
        row["contact_name"] = people[number].name
        words = sealed_words.unseal(
            keys, owners[number], row.pop("subject_sealed"), row.pop("body_sealed")
        )
        row |= {"subject": words.subject, "body": words.body, "short": words.short}
    return [Notice(**row) for row in rows]


def count(connection: Connection, purpose: str) -> int:
    """How many notices of a purpose were written, withheld ones not counted."""
    row = connection.execute(_SQL["count"], {"purpose": purpose}).fetchone()
    return int(str(row[0])) if row else 0


def purpose(connection: Connection, notice_id: int | None) -> str | None:
    """What a notice was for; None if there is none of this id."""
    row = connection.execute(_SQL["purpose"], {"id": notice_id}).fetchone()
    return str(row[0]) if row else None


def sent_to(connection: Connection, contact_id: int, since: datetime) -> list[datetime]:
    """When letters went to a contact, whatever they were about."""
    asked = {"contact_id": contact_id, "since": since}
    with connection.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(_SQL["sent_to"], asked).fetchall()


def rewrite(connection: Connection, waiting: Notice, now: Draft) -> Notice:
    """Let a notice that is ours to send say what a draft says; what stands is what is sent."""
    owner = sealing.contact(waiting.contact_id)
    keys = sealing.keys_of(connection, {owner}, make=True)
    subject, body = sealed_words.seal(keys, owner, _words(now))
    told = {"id": waiting.id, "language": now.language, "subject": subject, "body": body}
    connection.execute(_SQL["rewrite"], told)
    return replace(
        waiting, language=now.language, subject=now.subject, body=now.body, short=now.short
    )


def settle(
    connection: Connection,
    notice_ids: Sequence[int],
    state: str,
    at: datetime,
    detail: str,
    *,
    channel: str = "",
) -> None:
    """Note what became of notices; the first is the letter that the others were part of."""
    asked = {"ids": list(notice_ids), "state": state, "at": at, "detail": detail}
    connection.execute(_SQL["settle"], asked | {"channel": channel, "first": notice_ids[0]})
    happening.record(connection, dict.fromkeys(notice_ids, state), at)


def hold(connection: Connection, notice_id: int, until: datetime, why: str, *, tried: str) -> None:
    """Keep a notice back until then; `tried` is the channel that failed, if one did."""
    connection.execute(_SQL["hold"], {"id": notice_id, "until": until, "why": why, "tried": tried})


def withdraw(
    connection: Connection,
    ticket_id: int,
    occasions: Sequence[str],
    at: datetime,
    why: str,
    *,
    keep: Sequence[str] = (),
) -> int:
    """Take back what still waits about a ticket on these occasions, but for the keys to keep.

    Returns how many it was.
    """
    asked = {"ticket_id": ticket_id, "occasions": list(occasions), "keep": list(keep)}
    rows = connection.execute(_SQL["waiting"], asked).fetchall()
    for (number,) in rows:
        settle(connection, [int(str(number))], "withheld", at, why)
    return len(rows)


def occasions(connection: Connection, ticket_id: int) -> list[str]:
    """What a customer was told about a ticket, or will be: the occasions, oldest first."""
    rows = connection.execute(_SQL["occasions"], {"ticket_id": ticket_id}).fetchall()
    return [str(row[0]) for row in rows]
