"""/healthz, /readyz and /metrics: for whoever keeps the service running."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from pydantic import BaseModel, Field

from api import state_metrics, vital_signs
from api.house import House, Served, Transaction
from api.problem import Problem
from api.vital_signs import Complaint
from devices import watermark
from runtime.clock import FastClock
from runtime.errors import HearthwatchError
from storage import migration

router = APIRouter(tags=["health"])


class NotReadyError(HearthwatchError):
    """The process lives but cannot serve."""

    status = 503
    title = "Not ready"


class Health(BaseModel):
    """The process lives."""

    status: Literal["alive"] = "alive"


class Readiness(BaseModel):
    """This process can serve; whether the service as a whole does its work."""

    status: Literal["ready", "degraded"]
    reasons: list[Complaint] = Field(description="What is degraded; none if ready")
    ingest_event_at: datetime | None = Field(description="Event time that ingest has reached")
    ingest_behind_s: float | None = Field(description="Seconds between that and now")


@router.get("/healthz", summary="Does the process live?")
def healthz() -> Health:
    """Answer without asking anything else."""
    return Health()


@router.get("/readyz", summary="Can it serve?", responses={503: {"model": Problem}})
def readyz(house: Served, connection: Transaction) -> Readiness:
    """The database is reachable and migrated; says what is degraded, and how fresh ingest is."""
    missing = migration.pending(connection)
    if missing:
        raise NotReadyError(
            f"the database lacks {', '.join(missing)}", hint="run hearthwatch migrate"
        )
    reached = watermark.current(connection)
    behind = (house.clock.now() - reached).total_seconds() if reached else None
    reasons = list(vital_signs.complaints(connection, _judged_at(house)))
    return Readiness(
        status="degraded" if reasons else "ready",
        reasons=reasons,
        ingest_event_at=reached,
        ingest_behind_s=behind,
    )


@router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
def metrics(house: Served, connection: Transaction) -> Response:
    """What this process counts, and what the database says of ingest, tickets and dead letters."""
    state = state_metrics.registry(connection, _judged_at(house))
    counted = generate_latest(REGISTRY) + generate_latest(state)
    return Response(counted, media_type=CONTENT_TYPE_LATEST)


def _judged_at(house: House) -> datetime | None:
    """Now, where a minute of event time is one of the wall's."""
    return None if isinstance(house.clock, FastClock) else house.clock.now()
