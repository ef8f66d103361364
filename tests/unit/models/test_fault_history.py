"""What is known to have followed a moment: a fault, none, or nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from models.history import fault_history
from models.history.fault_history import History, Stretches
from models.recording import HOUR_NS, Log, Moments
from models.training import fault_families
from models.training.fault_families import FEWEST_DEVICES, FEWEST_EPISODES, Failure

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 24 * HOUR_NS
NEVER = Stretches.of([])
Known = float | None


def hour(number: float) -> datetime:
    return EPOCH + timedelta(hours=number)


def stretches(*spans: tuple[int, float, float]) -> Stretches:
    return Stretches.of([(unit, hour(begin), hour(end)) for unit, begin, end in spans])


def failures(*told: tuple[int, float, str]) -> Log:
    units = np.array([unit for unit, _, _ in told], dtype=np.int64)
    times = np.array([int(at * HOUR_NS) for _, at, _ in told], dtype=np.int64)
    return Log.of(units, times, [mode for _, _, mode in told])


def known(history: History, *moments: tuple[int, float]) -> list[list[Known]]:
    """What is known of each moment, a mode a column; None where nobody knows."""
    units = np.array([unit for unit, _ in moments], dtype=np.int64)
    times = np.array([int(at * HOUR_NS) for _, at in moments], dtype=np.int64)
    found = fault_history.target(history, Moments(units, times), DAY)
    assert found.names == history.modes
    return [[None if np.isnan(each) else float(each) for each in row] for row in found.values]


def history(
    *,
    failed: Log,
    faulty: Stretches = NEVER,
    begun: Stretches = NEVER,
    doubtful: Stretches = NEVER,
) -> History:
    return History(failed, faulty, begun, doubtful, until_ns=1000 * HOUR_NS)


def test_moments_in_a_stretch_are_those_from_its_begin_to_before_its_end() -> None:
    told = stretches((1, 10, 20), (1, 15, 30), (0, 5, 6), (2, 40, 50))
    at = [(0, 5), (0, 6), (1, 9), (1, 10), (1, 25), (1, 30), (2, 45), (3, 45)]
    units, hours = (np.array(each) for each in zip(*at, strict=True))
    held = told.hold(Moments(units, hours * HOUR_NS))
    assert held.tolist() == [True, False, False, True, True, False, True, False]


def test_the_day_before_a_fault_is_told_by_its_mode_and_days_before_that_are_well() -> None:
    told = history(failed=failures((0, 100, "leak"), (1, 300, "drain")))
    assert told.modes == ("drain", "leak")
    found = known(told, (0, 75), (0, 77), (0, 99), (0, 101), (1, 290))
    assert found == [[0, 0], [0, 1], [0, 1], [0, 0], [1, 0]]


def test_in_trouble_nothing_is_learned_and_before_somebody_was_called_only_the_fault() -> None:
    told = history(
        failed=failures((0, 100, "leak")),
        begun=stretches((0, 60, 100)),
        faulty=stretches((0, 100, 120)),
    )
    assert known(told, (0, 50), (0, 65), (0, 80), (0, 110), (0, 121)) == [
        [0],
        [None],
        [1],
        [None],
        [0],
    ]


def test_what_comes_before_a_ticket_without_a_verdict_is_not_known_to_be_well() -> None:
    told = history(
        failed=failures((1, 500, "leak")),
        faulty=stretches((0, 100, 150)),
        doubtful=stretches((0, 100, 150)),
    )
    assert known(told, (0, 70), (0, 80), (0, 120), (0, 160), (1, 120)) == [
        [0],
        [None],
        [None],
        [0],
        [0],
    ]


def test_a_day_that_is_not_over_is_not_known_to_be_well() -> None:
    told = history(failed=failures((0, 999, "leak")))
    assert known(told, (0, 970), (0, 990), (1, 990)) == [[0], [1], [None]]


def _faults(count: int, devices: int, apart_h: float = 100) -> list[Failure]:
    return [(number % devices, hour(apart_h * number), "leak") for number in range(count)]


def test_faults_of_one_appliance_within_a_horizon_are_one_episode() -> None:
    told: list[Failure] = [(1, hour(at), "leak") for at in (0, 20, 40, 100)]
    told += [(2, hour(10), "drain")]
    found = fault_families.episodes(told, timedelta(hours=24))
    assert found == [told[0], told[3], told[4]]


@pytest.mark.parametrize(
    ("count", "devices", "missing"),
    [
        (FEWEST_EPISODES - 1, FEWEST_DEVICES, "9 of 10 confirmed faults"),
        (30, FEWEST_DEVICES - 1, "30 confirmed faults, but on 4 of 5 appliances"),
        (FEWEST_EPISODES, FEWEST_DEVICES, None),
    ],
)
def test_it_takes_ten_faults_on_five_appliances(
    count: int, devices: int, missing: str | None
) -> None:
    found = fault_families.lacking(_faults(count, devices))
    assert (None if found is None else found.en) == missing
