"""Whether a family has anything new to learn: a fit that takes minutes is not made for nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from devices.catalogue.appliance_type import ApplianceType
from models import shelf
from models.version import Model, catalogue_version
from storage.pool import Connection

LASTING = timedelta(days=28)
"""A version that learned up to a time this long ago is old."""
MORE = 1.2
"""So many times as many confirmed faults are worth another fit."""


def needed(
    connection: Connection,
    description: ApplianceType,
    family: str,
    end: datetime,
    episodes: int = 0,
) -> bool:
    """Whether the family's newest version is old, of another catalogue, or knows far fewer faults.

    `episodes` are the faults that a version fitted now would know.
    """
    versions = shelf.versions(connection, description.type)
    newest = next((each for each in versions if each.family == family), None)
    return newest is None or not _fresh(newest, description, end, episodes)


def _fresh(newest: Model, description: ApplianceType, end: datetime, episodes: int) -> bool:
    return (
        end - newest.span_until < LASTING
        and newest.facts.get("catalogue") == catalogue_version(description)
        and episodes <= MORE * int(newest.facts.get("episodes", 0))
    )
