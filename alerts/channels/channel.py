"""The shape of a channel."""

from __future__ import annotations

from typing import Protocol

from alerts.notice import Notice


class Channel(Protocol):
    """Sends one notice to its contact; raises if it could not."""

    def send(self, notice: Notice) -> str:
        """Send it; return what the record should say, such as the carrier's message id."""
        ...
