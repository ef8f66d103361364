"""What is stored of a household's appliances in the time they were its own, in sums and means."""

from __future__ import annotations

from collections.abc import Mapping

from psycopg import sql
from psycopg.rows import dict_row

from customers.ownership import Owned
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


def of(connection: Connection, owned: Owned) -> dict[str, object]:
    """An appliance, the span of its hours, and each metric's readings, least, mean and most.

    Only hours within the ownership count: what was before and after is another household's.
    """
    told = dict(_appliance(connection, owned))
    statistics = [
        sql.SQL(_SQL["metric"]).format(
            name=sql.Literal(metric),
            count=sql.Identifier(f"{metric}_count"),
            mean=sql.Identifier(f"{metric}_mean"),
            low=sql.Identifier(f"{metric}_min"),
            high=sql.Identifier(f"{metric}_max"),
        )
        for metric in _metrics(connection, str(told["type"]))
    ]
    told |= {"since": owned.since, "until": owned.until}
    if statistics:
        told |= _span(connection, str(told["type"]), owned, statistics)
    return told


def _appliance(connection: Connection, owned: Owned) -> Mapping[str, object]:
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(_SQL["appliance"], {"id": owned.device_id}).fetchone()
    return found or {}


def _metrics(connection: Connection, type_name: str) -> list[str]:
    rows = connection.execute(_SQL["metrics"], {"type": type_name}).fetchall()
    return [str(row[0]) for row in rows]


def _span(
    connection: Connection, type_name: str, owned: Owned, statistics: list[sql.Composed]
) -> dict[str, object]:
    statement = sql.SQL(_SQL["span"]).format(
        hourly=sql.Identifier("telemetry", f"{type_name}_hourly"),
        metrics=sql.SQL(", ").join(statistics),
    )
    asked = {"device_id": owned.device_id, "since": owned.since, "until": owned.until}
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(statement, asked).fetchone()
    return dict(found or {})
