"""The demo's channel: the notice stays in the house, where the console shows it."""

from __future__ import annotations

from alerts.notice import Notice


class Outbox:
    """Counts a notice as sent once it can be read on the console's outbox page."""

    def send(self, notice: Notice) -> str:
        """Nothing leaves; the row itself is what people read."""
        return f"shown in the outbox, for {notice.contact_name}"
