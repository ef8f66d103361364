"""A folder and a store for the sinks of one test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.ingest.spooling.away_store import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)
