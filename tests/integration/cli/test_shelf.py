"""`hearthwatch models ...` on a real database."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from devices import watermark
from models import shelf
from models.detectors.context_residual import ContextResidual
from models.shelf import Model, Origin
from runtime.errors import ConflictError, InvalidError
from storage.pool import Connection

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture
def versions(
    connection: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> list[Model]:
    """Two versions of one family, the first of which serves, where the commands look."""
    monkeypatch.setenv("HEARTHWATCH_DATABASE_URL", database_url)
    monkeypatch.setenv("HEARTHWATCH_HOME", str(tmp_path))
    monkeypatch.setenv("LOGNAME", "ana")
    detector = ContextResidual("compressor_duty_pct", ["ambient_temp_c"], "high")
    origin = Origin("refrigerator", NOW, NOW, NOW, 3)
    found = [shelf.put(connection, detector, origin, {"hours": 600}) for _ in range(2)]
    found[0] = shelf.promote(connection, found[0].id)
    connection.commit()
    return found


def run(*arguments: object) -> dict[str, Any]:
    """What a command says in JSON; what it raises, for `main` to tell."""
    told = CliRunner().invoke(app, ["models", *map(str, arguments), "--json"])
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    assert told.exit_code == 0, told.output
    found: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return found


def test_the_shelf_is_listed_and_shown(versions: list[Model]) -> None:
    assert [each["version"] for each in run("list")["models"]] == [2, 1]
    serving = run("list", "--type", "refrigerator", "--serving")["models"]
    assert [each["id"] for each in serving] == [versions[0].id]
    assert run("list", "--type", "dishwasher")["models"] == []
    shown = run("show", versions[0].id)
    assert shown["state"] == "champion"
    assert shown["facts"]["hours"] == 600
    assert shown["trial"] is None


def test_a_version_is_tried_promoted_rolled_back_and_retired_with_name_and_reason(
    connection: Connection, versions: list[Model]
) -> None:
    second = versions[1].id
    assert run("shadow", second, "--reason", "let us see")["state"] == "shadow"
    assert run("promote", second, "--reason", "better")["replaced_id"] == versions[0].id
    assert run("rollback", second, "--reason", "not better")["id"] == versions[0].id
    assert run("retire", second, "--reason", "done")["state"] == "retired"
    rows = connection.execute(
        "SELECT actor, detail ->> 'reason' FROM hearthwatch.audit WHERE actor <> 'hearthwatch'"
        " ORDER BY id"
    ).fetchall()
    reasons = ["let us see", "better", "not better", "done"]
    assert rows == [("ana", reason) for reason in reasons]


def test_a_change_without_a_reason_or_without_sense_changes_nothing(
    connection: Connection, versions: list[Model]
) -> None:
    with pytest.raises(InvalidError, match="reason"):
        run("promote", versions[1].id, "--reason", " ")
    with pytest.raises(ConflictError, match="serves already"):
        run("promote", versions[0].id, "--reason", "again")
    told = CliRunner().invoke(app, ["models", "promote", str(versions[1].id)])
    assert told.exit_code == 2
    states = [model.state for model in shelf.versions(connection, "refrigerator")]
    assert states == ["candidate", "champion"]


@pytest.mark.usefixtures("versions")
def test_drift_is_measured_when_asked(connection: Connection) -> None:
    assert run("drift") == {"drift": []}
    assert run("drift", "--measure") == {"drift": []}
    watermark.advance(connection, "w", NOW)
    connection.commit()
    assert run("drift", "--type", "refrigerator", "--measure") == {"drift": []}
    with pytest.raises(InvalidError, match="no type 'toaster'"):
        run("drift", "--type", "toaster", "--measure")
