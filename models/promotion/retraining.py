"""When a type's models are due to be fitted anew, and doing it: weekly, or when the world moved.

Due by event time, so that a world that runs faster retrains as often in its own days. The first
training is a person's: `hearthwatch train`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from devices.catalogue.folder import Catalogue
from models import shelf, stability
from models.promotion import release, succession
from models.promotion.succession import FROZEN, Ruled
from runtime.settings import Settings
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
log = structlog.get_logger(__name__)

DRIFT_EVERY = timedelta(days=1)
"""However much the world moves, it is learned at most so often."""
KEPT = timedelta(days=60)
"""Versions that were refused are forgotten after so long."""
SCHEDULE = "schedule"


@dataclass(frozen=True)
class Plan:
    """How often, and from how much."""

    history: timedelta = timedelta(days=42)
    """What is learned from: the newest season, but not the days held back."""
    every: timedelta = timedelta(days=7)
    """None is due by itself where this is 0."""
    frozen: timedelta = FROZEN

    @classmethod
    def of(cls, settings: Settings) -> Plan:
        """As the settings say."""
        return cls(
            history=timedelta(days=settings.train_days),
            every=timedelta(days=settings.retrain_days),
            frozen=timedelta(days=settings.frozen_days),
        )


def due(connection: Connection, type_name: str, at: datetime, plan: Plan) -> str | None:
    """Why a type's models should be fitted anew at `at`, in event time; None if they need not."""
    if not plan.every or not shelf.serving(connection, type_name):
        return None
    row = connection.execute(_SQL["last"], {"type": type_name}).fetchone()
    last = row[0] if row and isinstance(row[0], datetime) else None
    if last is None or at - last >= plan.every:
        return SCHEDULE
    return _drifted(connection, type_name, last) if at - last >= DRIFT_EVERY else None


def retrain(
    connection: Connection,
    catalogue: Catalogue,
    type_name: str,
    at: datetime,
    plan: Plan,
    why: str = SCHEDULE,
) -> list[Ruled]:
    """Fit a type anew on its newest history, and let serve what is better; the caller commits.

    What is tried since an earlier time, because there was too little to judge by, is judged first.
    """
    description = catalogue[type_name]
    start = at - plan.frozen - plan.history
    ruled = succession.settle_tried(connection, description, at)
    ruled += release.of_type(connection, catalogue, type_name, (start, at), at, frozen=plan.frozen)
    promoted = sum(each.ruling.serves for each in ruled)
    told = {"type": type_name, "at": at, "why": why, "fitted": len(ruled), "promoted": promoted}
    connection.execute(_SQL["note"], told)
    connection.execute(_SQL["put_away"], {"type": type_name, "before": at - KEPT})
    for each in ruled:
        log.info("ruled on", type=type_name, model=each.model.name, reason=each.ruling.reason)
    return ruled


def _drifted(connection: Connection, type_name: str, since: datetime) -> str | None:
    """The greatest drift of a whole type, measured since, if it is a major one."""
    asked = {"type": type_name, "since": since, "major": stability.MAJOR}
    row = connection.execute(_SQL["drifted"], asked).fetchone()
    if row is None:
        return None
    kind, name, moved = row
    return f"drift of {kind} {name}: stability index {moved:.2f}"
