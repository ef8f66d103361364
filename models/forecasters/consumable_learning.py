"""Learns how long a consumable lasts, and whether that beats the maker's rating on unseen lives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from devices.catalogue.appliance_type import Wear
from models import remaining_life
from models.arrays import Bools, Floats
from models.detectors.detector import NotEnoughDataError
from models.features import days
from models.forecasters import consumable, consumable_looks
from models.forecasters.conditions import Conditions
from models.forecasters.consumable import HISTORY_NS, ConsumableForecaster
from models.forecasters.consumable_looks import Looks, Places
from models.forecasters.usage_life import Life, Lives, UsageLife
from models.history.worn_life import WornLife
from models.recording import Recording
from models.remaining_life import FleetRate

FEWEST_ENDED, FEWEST_HOMES = 10, 5
"""Fewer ends, or of fewer homes, say more of those homes than of the consumable."""
FOLDS = 3
BETTER = 0.95
"""What is learned must make unseen errors at least so much smaller, or the rating stays."""
TELLING = 0.99
"""Conditions must make them at least so much smaller to be asked."""


@dataclass(frozen=True)
class Known:
    """What there is to learn from."""

    lives: Sequence[WornLife]
    daily: Recording
    """All metrics of the appliances concerned, by the day; units are named after them."""
    wear: Wear
    shown: tuple[str, ...]
    """Metrics that may tell of a home's conditions."""

    @property
    def ended(self) -> list[WornLife]:
        """Lives that were seen to their end."""
        return [life for life in self.lives if life.ended]

    def only(self, chosen: Bools) -> Known:
        """Take a part of the lives."""
        return replace(
            self, lives=[one for one, is_in in zip(self.lives, chosen, strict=True) if is_in]
        )


@dataclass(frozen=True)
class _Learned:
    """What some lives taught."""

    usual: UsageLife
    conditions: Conditions | None


def learn(known: Known, seed: int = 0) -> tuple[ConsumableForecaster, dict[str, Any]]:
    """Fit on lives; NotEnoughDataError where too few ended, or the rating does as well."""
    refuse_too_few(known.lives)
    fleet = _rate(known.lives)
    plain = replace(known, shown=())
    looks, told = _unseen(plain, fleet, seed), _unseen(known, fleet, seed)
    if looks.lives < FEWEST_HOMES:
        raise NotEnoughDataError("too few lives were seen on more than two days")
    if told.error < TELLING * looks.error:
        looks = told
    else:
        known = plain
    if looks.error > BETTER * looks.rated_error:
        raise NotEnoughDataError(
            f"the maker's rating does as well: {looks.rated_error:.1f} days off,"
            f" and {looks.error:.1f} as learned"
        )
    fitted = _fitted(known, fleet, looks)
    return fitted, _facts(known, fitted, looks)


def remembering(fitted: ConsumableForecaster, lives: Sequence[WornLife]) -> ConsumableForecaster:
    """Likewise, with the lives of homes that were not learned from.

    Where conditions tell of a life, they would have to be known of each, and nothing is added.
    """
    if fitted.conditions is not None:
        return fitted
    homes = [str(life.device_id) for life in lives]
    every = _lives(lives, np.zeros(len(homes)))
    return replace(fitted, usual=fitted.usual.remembering(every, homes))


def refuse_too_few(lives: Sequence[WornLife]) -> None:
    """Raise NotEnoughDataError where too few lives, or those of too few homes, are known."""
    ended = [life for life in lives if life.ended]
    homes = len({life.device_id for life in ended})
    if len(ended) < FEWEST_ENDED or homes < FEWEST_HOMES:
        raise NotEnoughDataError(
            f"{len(ended)} lives of {homes} homes are known to their end;"
            f" {FEWEST_ENDED} of {FEWEST_HOMES} are needed"
        )


