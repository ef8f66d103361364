"""Tells endpoints what happened: at least once, what happened to one thing in its order.

An endpoint that fails waits longer and longer and keeps no other waiting, and one that is slow has
its turn only; an event that is refused keeps only what happened to the same thing waiting.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import uuid4

from psycopg.rows import class_row

from devices.catalogue.folder import Catalogue
from runtime.clock import Clock, WallClock
from runtime.errors import HearthwatchError
from runtime.settings import Settings
from storage import query
from storage.pool import Connection, Pool
from tickets.outside import endpoint, feed, mapping, outgoing, posting, settling
from tickets.outside.address_guard import Guard
from tickets.outside.feed import Told
from tickets.outside.mapping import Mappings
from tickets.outside.outgoing import Outgoing
from tickets.outside.patience import Patience
from tickets.outside.posting import Answer
from tickets.outside.settling import Claim, Due

_SQL = query.beside(__file__)
WINDOW = 500
"""Deliveries that wait for an endpoint at most, so that one that is away fills no table."""
AT_ONCE = 50
"""Deliveries to an endpoint before another gets its turn."""
LEASE = timedelta(minutes=2)
"""For so long nobody else sends to an endpoint whose sender died; no request takes as long."""


@dataclass(frozen=True)
class Sender:
    """What sending needs."""

    pool: Pool
    catalogue: Catalogue
    guard: Guard = field(default_factory=Guard)
    mappings: Mappings = field(default_factory=mapping.load)
    patience: Patience = field(default_factory=Patience)
    wall: Clock = field(default_factory=WallClock)
    """Signatures are dated by the wall's time, whatever clock the world has."""

    @classmethod
    def of(cls, settings: Settings, pool: Pool, catalogue: Catalogue) -> Sender:
        """As the settings say; ConfigurationError where one of them cannot be."""
        guard = Guard.parse(settings.webhook_networks)
        return cls(pool, catalogue, guard, mapping.load(settings.mappings))


def collect(pool: Pool) -> bool:
    """Number what was committed and put it into the endpoints' deliveries; whether any was."""
    with pool.connection() as connection:
        feed.number(connection)
    with pool.connection() as connection:
        return connection.execute(_SQL["enqueue"], {"window": WINDOW}).rowcount > 0


def step(sender: Sender, *, sound: bool = False) -> bool:
    """Send to one endpoint what is due, for one turn; whether there was one.

    With `sound` only to one whose last message was taken: whatever the others do, it is told.
    """
    claim = _claimed(sender.pool, sound=sound)
    if claim is None:
        return False
    over = time.monotonic() + sender.patience.turn_s
    try:
        for _ in range(AT_ONCE):
            if not _tell_next(sender, claim) or time.monotonic() >= over:
                break
    finally:
        with sender.pool.connection() as connection:
            asked = {"id": claim.endpoint_id, "lease": claim.lease}
            connection.execute(_SQL["release"], asked)
    return True


def _claimed(pool: Pool, *, sound: bool = False) -> Claim | None:
    lease = uuid4()
    with pool.connection() as connection:
        asked = {"lease": lease, "lasting": LEASE, "sound": sound}
        row = connection.execute(_SQL["claim"], asked).fetchone()
    return None if row is None else Claim(int(str(row[0])), lease)


def _tell_next(sender: Sender, claim: Claim) -> bool:
    """Send one event; whether the next may follow at once."""
    with sender.pool.connection() as connection:
        due = _next(connection, claim)
        told = feed.by_id(connection, due.event_id) if due else None
        if due is None or told is None:
            return False
        wanted = _prepared(connection, sender, claim, due, told)
    answer = _sent(sender, wanted)
    made = wanted if isinstance(wanted, Outgoing) else None
    with settling.ours(sender.pool, claim) as noted:
        return noted is not None and settling.settle(
            noted, sender.patience, claim, due, told, made, answer
        )


def _sent(sender: Sender, wanted: Outgoing | Answer | None) -> Answer | None:
    if isinstance(wanted, Outgoing):
        return posting.send(wanted.request, sender.guard, sender.patience.answer_s)
    return wanted


def _next(connection: Connection, claim: Claim) -> Due | None:
    asked = {"id": claim.endpoint_id, "lease": claim.lease, "lasting": LEASE}
    if connection.execute(_SQL["renew"], asked).fetchone() is None:
        return None
    with connection.cursor(row_factory=class_row(Due)) as cursor:
        return cursor.execute(_SQL["next"], asked).fetchone()


def _prepared(
    connection: Connection, sender: Sender, claim: Claim, due: Due, told: Told
) -> Outgoing | Answer | None:
    """The request; an answer where there cannot be one, None where none is wanted."""
    try:
        chosen = mapping.find(sender.mappings, due.mapping) if due.mapping else None
        wanted = outgoing.prepare(connection, sender.catalogue, chosen, told, due.url)
        if wanted is None:
            return None
        keys = endpoint.keys_of(connection, claim.endpoint_id)
    except HearthwatchError as error:
        return Answer(None, str(error), 0)
    request = outgoing.sign(wanted.request, told, keys, sender.wall.now())
    return replace(wanted, request=request)
