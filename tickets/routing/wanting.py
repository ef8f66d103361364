"""A ticket that routing may have to do with: what was decided, and what of that may change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from devices.catalogue.appliance_type import Severity
from devices.catalogue.offline import OFFLINE
from tickets.lifecycle import State
from tickets.routing.case import Start

ANSWER_WITHIN = timedelta(hours=24)
"""Then routing chooses."""
SELF_HELP = timedelta(hours=24)
"""So long a customer may help themselves, as their notice says how, before somebody is sent."""
LEAD = timedelta(hours=2)
"""Nobody is sent sooner: the technician and the customer have to be told."""
SETTLED = timedelta(hours=24)
"""A visit so near is not moved any more."""
MISSED_AFTER = timedelta(hours=1)
"""Past the end of a visit to which nobody set out; then people are told."""
ANEW_AFTER = timedelta(hours=12)
"""Likewise; then it is planned anew. Many tell of the day's visits in the evening."""
DANGER_ANEW_AFTER = timedelta(hours=4)


@dataclass(frozen=True)
class Wanting:
    """A ticket that routing may have to do with."""

    id: int
    version: int
    state: str
    type: str
    problem: str
    severity: str
    safety: bool
    priority: float
    opened_at: datetime
    household_id: int | None
    tier: str | None
    time_zone: str
    """Of the home."""
    assignee: str | None
    technician: str | None
    begins_at: datetime | None
    ends_at: datetime | None
    number: int
    pinned: str | None
    pinned_at: datetime | None
    confirmed: bool
    chosen_by: str
    """What set the last visit: `routing`, `customer`, `staff`, or nothing yet."""
    chosen: str | None
    """The technician of that visit."""
    offered: bool
    changed_at: datetime

    @property
    def only(self) -> str | None:
        """The technician whom a person chose; one left from an earlier visit is not."""
        if self.pinned is not None or self.state != State.TRIAGED:
            return self.pinned
        return None if self.assignee == self.chosen else self.assignee

    @property
    def by_human(self) -> bool:
        """Whether a person has chosen who goes, or when."""
        return self.only is not None or self.pinned_at is not None

    @property
    def as_pinned(self) -> bool:
        """Whether the visit, if there is one, is as somebody pinned it."""
        return self.visit is None or (
            self.pinned in {None, self.technician} and self.pinned_at in {None, self.begins_at}
        )

    @property
    def visit(self) -> Start | None:
        """The visit as it stands."""
        if self.state != State.SCHEDULED or self.technician is None or self.begins_at is None:
            return None
        return Start(self.technician, self.begins_at)

    def movable(self, now: datetime) -> bool:
        """Whether the visit was routing's choice, nobody has agreed to it, and it is far off."""
        return self._far(now) and self._ours

    def yields(self, now: datetime) -> bool:
        """Whether the visit is near, but a trifle that gives way where people are in danger."""
        if self.severity != Severity.LOW or self.safety or self.visit is None or self._far(now):
            return False
        return self.visit.begins_at - now > LEAD and self._ours

    @property
    def _ours(self) -> bool:
        """Whether routing chose who goes and when, and nobody agreed to it."""
        decided = self.confirmed or self.pinned is not None or self.pinned_at is not None
        return self.chosen_by == "routing" and not decided

    def missed(self, now: datetime) -> bool:
        """Whether the visit should be over, and nobody set out to it."""
        return self._over_for(now, MISSED_AFTER)

    def given_up(self, now: datetime) -> bool:
        """Whether so long ago that nobody will tell of it late: somebody else has to come."""
        return self._over_for(now, DANGER_ANEW_AFTER if self.safety else ANEW_AFTER)

    def _over_for(self, now: datetime, span: timedelta) -> bool:
        return self.visit is not None and self.ends_at is not None and now - self.ends_at >= span

    @property
    def sent_by_staff(self) -> bool:
        """Whether a person named who goes; a time that a customer agreed to names nobody."""
        return self.pinned is not None or (self.chosen_by == "staff" and not self.confirmed)

    def _far(self, now: datetime) -> bool:
        return self.visit is not None and self.visit.begins_at - now > SETTLED

    def wants(self, now: datetime) -> bool:
        """Whether somebody has to be found: there is no visit, and no answer to wait for."""
        match self.state:
            case State.NEW | State.REOPENED | State.TRIAGED:
                return self.wanted_from <= now
            case State.WAITING_FOR_CUSTOMER:
                return self.offered and now - self.changed_at >= ANSWER_WITHIN
            case State.SCHEDULED:
                return not self.as_pinned and self._far(now)
        return False

    @property
    def wanted_from(self) -> datetime:
        """Until then the customer may help themselves; a person who triages ends that."""
        helps = self.problem == OFFLINE and not self.safety and self.state == State.NEW
        return self.opened_at + SELF_HELP if helps else self.opened_at
