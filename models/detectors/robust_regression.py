"""A regression that outliers do not bend: what context explains, the same for every device.

Each device has a level of its own, so that differences between devices are not taken for an
effect of their surroundings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold

from models.arrays import Floats, Ints
from models.features.hours import Hours

ALPHA = 1.0
"""Ridge penalty: as strong as one observation at the edge of the range."""
ROUNDS = 8
HUBER = 1.345
"""Residuals beyond this many scales lose weight (95 % efficiency if the noise is normal)."""
FARTHEST = 3.0
"""Contexts count up to this many half ranges from the centre of what was seen in training."""
SELDOM = 0.05
"""A share of the hours that teaches little of what is true in them."""
FOLDS = 5
TO_SIGMA = 1.4826
"""From a median absolute deviation to a normal standard deviation."""
DAY_NS = 24 * 3_600_000_000_000


@dataclass(frozen=True)
class Basis:
    """How contexts become the columns of a linear model."""

    centre: Floats
    half_range: Floats
    curved: bool
    """With squares and products; only where there is enough data for them."""
    timed: bool
    """With the hour of the day and the change since the previous hour."""
    resting: tuple[int, ...] = ()
    """Contexts, by position, that are zero while the appliance rests and something else is true."""
    reach: Floats | None = None
    """(2, contexts): between what values they were seen in training; None if nobody noted it."""

    @classmethod
    def of(cls, hours: Hours, *, curved: bool, timed: bool) -> Basis:
        """Scaled to the range that the contexts of `hours` cover."""
        low, centre, high = np.nanpercentile(_filled(hours.context), [1, 50, 99], axis=0)
        half = (high - low) / 2
        resting = _resting(hours.context) if curved else ()
        scale = np.where(half > 0, half, 1.0)
        return cls(centre, scale, curved, timed, resting, np.array([low, high]))

    def design(self, hours: Hours) -> Floats:
        """Columns for each row; beyond the range seen in training all of them are straight."""
        now = self._scaled(hours.context)
        parts = [now]
        if self.curved:
            parts += self._bent(hours.context, now)
        if self.timed:
            parts.append(now - self._scaled(hours.before))
            angle = 2 * np.pi * (hours.time_ns % DAY_NS) / DAY_NS
            parts += [np.sin(angle)[:, None], np.cos(angle)[:, None]]
        return np.concatenate(parts, axis=1)

    def _bent(self, context: Floats, now: Floats) -> list[Floats]:
        """Squares and products; where the appliance rests it follows a plain law of its own."""
        size, near = np.abs(now), now.clip(-1, 1)
        first, second = np.triu_indices(now.shape[1], 1)
        bent = [np.where(size <= 1, now * now, 2 * size - 1), near[:, first] * near[:, second]]
        if not self.resting:
            return bent
        at_work = (context[:, self.resting] != 0).any(axis=1, keepdims=True)
        return [at_work * each for each in (np.ones((len(now), 1)), now, *bent)]

    def within(self, hours: Hours) -> Hours:
        """The same hours, with contexts no farther out than in training."""
        if self.reach is None:
            return hours
        seen, before = (each.clip(*self.reach) for each in (hours.context, hours.before))
        return replace(hours, context=seen, before=before)

    def _scaled(self, context: Floats) -> Floats:
        """Zero where missing: as if it were ordinary."""
        scaled = (context - self.centre) / self.half_range
        return np.nan_to_num(scaled).clip(-FARTHEST, FARTHEST)


def _resting(context: Floats) -> tuple[int, ...]:
    """Contexts that are now and then zero, each of those that are so together named once."""
    zero = context == 0
    share = zero.mean(axis=0)
    found: list[int] = []
    for place in np.flatnonzero((share > SELDOM) & (share < 1 - SELDOM)):
        if all((zero[:, place] != zero[:, other]).mean() > SELDOM for other in found):
            found.append(int(place))
    return tuple(found)


def _filled(context: Floats) -> Floats:
    """Let a context that was never there count as zero throughout."""
    return np.where(np.isfinite(context).any(axis=0), context, 0.0)


def weights(design: Floats, target: Floats, device_id: Ints) -> Floats:
    """Return the intercept and a weight for each column, from robust ridge regression."""
    _, position = np.unique(device_id, return_inverse=True)
    levels = np.eye(position.max() + 1)[position]
    columns = np.concatenate([design, levels], axis=1)
    unit = max(mad(target), float(np.ptp(target)) / 100, 1e-12)
    trust = np.ones(len(target))
    for _ in range(ROUNDS):
        model = Ridge(alpha=ALPHA).fit(columns, target / unit, sample_weight=trust)
        residual = np.abs(target / unit - model.predict(columns))
        scale = max(TO_SIGMA * float(np.median(residual)), 1e-6)
        trust = 1 / np.maximum(residual / (HUBER * scale), 1)
    shared = model.coef_[: design.shape[1]]
    return np.concatenate([[model.intercept_], shared]) * unit


def apply(weights: Floats, design: Floats) -> Floats:
    """Return what the weights make of each row."""
    applied: Floats = weights[0] + design @ weights[1:]
    return applied


@dataclass(frozen=True)
class CrossFit:
    """What models say that did not see a device (or, of few devices, some of its days)."""

    predicted: Floats
    """(rows,): by the model that did not see the row."""
    weights: Floats
    """(folds, columns + 1): of each of the models."""


def cross_fit(design: Floats, hours: Hours) -> CrossFit:
    """Fit once for each fold of the devices, without it."""
    predicted = np.empty(len(hours.observed))
    learned = []
    for seen, unseen in _folds(hours):
        learned.append(weights(design[seen], hours.observed[seen], hours.device_id[seen]))
        predicted[unseen] = apply(learned[-1], design[unseen])
    return CrossFit(predicted, np.array(learned))


def _folds(hours: Hours) -> Iterator[tuple[Ints, Ints]]:
    groups = hours.device_id
    if len(np.unique(groups)) < FOLDS:
        order = np.argsort(np.argsort(hours.time_ns, kind="stable"), kind="stable")
        groups = order * FOLDS // len(order)
    yield from GroupKFold(n_splits=FOLDS).split(hours.observed, groups=groups)


def mad(values: Floats) -> float:
    """Return the standard deviation as the median absolute deviation sees it."""
    return TO_SIGMA * float(np.median(np.abs(values - np.median(values))))
