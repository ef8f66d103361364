"""What the models in use say of one appliance now: its faults to come, its state, its supplies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
OF_MODE = "probability:"
"""How a forecaster calls what it says of each mode."""


@dataclass(frozen=True)
class Said:
    """What one model says; which facts there are depends on its family."""

    family: str
    version: int
    model_id: int
    state: str
    """`champion`, or `shadow` of one on trial."""
    at: datetime
    """Readings before this instant are told."""
    score: float
    """Higher needs somebody sooner."""
    details: dict[str, Any] = field(repr=False)

    @property
    def modes(self) -> dict[str, float]:
        """How likely each problem is within the family's horizon, the likeliest first."""
        told = {
            name.removeprefix(OF_MODE): float(chance)
            for name, chance in self.details.items()
            if name.startswith(OF_MODE)
        }
        return dict(sorted(told.items(), key=lambda item: -item[1]))

    def number(self, name: str) -> float | None:
        """One number that the model says; None if it does not."""
        told = self.details.get(name)
        return float(told) if told is not None else None

    @property
    def share(self) -> float | None:
        """The score as a share of the threshold that an alarm begins at."""
        threshold = self.number("threshold")
        return self.score / threshold if threshold else None


@dataclass(frozen=True)
class Supply:
    """How long a consumable will last; None where nobody can say."""

    consumable: str
    at: datetime
    used: float
    """0 when new, 1 when spent."""
    days_left: float | None
    days_low: float | None
    days_high: float | None
    model_id: int | None
    """The learned life that this rests on; None: as rated by the maker."""
    lives: int | None
    """That it was learned from."""


def said(connection: Connection, device_id: int) -> list[Said]:
    """List what each model in use says of the appliance, by family."""
    with connection.cursor(row_factory=class_row(Said)) as cursor:
        return cursor.execute(_SQL["said"], {"device_id": device_id}).fetchall()


def lasting(connection: Connection, device_id: int) -> list[Supply]:
    """List the appliance's consumables, the next to be replaced first."""
    with connection.cursor(row_factory=class_row(Supply)) as cursor:
        return cursor.execute(_SQL["lasting"], {"device_id": device_id}).fetchall()
