"""A scoring measurement in small: everyone is scored, and every figure is of that."""

from __future__ import annotations

import pytest

from benchmarks import score
from benchmarks.score import Plan
from devices.catalogue.folder import Catalogue

DEVICES = 40


def test_everyone_is_scored_and_the_shares_are_of_one_whole(
    server_url: str, catalogue: Catalogue
) -> None:
    said: list[str] = []
    plan = Plan(DEVICES, processes=1, chunk=16, database_url=server_url, tell=said.append)
    found = score.run(plan)
    assert found.devices == found.scores == DEVICES
    assert found.hours_a_device == 168
    assert found.metrics == len(catalogue[score.TYPE].metrics)
    assert found.features == found.metrics * 6 * 2
    assert sum(found.share.values()) == pytest.approx(1, abs=0.01)
    assert min(found.share.values()) > 0
    assert found.devices_per_s > 0
    assert found.bare_predict_per_s > 0
    assert found.peak_mb > 0
    assert found.cpu_us_per_device["workers"] > 0
    assert found.packing_us_per_day["packer"] > 0
    assert said
