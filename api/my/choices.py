"""What a customer lets us write, and how: by purpose, by channel, and for a while not at all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.channels import installed
from alerts.notices import reach
from api.house import House
from api.my.visitor import Visitor
from customers import consent
from customers.consent import PURPOSES, Answer
from storage.pool import Connection

SOURCE = "my page"
WORDING = "my-1"
"""The version of the words beside the boxes (api/my/templates/my.html)."""


@dataclass(frozen=True)
class Choices:
    """What is chosen now."""

    purposes: Collection[str]
    channels: Sequence[tuple[str, bool]]
    """Each channel of this installation, and whether it may be used."""
    preferred: str
    snoozed_until: str
    """The day; empty if nothing is snoozed."""


def of(connection: Connection, house: House, visitor: Visitor) -> Choices:
    """What a visitor has chosen."""
    contact_id = visitor.link.contact_id
    granted = consent.purposes(connection, contact_id)
    until = reach.snoozed_until(connection, contact_id)
    known = reach.ways(connection, contact_id)
    snoozed = until is not None and until > house.clock.now()
    return Choices(
        purposes=granted,
        channels=[
            (name, _is_used(connection, contact_id, granted, name))
            for name in installed.names(house.settings.channels)
        ],
        preferred=next((way.channel for way in known if way.preferred), ""),
        snoozed_until=visitor.reader.day(until) if snoozed and until else "",
    )


def _is_used(
    connection: Connection, contact_id: int, granted: Collection[str], channel: str
) -> bool:
    """Unless every purpose that they agree to is refused on this channel."""
    asked = granted or PURPOSES
    return not granted or any(
        consent.allows(connection, contact_id, purpose, channel) for purpose in asked
    )


def choose(
    connection: Connection,
    contact_id: int,
    purposes: Collection[str],
    channels: Collection[str],
    offered: Sequence[str],
    at: datetime,
) -> None:
    """Keep a choice: the purposes agreed to, and of the channels `offered` those to be used."""
    _answer(connection, [(contact_id, each, each in purposes, None) for each in PURPOSES], at)
    for channel in offered:
        for purpose in set(PURPOSES) & set(purposes):
            _set(connection, contact_id, purpose, channel, at, granted=channel in channels)


def refuse(connection: Connection, contact_id: int, purpose: str, at: datetime) -> None:
    """Take back the consent to one purpose, on every channel."""
    _answer(connection, [(contact_id, purpose, False, None)], at)


def _set(
    connection: Connection,
    contact_id: int,
    purpose: str,
    channel: str,
    at: datetime,
    *,
    granted: bool,
) -> None:
    if consent.allows(connection, contact_id, purpose, channel) != granted:
        _answer(connection, [(contact_id, purpose, granted, channel)], at)


def _answer(
    connection: Connection, told: Sequence[tuple[int, str, bool, str | None]], at: datetime
) -> None:
    answers = [
        Answer(contact_id, purpose, granted, channel, wording=WORDING)
        for contact_id, purpose, granted, channel in told
    ]
    consent.record(connection, answers, at, source=SOURCE)
