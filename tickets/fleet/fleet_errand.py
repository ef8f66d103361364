"""The errand that looks at the whole fleet: outbreaks, and what will be needed."""

from __future__ import annotations

import structlog

from devices import watermark
from devices.catalogue.folder import Catalogue
from storage.pool import Pool
from tickets.fleet import demand_forecast, fleet_review

LOOK = "tickets.fleet_errand.look"
"""The name of this errand."""
EVERY_HOUR = "23 * * * *"
_log = structlog.get_logger()


def look(pool: Pool, catalogue: Catalogue, timestamp: int = 0) -> None:
    """Review the fleet and forecast its demand, as of how far ingest has come in event time."""
    _log.debug("fleet review begins", due=timestamp)
    with pool.connection() as connection:
        at = watermark.current(connection)
    if at is None:
        return
    with pool.connection() as connection:
        made = fleet_review.review(connection, catalogue, at)
    if made != fleet_review.Review():
        _log.info("fleet reviewed", **vars(made))
    with pool.connection() as connection:
        rows = demand_forecast.forecast(connection, catalogue, at)
    _log.debug("demand forecast", rows=rows)
