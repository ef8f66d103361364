from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runtime import clock
from runtime.errors import ConfigurationError

START = datetime(2025, 3, 3, tzinfo=UTC)


def test_a_fast_world_runs_ahead_of_the_wall(tmp_path: Path) -> None:
    pace = tmp_path / "clock.json"
    clock.keep(pace, START, 1_000_000.0)
    world = clock.from_setting(str(pace))
    first, second = world.now(), world.now()
    assert START <= first < second


def test_a_world_that_stands_still_stays(tmp_path: Path) -> None:
    pace = tmp_path / "clock.json"
    clock.keep(pace, START, 0.0)
    world = clock.from_setting(str(pace))
    assert world.now() == world.now() == START


def test_a_change_of_pace_is_seen_by_whoever_looks(tmp_path: Path) -> None:
    pace = tmp_path / "clock.json"
    clock.keep(pace, START, 0.0)
    world = clock.from_setting(str(pace))
    assert world.now() == START
    clock.keep(pace, START + timedelta(days=9), 0.0)
    assert world.now() == START + timedelta(days=9)


def test_the_wall_is_the_default() -> None:
    assert isinstance(clock.from_setting("wall"), clock.WallClock)


def test_a_clock_that_is_neither_is_refused_with_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match="use 'wall'"):
        clock.from_setting("sundial")
