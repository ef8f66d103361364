"""Which appliance a serial number is, without asking the database for every message."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from devices import appliance
from storage.pool import Connection

KEPT_S = 30.0
"""How long what is known is believed: a retirement takes effect within this."""


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
        self._known: dict[str, Known] = {}
        self._until = monotonic() + KEPT_S

    @property
    def known(self) -> Registered:
        """What is remembered of appliances, by serial number."""
        return self._known

    def forget_in_time(self) -> bool:
        """Forget everything if it is old by now; whether it was."""
        now = self._monotonic()
        if now < self._until:
            return False
        self._known = {}
        self._until = now + KEPT_S
        return True

    def look_up(self, connection: Connection, serials: Iterable[str]) -> None:
        """Know those of `serials` that are registered and not remembered."""
        missing = list(set(serials) - self._known.keys())
        if missing:
            for found in appliance.by_serials(connection, missing).values():
                retired = found.retired_at is not None
                self._known[found.serial] = Known(found.id, found.type, retired=retired)
