"""Whether a notice may go out now, has to wait, or must not go at all. Pure.

Safety goes before everything but never lets advertising through. Service about a ticket keeps to
quiet hours only. Reminders and advertising also keep to the snooze and to the cap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.notices import frequency, quiet_hours
from alerts.notices.frequency import Cap
from alerts.notices.quiet_hours import QuietHours

MARKETING = "marketing"
SERVICE = "service"
AWAITED = frozenset({"on_the_way"})
"""Occasions that the customer waits for: a morning later they would be of no use."""
PATIENCE = timedelta(days=14)
"""A notice that had to wait for longer has been overtaken by events."""
RENEWED = frozenset({"consumable"})
"""Occasions on which it says what is true when it is sent, however long it waited."""


@dataclass(frozen=True)
class Rules:
    """What an installation has settled on."""

    quiet: QuietHours
    cap: Cap = field(default_factory=Cap)


@dataclass(frozen=True)
class Case:
    """A notice, and what is known of who shall read it."""

    purpose: str
    occasion: str
    safety: bool
    written_at: datetime
    consented: bool
    zone: ZoneInfo
    snoozed_until: datetime | None = None
    sent: Sequence[datetime] = ()
    """When the last letters went to the same person."""

    @property
    def urgent(self) -> bool:
        """Whether it is about danger; no advertisement ever is."""
        return self.safety and self.purpose != MARKETING


@dataclass(frozen=True)
class Ruling:
    """Send now if `until` is None and `refused` is empty."""

    until: datetime | None = None
    refused: str = ""
    why: str = ""
    """What holds it."""


def rule(case: Case, rules: Rules, at: datetime) -> Ruling:
    """Decide on one notice at one time."""
    if case.urgent:
        return Ruling()
    if not case.consented:
        return Ruling(refused=f"no consent to {case.purpose}")
    free, why = _free_at(case, rules, at)
    if free - case.written_at > PATIENCE and case.occasion not in RENEWED:
        return Ruling(refused=f"would have to wait for more than {PATIENCE.days} days: {why}")
    return Ruling() if free <= at else Ruling(until=free, why=why)


def _free_at(case: Case, rules: Rules, at: datetime) -> tuple[datetime, str]:
    """When nothing stands against it any more, and what stood against it last."""
    free, why = at, ""
    if case.purpose != SERVICE:
        if case.snoozed_until is not None and case.snoozed_until > free:
            free, why = case.snoozed_until, "snoozed by the customer"
        room = frequency.free_at(free, case.sent, rules.cap)
        if room > free:
            free, why = room, f"{rules.cap.most} letters in {rules.cap.within.days} days already"
    if case.occasion in AWAITED:
        return free, why
    awake = quiet_hours.free_at(free, case.zone, rules.quiet)
    return (awake, why or "quiet hours") if awake > free else (free, why)
