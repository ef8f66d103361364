"""What the API tells of households that look like one, and of those that were made one."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from api.from_row import FromRow


class Alike(FromRow):
    """Two households that look like one."""

    first_id: int
    second_id: int
    first_external_id: str
    second_external_id: str
    score: float = Field(description="0 to 100")
    reasons: list[str] = Field(examples=[["phone", "name"]])
    found_at: datetime


class Merge(FromRow):
    """One household that was made a part of another."""

    id: int
    survivor_id: int
    survivor: str
    merged_id: int
    merged: str
    at: datetime
    actor: str
    reason: str
    undone_at: datetime | None
    undone_by: str | None
