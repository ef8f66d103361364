"""Weighs open tickets by what is known of them now, and keeps what comes first and why.

When evidence or a customer joins, when tickets are merged or split, and every minute:
forecasts move, clocks run out, people wait.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import msgspec
import structlog
from psycopg.rows import class_row

from customers import plan, profile
from customers.profile import Profile
from models.training.fault_families import BY_NAME
from runtime.clock import Clock
from storage import query
from storage.pool import Connection, Pool
from tickets import priority
from tickets.priority import Case, Priority

_SQL = query.beside(__file__)
REFRESH = "tickets.weighing.refresh"
"""The name of the errand."""
EVERY_MINUTE = "* * * * *"
AT_ONCE = 500
LEAST_CHANCE = 0.05
"""A forecast below this is about nothing."""
_log = structlog.get_logger()


@dataclass(frozen=True)
class _Row:
    id: int
    device_id: int
    household_id: int | None
    problem: str
    severity: str
    safety: bool
    at_stake: str | None
    opened_at: datetime
    reopened: bool
    contacts: int
    breached: bool


Forecast = tuple[float, timedelta]
"""How likely a failure is, and within what."""


def weigh(connection: Connection, ticket_ids: Sequence[int], at: datetime) -> int:
    """Weigh those of the tickets that are open, as of `at`; return how many priorities moved."""
    with connection.cursor(row_factory=class_row(_Row)) as cursor:
        rows = cursor.execute(_SQL["open"], {"ids": list(ticket_ids)}).fetchall()
    if not rows:
        return 0
    weighed = [priority.weigh(each) for each in _cases(connection, rows, at)]
    return connection.execute(
        _SQL["store"],
        {
            "ids": [row.id for row in rows],
            "priorities": [each.value for each in weighed],
            "reasons": [_encode(each) for each in weighed],
        },
    ).rowcount


def refresh(pool: Pool, clock: Clock, timestamp: int = 0) -> None:
    """Weigh every open ticket, some hundred a transaction."""
    last, moved = 0, 0
    while True:
        with pool.connection() as connection:
            rows = connection.execute(
                _SQL["next_open"], {"after": last, "limit": AT_ONCE}
            ).fetchall()
            ids = [int(str(row[0])) for row in rows]
            moved += weigh(connection, ids, clock.now())
        if len(ids) < AT_ONCE:
            break
        last = ids[-1]
    _log.debug("tickets weighed", due=timestamp, moved=moved)


def _cases(connection: Connection, rows: Sequence[_Row], at: datetime) -> Iterator[Case]:
    households = {row.household_id for row in rows if row.household_id is not None}
    profiles = profile.of(connection, sorted(households))
    covers = plan.covers(connection, sorted({row.device_id for row in rows}), at)
    forecasts = _forecasts(connection, [row.id for row in rows])
    for row in rows:
        cover = covers.get(row.device_id)
        covered = None
        if cover is not None:
            covered = "plan" if cover.plan_until is not None else "warranty"
        home = profiles.get(row.household_id) if row.household_id is not None else None
        yield _case(row, forecasts.get(row.id), home, covered, at)


def _case(
    row: _Row, forecast: Forecast | None, home: Profile | None, cover: str | None, at: datetime
) -> Case:
    probability, within = forecast or (None, None)
    return Case(
        severity=row.severity,
        safety=row.safety,
        at_stake=row.at_stake,
        probability=probability,
        within=within,
        vulnerable=home is not None and home.vulnerable,
        breached=row.breached,
        reopened=row.reopened,
        contacts=row.contacts,
        waited=at - row.opened_at,
        tier=home.tier if home else None,
        value_score=home.value_score if home else None,
        cover=cover,
    )


def _forecasts(connection: Connection, ticket_ids: Sequence[int]) -> Mapping[int, Forecast]:
    """What weighs most of what the serving models say now; else of what was seen at first."""
    asked = {"ids": list(ticket_ids)}
    found: dict[int, list[Forecast]] = defaultdict(list)
    for ticket_id, family, chance in connection.execute(_SQL["forecast_now"], asked).fetchall():
        known = BY_NAME.get(str(family))
        if known is not None:
            found[int(str(ticket_id))].append((float(str(chance)), known.horizon))
    for ticket_id, chance, hours in connection.execute(_SQL["foreseen"], asked).fetchall():
        if int(str(ticket_id)) not in found:
            told = (float(str(chance)), timedelta(hours=float(str(hours))))
            found[int(str(ticket_id))] = [told]
    return {
        ticket_id: max(told, key=_weight)
        for ticket_id, told in found.items()
        if max(chance for chance, _ in told) >= LEAST_CHANCE
    }


def _weight(forecast: Forecast) -> float:
    chance, within = forecast
    return chance / (within + priority.HALF_AS_NEAR).total_seconds()


def _encode(weighed: Priority) -> str:
    return msgspec.json.encode([asdict(each) for each in weighed.reasons]).decode()
