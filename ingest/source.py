"""Where messages come from: the small shape that MQTT has now and another log may have later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec


class Message(msgspec.Struct, frozen=True, gc=False):
    """One message as it arrived, nothing of it judged.

    A struct and not a dataclass: one is made for every message, and it costs a tenth.
    """

    topic: str
    """A topic that is not UTF-8 has its odd bytes as `\\xNN`, so that it can be shown and kept."""
    payload: bytes
    received_at: datetime
    token: int | None = None
    """What the source needs to acknowledge it; None when it wants no acknowledgement."""


class Source(Protocol):
    """A stream of messages, each of which is delivered again until it is acknowledged."""

    @property
    def ready(self) -> bool:
        """Whether messages published from now on will arrive."""
        ...

    def start(self) -> None:
        """Begin to receive, in the background; a source out of reach is tried again and again."""
        ...

    def take(self, limit: int, timeout_s: float) -> list[Message]:
        """The next messages: as soon as there are `limit`, or those there after `timeout_s`."""
        ...

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Say that these are safe; without a connection they will simply come again."""
        ...

    def close(self) -> None:
        """End; what was not acknowledged comes again to the next that starts."""
        ...
