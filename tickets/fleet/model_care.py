"""What is done for models in the background: trials, drift, retraining, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from scipy.stats import fisher_exact

from alerts.judges import shadow
from devices import watermark
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from models import drift, shelf
from models.promotion import release, retraining
from models.promotion.retraining import Plan
from models.shelf import Decision, Model
from runtime.errors import ConflictError
from storage import lock, queue
from storage.pool import Connection, Pool
from tickets import verdict
from tickets.verdict import Tally

TRY_SHADOWS = "tickets.model_care.try_shadows"
MEASURE_DRIFT = "tickets.model_care.measure_drift"
CHECK_CHAMPIONS = "tickets.model_care.check_champions"
FIND_DUE = "tickets.model_care.find_due"
RETRAIN = "tickets.model_care.retrain"
DUE = {
    TRY_SHADOWS: "11 * * * *",
    MEASURE_DRIFT: "23 3 * * *",
    CHECK_CHAMPIONS: "41 * * * *",
    FIND_DUE: "*/10 * * * *",
}
"""When each is queued by itself."""

FEWEST_VERDICTS = 20
"""With fewer on either side, a champion and the one before it are not compared."""
SIGNIFICANT = 0.01
"""The chance below which a worse rate is not taken for luck."""

log = structlog.get_logger(__name__)


def try_shadows(pool: Pool, catalogue: Catalogue, timestamp: int = 0) -> None:
    """Let every model on trial score the hours that are new, a type a transaction."""
    log.debug("trials begin", due=timestamp)
    _each_type(pool, catalogue, shadow.judge)


def measure_drift(pool: Pool, catalogue: Catalogue, timestamp: int = 0) -> None:
    """Measure how far each type's inputs and scores have moved, a type a transaction."""
    log.debug("drift is measured", due=timestamp)
    _each_type(pool, catalogue, drift.measure)


def _each_type(
    pool: Pool,
    catalogue: Catalogue,
    look: Callable[[Connection, ApplianceType, datetime], object],
) -> None:
    """Look at each type as of how far ingest has come; at none before the first reading."""
    for description in catalogue.values():
        with pool.connection() as connection:
            reached = watermark.current(connection)
            if reached is not None:
                look(connection, description, reached)


def check_champions(pool: Pool, catalogue: Catalogue, timestamp: int = 0) -> None:
    """Roll back each champion whose tickets prove needless more often than its predecessor's."""
    log.debug("champions are checked", due=timestamp)
    for name in catalogue:
        with pool.connection() as connection:
            roll_back_worse(connection, catalogue, name)


def find_due(pool: Pool, catalogue: Catalogue, plan: Plan, timestamp: int = 0) -> None:
    """Queue the retraining of each type that is due for it; one that waits already stays alone."""
    log.debug("what is due is looked for", due=timestamp)
    for name in catalogue:
        with pool.connection() as connection:
            reached = watermark.current(connection)
            if reached is not None and retraining.due(connection, name, reached, plan):
                queue.defer_once(connection, RETRAIN, f"retrain:{name}", type_name=name)


def retrain(pool: Pool, catalogue: Catalogue, plan: Plan, type_name: str) -> None:
    """Fit a type's models anew, if that is still due and nobody does it right now."""
    with pool.connection() as connection:
        reached = watermark.current(connection)
        if (
            reached is None
            or type_name not in catalogue
            or not lock.try_acquire(connection, f"retrain:{type_name}")
        ):
            return
        why = retraining.due(connection, type_name, reached, plan)
        if why is not None:
            retraining.retrain(connection, catalogue, type_name, reached, plan, why)


def roll_back_worse(connection: Connection, catalogue: Catalogue, type_name: str) -> list[Model]:
    """Roll back what is worse than the champion before it; return what serves again instead.

    Worse is a rate of "no fault found" that is higher by a one-sided exact test (Fisher).
    """
    restored = []
    for champion in shelf.serving(connection, type_name):
        if champion.replaced_id is None:
            continue
        counted = verdict.tallies(connection, [champion.id, champion.replaced_id])
        reason = worse(counted[champion.id], counted[champion.replaced_id])
        if reason is not None:
            restored += _roll_back(connection, catalogue, champion, reason)
    return restored


def worse(now: Tally, before: Tally) -> str | None:
    """Say how much more often nothing was found than before; None unless that is significant."""
    if min(now.verdicts, before.verdicts) < FEWEST_VERDICTS:
        return None
    table = [[each.no_fault_found, each.verdicts - each.no_fault_found] for each in (now, before)]
    chance = float(fisher_exact(table, alternative="greater").pvalue)
    if chance >= SIGNIFICANT:
        return None
    return (
        f"no fault found on {now.no_fault_found} of {now.verdicts} tickets, "
        f"before on {before.no_fault_found} of {before.verdicts} (p = {chance:.2g})"
    )


def _roll_back(
    connection: Connection, catalogue: Catalogue, champion: Model, reason: str
) -> list[Model]:
    """In a transaction of its own: what cannot be rolled back stays, and the log says why."""
    try:
        with connection.transaction():
            decision = Decision("hearthwatch", reason)
            found = release.rollback(connection, catalogue, champion.id, decision)
    except ConflictError as error:
        log.warning("not rolled back", model=champion.id, why=reason, reason=str(error))
        return []
    log.warning("rolled back", model=champion.id, serving=found.id, why=reason)
    return [found]
