"""What was last heard of appliances: one that is silent for too long is not said to be online.

What an appliance said of its connection stays until it says another thing, or its last will does;
where the broker goes away with it, neither comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from alerts import signal
from alerts.judges import silence
from devices import device_state
from devices.device_state import DeviceState
from storage.pool import Connection


def of(connection: Connection, device_ids: Sequence[int]) -> dict[int, DeviceState]:
    """The state of each device; offline, too, if nothing is heard for longer than its type allows.

    Silence is judged as it is for tickets, so that both say the same.
    """
    states = device_state.of(connection, device_ids)
    judged = signal.standings(connection, device_ids, silence.NAME)
    silent = {
        device for (device, name), each in judged.items() if name == silence.NAME and each.firing
    }
    return {
        device: replace(state, presence="offline") if device in silent else state
        for device, state in states.items()
    }
