"""The watch: judges what came in, and opens tickets; each step is one transaction.

Alerts, tickets and notices of a step commit together or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ParamSpec

import structlog
from psycopg.errors import DeadlockDetected

from alerts import alert
from alerts.alert import AlertChange, Finding
from alerts.horizon import Horizon
from alerts.judges import alarm, anomaly, code, forecast, health, silence
from devices import day_packing, rollup, watermark
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from models.serving import forecast_round, wear
from models.serving.forecast_round import Round
from runtime import metrics
from runtime.clock import Clock
from runtime.stopping import Stop
from storage import lock
from storage.pool import Connection, Pool
from tickets import opening
from tickets.gating import holding
from tickets.opening import Opened
from tickets.writing import correspondence, reminder

REST_S = 0.5
"""Pause when a step found nothing to do."""
ESTIMATE_EVERY = timedelta(hours=24)
RECONSIDER_EVERY = timedelta(hours=1)
"""Often enough for the first hour of a day to give the day's visits away."""

log = structlog.get_logger()
P = ParamSpec("P")
Judge = Callable[[Connection, ApplianceType, Horizon], Sequence[Finding]]
JUDGES: tuple[Judge, ...] = (
    alarm.judge,
    silence.judge,
    anomaly.judge,
    forecast.judge,
    health.judge,
)
Outcome = tuple[Sequence[AlertChange], Sequence[Opened]]
"""What a transaction changed."""


@dataclass
class Watch:
    """What the loop needs; made once a process."""

    pool: Pool
    catalogue: Catalogue
    clock: Clock
    late_after: timedelta
    estimated_at: dict[str, datetime] = field(default_factory=dict)
    rounds: dict[str, Round] = field(default_factory=dict)
    """Forecasts that are being made, by type."""
    reconsidered_at: datetime | None = None


def run(watch: Watch, stop: Stop) -> None:
    """Take steps until asked to stop."""
    while not stop.is_set():
        if not step(watch):
            stop.wait(REST_S)


def step(watch: Watch) -> bool:
    """Judge whatever is new of every type; return whether there may be more."""
    with watch.pool.connection() as connection:
        reached = watermark.current(connection)
    if reached is None:
        return False
    with metrics.STEP_SECONDS.time():
        return _judge_all(watch, Horizon(reached, watch.late_after))


def _judge_all(watch: Watch, horizon: Horizon) -> bool:
    busy = _attempt(_judge_codes, watch, horizon)
    for description in watch.catalogue.values():
        busy |= _attempt(_refresh_rollups, watch, description, horizon)
        busy |= _attempt(_forecast, watch, description, horizon)
        for judge in JUDGES:
            busy |= _attempt(_judge, watch, description, horizon, judge)
        _estimate_consumables(watch, description, horizon)
        busy |= _attempt(_pack_days, watch, description, horizon)
    return _attempt(_reconsider, watch, horizon) | busy


def _attempt(transaction: Callable[P, bool], *args: P.args, **kwargs: P.kwargs) -> bool:
    """Run one transaction; one that ingest blocked crosswise is left to the next step."""
    try:
        return transaction(*args, **kwargs)
    except DeadlockDetected as error:
        log.warning("step repeated", reason=str(error))
        return True


def _refresh_rollups(watch: Watch, description: ApplianceType, horizon: Horizon) -> bool:
    with watch.pool.connection() as connection:
        return rollup.refresh(connection, description, horizon.watermark) > 0


def _pack_days(watch: Watch, description: ApplianceType, horizon: Horizon) -> bool:
    with watch.pool.connection() as connection:
        return day_packing.pack(connection, description, horizon.watermark) > 0


def _forecast(watch: Watch, description: ApplianceType, horizon: Horizon) -> bool:
    """Where a round of forecasts is due, ask the models about the next few hundred appliances."""
    with watch.pool.connection() as connection:
        if not lock.try_acquire(connection, f"forecast:{description.type}"):
            return False
        taken = watch.rounds.pop(description.type, None)
        taken = taken or forecast_round.due(connection, description, horizon.watermark)
        left = forecast_round.score_next(connection, taken) if taken else None
    if left is not None:
        watch.rounds[description.type] = left
    return taken is not None


def _judge(watch: Watch, description: ApplianceType, horizon: Horizon, judge: Judge) -> bool:
    with watch.pool.connection() as connection:
        if not lock.try_acquire(connection, f"watch:{description.type}"):
            return False
        outcome = _follow(watch, connection, judge(connection, description, horizon))
    return _told(outcome)


def _judge_codes(watch: Watch, horizon: Horizon) -> bool:
    with watch.pool.connection() as connection:
        if not lock.try_acquire(connection, "watch:codes"):
            return False
        outcome = _follow(watch, connection, code.judge(connection, watch.catalogue, horizon))
    return _told(outcome)


def _follow(watch: Watch, connection: Connection, findings: Sequence[Finding]) -> Outcome | None:
    """Alerts, tickets and notices of the findings, in the caller's transaction."""
    if not findings:
        return None
    changes = alert.record(connection, findings)
    opened = opening.follow(connection, watch.catalogue, changes)
    correspondence.tell_of_tickets(connection, watch.catalogue, opened, changes, watch.clock.now())
    return changes, opened


def _reconsider(watch: Watch, horizon: Horizon) -> bool:
    """Now and then, open tickets for held alerts that have become worth a visit, or got one."""
    last = watch.reconsidered_at
    if last is not None and horizon.watermark - last < RECONSIDER_EVERY:
        return False
    with watch.pool.connection() as connection:
        outcome = holding.reconsider(connection, watch.catalogue, horizon.watermark)
        changes, opened = outcome
        correspondence.tell_of_tickets(
            connection, watch.catalogue, opened, changes, watch.clock.now()
        )
    watch.reconsidered_at = horizon.watermark
    return _told(([], opened) if opened else None)


def _told(outcome: Outcome | None) -> bool:
    """Count and log what is committed now; return whether there was anything to judge."""
    if outcome is None:
        return False
    changes, opened = outcome
    for change in changes:
        metrics.ALERT_CHANGES.labels(change.change, change.evidence.kind).inc()
    for ticket in opened:
        metrics.TICKETS_OPENED.labels(ticket.severity).inc()
        log.info("ticket opened", ticket=ticket.id, problem=ticket.problem, device=ticket.device_id)
    return True


def _estimate_consumables(watch: Watch, description: ApplianceType, horizon: Horizon) -> None:
    """Once a day of event time, say when each consumable runs out, and remind."""
    last = watch.estimated_at.get(description.type)
    if last is not None and horizon.watermark - last < ESTIMATE_EVERY:
        return
    watch.estimated_at[description.type] = horizon.watermark
    with watch.pool.connection() as connection:
        if lock.try_acquire(connection, f"wear:{description.type}"):
            estimates = wear.estimate_consumables(connection, description, horizon.watermark)
            reminder.remind(connection, description, estimates, horizon.watermark)
