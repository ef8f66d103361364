"""How early a visit can be, if its customer has to be told of it first. Pure."""

from __future__ import annotations

from datetime import datetime

from alerts.notices import quiet_hours
from alerts.notices.delivery import HOUSE_POST
from alerts.notices.quiet_hours import QuietHours
from tickets.routing import technician
from tickets.routing.wanting import LEAD, Wanting

QUIET = HOUSE_POST.rules.quiet
"""When nobody is written to, where an installation has settled on nothing else."""


def earliest(wanting: Wanting, quiet: QuietHours, now: datetime) -> datetime:
    """So long after the letter can be sent that it is read; a danger waits for no letter."""
    if wanting.safety:
        return now + LEAD
    return quiet_hours.free_at(now, technician.zone(wanting.time_zone), quiet) + LEAD
