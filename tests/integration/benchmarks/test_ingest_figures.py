"""`bench ingest` counts what really goes through, ours and the others', and loses nothing."""

from __future__ import annotations

from pathlib import Path

import psycopg

from benchmarks import database, ingest
from benchmarks.broker_limit import RAW
from benchmarks.ingest import Plan
from benchmarks.peers import plain_python
from benchmarks.peers.race import PeerFigures
from devices.catalogue.folder import Catalogue
from tests.integration.ingest.real_broker import needs_mosquitto

RATE = 500.0


@needs_mosquitto
def test_a_short_run_shows_every_figure(open_folder: Path) -> None:
    told: list[str] = []

    figures = ingest.run(Plan(1.0, 2, rate=RATE, peers=True, tools=open_folder, tell=told.append))

    assert figures.lost == figures.duplicates == 0
    assert figures.broker_limit == max(figures.broker_limits.values())
    assert RAW in figures.broker_limits
    assert figures.database_limit > 0
    assert figures.server["fsync"] == "on"
    assert set(figures.cpu_us_per_message) == {"worker", "watch", "broker", "database", "load"}
    assert figures.p50_ms is not None
    assert figures.p99_ms is not None
    assert figures.p99_ms >= figures.p50_ms > 0
    assert figures.rss_mb > 0
    python = figures.peers[plain_python.PEER.name]
    assert isinstance(python, PeerFigures)
    assert python.lost == 0
    assert str(figures.peers["Node-RED"]).startswith("not installed: npm install")
    assert told[-1] == plain_python.PEER.name


def test_on_a_given_server_the_database_is_ours_and_goes(
    server_url: str, catalogue: Catalogue
) -> None:
    with database.given(server_url, catalogue, 6) as server:
        assert server.pid is not None
        with psycopg.connect(server.url) as connection:
            name = connection.info.dbname
            assert connection.execute("SELECT count(*) FROM hearthwatch.appliances").fetchone() == (
                6,
            )
    with psycopg.connect(server_url) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        assert known.fetchone() is None
