"""How long a unit has left: usage left, by what is seen of its life, over the rate of use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import pandas as pd

from models.arrays import Bools, Floats
from models.detectors.detector import NotEnoughDataError
from models.features import trajectory
from models.features.regimes import Regimes
from models.features.trajectory import Spans
from models.forecasters import clock, life_blend, life_fusion, life_labels, lives
from models.forecasters.clock import Clock
from models.forecasters.conformal import Interval
from models.forecasters.forecaster import Target
from models.forecasters.life_blend import Blend, Examples, Members
from models.forecasters.life_fusion import LATE, Fusion
from models.forecasters.life_labels import Labels
from models.forecasters.lives import Renewal
from models.forecasters.threads import one_thread
from models.recording import Moments, Recording

FEWEST_LIVES = 3
CENSORED_WEIGHT = 0.5
"""What is learned from a life whose end was not seen counts by half."""
BETTER = 0.95
"""Another clock than time must make unseen errors at least so much smaller."""


@dataclass
class LifeForecaster:
    """A forecaster of remaining life; what it is given and gives is in the target's own unit.

    `cap`: what is left is never told as more than this.
    """

    cap: float | None = None
    seed: int = 0
    facts: dict[str, str | float] = field(default_factory=dict)
    """What was found while learning: the clock, the regimes, the blend's weights."""
    _renewal: Renewal = field(default_factory=Renewal)
    _judge: _Judge | None = None

    def fit(self, recording: Recording, at: Moments, target: Target) -> Self:
        """Learn from lives that ended, and from others that they lasted at least so long."""
        recording = _heard(recording)
        labels = Labels.of(at, target, self.cap)
        self._renewal, starts = lives.with_labels(recording, labels.at, labels.seen)
        apart = lives.by_life(recording, starts)
        labels = labels.by_life(lives.life_of(starts, labels.at))
        if labels.ended < FEWEST_LIVES or not len(apart):
            raise NotEnoughDataError(
                f"{labels.ended} lives are known to their end; {FEWEST_LIVES} are needed"
            )
        regimes = Regimes.of(apart)
        self._judge = _best(apart, regimes, labels, self.seed)
        self.facts = self._judge.facts() | {
            "lives": float(labels.ended),
            "regimes": float(0 if regimes.regimes is None else len(regimes.regimes)),
        }
        return self

    def score(self, recording: Recording, at: Moments) -> pd.DataFrame:
        """Remaining, lower and upper for each moment; NaN before a unit's first row."""
        if self._judge is None:
            raise NotEnoughDataError("nothing was learned yet")
        recording = _heard(recording)
        starts = self._renewal.starts(recording)
        apart = lives.by_life(recording, starts)
        moments = Moments(lives.life_of(starts, at), at.time_ns)
        remaining, lower, upper = self._judge.forecast(apart, moments)
        columns = {"remaining": remaining, "lower": lower, "upper": upper, "score": -remaining}
        time = pd.to_datetime(at.time_ns, utc=True)
        return pd.DataFrame({"unit": at.unit, "time": time, **columns})


@dataclass(frozen=True)
class _Judge:
    """All that turns lives into forecasts, with one clock."""

    clock: Clock
    regimes: Regimes
    fusion: Fusion
    spans: Spans
    ns_per_unit: float
    cap: float
    blend: Blend
    interval: Interval
    unseen_error: float

    def facts(self) -> dict[str, str | float]:
        names = [
            f"{member} {stage}" for stage in ("late", "early") for member in life_blend.MEMBERS
        ]
        weights = [round(float(weight), 3) for weight in self.blend.weights.ravel()]
        named = dict(zip(names, weights, strict=True))
        return {"clock": self.clock.name, "unseen_rmse": self.unseen_error, **named}

    def forecast(self, apart: Recording, at: Moments) -> tuple[Floats, Floats, Floats]:
        """Remaining, lower and upper, in the target's unit of time."""
        if not len(at) or not len(apart):
            nothing = np.full(len(at), np.nan)
            return nothing, nothing, nothing
        shown, rate = _shown(self.clock, self.regimes, self.fusion, self.spans, apart, at)
        shown = replace(shown, age=shown.age / self.ns_per_unit)
        left = np.clip(self.blend.predict(shown), 0.0, self.cap)
        remaining = np.clip(left / rate, 0.0, self.cap)
        lower, upper = self.interval.around(remaining)
        lower, upper = (np.clip(bound, 0.0, self.cap) for bound in (lower, upper))
        known = np.where(shown.age >= 0, 1.0, np.nan)
        return remaining * known, lower * known, upper * known


def _heard(recording: Recording) -> Recording:
    """Leave out rows that say nothing: a unit is known from its first reading on."""
    heard = np.isfinite(recording.values).sum(axis=1) > 0
    return recording.only(heard)


