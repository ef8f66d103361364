"""A channel that sends nothing: for installations and tests that must not reach anybody."""

from __future__ import annotations

from alerts.notice import Notice


class Null:
    """Accepts every notice and drops it."""

    def send(self, notice: Notice) -> str:
        """Do nothing, and say so."""
        return f"not sent: the channel {notice.channel} is null"
