"""What a dialect is: which topics it reads, and what a payload says in our own terms.

A dialect only takes a message apart. Whether a time or a value can be true is judged afterwards,
for all dialects alike, in `ingest.validation`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from ingest.reason import Reason

NO_TIME = object()
"""The message tells no time: that of its arrival counts."""
WHOLE = object()
"""The part is the message as a whole."""


@dataclass(frozen=True)
class Address:
    """Whom a topic speaks of, and about what."""

    serial: str
    subject: str
    """A word of the dialect's own, such as `telemetry`."""


@dataclass(frozen=True)
class ToldReading:
    """Values at a time, as they were told."""

    time: object
    """Epoch milliseconds or RFC 3339, or NO_TIME."""
    values: Mapping[str, object]
    part: object
    """The part of the payload that told it, or WHOLE."""


@dataclass(frozen=True)
class ToldEvent:
    """A fault code raised or cleared."""

    time: object
    code: object
    state: object


@dataclass(frozen=True)
class ToldPresence:
    """A device's connection, from itself or by its last will."""

    state: object


@dataclass(frozen=True)
class ToldReply:
    """What became of a command."""

    command_id: str
    state: object


@dataclass(frozen=True)
class Unreadable:
    """A part of a list that is not what the list should hold."""

    part: object
    reason: Reason
    detail: str


Told = ToldReading | ToldEvent | ToldPresence | ToldReply | Unreadable


class Dialect(Protocol):
    """One way to say things over MQTT."""

    filters: tuple[str, ...]
    """The topic filters to subscribe to; they must not overlap another dialect's."""
    bulk_filters: tuple[str, ...]
    """Those of `filters` that bring the mass of messages: several workers share them."""
    plain_subject: str | None
    """The subject whose payload is our own JSON for readings, which has a fast lane."""

    def address(self, topic: str) -> Address | None:
        """Whom the topic speaks of; None if it is not ours. Raises RefusedError if malformed."""
        ...

    def read(self, address: Address, payload: object) -> Iterable[Told]:
        """Take decoded JSON apart. Raises RefusedError if the whole has the wrong shape."""
        ...
