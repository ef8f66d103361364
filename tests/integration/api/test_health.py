"""Dead, degraded or ready: what whoever keeps the service running is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from storage.pool import Connection, Pool

Make = Callable[..., httpx.Client]
MANY_STALE_HOURS = """
    INSERT INTO hearthwatch.stale_hours
    SELECT 'refrigerator', 1, now() - hour * INTERVAL '1 hour'
    FROM generate_series(1, 1100) AS hour
"""
LATELY_SILENT = """
    INSERT INTO hearthwatch.ingest_progress (worker, updated_at)
    VALUES ('ingest-2', now() - INTERVAL '5 minutes')
"""
MANY_LETTERS = """
    INSERT INTO hearthwatch.dead_letters
        (topic, payload, payload_bytes, reason, detail, received_at)
    SELECT 'a', '', 0, 'not_json',
"""
UNSENT = """
    WITH endpoint AS (
        INSERT INTO hearthwatch.webhook_endpoints
            (name, url, kinds, secret_sealed, cursor, created_by)
        VALUES ('erp', 'https://erp.example.com', '{*}', '', 0, 'ada')
    )
    INSERT INTO hearthwatch.events (at, kind, subject, facts, recorded_at)
    VALUES (now(), 'ticket.opened', 'ticket:1', '{}', now() - INTERVAL '11 minutes')
"""


@pytest.fixture
def well(world: Connection) -> Connection:
    """The small world, where ingest has just reported."""
    world.execute("UPDATE hearthwatch.ingest_progress SET updated_at = clock_timestamp()")
    world.commit()
    return world


def _change(connection: Connection, statement: str) -> None:
    connection.execute(statement.encode())
    connection.commit()


def _ready(browser: Make) -> dict[str, Any]:
    answer = browser().get("/readyz")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.usefixtures("well")
def test_the_service_says_that_it_is_ready_and_how_fresh(browser: Make) -> None:
    ready = _ready(browser)
    assert (ready["status"], ready["reasons"]) == ("ready", [])
    assert ready["ingest_behind_s"] == 0


def test_a_database_that_lacks_a_migration_is_not_ready(browser: Make, well: Connection) -> None:
    _change(well, "DELETE FROM public.hearthwatch_migrations WHERE number = 3")
    answer = browser().get("/readyz")
    assert answer.status_code == 503
    assert "hearthwatch migrate" in answer.json()["hint"]


@pytest.mark.usefixtures("well")
def test_without_the_database_it_lives_but_is_not_ready(browser: Make, served_pool: Pool) -> None:
    served_pool.close()
    assert browser().get("/readyz").status_code == 503
    assert browser().get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("DELETE FROM hearthwatch.ingest_progress", "ingest_missing"),
        (
            "UPDATE hearthwatch.ingest_progress SET updated_at = now() - INTERVAL '3 minutes'",
            "ingest_silent",
        ),
        (
            LATELY_SILENT,
            "ingest_worker_silent",
        ),
        (
            "UPDATE hearthwatch.ingest_progress SET event_at = event_at - INTERVAL '11 minutes'",
            "ingest_behind",
        ),
        (MANY_STALE_HOURS, "backlog_large"),
        (f"{MANY_LETTERS} '', now() FROM generate_series(1, 150)", "dead_letters_rising"),
        (UNSENT, "webhooks_waiting"),
    ],
)
def test_a_service_that_lags_is_degraded_and_still_serves(
    browser: Make, well: Connection, statement: str, reason: str
) -> None:
    _change(well, statement)
    ready = _ready(browser)
    assert ready["status"] == "degraded"
    assert [each["reason"] for each in ready["reasons"]] == [reason]
    told = browser().get("/metrics").text
    assert f'hearthwatch_state_degraded{{reason="{reason}"}} 1.0' in told


def test_a_worker_that_was_taken_away_long_ago_is_not_missed(
    browser: Make, well: Connection
) -> None:
    _change(
        well,
        "INSERT INTO hearthwatch.ingest_progress (worker, updated_at) "
        "VALUES ('ingest-2', now() - INTERVAL '1 day')",
    )
    assert _ready(browser)["status"] == "ready"


def test_dead_letters_of_yesterday_do_not_degrade(browser: Make, well: Connection) -> None:
    _change(
        well,
        f"{MANY_LETTERS} '', now() - INTERVAL '1 day' FROM generate_series(1, 150)",
    )
    assert _ready(browser)["status"] == "ready"


@pytest.mark.usefixtures("well")
def test_the_metrics_tell_of_the_service_as_a_whole(browser: Make) -> None:
    text = browser().get("/metrics").text
    assert 'hearthwatch_state_tickets{state="new"} 2.0' in text
    assert 'hearthwatch_state_dead_letters{reason="not_json"} 1.0' in text
    assert "hearthwatch_state_appliances 4.0" in text
    assert 'hearthwatch_state_ingest_silent_seconds{worker="ingest-1"}' in text
    assert 'hearthwatch_state_open_tickets{severity="' in text
    assert 'hearthwatch_state_backlog{what="stale_hours"}' in text


def test_recorded_data_of_long_ago_is_no_backlog(browser: Make, well: Connection) -> None:
    _change(
        well,
        "UPDATE hearthwatch.ingest_progress SET event_at = event_at - INTERVAL '30 days'",
    )
    assert _ready(browser)["status"] == "ready"
