from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.world_time import WorldTime

START = datetime(2025, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SLOW = 1e-9
"""So slow that no test sees it go on."""


@pytest.fixture
def world(tmp_path: Path) -> WorldTime:
    made = WorldTime(tmp_path / "clock.json")
    made.run(START, SLOW)
    return made


def _speed(world: WorldTime) -> float:
    return float(json.loads(world.path.read_text())["speed"])


def test_time_waits_for_appliances_that_are_far_behind_and_goes_on_when_they_follow(
    world: WorldTime,
) -> None:
    world.wait_for(START - 3 * HOUR)
    assert _speed(world) == 0
    world.wait_for(START - 1.5 * HOUR)
    assert _speed(world) == 0
    world.wait_for(START - 0.5 * HOUR)
    assert _speed(world) == SLOW
    assert abs(world.now() - START) < HOUR


def test_time_does_not_wait_for_who_is_a_little_behind(world: WorldTime) -> None:
    world.wait_for(START - 1.5 * HOUR)
    assert _speed(world) == SLOW
