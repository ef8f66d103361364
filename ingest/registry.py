"""Which appliance a serial number is, without asking the database for every message."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from devices import appliance
from storage.pool import Connection

KEPT_S = 30.0
"""How long a known appliance is believed: a retirement takes effect within this."""


@dataclass(frozen=True)
class Known:
    """What ingest needs to know of an appliance."""

    id: int
    type: str
    retired: bool


Registered = Mapping[str, Known]


class Registry:
    """Remembers known appliances for a while; an unknown one is looked up again each time."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, Known]] = {}

    def resolve(self, connection: Connection, serials: Iterable[str]) -> dict[str, Known]:
        """Those of `serials` that are registered."""
        now = self._monotonic()
        wanted = set(serials)
        missing = [serial for serial in wanted if self._known.get(serial, (0.0,))[0] <= now]
        for serial in missing:
            self._known.pop(serial, None)
        if missing:
            for found in appliance.by_serials(connection, missing).values():
                known = Known(found.id, found.type, retired=found.retired_at is not None)
                self._known[found.serial] = (now + KEPT_S, known)
        return {serial: self._known[serial][1] for serial in wanted if serial in self._known}