@dataclass(frozen=True)
class _Lesson:
    """What there is to learn from, put on one clock."""

    clock: Clock
    spans: Spans
    fusion: Fusion
    examples: Examples
    rate: Floats
    labels: Labels
    ns_per_unit: float

    @classmethod
    def of(
        cls, by: Clock, regimes: Regimes, apart: Recording, labels: Labels, usual_ns: float
    ) -> Self:
        spans = Spans.of(usual_ns, apart.step_ns)
        fusion = _fusion(by, regimes, spans, apart, labels)
        shown, rate = _shown(by, regimes, fusion, spans, apart, labels.at)
        ns_per_unit = labels.ns_per_unit if np.isfinite(labels.ns_per_unit) else np.inf
        left = labels.usage_left(by, apart, rate)
        examples = replace(shown, age=shown.age / ns_per_unit, left=left)
        return cls(by, spans, fusion, examples, rate, labels, ns_per_unit)

    def plain_error(self, seed: int) -> float:
        """How far trees and the usual life alone are off, for lives left out that ended."""
        sure = ~self.labels.censored
        unseen = life_blend.plainly(self.examples.only(sure), self.labels.cap, seed)
        return self.error(unseen, sure)

    def error(self, left: Floats, sure: Bools) -> float:
        """Of usage left as told for moments whose end is known, in the target's unit of time."""
        off = self.told(left, sure) - self.labels.left[sure]
        return float(np.sqrt(np.average(off**2, weights=self.examples.weight[sure])))

    def told(self, left: Floats, sure: Bools) -> Floats:
        """Usage left as time left, for those moments."""
        cap = self.labels.cap
        time: Floats = np.clip(np.clip(left, 0.0, cap) / self.rate[sure], 0.0, cap)
        return time


def _best(apart: Recording, regimes: Regimes, labels: Labels, seed: int) -> _Judge:
    """Learn with the clock that fits best; time stays unless another is clearly better."""
    passed, complete = labels.lasted_ns(apart)
    usual = float(np.median(passed[complete if complete.any() else passed > 0]))
    chosen = labels.only(life_labels.spread(labels.at.unit, seed))
    best = _Lesson.of(Clock(), regimes, apart, chosen, usual)
    others: Sequence[Clock] = ()
    if np.isfinite(labels.ns_per_unit) and complete.sum() >= FEWEST_LIVES:
        others = clock.candidates(apart, complete, passed)
    least = best.plain_error(seed) if others else np.inf
    for each in others:
        lesson = _Lesson.of(each, regimes, apart, chosen, usual)
        error = lesson.plain_error(seed)
        if error < BETTER * least:
            best, least = lesson, error
    return _learned(best, regimes, seed)


def _learned(lesson: _Lesson, regimes: Regimes, seed: int) -> _Judge:
    labels = lesson.labels
    blend, unseen = _fit(lesson.examples, labels.censored, labels.cap, seed)
    sure = ~labels.censored
    told, weight = lesson.told(unseen[sure], sure), lesson.examples.weight[sure]
    return _Judge(
        lesson.clock,
        regimes,
        lesson.fusion,
        lesson.spans,
        lesson.ns_per_unit,
        labels.cap,
        blend,
        Interval.of(told, labels.left[sure], weight),
        lesson.error(unseen[sure], sure),
    )


def _fit(examples: Examples, censored: Bools, cap: float, seed: int) -> tuple[Blend, Floats]:
    """Fit on what is known; then again with lives not seen to their end filled in."""
    if not censored.any():
        return life_blend.fit(examples, cap, seed)
    with one_thread():
        known = Members.fitted(examples.only(~censored), cap, seed)
        first = known.columns(examples).mean(axis=1)
    guess = np.clip(np.maximum(first, examples.left), 0.0, cap)
    weight = examples.weight * np.where(censored, CENSORED_WEIGHT, 1.0)
    filled = replace(examples, left=np.where(censored, guess, examples.left), weight=weight)
    return life_blend.fit(filled, cap, seed)


def _fusion(by: Clock, regimes: Regimes, spans: Spans, apart: Recording, labels: Labels) -> Fusion:
    """Learn how metrics move together from the moments nearest to an end."""
    near = labels.only(np.flatnonzero(~labels.censored))
    late = near.at.only(near.left <= np.quantile(near.left, LATE))
    used = by.read(apart)
    on_clock = by.put_on(regimes.taken_out(apart), used)
    gone = trajectory.departure(on_clock, by.moments(apart, used, late), spans)
    return Fusion.of(on_clock, gone)


def _shown(
    by: Clock, regimes: Regimes, fusion: Fusion, spans: Spans, apart: Recording, at: Moments
) -> tuple[Examples, Floats]:
    """What the model is shown of each moment (age in nanoseconds), and the rate of use."""
    used = by.read(apart)
    rate = by.rate(apart, used, at)
    on_clock = by.put_on(fusion.added_to(regimes.taken_out(apart)), used)
    moments = by.moments(apart, used, at)
    table = trajectory.trajectory(on_clock, moments, spans)
    traits = np.empty((len(at), 0)) if apart.traits is None else apart.traits[at.unit]
    age = trajectory.age_ns(on_clock, moments)
    nothing = np.full(len(at), np.nan)
    fused = table.only_columns(life_fusion.fused(table.names))
    weight = np.ones(len(at))
    return Examples(table.values, fused, traits, age, nothing, at.unit, weight), rate
