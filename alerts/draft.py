"""A notice that somebody should get, before it is one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

AT_ONCE = timedelta()


@dataclass(frozen=True)
class Draft:
    """A notice that somebody should get; `key` names the occasion, and is used once."""

    key: str
    contact_id: int
    device_id: int | None
    purpose: str
    language: str
    subject: str
    body: str
    allowed: bool
    """Whether the contact agreed to this purpose; if not it is kept as withheld."""
    occasion: str = ""
    about: str = ""
    """What its personal page is about: `ticket:12`, `consumable:3:water_filter`."""
    ticket_id: int | None = None
    safety: bool = False
    trace: UUID | None = None
    short: str = ""
    """One or two sentences and the link, for channels that beep."""
    wait: timedelta = AT_ONCE
    """Held for so long, so that others may join it or because its time has not come."""
    wrong: str = ""
    """Why it could not be written: it is kept as failed, for the desk."""

    @property
    def state(self) -> str:
        """What becomes of it for now."""
        return "failed" if self.wrong else "queued" if self.allowed else "withheld"

    @property
    def detail(self) -> str:
        """Why it is not on its way, if it is not."""
        return self.wrong or ("" if self.allowed else f"no consent to {self.purpose}")
