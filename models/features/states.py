"""When a metric that is only on or off went on or off: readings told as a log.

So a defrost, a door or a pump's switch is counted, timed and put in order like any event code.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.recording import Log, Recording

FEWEST_CHANGES = 3
"""A metric that changed less often in all of a recording is not worth a log."""


def on_and_off(recording: Recording) -> tuple[str, ...]:
    """Name the metrics that only ever have two values, and change."""
    return tuple(
        name
        for number, name in enumerate(recording.metrics)
        if _two_values(recording.values[:, number])
        and len(_changes(recording, number)[0]) >= FEWEST_CHANGES
    )


def switches(recording: Recording, metrics: Sequence[str]) -> Log:
    """Tell each change of these metrics as `<metric> up` or `<metric> down`."""
    unit, time_ns, code = [], [], []
    for name in metrics:
        number = recording.metrics.index(name)
        rows, up = _changes(recording, number)
        unit.append(recording.unit[rows])
        time_ns.append(recording.time_ns[rows])
        code += [f"{name} up" if each else f"{name} down" for each in up]
    if not code:
        return Log.empty()
    return Log.of(np.concatenate(unit), np.concatenate(time_ns), code)


def _two_values(values: Floats) -> bool:
    known = values[np.isfinite(values)]
    return len(known) > 0 and bool(np.isin(known, (known.min(), known.max())).all())


def _changes(recording: Recording, number: int) -> tuple[Ints, Bools]:
    """Rows whose value differs from the unit's last known one, and whether it is higher."""
    known = np.flatnonzero(np.isfinite(recording.values[:, number]))
    step = np.diff(recording.values[known, number])
    changed = (step != 0) & (np.diff(recording.unit[known]) == 0)
    rows: Ints = known[1:][changed]
    return rows, step[changed] > 0
