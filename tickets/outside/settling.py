"""Notes what came of an attempt: taken, put off, given up, or the endpoint disabled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

import structlog

from runtime.clock import WallClock
from runtime.errors import ConflictError
from storage import event, query
from storage.event import Event
from storage.pool import Connection, Pool
from tickets.outside import link, rendering
from tickets.outside.feed import Told
from tickets.outside.outgoing import Outgoing
from tickets.outside.patience import Patience
from tickets.outside.posting import Answer

_SQL = query.beside(__file__)
_log = structlog.get_logger()


@dataclass(frozen=True)
class Due:
    """What an endpoint is to be sent next."""

    position: int
    event_id: int
    attempts: int
    failures: int
    url: str
    mapping: str | None


@dataclass(frozen=True)
class Claim:
    """An endpoint that is ours to send to for a while."""

    endpoint_id: int
    lease: UUID


@contextmanager
def ours(pool: Pool, claim: Claim) -> Iterator[Connection | None]:
    """A transaction to note what came of it; None if the endpoint is another's by now."""
    with pool.connection() as connection:
        asked = {"id": claim.endpoint_id, "lease": claim.lease}
        held = connection.execute(_SQL["hold"], asked).fetchone()
        yield connection if held else None


def settle(
    connection: Connection,
    patience: Patience,
    claim: Claim,
    due: Due,
    told: Told,
    wanted: Outgoing | None,
    answer: Answer | None,
) -> bool:
    """Note what came of an attempt; whether the next event may follow at once."""
    place = {"id": claim.endpoint_id, "position": due.position}
    if answer is None:
        connection.execute(_SQL["taken"], place)
        return True
    answer = _linked(connection, wanted, answer)
    _note(connection, claim, told, answer)
    if not answer.taken:
        _postpone(connection, patience, claim, due, told, answer)
        return False
    if not (wanted and wanted.before):
        connection.execute(_SQL["taken"], place)
    return True


def _linked(connection: Connection, wanted: Outgoing | None, answer: Answer) -> Answer:
    """Keep which record the answer says the ticket is; without it, the record was not made."""
    if not (answer.taken and wanted and wanted.outline and wanted.system and wanted.ticket_id):
        return answer
    record = rendering.external_id_of(wanted.outline, answer.body)
    if record is None:
        missing = f"no {wanted.outline.external_id} in the answer"
        return replace(answer, status=None, detail=missing) if wanted.before else answer
    try:
        link.keep(connection, wanted.system, record, wanted.ticket_id)
    except ConflictError as error:
        return replace(answer, status=None, detail=str(error))
    return answer


def _note(connection: Connection, claim: Claim, told: Told, answer: Answer) -> None:
    connection.execute(
        _SQL["note"],
        {
            "id": claim.endpoint_id,
            "message_id": told.message_id,
            "kind": told.kind,
            "subject": told.subject,
            "position": told.position,
            "took_ms": answer.took_ms,
            "status": answer.status,
            "taken": answer.taken,
            "detail": answer.detail,
        },
    )


def _postpone(
    connection: Connection,
    patience: Patience,
    claim: Claim,
    due: Due,
    told: Told,
    answer: Answer,
) -> None:
    asked = min(answer.retry_after_s or 0.0, patience.longest_s)
    row = connection.execute(
        _SQL["failed"],
        {
            "id": claim.endpoint_id,
            "position": due.position,
            "pause": max(patience.pause(due.attempts), timedelta(seconds=asked)),
            "rest": patience.rest(due.failures),
            "patience": patience.days,
        },
    ).fetchone()
    given_up, abandoned = (bool(row[1]), bool(row[2])) if row else (False, False)
    if answer.status == HTTPStatus.GONE:
        _disable(connection, claim, "it answered 410 Gone: it wants no more")
    elif given_up:
        _disable(connection, claim, f"no success for {patience.days.days} days: {answer.detail}")
    elif abandoned:
        _tell_desk(connection, claim, "abandoned", told.region, {"message": told.message_id})


def _disable(connection: Connection, claim: Claim, reason: str) -> None:
    asked = {"id": claim.endpoint_id, "reason": reason}
    row = connection.execute(_SQL["disable"], asked).fetchone()
    if row is not None:
        _tell_desk(connection, claim, "disabled", str(row[0]), {"reason": reason})


def _tell_desk(
    connection: Connection, claim: Claim, what: str, region: str, facts: dict[str, object]
) -> None:
    _log.warning(f"webhook {what}", endpoint=claim.endpoint_id, **facts)
    at = WallClock().now()
    subject = f"webhook:{claim.endpoint_id}"
    event.append(connection, [Event(f"webhook.{what}", subject, at, region=region, facts=facts)])
