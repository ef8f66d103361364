from __future__ import annotations

from pathlib import Path

import pytest

from runtime import settings
from runtime.errors import ConfigurationError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEARTHWATCH_SECRETS", str(tmp_path))
    return tmp_path


def test_a_setting_may_stand_in_a_file_of_its_name(folder: Path) -> None:
    (folder / "hearthwatch_mqtt_url").write_text("mqtt://ingest:secret@broker\n")
    assert settings.load().mqtt_url == "mqtt://ingest:secret@broker"


def test_the_environment_goes_before_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "hearthwatch_mqtt_url").write_text("mqtt://from-file")
    monkeypatch.setenv("HEARTHWATCH_MQTT_URL", "mqtt://from-environment")
    assert settings.load().mqtt_url == "mqtt://from-environment"


def test_a_wrong_value_in_a_file_is_refused(folder: Path) -> None:
    (folder / "hearthwatch_secret_key").write_text("short")
    with pytest.raises(ConfigurationError, match="HEARTHWATCH_SECRET_KEY"):
        settings.load()


def test_a_folder_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTHWATCH_SECRETS", "nowhere/at-all")
    with pytest.raises(ConfigurationError, match="HEARTHWATCH_SECRETS"):
        settings.load()
