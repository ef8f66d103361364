"""`hearthwatch train` on a real database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from runtime.errors import ConfigurationError, InvalidError
from storage.pool import Connection
from tests.integration.fridge_hours import FAMILY, store


@pytest.fixture(autouse=True)
def _here(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The commands look at this database."""
    monkeypatch.setenv("HEARTHWATCH_DATABASE_URL", database_url)
    monkeypatch.setenv("HEARTHWATCH_HOME", str(tmp_path))
    monkeypatch.setenv("LOGNAME", "ana")


def train(*arguments: str) -> dict[str, Any]:
    """What becomes of the duty's model; what the command raises, for `main` to tell."""
    told = CliRunner().invoke(app, ["train", *arguments, "--json"])
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    assert told.exit_code == 0, told.output
    fitted = json.loads(told.stdout.splitlines()[-1])["refrigerator"]
    (found,) = (each for each in fitted if each["model"].startswith(FAMILY))
    return dict(found)


def test_what_is_fitted_first_serves_and_later_has_to_be_better_or_forced(
    connection: Connection,
) -> None:
    store(connection, range(8 * 24))
    first = train("--type", "refrigerator", "--days", "6")
    assert (first["model"], first["state"]) == (f"{FAMILY} v1", "champion")
    second = train("--type", "refrigerator", "--days", "6")
    assert (second["state"], second["serves"]) == ("shadow", False)
    assert second["why"] == "too little to judge by yet"
    third = train("--days", "6", "--promote", "--reason", "a clean start")
    assert (third["state"], third["why"]) == ("champion", "a clean start")
    row = connection.execute(
        "SELECT actor, detail ->> 'reason' FROM hearthwatch.audit ORDER BY id DESC LIMIT 1"
    ).fetchone()
    assert row == ("ana", "a clean start")


def test_there_is_nothing_to_train_without_readings_or_for_an_unknown_type() -> None:
    with pytest.raises(ConfigurationError, match="no readings yet"):
        train()
    with pytest.raises(InvalidError, match="no type toaster"):
        train("--type", "toaster")
    with pytest.raises(InvalidError, match="reason"):
        train("--promote", "--reason", " ")
