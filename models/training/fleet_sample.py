"""What a few appliances of a type reported: all that failed, and some of the others.

A model learns from a bounded number of hours, however large the fleet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from psycopg.rows import scalar_row

from devices.catalogue.appliance_type import ApplianceType
from models import fleet
from models.fleet import Chunk, Fleet, Span
from models.recording import Log, Recording
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)

MOST_HOURS = 2_000_000
"""Hours of all appliances together: of fifteen metrics 240 MB."""
MOST_DEVICES = 600
NOBODY = Chunk(1, 0, 0)


@dataclass(frozen=True)
class Chosen:
    """Appliances to learn from or to judge by, by id."""

    failing: tuple[int, ...]
    others: tuple[int, ...]
    total_others: int
    """Those in service without a failure, of whom `others` are a part."""

    @property
    def ids(self) -> list[int]:
        """All of them."""
        return sorted({*self.failing, *self.others})

    @property
    def thinned(self) -> float:
        """How many appliances each of the others stands for."""
        return self.total_others / len(self.others) if self.others else 1.0


def choose(
    connection: Connection,
    description: ApplianceType,
    failing: Sequence[int],
    length: timedelta,
    most: int = MOST_DEVICES,
) -> Chosen:
    """Choose as many as can be read over so long a time; half of the places are for the others."""
    with connection.cursor(row_factory=scalar_row) as cursor:
        members = cursor.execute(_SQL["members"], {"type": description.type}).fetchall()
    places = min(most, int(MOST_HOURS / max(length / timedelta(hours=1), 1.0)))
    known = sorted(set(failing) & set(members))
    others = sorted(set(members) - set(failing))
    rng = np.random.default_rng(0)
    had = _some(known, max(places // 2, places - len(others)), rng)
    kept = _some(others, max(places - len(had), 1), rng)
    return Chosen(tuple(had), tuple(kept), len(others))


def read(
    connection: Connection, description: ApplianceType, device_ids: Sequence[int], span: Span
) -> Fleet:
    """Read the mean hours and the logs of appliances, wherever their ids are; one by one."""
    parts = [
        fleet.read(connection, description, Chunk(one, one, 1), span)
        for one in sorted(set(device_ids))
    ]
    parts = [part for part in parts if len(part.device_ids)]
    if not parts:
        return fleet.read(connection, description, NOBODY, span)
    ids = np.array([part.device_ids[0] for part in parts], dtype=np.int64)
    return Fleet(ids, _joined([part.recording for part in parts]), span.until)


def _some(ids: Sequence[int], most: int, rng: np.random.Generator) -> list[int]:
    if len(ids) <= most:
        return list(ids)
    return sorted(int(one) for one in rng.choice(np.array(ids), most, replace=False))


def _joined(parts: Sequence[Recording]) -> Recording:
    """Recordings of one unit each, as one."""
    return replace(
        parts[0],
        units=tuple(part.units[0] for part in parts),
        unit=np.repeat(np.arange(len(parts)), [len(part) for part in parts]),
        time_ns=np.concatenate([part.time_ns for part in parts]),
        values=np.concatenate([part.values for part in parts]),
        events=_joined_logs([part.events for part in parts]),
        maintenance=_joined_logs([part.maintenance for part in parts]),
        failures=_joined_logs([part.failures for part in parts]),
        traits=np.concatenate([part.traits for part in parts if part.traits is not None]),
    )


def _joined_logs(logs: Sequence[Log]) -> Log:
    unit = np.repeat(np.arange(len(logs)), [len(log) for log in logs])
    time_ns = np.concatenate([log.time_ns for log in logs])
    return Log.of(unit, time_ns, [log.codes[code] for log in logs for code in log.code])
