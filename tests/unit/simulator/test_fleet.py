from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from devices.catalogue.folder import Catalogue
from simulator import fault_plan, truth
from simulator.fleet import PHYSICS, Fleet, Report

START = datetime(2025, 3, 3, tzinfo=UTC)
DAY = timedelta(days=1)


def _reports(seed: int, devices: int = 12, days: float = 0.5) -> list[Report]:
    fleet = Fleet(devices, seed, START, START + 5 * DAY)
    return list(fleet.reports(START + days * DAY))


def test_the_same_seed_gives_the_same_readings() -> None:
    first, second = _reports(7), _reports(7)
    assert [report.serials for report in first] == [report.serials for report in second]
    for one, other in zip(first, second, strict=True):
        for name, values in one.values.items():
            np.testing.assert_array_equal(values, other.values[name])


def test_another_seed_gives_other_readings() -> None:
    one, other = _reports(7)[-1], _reports(8)[-1]
    assert any(
        not np.array_equal(values, other.values[name]) for name, values in one.values.items()
    )


def test_every_type_reports_exactly_what_its_catalogue_lists(catalogue: Catalogue) -> None:
    fleet = Fleet(12, 3, START, START + DAY)
    listed = {group.serials[0]: catalogue[group.type] for group in fleet.groups}
    for report in fleet.reports(START + timedelta(minutes=15)):
        description = listed[report.serials[0]]
        assert set(report.values) == set(description.metrics)
        assert set(report.raised) <= set(description.fault_codes)


def test_devices_are_spread_over_the_types() -> None:
    sizes = [group.units for group in Fleet(20, 1, START, START).groups]
    assert sum(sizes) == 20
    assert max(sizes) - min(sizes) <= 1
    assert len(Fleet(3, 1, START, START).groups) == 3


def test_every_fault_names_problems_of_its_type(catalogue: Catalogue) -> None:
    for name, (_, _, faults) in PHYSICS.items():
        for fault in faults:
            assert set(fault.problems) <= set(catalogue[name].problems)
            assert 0 < fault.days[0] <= fault.days[1]


def test_faults_begin_after_the_healthy_history_and_end_within_the_season() -> None:
    fleet = Fleet(300, 7, START, START + DAY)
    for group in fleet.groups:
        group.step(START + DAY)
    planned = [fault for group in fleet.groups for fault in group.planned]
    assert len(planned) > 30
    for fault in planned:
        assert START + DAY <= fault.onset < fault.fails_at
        assert fault.fails_at <= START + DAY + fault_plan.SEASON
        assert fault.level(fault.onset) == 0.0
        assert 0.0 < fault.level(fault.onset + (fault.fails_at - fault.onset) / 2) < 1.0
        assert fault.level(fault.fails_at) == 1.0
        assert fault.level(fault.repaired_at) == 0.0


def test_the_truth_survives_its_file_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    fleet = Fleet(120, 7, START, START)
    for group in fleet.groups:
        group.step(START)
    told = truth.of_groups(fleet.groups, START, START + 12 * DAY)
    assert told.faults
    path = tmp_path / "run.truth.json"
    truth.write(told, path)
    assert truth.read(path) == told
    assert path.stat().st_mode & 0o077 == 0


def test_the_truth_holds_only_what_had_begun() -> None:
    fleet = Fleet(120, 7, START, START)
    for group in fleet.groups:
        group.step(START)
    assert truth.of_groups(fleet.groups, START, START).faults == ()
