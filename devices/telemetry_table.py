"""The wide table of each type and its hourly rollup, made and altered from the catalogue.

A new metric adds a column; a metric that the catalogue no longer has keeps its column; a metric
whose kind or storage changed is refused, because its history would no longer mean the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from psycopg import sql

from devices import columnstore
from devices.catalogue.appliance_type import ApplianceType, Kind, Metric, Storage
from devices.catalogue.folder import Catalogue
from runtime.errors import ConfigurationError
from storage import query
from storage.capability import Capability, detect
from storage.pool import Connection

_SQL = query.beside(__file__)

COLUMN_TYPES = {
    Storage.REAL: sql.SQL("real"),
    Storage.DOUBLE: sql.SQL("double precision"),
    Storage.INTEGER: sql.SQL("integer"),
    Storage.BOOLEAN: sql.SQL("boolean"),
}
STATISTICS = ("count", "mean", "min", "max", "sd", "last")
"""The rollup's columns for each metric, as `<metric>_<statistic>`."""
PACKED = ("mean", "last")
"""Those of which days are packed (`devices.packed_days`)."""

READINGS_CHUNK = timedelta(days=7)
HOURS_CHUNK = timedelta(days=28)
"""What one chunk of a hypertable spans. While a transaction makes one, others that need a new one
of the same table wait for its end; hours are few, so theirs are long."""


class CatalogueChangeError(ConfigurationError):
    """The catalogue changed a metric in a way that its stored history does not allow."""


def table(type_name: str) -> sql.Identifier:
    """The wide table of a type."""
    return sql.Identifier("telemetry", type_name)


def hourly_table(type_name: str) -> sql.Identifier:
    """The hourly rollup of a type."""
    return sql.Identifier("telemetry", f"{type_name}_hourly")


def daily_table(type_name: str) -> sql.Identifier:
    """The packed days of a type's rollup."""
    return sql.Identifier("telemetry", f"{type_name}_daily")


def compress(connection: Connection, catalogue: Catalogue, after: timedelta) -> list[str]:
    """Let the database compress chunks that ended `after` ago, if it can; tell what changed.

    Runs in the caller's transaction; 0 for never.
    """
    if detect(connection) is not Capability.COMMUNITY:
        return []
    return [
        f"{name.as_string(connection)} is compressed after {after.days} days"
        for each in catalogue
        for name in (table(each), hourly_table(each))
        if columnstore.compress_after(connection, name, after)
    ]


def ensure(connection: Connection, catalogue: Catalogue) -> list[str]:
    """Make what the catalogue needs and the database lacks; return what was done, in words.

    Runs in the caller's transaction. Raises CatalogueChangeError when a metric's kind or
    storage differs from the one its column was made for.
    """
    capability = detect(connection)
    done: list[str] = []
    for description in catalogue.values():
        done += _ensure_type(connection, description, capability)
    return done


def _ensure_type(
    connection: Connection, description: ApplianceType, capability: Capability
) -> list[str]:
    known = {
        str(row[0]): (str(row[1]), str(row[2]))
        for row in connection.execute(_SQL["columns"], {"type": description.type}).fetchall()
    }
    _refuse_changes(description, known)
    done = []
    if not known:
        _create(connection, description.type, capability)
        done.append(f"made table telemetry.{description.type}")
    if capability is Capability.COMMUNITY:
        for each in (table(description.type), hourly_table(description.type)):
            columnstore.enable(connection, each)
    for name, metric in description.metrics.items():
        if name not in known:
            _add_column(connection, description.type, name, metric)
            if known:
                done.append(f"added column {name} to telemetry.{description.type}")
    _ensure_daily(connection, description.type, known | description.metrics)
    return done


def _refuse_changes(description: ApplianceType, known: dict[str, tuple[str, str]]) -> None:
    for name, metric in description.metrics.items():
        now = (metric.kind.value, metric.storage.value)
        before = known.get(name, now)
        if now != before:
            raise CatalogueChangeError(
                f"{description.type}.{name} was stored as {' '.join(before)}"
                f" and the catalogue now says {' '.join(now)}",
                hint="give the changed metric a new name; the old column keeps its history",
            )


def _create(connection: Connection, type_name: str, capability: Capability) -> None:
    for name, chunk in (
        (table(type_name), READINGS_CHUNK),
        (hourly_table(type_name), HOURS_CHUNK),
    ):
        connection.execute(
            sql.SQL(
                "CREATE TABLE {} (device_id integer NOT NULL, time timestamptz NOT NULL,"
                " PRIMARY KEY (device_id, time))"
            ).format(name)
        )
        if capability is not Capability.PLAIN:
            # The primary key is the one index, as on the plain tier: one on time alone would cost
            # every row, and chunks already narrow a query that asks by time only.
            connection.execute(
                "SELECT create_hypertable(%s::regclass, by_range('time', %s::interval),"
                " create_default_indexes => false)",
                (name.as_string(connection), chunk),
            )


def _add_column(connection: Connection, type_name: str, name: str, metric: Metric) -> None:
    connection.execute(
        sql.SQL("ALTER TABLE {} ADD COLUMN {} {}").format(
            table(type_name), sql.Identifier(name), COLUMN_TYPES[metric.storage]
        )
    )
    rollup_columns = sql.SQL(", ").join(
        sql.SQL("ADD COLUMN {} {}").format(
            sql.Identifier(f"{name}_{statistic}"),
            sql.SQL("integer" if statistic == "count" else "double precision"),
        )
        for statistic in STATISTICS
    )
    connection.execute(sql.SQL("ALTER TABLE {} {}").format(hourly_table(type_name), rollup_columns))
    connection.execute(
        _SQL["record_column"],
        {
            "type": type_name,
            "metric": name,
            "kind": Kind(metric.kind).value,
            "storage": metric.storage.value,
        },
    )


def _ensure_daily(connection: Connection, type_name: str, metrics: Iterable[str]) -> None:
    """Make the table of packed days, or add the columns that it lacks.

    It is small and what is in it goes soon, so it is an ordinary table on every database.
    """
    asked = {"table": f"{type_name}_daily"}
    known = {row[0] for row in connection.execute(_SQL["daily_columns"], asked).fetchall()}
    table = daily_table(type_name)
    if not known:
        connection.execute(sql.SQL(_SQL["create_daily"]).format(table=table))
    columns = [f"{metric}_{statistic}" for statistic in PACKED for metric in metrics]
    missing = [sql.Identifier(name) for name in columns if name not in known]
    if missing:
        added = sql.SQL(", ").join(sql.SQL("ADD COLUMN {} bytea").format(name) for name in missing)
        connection.execute(sql.SQL("ALTER TABLE {} {}").format(table, added))
