"""A storage measurement in small: it counts what it stored, and leaves nothing behind."""

from __future__ import annotations

import json

import psycopg
import pytest

from benchmarks import storage, storage_page, storage_tier
from benchmarks.storage import Outcome
from devices.catalogue.folder import Catalogue
from storage import capability, pool
from storage.capability import Capability

MINUTES = 120
DEVICES = 5
QUESTIONS = ["newest_of_region", "week_by_hour", "features_of_type", "week_raw"]


def measured(server_url: str) -> Outcome:
    return storage.run(
        1, [server_url], with_embedded=False, minutes=MINUTES, runs=2, tell=lambda _: None
    )


def check(outcome: Outcome, catalogue: Catalogue, tier: Capability) -> None:
    assert outcome.devices == DEVICES * len(catalogue)
    assert outcome.left_out == [each.value for each in Capability if each is not tier]
    figures = outcome.tiers[tier.value]
    assert figures.rows == DEVICES * len(catalogue) * MINUTES
    assert figures.readings >= 10 * figures.rows
    assert figures.device_hours == DEVICES * len(catalogue) * 2
    for state in figures.states.values():
        assert list(state.latency) == QUESTIONS
        rows = {name: took.rows for name, took in state.latency.items()}
        metrics = len(catalogue["refrigerator"].metrics)
        assert rows == {
            "newest_of_region": len(catalogue),
            "week_by_hour": 2 * metrics,
            "features_of_type": 2 * DEVICES,
            "week_raw": MINUTES,
        }
        assert all(took.plans and took.database_ms > 0 for took in state.latency.values())
        assert state.bytes_a_row == pytest.approx(
            state.bytes_a_reading * figures.readings / figures.rows, rel=0.01
        )


def test_every_figure_is_of_what_was_stored(server_url: str, catalogue: Catalogue) -> None:
    with pool.connect(server_url) as server:
        tier = capability.detect(server)
        server.rollback()
    check(measured(server_url), catalogue, tier)


def test_timescaledb_is_measured_alike(timescale_server_url: str, catalogue: Catalogue) -> None:
    with pool.connect(timescale_server_url) as server:
        tier = capability.detect(server)
        server.rollback()
    outcome = measured(timescale_server_url)
    check(outcome, catalogue, tier)
    states = ["stored", "compressed"] if tier is Capability.COMMUNITY else ["stored"]
    assert list(outcome.tiers[tier.value].states) == states


def test_its_database_is_gone_afterwards(server_url: str) -> None:
    with storage_tier.database(server_url) as url, pool.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        pool.connect(url)


def test_the_page_names_tiers_that_were_left_out(server_url: str) -> None:
    outcome = measured(server_url)
    lines = list(storage_page.lines(outcome, with_plans=False))
    assert [line for line in lines if "left out" in line] == [
        f"{tier}: left out, because no server was given (--database)" for tier in outcome.left_out
    ]
    with_plans = "\n".join(storage_page.lines(outcome, with_plans=True))
    assert with_plans.count("Execution Time") > len(QUESTIONS)
    assert "plans" not in json.dumps(storage_page.without_plans(outcome))
