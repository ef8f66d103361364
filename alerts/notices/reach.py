"""How a person wants to be reached: channels they prefer or that refuse them, and for now not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row, scalar_row

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
URGENT_FIRST = ("push", "sms", "wechat_work", "dingtalk")
"""What beeps: tried first where minutes count."""


@dataclass(frozen=True)
class Way:
    """What is known of one channel of a contact."""

    channel: str
    preferred: bool
    disabled_at: datetime | None
    reason: str


@dataclass(frozen=True)
class Disabled:
    """A channel that refuses a contact for good, for the desk's list."""

    contact_id: int
    household_id: int
    region: str
    channel: str
    disabled_at: datetime
    reason: str


def ways(connection: Connection, contact_id: int) -> list[Way]:
    """The channels of a contact of which something is known."""
    with connection.cursor(row_factory=class_row(Way)) as cursor:
        return cursor.execute(_SQL["ways"], {"contact_id": contact_id}).fetchall()


def order(channels: Sequence[str], known: Sequence[Way], *, urgent: bool) -> list[str]:
    """The channels to try, in this order: preferred ones, what beeps if it is urgent, the others.

    `channels` are the installation's, in its own order; disabled ones are left out. Pure.
    """
    preferred = {way.channel for way in known if way.preferred}
    shut = {way.channel for way in known if way.disabled_at is not None}

    def rank(channel: str) -> tuple[bool, bool]:
        others, silent = channel not in preferred, channel not in URGENT_FIRST
        return (silent, others) if urgent else (others, False)

    return sorted((each for each in channels if each not in shut), key=rank)


def prefer(connection: Connection, contact_id: int, channel: str) -> None:
    """Let a contact be written to by this channel first; an empty name forgets the wish."""
    connection.execute(_SQL["prefer"], {"contact_id": contact_id, "channel": channel})


def disable(
    connection: Connection, contact_id: int, channel: str, at: datetime, reason: str
) -> None:
    """Try this channel of a contact no more, until the desk lets it."""
    asked = {"contact_id": contact_id, "channel": channel, "at": at, "reason": reason}
    connection.execute(_SQL["disable"], asked)


def enable(connection: Connection, contact_id: int, channel: str) -> bool:
    """Let a channel be tried again; False if it was not disabled."""
    asked = {"contact_id": contact_id, "channel": channel}
    return connection.execute(_SQL["enable"], asked).rowcount > 0


def disabled(
    connection: Connection, *, region: str | None = None, most: int = 100
) -> list[Disabled]:
    """What the desk should look after, the newest first."""
    with connection.cursor(row_factory=class_row(Disabled)) as cursor:
        return cursor.execute(_SQL["disabled"], {"region": region, "most": most}).fetchall()


def snooze(connection: Connection, contact_id: int, until: datetime) -> None:
    """Send a contact no reminders before then."""
    connection.execute(_SQL["snooze"], {"contact_id": contact_id, "until": until})


def snoozed_until(connection: Connection, contact_id: int) -> datetime | None:
    """Until when a contact wants no reminders; None if nothing was said."""
    with connection.cursor(row_factory=scalar_row) as cursor:
        until: datetime | None = cursor.execute(
            _SQL["snoozed_until"], {"contact_id": contact_id}
        ).fetchone()
    return until
