"""The hours and troubles by which a new detector and the champion are judged: neither learned them.

Hours of the newest days, of appliances that are not known to be in trouble; and the troubles that
a technician confirmed since the champion's training, which `labels` keeps from teaching.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd
from psycopg.rows import scalar_row

from devices import rollup
from devices.catalogue.appliance_type import ApplianceType
from models.history import labels, trouble
from models.history.labels import Span
from models.history.trouble import Trouble
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)

MOST_DEVICES = 400
MOST_TROUBLES = 50
FEWEST = timedelta(hours=24)
"""Fewer hours do not show a day's round."""
CONFIRMED = "confirmed"


@dataclass(frozen=True)
class Frozen:
    """What was heard and found up to `until`, as it was known then."""

    since: datetime
    """Hours from here on taught neither."""
    until: datetime
    devices: tuple[int, ...]
    spans: tuple[Span, ...]
    """Hours that are not known to be healthy."""
    troubles: tuple[Trouble, ...]
    """Confirmed, and opened since the champion's training."""


def of_type(
    connection: Connection, type_name: str, taught: tuple[datetime, datetime], until: datetime
) -> Frozen | None:
    """Gather what tells two models apart whose trainings ended at `taught`, champion's last.

    None if they learned until a day ago: then there is nothing to judge them by.
    """
    since = max(taught)
    if until - since < FEWEST:
        return None
    with connection.cursor(row_factory=scalar_row) as cursor:
        asked = {"type": type_name, "most": MOST_DEVICES}
        devices = cursor.execute(_SQL["sample"], asked).fetchall()
    told = trouble.of_type(connection, type_name, taught[-1], until)
    confirmed = [
        each for each in told if each.finding == CONFIRMED and each.opened_at >= taught[-1]
    ]
    return Frozen(
        since=since,
        until=until,
        devices=tuple(devices),
        spans=tuple(labels.unhealthy(connection, type_name, since, until)),
        troubles=tuple(confirmed[-MOST_TROUBLES:]),
    )


def hours_of(
    connection: Connection,
    description: ApplianceType,
    frozen: Frozen,
    columns: list[str],
    lookback: timedelta,
) -> pd.DataFrame:
    """The rollup's hours of the sampled appliances, and those before that a score looks back at."""
    start = frozen.since - lookback
    return rollup.window(
        connection, description, columns, start, frozen.until, list(frozen.devices)
    )
