"""A finding that two tickets kept as evidence stays with the earlier one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.errors import UniqueViolation

from storage import migration
from storage.pool import Connection
from tests.database_before import database_before

STEP = "0019_tickets.sql"


@pytest.fixture
def before(server_url: str, tmp_path: Path) -> Iterator[Connection]:
    """A database as it was before the step, with the migrations up to it in a folder."""
    with database_before(STEP, server_url, tmp_path) as opened:
        yield opened


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
