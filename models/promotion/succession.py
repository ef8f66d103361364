"""What becomes of a newly fitted version: it serves, is tried, or stays where it is, and why.

Whatever is decided stands in the audit and, with its figures, on the model itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.types.json import Jsonb

from devices.catalogue.appliance_type import ApplianceType
from models import shelf
from models.promotion import comparison, contest
from models.promotion.contest import Ruling
from models.version import Decision, Model
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)

FROZEN = timedelta(days=7)
"""The newest days are held back to compare by: every hour of the day, every day of the week."""
TOLD_NOBODY = frozenset({"anomaly"})
"""Families whose first version is tried before it serves."""
ACTOR = "hearthwatch"


@dataclass(frozen=True)
class Ruled:
    """A version as it stands now, and what was decided about it."""

    model: Model
    ruling: Ruling


def settle(
    connection: Connection, description: ApplianceType, challenger: Model, at: datetime
) -> Ruled:
    """Compare a version with its family's champion as of `at`, and act upon it."""
    champion = _of_family(shelf.serving(connection, description.type), challenger)
    if champion is None:
        return _first(connection, challenger)
    ruling = _ruling(connection, description, challenger, champion, at)
    _keep(connection, challenger, ruling, champion)
    if ruling.serves:
        decision = Decision(ACTOR, f"against {champion.name}: {ruling.reason}")
        return Ruled(shelf.promote(connection, challenger.id, decision), ruling)
    return Ruled(_stay(connection, challenger, champion, ruling), ruling)


def settle_tried(connection: Connection, description: ApplianceType, at: datetime) -> list[Ruled]:
    """Judge again what is tried because there was too little to judge by."""
    serving = {each.family for each in shelf.serving(connection, description.type)}
    return [
        settle(connection, description, tried, at)
        for tried in shelf.shadows(connection, description.type)
        if tried.family in serving and tried.facts.get("contest", {}).get("decided") is False
    ]


def force(connection: Connection, challenger: Model, decision: Decision) -> Ruled:
    """Let a version serve without a comparison, because somebody says so."""
    ruling = Ruling(serves=True, reason=decision.reason)
    _keep(connection, challenger, ruling)
    return Ruled(shelf.promote(connection, challenger.id, decision), ruling)


def _first(connection: Connection, challenger: Model) -> Ruled:
    """Nobody serves that it could be compared with."""
    if challenger.family in TOLD_NOBODY:
        ruling = Ruling(serves=False, reason="tried first: nobody is told what it finds")
        _keep(connection, challenger, ruling)
        tried = shelf.shadow(connection, challenger.id, Decision(ACTOR, ruling.reason))
        return Ruled(tried, ruling)
    ruling = Ruling(serves=True, reason="the first of its family")
    _keep(connection, challenger, ruling)
    promoted = shelf.promote(connection, challenger.id, Decision(ACTOR, ruling.reason))
    return Ruled(promoted, ruling)


def _ruling(
    connection: Connection,
    description: ApplianceType,
    challenger: Model,
    champion: Model,
    at: datetime,
) -> Ruling:
    misfit = comparison.misfit(connection, description, champion)
    if misfit is not None:
        return Ruling(serves=True, reason=misfit)
    return contest.rule(comparison.aspects(connection, description, challenger, champion, at))


def _stay(connection: Connection, challenger: Model, champion: Model, ruling: Ruling) -> Model:
    """Leave the champion; a version that could not be judged is tried where none is yet."""
    told = f"against {champion.name}: {ruling.reason}"
    tried = _of_family(shelf.shadows(connection, challenger.type), challenger)
    if not ruling.decided and tried is None:
        return shelf.shadow(connection, challenger.id, Decision(ACTOR, told))
    _note(connection, challenger, "model not promoted", told)
    if ruling.decided and tried is not None and tried.id == challenger.id:
        return shelf.retire(connection, challenger.id, Decision(ACTOR, told))
    return shelf.get(connection, challenger.id)


def _of_family(models: list[Model], wanted: Model) -> Model | None:
    return next((each for each in models if each.family == wanted.family), None)


def _keep(
    connection: Connection, model: Model, ruling: Ruling, champion: Model | None = None
) -> None:
    told = ruling.as_facts() | {"against": champion.name if champion else None}
    connection.execute(_SQL["keep"], {"id": model.id, "contest": Jsonb(told)})


def _note(connection: Connection, model: Model, action: str, reason: str) -> None:
    detail = {"type": model.type, "model": model.name, "is": model.state, "reason": reason}
    connection.execute(
        _SQL["note"],
        {"actor": ACTOR, "action": action, "subject": f"model {model.id}", "detail": Jsonb(detail)},
    )
