"""Which time-series features the database has; asked once, nowhere else."""

from __future__ import annotations

from enum import Enum

from storage.pool import Connection


class Capability(Enum):
    """The three tiers that Hearthwatch runs on, with the same results on each."""

    PLAIN = "plain"
    """PostgreSQL 15 or newer: ordinary tables, our own rollups."""
    HYPERTABLE = "hypertable"
    """TimescaleDB, Apache edition: hypertables, our own rollups."""
    COMMUNITY = "community"
    """TimescaleDB, Community edition: hypertables and what its licence adds."""


def detect(connection: Connection) -> Capability:
    """Find the tier; TimescaleDB is enabled in this database where the server has it preloaded."""
    if not _preloaded(connection):
        return Capability.PLAIN
    connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
    licence = connection.execute("SELECT current_setting('timescaledb.license')").fetchone()
    if licence is not None and licence[0] == "timescale":
        return Capability.COMMUNITY
    return Capability.HYPERTABLE


def is_hypertable(connection: Connection, schema: str, table: str) -> bool:
    """Whether a table is made of chunks; one that was made before TimescaleDB came is not."""
    known = connection.execute(
        "SELECT to_regclass('timescaledb_information.hypertables') IS NOT NULL"
    ).fetchone()
    if known != (True,):
        return False
    row = connection.execute(
        "SELECT 1 FROM timescaledb_information.hypertables"
        " WHERE hypertable_schema = %s AND hypertable_name = %s",
        (schema, table),
    ).fetchone()
    return row is not None


def _preloaded(connection: Connection) -> bool:
    """True if the server started with TimescaleDB's loader.

    Where it is only installed, enabling it ends the session. Who may not read
    `shared_preload_libraries` still sees the loader's own settings; the licence is not one of
    them: before the extension is there, it is known only if the configuration names it.
    """
    row = connection.execute(
        "SELECT 1 FROM pg_settings WHERE name = 'timescaledb.disable_load'"
    ).fetchone()
    return row is not None
