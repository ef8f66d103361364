"""What a notice says as of now: a letter may have waited for days. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from alerts.draft import Draft
from alerts.notices.notice import Notice
from storage.pool import Connection


@dataclass(frozen=True)
class Renewal:
    """Nothing has changed if there is neither a reason nor a draft."""

    gone: str = ""
    """Why it need not be told any more."""
    draft: Draft | None = None
    """What to tell instead of what was written."""


Renew = Callable[[Connection, Notice, datetime], Renewal]
AS_WRITTEN = Renewal()


def as_written(_connection: Connection, _notice: Notice, _at: datetime) -> Renewal:
    """For an installation that knows nothing of what letters are about."""
    return AS_WRITTEN
