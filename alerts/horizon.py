"""From when on a reading says something about "now": older ones are history and raise no alarm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Horizon:
    """The present, as far as ingest has come in event time."""

    watermark: datetime
    late_after: timedelta

    @property
    def oldest(self) -> datetime:
        """Nothing before this is judged."""
        return self.watermark - self.late_after
