"""How likely a unit is to fail within a horizon, and in which mode.

Trees tell whether; a blend of a forest and a line tells which mode if so. What the trees say is
calibrated on units (with few of them: stretches of time) that they did not see.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from models.arrays import Bools, Floats, Ints
from models.detectors.detector import NotEnoughDataError
from models.features.precursors import PORTION, Precursors
from models.forecasters import fault_risk, fault_rows
from models.forecasters.calibration import Calibration, best_level
from models.forecasters.fault_modes import ModeBlend
from models.forecasters.fault_risk import Risk, Tried
from models.forecasters.forecaster import Target
from models.forecasters.mode_odds import ModeOdds
from models.recording import HOUR_NS, Moments, Recording

FEWEST_EPISODES = 3
"""With fewer faults to learn from, rules and the anomaly score have to carry the type."""
MOST_UNSEEN = 12_000
"""Rows before a fault from which modes are calibrated: more teach little and cost time."""


@dataclass(frozen=True)
class Learned:
    """All that a fit leaves behind."""

    precursors: Precursors
    names: tuple[str, ...]
    """The features, in the order that the models were shown."""
    modes: tuple[str, ...]
    risk: Risk | None
    """None if every row that was learned from precedes a fault."""
    calibration: Calibration
    alarm_from: float
    """The raw probability from which on an alarm is worth most, as unseen rows show."""
    which: ModeBlend
    mode_odds: ModeOdds


@dataclass(frozen=True)
class Whether:
    """How a fit tells whether a fault is ahead."""

    risk: Risk | None
    calibration: Calibration
    alarm_from: float


class FaultForecaster:
    """Says how likely each mode is within `horizon_ns` after a moment."""

    def __init__(self, horizon_ns: int, seed: int = 0) -> None:
        self.horizon_ns = horizon_ns
        self.seed = seed
        self.learned: Learned | None = None

    @property
    def lookback_h(self) -> int:
        """Hours before a moment that hold all readings it is told by; a horizon if unfitted."""
        lengths = self.learned.precursors.lengths_ns if self.learned else ()
        return math.ceil(max(lengths, default=self.horizon_ns) / HOUR_NS)

    @property
    def threshold(self) -> float:
        """The probability from which on an alarm is worth most by F1, on rows not seen."""
        if self.learned is None:
            raise NotEnoughDataError("this forecaster has not been fitted")
        return float(self.learned.calibration(np.array([self.learned.alarm_from]))[0])

    def fit(self, recording: Recording, at: Moments, target: Target) -> Self:
        """Learn which moments precede which faults; raises NotEnoughDataError."""
        some = np.atleast_1d(np.isfinite(target.values).any(axis=1))
        at, target = at.only(some), target.only(some)
        faulty = np.nan_to_num(target.values).max(axis=1, initial=0.0) > 0
        episode = fault_rows.episodes(at, faulty, self.horizon_ns)
        _check(episode, target)
        chosen = fault_rows.choose(faulty, np.random.default_rng(self.seed))
        rows = chosen.rows
        precursors = Precursors.of(recording, at, self.horizon_ns)
        table = precursors.table(recording, at.only(rows))
        shown = at.only(rows)
        folds = list(fault_rows.folds(shown, episode[rows], self.horizon_ns, self.seed))
        whether = self._whether(table.values, episode[rows], chosen.weight, folds)
        which, mode_odds = self._which(table.values, target.only(rows).values, episode[rows], folds)
        self.learned = Learned(
            precursors=precursors,
            names=table.names,
            modes=target.names,
            risk=whether.risk,
            calibration=whether.calibration,
            alarm_from=whether.alarm_from,
            which=which,
            mode_odds=mode_odds,
        )
        return self

    def score(self, recording: Recording, at: Moments) -> pd.DataFrame:
        """One row a moment: the probability of any fault, and of each mode."""
        if self.learned is None:
            raise NotEnoughDataError("this forecaster has not been fitted")
        found = np.empty((len(at), 1 + len(self.learned.modes)))
        for begin in range(0, len(at), PORTION):
            part = np.arange(begin, min(begin + PORTION, len(at)))
            found[part] = _probabilities(self.learned, recording, at.only(part))
        frame = pd.DataFrame(found, columns=["score", *_columns(self.learned.modes)])
        frame.insert(0, "unit", at.unit)
        frame.insert(1, "time", pd.to_datetime(at.time_ns, utc=True))
        return frame

    def _whether(
        self, values: Floats, episode: Ints, weight: Floats, folds: Sequence[tuple[Bools, Bools]]
    ) -> Whether:
        faulty: Bools = episode >= 0
        if faulty.all():
            sure = Calibration(np.array([0.0]), np.array([1 - 0.5 / len(faulty)]))
            return Whether(None, sure, 0.0)
        count = int(episode.max()) + 1
        tried = [
            Tried.on(kind, values, faulty, folds, self.seed) for kind in fault_risk.kinds(count)
        ]
        best = max(tried, key=lambda each: each.skill(faulty, weight))
        risk = Risk.fit(best.kind, values, faulty, self.seed)
        return _judged(risk, best.unseen, faulty, weight, count)

    def _which(
        self, values: Floats, modes_of: Floats, episode: Ints, folds: Sequence[tuple[Bools, Bools]]
    ) -> tuple[ModeBlend, ModeOdds]:
        ahead: Bools = episode >= 0
        shown, modes = values[ahead], modes_of[ahead]
        which = ModeBlend.fit(shown, modes, self.seed)
        if modes.shape[1] == 1:
            return which, ModeOdds.plain(1)
        some = np.flatnonzero(ahead)[:: len(shown) // MOST_UNSEEN + 1]
        parts = [(learn[some], hold[some]) for learn, hold in folds]
        unseen = ModeBlend.unseen(values[some], modes_of[some], parts, self.seed)
        return which, ModeOdds.fit(unseen, modes_of[some], episode[some])


def _check(episode: Ints, target: Target) -> None:
    if not target.names:
        raise NotEnoughDataError("no fault is known there, so there is nothing to learn from")
    if not len(episode):
        raise NotEnoughDataError("no moment has a known outcome, so there is nothing to learn")
    count = int(episode.max()) + 1
    if count < FEWEST_EPISODES:
        raise NotEnoughDataError(
            f"{count} faults are too few to learn from; at least {FEWEST_EPISODES} are needed"
        )
    if (episode >= 0).all() and len(target.names) == 1:
        raise NotEnoughDataError("every moment precedes a fault, so nothing tells them apart")


def _judged(risk: Risk, unseen: Floats, faulty: Bools, weight: Floats, episodes: int) -> Whether:
    told = np.isfinite(unseen)
    if not 0 < faulty[told].sum() < told.sum():
        unseen, told = np.full(len(faulty), 0.5), np.ones(len(faulty), dtype=np.bool_)
    rows = unseen[told], faulty[told], weight[told]
    return Whether(risk, Calibration.fit(*rows, episodes), best_level(*rows))


def _probabilities(learned: Learned, recording: Recording, at: Moments) -> Floats:
    """Of any fault, then of each mode, (moments, 1 + modes)."""
    table = learned.precursors.table(recording, at)
    values = np.column_stack([table.column(name) for name in learned.names])
    raw = np.full(len(at), 0.5)
    if learned.risk is not None:
        raw = learned.risk.probability(values)
    any_mode = np.clip(learned.calibration(raw), 0.0, 1.0)
    shares = learned.which.probabilities(values)
    if len(learned.modes) > 1:
        shares = learned.mode_odds(shares)
    each = any_mode[:, None] * shares
    found = np.column_stack([any_mode, each])
    found[~learned.precursors.known(recording, at)] = np.nan
    return found


def _columns(modes: tuple[str, ...]) -> list[str]:
    return [f"probability:{mode}" for mode in modes]
