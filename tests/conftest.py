"""What tests share: a real PostgreSQL built once and copied for each test, and a real broker."""

from __future__ import annotations

import base64
import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import structlog
from hypothesis import settings
from psycopg import sql

from devices import telemetry_table
from devices.catalogue import folder
from devices.catalogue.folder import Catalogue
from runtime import embedded_broker
from storage import embedded, migration, pool
from storage.pool import Connection, Pool
from tests.databases import copied, drop, named

# Personal data are sealed by this master key, also in the processes that tests start.
os.environ.setdefault("HEARTHWATCH_MASTER_KEYS", f"tests:{base64.b64encode(b't' * 32).decode()}")

# Where a copy of a database is made twenty times as fast as on a disk, for it is 1,300 files.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a folder's parent

# The same examples in every run, and however slow the machine is.
settings.register_profile("same", derandomize=True, deadline=None, database=None)
settings.load_profile("same")


@pytest.fixture(autouse=True)
def logs_of_its_own() -> Iterator[None]:
    """A command sends the logs of its process to a stream that ends with the test that ran it."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The shipped appliance types."""
    return folder.load()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder for a PostgreSQL, which for root runs as another user.

    Not tmp_path: pytest shuts that to others, also to those within, whenever another run begins.
    """
    with tempfile.TemporaryDirectory(prefix="hearthwatch-test-") as made:
        yield Path(made)


@pytest.fixture(scope="session")
def template() -> str:
    """What the template is called: by a name of this run, for others may use the same server."""
    return f"template_{uuid.uuid4().hex}"


@pytest.fixture(scope="session")
def server_url(catalogue: Catalogue, template: str) -> Iterator[str]:
    """A server with a migrated template database; its own unless HEARTHWATCH_TEST_URL names one."""
    given = os.environ.get("HEARTHWATCH_TEST_URL")
    if given:
        with _template_on(given, template, catalogue):
            yield given
        return
    with (
        tempfile.TemporaryDirectory(prefix="hearthwatch-test-", dir=MEMORY) as scratch,
        embedded.running(Path(scratch) / "postgres", database="postgres") as url,
    ):
        _spare_the_disk(url)
        _make_template(url, template, catalogue)
        yield url


def _spare_the_disk(url: str) -> None:
    """Data that nobody keeps need not reach the disk; PostgreSQL takes these while it runs."""
    with psycopg.connect(url, autocommit=True) as server:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            server.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(name)))
        server.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def timescale_server_url(catalogue: Catalogue, template: str) -> Iterator[str]:
    """The server with TimescaleDB that HEARTHWATCH_TEST_TIMESCALE_URL names, made ready likewise.

    Without it a test is skipped; in a full run it fails.
    """
    given = os.environ.get("HEARTHWATCH_TEST_TIMESCALE_URL")
    if not given:
        missing = "HEARTHWATCH_TEST_TIMESCALE_URL names no server (.ci/timescale starts one)"
        (pytest.fail if "HEARTHWATCH_TEST_FULL" in os.environ else pytest.skip)(missing)
    with _template_on(given, template, catalogue):
        yield given


@contextmanager
def _template_on(url: str, template: str, catalogue: Catalogue) -> Iterator[None]:
    """The template on a server that stays when we are done."""
    with psycopg.connect(url, autocommit=True) as server:
        drop(server, template)
        _make_template(url, template, catalogue)
        yield
        drop(server, template)


def _make_template(url: str, name: str, catalogue: Catalogue) -> None:
    template = sql.Identifier(name)
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(template))
        with pool.connect(named(url, name)) as connection:
            migration.migrate(connection)
            telemetry_table.ensure(connection, catalogue)
        # Only a database that nobody is connected to can be copied, and TimescaleDB's workers
        # connect by themselves to any that lets them.
        server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(template))
        server.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s",
            (name,),
        )


@pytest.fixture
def database_url(server_url: str, template: str) -> Iterator[str]:
    """A fresh, migrated database with the shipped types' tables, dropped after the test."""
    with copied(server_url, template) as url:
        yield url


@pytest.fixture(scope="module")
def module_database_url(server_url: str, template: str) -> Iterator[str]:
    """Such a database for the tests of one module that leave nothing in it."""
    with copied(server_url, template) as url:
        yield url


@pytest.fixture
def timescale_url(timescale_server_url: str, template: str) -> Iterator[str]:
    """Such a database for one test, on the server with TimescaleDB."""
    with copied(timescale_server_url, template) as url:
        yield url


@pytest.fixture
def timescale(timescale_url: str) -> Iterator[Connection]:
    """One connection to it, in a transaction."""
    with pool.connect(timescale_url) as opened:
        yield opened


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    """One connection to a fresh database, in a transaction."""
    with pool.connect(database_url) as opened:
        yield opened


@pytest.fixture
def database_pool(database_url: str) -> Iterator[Pool]:
    """A pool on a fresh database."""
    opened = pool.open_pool(database_url)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture(scope="session")
def broker_url() -> Iterator[str]:
    """A real MQTT broker for the whole run; tests use client ids and topics of their own."""
    with embedded_broker.running() as url:
        yield url
