"""How far machines that wash by programme have come: phase, minutes, water, what they measured.

What tells their health is measured in the phase concerned and held until the next cycle ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from simulator.physics.appliance import Averages, Fault
from simulator.physics.home import Bools, Floats, Ints, Surroundings

IDLE = 0
"""The phase that each sequence of phases begins with."""
CHANCES, NOISES = 5, 6
"""Random numbers a minute: uniform in [0, 1), and normal ones that a cycle keeps as its own."""
MEASURED = ("filled_l", "fill_minutes", "heat_minutes", "heated_k", "drain_s")
FULL_L = 1e-6
"""What may be missing from a full tub."""

Begin = Callable[[Bools, Surroundings, Floats, Floats], None]
Step = Callable[[Surroundings, Mapping[str, Floats]], None]


class Programme:
    """Where each unit is in `sequence`; every one that begins runs it to the end.

    `also` names what a type measures on top of `MEASURED`.
    """

    def __init__(
        self, sequence: Ints, also: Iterable[str], units: int, rng: np.random.Generator
    ) -> None:
        self._sequence, self._rng = sequence, rng
        self.stage: Ints = np.zeros(units, dtype=np.int64)
        self.minutes: Floats = np.zeros(units)
        """That the phase has taken."""
        self.water_l: Floats = np.zeros(units)
        self.noise: Floats = np.zeros((NOISES, units))
        self.sums: dict[str, Floats] = {name: np.zeros(units) for name in (*MEASURED, *also)}
        self.last: dict[str, Floats] = {}
        """What the last cycle measured, by the name it is reported under."""
        self.cycles: Floats = np.zeros(units)
        self.energy_kwh: Floats = np.zeros(units)
        self._averages = Averages()

    def wash_once(self, begin: Begin, step: Step, faults: Sequence[Fault]) -> None:
        """No machine is so new that it has no last cycle: run a first one in mild weather."""
        mild_c, nobody = np.full(self.stage.size, 20.0), np.zeros(self.stage.size)
        at = datetime(2026, 1, 1, tzinfo=UTC)
        around = Surroundings(at, 0, 3, mild_c, mild_c, mild_c - 7, nobody)
        begin(self.idle, around, *self.draw())
        healthy = dict.fromkeys((fault.name for fault in faults), nobody)
        while self.running:
            step(around, healthy)
        self._averages.take()

    def draw(self) -> tuple[Floats, Floats]:
        """A minute's chances and noises, of shape (CHANCES, units) and (NOISES, units)."""
        chance = self._rng.random((CHANCES, self.stage.size))
        return chance, self._rng.standard_normal(self.noise.shape)

    @property
    def idle(self) -> Bools:
        """Which units stand still."""
        still: Bools = self.stage == IDLE
        return still

    @property
    def running(self) -> bool:
        """Whether any unit washes."""
        return bool(self.stage.any())

    @property
    def phase(self) -> Ints:
        """What each unit does now."""
        now: Ints = self._sequence[self.stage]
        return now

    def begin(self, starting: Bools, noise: Floats) -> None:
        """Let units start, with a `noise` that lasts for the cycle."""
        self.stage[starting] = 1
        self.noise[:, starting] = noise[:, starting]
        for sums in (*self.sums.values(), self.minutes, self.water_l):
            sums[starting] = 0.0

    def fill(self, filling: Bools, target_l: Floats, flow: Floats) -> tuple[Floats, Bools]:
        """Take in water up to a level; the litres of this minute, and who is full now."""
        taken = np.where(filling, np.minimum(target_l - self.water_l, flow), 0.0)
        self.water_l += taken
        self.sums["filled_l"] += taken
        self.sums["fill_minutes"] += taken / flow
        full: Bools = filling & (self.water_l >= target_l - FULL_L)
        return taken, full

    def heat(self, on: Bools, missing_k: Floats, gain_k: Floats) -> Floats:
        """The share of this minute that a heater which gains `gain_k` a minute has to be on."""
        share = np.where(on, np.minimum(1, missing_k / gain_k), 0.0)
        self.sums["heat_minutes"] += share
        self.sums["heated_k"] += gain_k * share
        return share

    def drain(self, draining: Bools, flow: Floats) -> Bools:
        """Pump water out; who is empty now."""
        share = np.where(draining, np.minimum(1, self.water_l / flow), 0.0)
        self.water_l = np.where(draining, (self.water_l - flow).clip(0, None), self.water_l)
        self.sums["drain_s"] += 60 * share
        empty: Bools = draining & (self.water_l <= 0)
        return empty

    def go_on(self, done: Bools) -> None:
        """Begin the next phase where this one is done."""
        self.minutes[done] = 0
        self.stage = (self.stage + done) % len(self._sequence)

    def rate(self, measured: str, over: str, least: float = 1e-3) -> Floats:
        """What was measured over the time that it took, which counts as `least` at least."""
        per_time: Floats = self.sums[measured] / self.sums[over].clip(least, None)
        return per_time

    def finish(self, ended: Bools, measured: Mapping[str, Floats]) -> None:
        """Hold what was measured as that of the last cycle, where it has ended."""
        for name, values in measured.items():
            self.last[name] = np.where(ended, values, self.last.get(name, values))
        self.cycles += ended

    def use(self, power_w: Floats) -> None:
        """Count a minute's power."""
        self.energy_kwh += power_w / 60_000
        self._averages.add(power_w=power_w)

    def report(self) -> dict[str, Floats]:
        """Metrics that every such machine has; those of the last cycle until the next one ends."""
        return {
            **self._averages.take(),
            "cycle_state": self.phase.astype(np.float64),
            "energy_kwh": self.energy_kwh.copy(),
            "wash_cycles": self.cycles.copy(),
            **{f"last_cycle_{name}": values.copy() for name, values in self.last.items()},
        }
