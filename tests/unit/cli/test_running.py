from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli import running, world_time
from runtime.errors import ConfigurationError
from runtime.settings import Settings

NO_SUCH_PROCESS = 2**22 + 1
"""Above the highest id that Linux gives."""


def test_a_command_beside_a_platform_learns_what_it_runs_on(tmp_path: Path) -> None:
    chosen = Settings(home=tmp_path, mqtt_url="mqtt://127.0.0.1:4711", clock="clock.json")
    with running.told(chosen):
        beside = running.beside(Settings(home=tmp_path))
        assert (beside.mqtt_url, beside.clock) == (chosen.mqtt_url, chosen.clock)
    assert running.beside(Settings(home=tmp_path)) == Settings(home=tmp_path)


def test_what_is_set_goes_before_what_a_platform_chose(tmp_path: Path) -> None:
    own = Settings(home=tmp_path, mqtt_url="mqtt://broker:1883")
    with running.told(Settings(home=tmp_path, mqtt_url="mqtt://127.0.0.1:4711")):
        assert running.beside(own).mqtt_url == own.mqtt_url


@pytest.mark.parametrize(
    "left", ["", "{", "[]", "{}", json.dumps({"pid": NO_SUCH_PROCESS, "settings": {}})]
)
def test_what_a_platform_that_is_gone_left_behind_counts_for_nothing(
    tmp_path: Path, left: str
) -> None:
    (tmp_path / "running.json").write_text(left)
    assert running.beside(Settings(home=tmp_path)) == Settings(home=tmp_path)


def test_a_home_that_holds_a_demo_is_refused(tmp_path: Path) -> None:
    world_time.refuse(tmp_path)
    (tmp_path / world_time.FILE).write_text("{}")
    with pytest.raises(ConfigurationError, match="holds a demo"):
        world_time.refuse(tmp_path)
