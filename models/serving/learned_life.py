"""The learned life that serves for a consumable, and what it says of each appliance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import structlog

from devices.catalogue.appliance_type import ApplianceType
from models import shelf
from models.artefacts.artefact import DamagedModelError
from models.artefacts.packing import UnreadableError
from models.fleet import Span
from models.forecasters.consumable import HISTORY, ConsumableForecaster
from models.history import life_history
from models.recording import Moments
from models.remaining_life import Estimate, FleetRate, Usage, instant_ns
from storage.pool import Connection

log = structlog.get_logger(__name__)

FAMILY = "life"
"""Families are called `life:<consumable>`."""
AT_ONCE = 500
"""Appliances whose days are held in memory."""


@dataclass(frozen=True)
class LearnedLife:
    """A champion of its family, ready to be asked."""

    consumable: str
    model_id: int
    fitted: ConsumableForecaster

    def shifts(
        self,
        connection: Connection,
        description: ApplianceType,
        device_ids: Sequence[int],
        at: datetime,
    ) -> dict[int, float]:
        """What the appliances' conditions do to a life; {} if conditions tell nothing."""
        if self.fitted.conditions is None:
            return {}
        ordered = sorted(device_ids)
        portions = [ordered[n : n + AT_ONCE] for n in range(0, len(ordered), AT_ONCE)]
        span = Span(at - HISTORY, at)
        found: dict[int, float] = {}
        for portion in portions:
            daily = life_history.days(connection, description, portion, span)
            units = np.arange(len(portion), dtype=np.int64)
            now = Moments(units, np.full(len(portion), instant_ns(at)))
            found |= dict(zip(portion, self.fitted.shift(daily, now).tolist(), strict=True))
        return found

    def estimate(
        self, device_id: int, usage: Usage, fleet: FleetRate | None, shift: float
    ) -> Estimate | None:
        """Days left of one appliance's consumable; None where that is not to be believed."""
        told = self.fitted.estimate(str(device_id), usage, fleet, shift)
        days = (told.days_left, told.low, told.high)
        known = [each for each in days if each is not None]
        sound = all(math.isfinite(each) and each >= 0 for each in known)
        return told if sound and len(known) in {0, len(days)} else None


def family(consumable: str) -> str:
    """The family of models for a consumable."""
    return f"{FAMILY}:{consumable}"


def serving(
    connection: Connection, description: ApplianceType, consumable: str
) -> LearnedLife | None:
    """The champion for a consumable; None where none serves or it no longer fits the catalogue."""
    wear = description.consumables[consumable].wear
    for model in shelf.serving(connection, description.type):
        if model.family != family(consumable):
            continue
        try:
            fitted = shelf.load(connection, model, ConsumableForecaster)
        except (DamagedModelError, UnreadableError) as error:
            log.warning("a learned life cannot be read", model=model.name, reason=str(error))
            return None
        fits = fitted.wear == (wear.metric, wear.new, wear.spent)
        known = set(fitted.needs) <= set(description.metrics)
        return LearnedLife(consumable, model.id, fitted) if fits and known else None
    return None
