"""How likely each consumable in the fleet is replaced in each of the coming weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from devices.catalogue.folder import Catalogue
from models import demand
from models.arrays import Floats
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
_COLUMNS = ["region", "used", "days_left", "days_low", "days_high", "age_days", "days_in_use"]
SEEN_USED = 0.2
"""From here on a device's own history tells how long a whole life takes it."""
LEAST_SPREAD = 0.2
"""Lives of one home's consumables differ by at least so much of their length."""


@dataclass(frozen=True)
class Chances:
    """Of the replacements of one part number, appliances by weeks."""

    part_number: str
    regions: list[str]
    """Of each appliance."""
    chances: Floats


def weekly(connection: Connection, catalogue: Catalogue, at: datetime) -> list[Chances]:
    """The chances for every consumable that the catalogue knows, a type after the other."""
    ends = demand.edges(at)
    made = []
    for name, description in catalogue.items():
        for consumable, facts in description.consumables.items():
            asked = {"type": name, "consumable": consumable, "at": at}
            rows = connection.execute(_SQL["estimates"], asked).fetchall()
            if rows:
                frame = pd.DataFrame(rows, columns=_COLUMNS)
                regions = frame["region"].astype(str).tolist()
                made.append(Chances(facts.part_number, regions, _chances(frame, ends)))
    return made


def _chances(frame: pd.DataFrame, ends: Floats) -> Floats:
    middle, low, high, age = (
        frame[name].to_numpy(np.float64)
        for name in ("days_left", "days_low", "days_high", "age_days")
    )
    first = demand.first_replacements(middle, low, high, age, ends)
    lives = _lives(frame)
    if not len(lives):
        return first
    spread = max(float(np.log(lives).std()), LEAST_SPREAD)
    return demand.with_renewals(first, float(np.median(lives)), spread)


def _lives(frame: pd.DataFrame) -> Floats:
    """Days that a whole life takes, in each home where enough of one was seen.

    What is left is told by the life that was learned, where one was: no share of the rating.
    """
    seen = frame[(frame["used"] >= SEEN_USED) & (frame["days_in_use"] > 0)]
    return (seen["days_in_use"] + seen["days_left"]).to_numpy(np.float64)
