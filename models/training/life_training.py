"""Teaches how long a type's consumables last in truth, from the lives that its appliances saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
import structlog

from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.metric import Kind
from models import fleet, shelf
from models.arrays import Floats
from models.detectors.detector import NotEnoughDataError
from models.fleet import Span
from models.forecasters import consumable, consumable_learning, consumable_looks
from models.forecasters.consumable import LOOKBACK, ConsumableForecaster
from models.forecasters.consumable_learning import Known
from models.forecasters.consumable_looks import Places
from models.history import life_history
from models.history.worn_life import WornLife
from models.promotion.contest import Skill
from models.recording import Recording
from models.remaining_life import FleetRate, instant_ns
from models.serving import learned_life
from models.shelf import Model, Origin
from models.version import catalogue_version
from storage.pool import Connection

log = structlog.get_logger(__name__)

REACH = LOOKBACK
"""Lives take months: so much is looked at, however short the time that detectors learn from."""
PORTION = 500
"""Appliances whose lives are looked for at once."""
MOST_HOMES = 400
"""Homes whose every day is learned from; more of them only take longer."""
MOST_KNOWN_HOMES = 20_000
"""Homes whose own usual life is remembered; the others have the fleet's."""
FEWEST_TO_JUDGE = 5
"""Fewer lives that ended in a frozen window say nothing of a model."""


def train(
    connection: Connection,
    description: ApplianceType,
    start: datetime,
    end: datetime,
    at: datetime,
) -> list[Model]:
    """Learn each consumable's life from what was known before `end`; shelve what beats the rating.

    Where too few lives ended, or the maker's rating does as well, there is none, and the log says
    so. Nothing serves until `shelf.promote`.
    """
    span = Span(min(start, end - REACH), end)
    origin = Origin(
        description.type, at, span.start, end, 0, catalogue=catalogue_version(description)
    )
    trained = []
    for name in description.consumables:
        try:
            trained.append(_trained(connection, description, name, origin))
        except NotEnoughDataError as error:
            log.debug("life not learned", type=description.type, consumable=name, reason=str(error))
    return trained


def skill(
    connection: Connection,
    description: ApplianceType,
    model: Model,
    since: datetime,
    until: datetime,
) -> Skill | None:
    """How much nearer than the maker's rating a model was, on lives that ended in [since, until).

    None where fewer than five did, or the consumable has left the catalogue.
    """
    name = model.family.partition(":")[2]
    if name not in description.consumables:
        return None
    fitted = shelf.load(connection, model, ConsumableForecaster)
    span = Span(since - REACH, until)
    lives = [
        life
        for life in _lives(connection, description, name, span)
        if life.ended and life.time_ns[-1] >= instant_ns(since)
    ]
    at = consumable_looks.places(lives, instant_ns(since))
    shift = _shift(connection, description, fitted, [lives[n] for n in at.life.tolist()], at, span)
    expected = [
        fitted.usual.of_home(str(lives[place].device_id), float(each))
        for place, each in zip(at.life.tolist(), shift, strict=True)
    ]
    looks = consumable_looks.look(lives, at, FleetRate(*fitted.rate), expected)
    if looks.lives < FEWEST_TO_JUDGE:
        return None
    better = 1 - looks.error / max(looks.rated_error, consumable_looks.LEAST_DAYS)
    return Skill(better, looks.lives, "1 - error in days / error of the maker's rating")


def _shift(
    connection: Connection,
    description: ApplianceType,
    fitted: ConsumableForecaster,
    lives: Sequence[WornLife],
    at: Places,
    span: Span,
) -> Floats:
    """What the conditions at each place do to a life."""
    if fitted.conditions is None or not lives:
        return np.zeros(len(lives))
    daily = _days(connection, description, lives, span)
    return fitted.shift(daily, consumable.moments_of(daily, lives, at.time_ns.tolist()))


def _trained(
    connection: Connection, description: ApplianceType, name: str, origin: Origin
) -> Model:
    span = Span(origin.span_from, origin.span_until)
    every = _lives(connection, description, name, span)
    homes = sorted({life.device_id for life in every})
    chosen = set(homes[:: -(-len(homes) // MOST_HOMES) or 1])
    lives = [life for life in every if life.device_id in chosen]
    consumable_learning.refuse_too_few(lives)
    daily = _days(connection, description, lives, span)
    wear = description.consumables[name].wear
    fitted, facts = consumable_learning.learn(Known(lives, daily, wear, _shown(description)))
    fitted = consumable_learning.remembering(fitted, every)
    told = replace(
        origin, devices=len(homes), metrics=fitted.needs, features=("used", *fitted.shown)
    )
    return shelf.put(connection, fitted, told, facts, family=learned_life.family(name))


def _lives(
    connection: Connection, description: ApplianceType, name: str, span: Span
) -> list[WornLife]:
    """Lives of up to 20,000 appliances."""
    lives: list[WornLife] = []
    known = 0
    for chunk in fleet.chunks(connection, description.type, PORTION):
        bounds = (chunk.first_id, chunk.last_id)
        lives += life_history.read(connection, description, name, bounds, span).found()
        known += chunk.devices
        if known >= MOST_KNOWN_HOMES:
            break
    return lives


def _days(
    connection: Connection, description: ApplianceType, lives: Sequence[WornLife], span: Span
) -> Recording:
    ids = sorted({life.device_id for life in lives})
    return life_history.days(connection, description, ids, span)


def _shown(description: ApplianceType) -> tuple[str, ...]:
    """Metrics that may tell of wear: no counters, which tell one appliance from another."""
    wearing = {each.wear.metric for each in description.consumables.values()}
    return tuple(
        name
        for name, metric in description.metrics.items()
        if metric.kind is Kind.GAUGE and name not in wearing
    )
