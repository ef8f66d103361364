"""On a real TimescaleDB every table of readings is a hypertable, and what follows from it."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pandas as pd
import psycopg
import pytest
from psycopg import sql

from devices import rollup, telemetry, telemetry_table
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from devices.telemetry import Reading, Stored
from storage import capability, migration, pool
from storage.capability import Capability
from storage.pool import Connection
from tests.integration.storage.conftest import START, registered

END = START + timedelta(days=1)
DEADLINE_S = 30.0
TIERS = {"apache": Capability.HYPERTABLE, "timescale": Capability.COMMUNITY}


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
def community(timescale: Connection) -> Connection:
    """The database, if the server's licence lets it compress."""
    if tier_of(timescale) is not Capability.COMMUNITY:
        pytest.skip("the server is TimescaleDB's Apache edition, which has no columnstore")
    return timescale


def policies(connection: Connection) -> dict[object, object]:
    """After how long each table's chunks are compressed."""
    rows = connection.execute(
        "SELECT hypertable_name, (config ->> 'compress_after')::interval"
        " FROM timescaledb_information.jobs WHERE proc_name = 'policy_compression'"
    ).fetchall()
    return {row[0]: row[1] for row in rows}


def test_old_chunks_are_compressed_by_device_and_time_after_the_days_that_are_set(
    community: Connection, catalogue: Catalogue
) -> None:
    tables = {name for each in catalogue for name in (each, f"{each}_hourly")}
    settings = community.execute(
        "SELECT hypertable::text, segmentby, orderby"
        " FROM timescaledb_information.hypertable_columnstore_settings"
    ).fetchall()
    assert set(settings) == {(f"telemetry.{name}", "device_id", '"time"') for name in tables}
    for days in (7, 7, 3, 0, 0, 5):
        after = timedelta(days=days)
        before = set(policies(community).values()) or {timedelta(0)}
        told = telemetry_table.compress(community, catalogue, after)
        assert len(told) == (0 if before == {after} else len(tables))
        assert policies(community) == ({} if days == 0 else dict.fromkeys(tables, after))


def test_an_edition_without_columns_is_left_as_it_is(
    timescale: Connection, catalogue: Catalogue
) -> None:
    if tier_of(timescale) is Capability.COMMUNITY:
        pytest.skip("this server is the edition that compresses")
    assert telemetry_table.compress(timescale, catalogue, timedelta(days=7)) == []
    assert policies(timescale) == {}


def test_the_policy_compresses_what_is_old_and_nothing_else_changes(
    community: Connection, fridge: ApplianceType
) -> None:
    device_ids = registered(community, fridge)
    metric = next(iter(fridge.metrics))
    readings = [
        Reading(device_id, START + timedelta(hours=hour), {metric: float(hour)})
        for device_id in device_ids
        for hour in range(0, 24 * 30, 7)
    ]
    telemetry.store(community, fridge, readings)
    before = telemetry.between(community, fridge, device_ids[0], START, START + timedelta(days=30))
    telemetry_table.compress(community, {fridge.type: fridge}, timedelta(days=1))
    jobs = community.execute(
        "SELECT job_id, alter_job(job_id, scheduled => false) IS NOT NULL"
        " FROM timescaledb_information.jobs WHERE hypertable_name = 'refrigerator'"
    ).fetchall()
    community.commit()
    community.autocommit = True
    for job_id, _ in jobs:
        community.execute("CALL run_job(%s)", (job_id,))
    compressed = community.execute(
        "SELECT count(*), count(*) FILTER (WHERE is_compressed)"
        " FROM timescaledb_information.chunks WHERE hypertable_name = 'refrigerator'"
    ).fetchone()
    assert compressed is not None
    assert compressed[0] == compressed[1] == 5
    after = telemetry.between(community, fridge, device_ids[0], START, START + timedelta(days=30))
    pd.testing.assert_frame_equal(after, before)


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
        telemetry_table.compress(owner, catalogue, timedelta(days=7))
