"""How long units were watched, and the runs in which an alarm stood."""

from __future__ import annotations

import numpy as np

from models.arrays import Bools, Floats, Ints

LONGEST_GAP = 10
"""A pause longer than so many usual steps counts as so many: nobody watched."""


def compact(unit: Ints) -> tuple[Ints, int]:
    """Number the units that occur from 0 on, in their order; and how many they are."""
    there, place = np.unique(unit, return_inverse=True)
    return place.astype(np.int64), len(there)


def watched_ns(unit: Ints, time_ns: Ints, units: int) -> Floats:
    """For how long each unit was watched, (units,); rows are by unit and time."""
    steps = np.diff(time_ns)
    same = np.diff(unit) == 0
    usual = float(np.median(steps[same])) if same.any() else 0.0
    counted = np.minimum(steps[same], LONGEST_GAP * usual)
    return np.asarray(np.bincount(unit[1:][same], counted, units) + usual, dtype=np.float64)


def alarms(unit: Ints, time_ns: Ints, alarm: Bools, horizon_ns: int) -> Ints:
    """Number of the alarm that each row belongs to, -1 without one.

    An alarm is good for one horizon: if it stands for longer, it was raised again.
    """
    new = alarm.copy()
    new[1:] &= ~(alarm[:-1] & (np.diff(unit) == 0))
    run = np.cumsum(new) - 1
    began = time_ns[np.flatnonzero(new)][np.maximum(run, 0)] if new.any() else time_ns
    again = np.where(alarm, (time_ns - began) // max(horizon_ns, 1), 0)
    _, number = np.unique(np.column_stack([run, again])[alarm], axis=0, return_inverse=True)
    found = np.full(len(alarm), -1, dtype=np.int64)
    found[alarm] = number
    return found
