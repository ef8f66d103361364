"""Models that served before there were states go on serving, and know what they took over from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import migration
from storage.pool import Connection
from tests.database_before import database_before

STEP = "0009_shelf.sql"


@pytest.fixture
def before(server_url: str, tmp_path: Path) -> Iterator[Connection]:
    """A database as it was before the step, with the migrations up to it in a folder."""
    with database_before(STEP, server_url, tmp_path) as opened:
        yield opened


def test_each_version_gets_the_state_that_it_had(before: Connection, tmp_path: Path) -> None:
    before.execute(
        "INSERT INTO hearthwatch.models (type, family, version, trained_at, span_from, span_until,"
        " devices, facts, artefact, serving) SELECT 'refrigerator', told.family, told.version,"
        " now(), now(), now(), 3, '{}', '', told.serving"
        " FROM (VALUES ('a', 1, false), ('a', 2, true), ('a', 3, false), ('b', 1, true),"
        " ('c', 1, false)) AS told (family, version, serving)"
    )
    shutil.copy(migration.FOLDER / STEP, tmp_path)
    assert migration.migrate(before, tmp_path) == [STEP.removesuffix(".sql")]
    rows = before.execute(
        "SELECT model.family, model.version, model.state, replaced.version"
        " FROM hearthwatch.models AS model"
        " LEFT JOIN hearthwatch.models AS replaced ON replaced.id = model.replaced_id"
        " ORDER BY 1, 2"
    ).fetchall()
    assert rows == [
        ("a", 1, "retired", None),
        ("a", 2, "champion", 1),
        ("a", 3, "candidate", None),
        ("b", 1, "champion", None),
        ("c", 1, "candidate", None),
    ]
