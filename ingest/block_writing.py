"""Blocks of readings in the database, while nothing in them is a duplicate.

Readings of a device that sent one twice are handed back, for the careful path to sort out: only
there is it told which came first, and whether the second says the same.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from devices import telemetry_block
from devices.catalogue.appliance_type import ApplianceType
from devices.telemetry_block import Block, DuplicateError
from ingest.fast_lane import Taken
from storage.pool import Connection

WARY_BATCHES = 20
"""For how many batches a type is looked through after it had a duplicate: they come in swarms."""


class BlockWriter:
    """Stores what is new at once, and remembers which types had duplicates lately."""

    def __init__(self) -> None:
        self._wary: Counter[str] = Counter()

    def write(
        self, connection: Connection, description: ApplianceType, taken: Taken
    ) -> tuple[Taken, NDArray[np.intp]]:
        """Store in the caller's transaction; what was stored, and the messages of the others."""
        block = taken.block
        doubtful = of_devices(block, telemetry_block.repeated(block))
        if self._wary[description.type] > 0:
            self._wary[description.type] -= 1
            doubtful |= self._stored(connection, description, block)
        try:
            telemetry_block.store(connection, description, block.rows(~doubtful))
        except DuplicateError:
            doubtful |= self._stored(connection, description, block)
            try:
                telemetry_block.store(connection, description, block.rows(~doubtful))
            except DuplicateError:
                # Another worker was faster with one of them since we looked.
                doubtful[:] = True
        return taken.rows(~doubtful), taken.positions[doubtful]

    def _stored(
        self, connection: Connection, description: ApplianceType, block: Block
    ) -> NDArray[np.bool_]:
        found = telemetry_block.stored(connection, description, block)
        if found.any():
            self._wary[description.type] = WARY_BATCHES
        return of_devices(block, found)


def of_devices(block: Block, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """All readings of the devices that have a chosen one."""
    if not chosen.any():
        return chosen
    return np.isin(block.device_ids, block.device_ids[chosen])
