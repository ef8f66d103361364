"""The budget of each region: kept with who changed it, and every change in the audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from alerts.worth import Budget
from runtime.errors import ConflictError
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Setting:
    """What is set for a region; version 0 where nobody has set anything and the defaults hold."""

    region: str
    budget: Budget
    version: int = 0
    changed_at: datetime | None = None
    changed_by: str | None = None


def of_regions(connection: Connection, regions: Sequence[str] | None = None) -> dict[str, Setting]:
    """Settings of the regions asked for, defaults where none were made; without, all made ones."""
    asked = None if regions is None else list(regions)
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_SQL["of_regions"], {"regions": asked}).fetchall()
    found = {region: Setting(region, Budget()) for region in asked or ()}
    names = [each.name for each in fields(Budget)]
    for row in rows:
        kept = Budget(**{name: row[name] for name in names})
        found[row["region"]] = Setting(
            row["region"], kept, row["version"], row["changed_at"], row["changed_by"]
        )
    return found


def enforced(connection: Connection) -> dict[str, Budget]:
    """Budgets of the regions in which findings may be held back."""
    settings = of_regions(connection)
    return {region: one.budget for region, one in settings.items() if one.budget.enforced}


def regions(connection: Connection) -> list[str]:
    """Every region that has an appliance; an empty name for those without a region."""
    return [str(row[0]) for row in connection.execute(_SQL["regions"]).fetchall()]


def change(
    connection: Connection, seen: Setting, budget: Budget, actor: str, at: datetime
) -> Setting:
    """Set a region's budget, based on the setting that was seen; ConflictError if it is not so now.

    The audit tells what it was and what it is, in the caller's transaction.
    """
    changed = connection.execute(
        _SQL["change"],
        asdict(budget)
        | {
            "region": seen.region,
            "version": seen.version,
            "actor": actor,
            "at": at,
            "detail": Jsonb({"before": asdict(seen.budget), "after": asdict(budget)}),
        },
    ).rowcount
    if not changed:
        raise ConflictError(
            f"the budget of {seen.region or 'no region'} was changed by somebody else",
            hint="load it again and repeat",
        )
    return of_regions(connection, [seen.region])[seen.region]