def _fitted(known: Known, fleet: FleetRate, looks: Looks) -> ConsumableForecaster:
    learned = _learned(known)
    return ConsumableForecaster(
        wear=(known.wear.metric, known.wear.new, known.wear.spent),
        usual=learned.usual,
        rate=(fleet.mean, fleet.spread),
        shown=known.shown if learned.conditions is not None else (),
        conditions=learned.conditions,
        width=looks.width(np.ones(len(looks.life), dtype=np.bool_)),
    )


def _facts(known: Known, fitted: ConsumableForecaster, looks: Looks) -> dict[str, Any]:
    ended = known.ended
    return {
        "lives": len(known.lives),
        "ended": len(ended),
        "censored": len(known.lives) - len(ended),
        "homes": len({life.device_id for life in ended}),
        "usual_life": round(fitted.usual.middle, 3),
        "alike_at_home": round(fitted.usual.alike, 3),
        "unseen_rmse_days": round(looks.error, 2),
        "rated_rmse_days": round(looks.rated_error, 2),
        "unseen_coverage": round(looks.coverage(), 3),
    }


def _rate(lives: Sequence[WornLife]) -> FleetRate:
    """Usage a day, from the last that was seen of each life."""
    usages = [consumable.usage_in(life, len(life.used)) for life in lives]
    fleet = remaining_life.fleet_rate(usages)
    if fleet is None:
        raise NotEnoughDataError("nobody uses it")
    return fleet


def _learned(known: Known) -> _Learned:
    """Learn the usual life; then what conditions do to it, and what is usual beside that."""
    homes = [str(life.device_id) for life in known.lives]
    lives = _lives(known.lives, np.zeros(len(homes)))
    usual = UsageLife.of(lives, homes)
    if not known.shown:
        return _Learned(usual, None)
    values = _conditions(known, known.lives, [int(life.time_ns[-1]) for life in known.lives])
    conditions = Conditions.of(values, *usual.departed(lives), homes)
    if conditions is None:
        return _Learned(usual, None)
    shifted = replace(lives, shift=conditions.shift(values))
    return _Learned(UsageLife.of(shifted, homes), conditions)


def _conditions(known: Known, lives: Sequence[WornLife], times: Sequence[int]) -> Floats:
    at = consumable.moments_of(known.daily, lives, times)
    return days.lately(known.daily, at, known.shown, HISTORY_NS)


def _lives(lives: Sequence[WornLife], shift: Floats) -> Lives:
    return Lives(
        used=np.array([life.used[-1] for life in lives], dtype=np.float64),
        entered=np.array([0.0 if life.begun else life.used[0] for life in lives]),
        ended=np.array([life.ended for life in lives], dtype=np.bool_),
        shift=shift,
    )


def _unseen(known: Known, fleet: FleetRate, seed: int) -> Looks:
    """What is said of lives by what was learned in other homes, and in theirs before them."""
    homes = np.array([life.device_id for life in known.lives])
    names = np.unique(homes)
    order = np.random.default_rng(seed).permutation(len(names)) % FOLDS
    fold = order[np.searchsorted(names, homes)]
    parts = []
    for number in range(FOLDS):
        learned, held = _learned(known.only(fold != number)), known.only(fold == number)
        at = consumable_looks.places(held.lives)
        expected = _expected(learned, held, at)
        parts.append(consumable_looks.look(held.lives, at, fleet, expected))
    return consumable_looks.together(parts)


def _expected(learned: _Learned, held: Known, at: Places) -> list[Life]:
    """The life to expect at each place: the usual one, by what the home was like and had before."""
    lives = [held.lives[place] for place in at.life.tolist()]
    shift = np.zeros(len(lives))
    if learned.conditions is not None and lives:
        shift = learned.conditions.shift(_conditions(held, lives, at.time_ns.tolist()))
    return [
        learned.usual.after(_before(held, life, float(now)), float(now))
        for life, now in zip(lives, shift, strict=True)
    ]


def _before(held: Known, life: WornLife, shift: float) -> Lives:
    """The lives that its home had before it."""
    own = [
        one
        for one in held.lives
        if one.device_id == life.device_id and one.time_ns[-1] <= life.time_ns[0]
    ]
    return _lives(own, np.full(len(own), shift))
