"""On a real TimescaleDB every table of readings is a hypertable, and what follows from it."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import sql

from devices import appliance, rollup, telemetry, telemetry_table
from devices.appliance import Registration
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from devices.telemetry import Reading, Stored
from storage import capability, migration, pool
from storage.capability import Capability
from storage.pool import Connection

START = datetime(2026, 6, 1, tzinfo=UTC)
END = START + timedelta(days=1)
DEADLINE_S = 30.0
TIERS = {"apache": Capability.HYPERTABLE, "timescale": Capability.COMMUNITY}


@pytest.fixture
def fridge(catalogue: Catalogue) -> ApplianceType:
    return catalogue["refrigerator"]


def registered(connection: Connection, fridge: ApplianceType) -> list[int]:
    fridges = [Registration(f"R-{number}", fridge.type) for number in range(3)]
    return sorted(one.id for one in appliance.register(connection, fridges, START))


def tier_of(connection: Connection) -> Capability:
    row = connection.execute("SELECT current_setting('timescaledb.license')").fetchone()
    assert row is not None
    return TIERS[str(row[0])]


def chunks(connection: Connection, table: str) -> int:
    row = connection.execute(
        "SELECT count(*) FROM timescaledb_information.chunks"
        " WHERE hypertable_schema = 'telemetry' AND hypertable_name = %s",
        (table,),
    ).fetchone()
    assert row is not None
    return int(str(row[0]))


def blocked_by(observer: Connection, blocker: Connection) -> list[object]:
    rows = observer.execute(
        "SELECT pid FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))",
        (blocker.info.backend_pid,),
    ).fetchall()
    return [row[0] for row in rows]


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline
        pause.wait(0.02)


def test_the_tier_is_the_one_its_licence_says(timescale: Connection) -> None:
    assert capability.detect(timescale) is tier_of(timescale)


def test_every_table_of_readings_and_hours_is_a_hypertable(
    timescale: Connection, catalogue: Catalogue
) -> None:
    rows = timescale.execute(
        "SELECT hypertable_name FROM timescaledb_information.hypertables"
        " WHERE hypertable_schema = 'telemetry'"
    ).fetchall()
    assert {row[0] for row in rows} == {
        name for each in catalogue for name in (each, f"{each}_hourly")
    }


def test_a_new_metric_widens_a_hypertable_that_holds_readings(
    timescale: Connection, fridge: ApplianceType
) -> None:
    device_id = registered(timescale, fridge)[0]
    telemetry.store(timescale, fridge, [Reading(device_id, START, {})])
    first = next(iter(fridge.metrics.values()))
    wider = fridge.model_copy(update={"metrics": {**fridge.metrics, "scale_mm": first}})
    told = telemetry_table.ensure(timescale, {fridge.type: wider})
    assert told == ["added column scale_mm to telemetry.refrigerator"]
    later = START + timedelta(minutes=1)
    telemetry.store(timescale, wider, [Reading(device_id, later, {"scale_mm": 2.0})])
    assert rollup.refresh(timescale, wider, END) == 1
    found = rollup.window(timescale, wider, ["scale_mm_last", "scale_mm_count"], START, END)
    assert found[["scale_mm_last", "scale_mm_count"]].to_numpy().tolist() == [[2.0, 1.0]]


def test_a_worker_waits_for_another_that_makes_the_chunk_both_need(
    timescale: Connection, timescale_url: str, fridge: ApplianceType
) -> None:
    first, second, _ = registered(timescale, fridge)
    timescale.commit()
    telemetry.store(timescale, fridge, [Reading(first, START, {})])
    with pool.connect(timescale_url) as other, ThreadPoolExecutor() as pooled:
        waiting = pooled.submit(telemetry.store, other, fridge, [Reading(second, START, {})])
        with pool.connect(timescale_url, autocommit=True) as observer:
            until(lambda: blocked_by(observer, timescale) == [other.info.backend_pid])
        timescale.commit()
        assert waiting.result(DEADLINE_S) == Stored(1, 0)
    assert telemetry.count(timescale, "refrigerator") == 2
    assert chunks(timescale, "refrigerator") == 1


@pytest.fixture
def owner_url(timescale_server_url: str) -> Iterator[str]:
    """An empty database whose owner is no superuser."""
    name = f"owner_{uuid.uuid4().hex}"
    who = sql.Identifier(name)
    with psycopg.connect(timescale_server_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'geheim'").format(who))
        server.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(who, who))
        yield psycopg.conninfo.make_conninfo(
            timescale_server_url, dbname=name, user=name, password="geheim"
        )
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(who))
        server.execute(sql.SQL("DROP ROLE {}").format(who))


def test_an_owner_who_is_no_superuser_gets_hypertables(
    owner_url: str, catalogue: Catalogue
) -> None:
    with pool.connect(owner_url) as owner:
        migration.migrate(owner)
        telemetry_table.ensure(owner, catalogue)
        owner.commit()
        assert capability.detect(owner) is tier_of(owner)
        fridge = catalogue["refrigerator"]
        device_id = registered(owner, fridge)[0]
        telemetry.store(owner, fridge, [Reading(device_id, START, {})])
        assert chunks(owner, "refrigerator") == 1
