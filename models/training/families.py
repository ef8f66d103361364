"""The families of models that a type may have: how all are fitted, and how each is judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from models.promotion.contest import Skill
from models.training import detector_training, fault_training, life_training
from models.version import Model
from storage.pool import Connection

Judge = Callable[[Connection, ApplianceType, Model, datetime, datetime], Skill | None]
JUDGES: Mapping[str, Judge] = {
    "anomaly": fault_training.skill,
    "fault": fault_training.skill,
    "life": life_training.skill,
}
"""By the part of a family's name before the colon; detectors are compared hour by hour instead."""


def fit(
    connection: Connection,
    catalogue: Catalogue,
    type_name: str,
    start: datetime,
    end: datetime,
    at: datetime,
) -> list[Model]:
    """Fit everything of a type that there is enough to learn for, as candidates.

    From hours with start <= time < end, and what was known at `at`.
    """
    description = catalogue[type_name]
    return [
        *detector_training.train(connection, catalogue, type_name, start, end, at),
        *fault_training.train(connection, description, start, end, at),
        *life_training.train(connection, description, start, end, at),
    ]


def skill(
    connection: Connection,
    description: ApplianceType,
    model: Model,
    since: datetime,
    until: datetime,
) -> Skill | None:
    """How well a model does on since <= time < until; None where that cannot be said."""
    judge = JUDGES.get(model.family.partition(":")[0])
    return None if judge is None else judge(connection, description, model, since, until)
