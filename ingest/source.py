"""Where messages come from: the small shape that MQTT has now and another log may have later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Message:
    """One message as it arrived, nothing of it judged."""

    topic: str
    """A topic that is not UTF-8 has its odd bytes as `\\xNN`, so that it can be shown and kept."""
    payload: bytes
    received_at: datetime
    token: object = None
    """What the source needs to acknowledge it."""
    retained: bool = False


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
