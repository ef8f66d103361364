"""Metrics that the catalogue does not know: kept aside with their reading, not lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Unknown:
    """The part of a reading that has no column."""

    device_id: int
    time: datetime
    values: dict[str, object]


def store(connection: Connection, unknown: Sequence[Unknown]) -> None:
    """Keep them by device and time; what is kept already stays."""
    connection.execute(
        _SQL["store"],
        {
            "device_ids": [each.device_id for each in unknown],
            "times": [each.time for each in unknown],
            "values": [msgspec.json.encode(each.values).decode() for each in unknown],
        },
    )
