"""Whether the audit trail is as it was written: each entry holds a hash of itself and its past.

The database forges the links (migration 0017); here they are checked, by our own code. A
checkpoint that is kept elsewhere shows too if the end was cut off.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.types.json import Jsonb

from runtime.errors import InvalidError
from storage import lock, query
from storage.pool import Connection
from storage.signature import Signer

_SQL = query.beside(__file__)
PORTION = 5_000
LOCK = "hearthwatch.audit"
"""Held while a link is forged; the trigger takes the same."""


@dataclass(frozen=True)
class Link:
    """An entry's place in the chain."""

    number: int
    hash: bytes


@dataclass(frozen=True)
class Finding:
    """What a walk along the chain found."""

    checked: int
    last: Link
    broken: int | None = None
    """The first link that is not as it was written, or is missing."""
    reason: str = ""

    @property
    def whole(self) -> bool:
        """Whether every link is as it was written."""
        return self.broken is None


def verify(
    connection: Connection, signer: Signer, checkpoint: Mapping[str, object] | None = None
) -> Finding:
    """Walk the chain from its kept beginning to its end.

    InvalidError for a checkpoint that we did not sign.
    """
    known = None if checkpoint is None else _read(signer, checkpoint)
    begin = _anchor(connection, signer)
    if isinstance(begin, Finding):
        return begin
    finding = _walk(connection, begin, known)
    if finding.whole and _unlinked(connection):
        return Finding(finding.checked, finding.last, finding.last.number + 1, "has no link")
    if finding.whole and known is not None and known.number > finding.last.number:
        missing = finding.last.number + 1
        return Finding(finding.checked, finding.last, missing, "the end of the trail is missing")
    return finding


def _walk(connection: Connection, begin: Link, known: Link | None) -> Finding:
    last, checked = begin, 0
    for number, text, kept in _links(connection, begin.number):
        if number != last.number + 1:
            return Finding(checked, last, last.number + 1, "is missing")
        last = Link(number, hashlib.sha256(last.hash + text.encode()).digest())
        if kept != last.hash:
            return Finding(checked, last, number, "is not as it was written")
        if known is not None and known.number == number and known.hash != kept:
            return Finding(checked, last, number, "differs from the checkpoint")
        checked += 1
    return Finding(checked, last)


def _links(connection: Connection, after: int) -> Iterator[tuple[int, str, bytes]]:
    while rows := connection.execute(_SQL["links"], {"after": after, "limit": PORTION}).fetchall():
        for number, text, kept in rows:
            after = int(str(number))
            yield after, str(text), bytes(kept)  # type: ignore[call-overload]


def _anchor(connection: Connection, signer: Signer) -> Link | Finding:
    """Where the kept part begins; what is wrong with it, if we did not sign it."""
    row = connection.execute(_SQL["anchor"]).fetchone()
    if row is None:
        return Link(0, b"")
    link = Link(int(str(row[0])), bytes(row[1]))  # type: ignore[call-overload]
    try:
        signer.check(row[2])  # type: ignore[arg-type]
        signed = _read(signer, row[2])  # type: ignore[arg-type]
    except InvalidError as error:
        return Finding(0, link, link.number, f"begins after an anchor of unknown origin: {error}")
    if signed != link:
        return Finding(0, link, link.number, "begins after an anchor that was changed")
    return link


def _unlinked(connection: Connection) -> bool:
    row = connection.execute(_SQL["unlinked"]).fetchone()
    return bool(row and row[0])


def checkpoint(connection: Connection, signer: Signer, at: datetime) -> dict[str, object]:
    """The end of the chain, signed; to be kept where the database's owner cannot change it."""
    row = connection.execute(_SQL["last"]).fetchone()
    if row is None:
        raise InvalidError("the audit trail is empty", hint="there is nothing to sign yet")
    return _signed(signer, Link(int(str(row[0])), bytes(row[1])), at)  # type: ignore[call-overload]


def _signed(signer: Signer, link: Link, at: datetime) -> dict[str, object]:
    return signer.sign({"audit_link": link.number, "hash": link.hash.hex(), "at": at.isoformat()})


def _read(signer: Signer, document: Mapping[str, object]) -> Link:
    signer.check(document)
    return Link(int(str(document["audit_link"])), bytes.fromhex(str(document["hash"])))


def trim(connection: Connection, signer: Signer, kept: timedelta, at: datetime, limit: int) -> int:
    """Delete up to `limit` of the oldest entries that are older than `kept`; how many.

    What is deleted leaves an anchor, signed, that the rest is checked from.
    """
    lock.acquire(connection, LOCK)
    row = connection.execute(_SQL["too_old"], {"before": at - kept, "limit": limit}).fetchone()
    if row is None:
        return 0
    link = Link(int(str(row[0])), bytes(row[1]))  # type: ignore[call-overload]
    told = _signed(signer, link, at)
    connection.execute(
        _SQL["drop_anchor"], {"link": link.number, "hash": link.hash, "told": Jsonb(told)}
    )
    return connection.execute(_SQL["trim"], {"link": link.number}).rowcount
