"""A finding that two tickets kept as evidence stays with the earlier one."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import UniqueViolation

from storage import migration, pool
from storage.pool import Connection

STEP = "0019_tickets.sql"


@pytest.fixture
def before(server_url: str, tmp_path: Path) -> Iterator[Connection]:
    """A database as it was before the step, with the migrations up to it in a folder."""
    for path in sorted(migration.FOLDER.glob("*.sql")):
        if path.name < STEP:
            shutil.copy(path, tmp_path)
    name = f"bare_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with pool.connect(psycopg.conninfo.make_conninfo(server_url, dbname=name)) as opened:
            migration.migrate(opened, tmp_path)
            yield opened
            opened.rollback()
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_evidence_that_was_kept_twice_is_kept_by_the_earlier_ticket(
    before: Connection, tmp_path: Path
) -> None:
    before.execute(
        "INSERT INTO hearthwatch.appliances (serial, type, registered_at)"
        " VALUES ('RF-1', 'refrigerator', now())"
    )
    before.execute(
        "INSERT INTO hearthwatch.alerts (device_id, problem, severity, opened_at)"
        " VALUES (1, 'poor_cooling', 'high', now())"
    )
    before.execute(
        "INSERT INTO hearthwatch.alert_changes (alert_id, at, change, signal, severity, evidence)"
        " SELECT 1, now(), 'joined', 'a', 'high', '{}' FROM generate_series(1, 2)"
    )
    before.execute(
        "INSERT INTO hearthwatch.tickets"
        " (device_id, problem, state, severity, safety, opened_at, changed_at)"
        " VALUES (1, 'poor_cooling', 'closed', 'high', false, now(), now()),"
        " (1, 'poor_cooling', 'new', 'high', false, now(), now())"
    )
    before.execute("INSERT INTO hearthwatch.ticket_evidence VALUES (1, 1), (2, 1), (2, 2)")
    shutil.copy(migration.FOLDER / STEP, tmp_path)
    assert migration.migrate(before, tmp_path) == [STEP.removesuffix(".sql")]
    asked = "SELECT ticket_id, alert_change_id FROM hearthwatch.ticket_evidence ORDER BY 1, 2"
    assert before.execute(asked).fetchall() == [(1, 1), (2, 2)]
    with pytest.raises(UniqueViolation), before.transaction():
        before.execute("INSERT INTO hearthwatch.ticket_evidence VALUES (2, 1)")
