"""From tickets that technicians judged to forecasters on the shelf."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from models import fleet, shelf
from models.fleet import Fleet, Span
from models.forecasters.fault import FaultForecaster
from models.history import fault_history
from models.serving import newest_score
from models.shelf import Model
from models.training import fault_training, fleet_sample, refit
from models.training.fault_families import BY_NAME
from storage import pool
from storage.pool import Connection
from tests.failing_fleet import FREEZER, HOUR, MODE, FailingFleet

DAY = BY_NAME["fault:24h"]
HEALTHY = 14
"""A freezer that does not fail."""


@pytest.fixture(scope="module")
def trained_url(module_database_url: str) -> str:
    """The freezers, with tickets, and a forecaster that learned until the twentieth day."""
    with pool.connect(module_database_url) as connection:
        fleet = FailingFleet.stored(connection)
        fleet.tickets()
        span = Span(fleet.at(0), fleet.at(20 * 24))
        fault_training.forecasters(connection, FREEZER, span, fleet.at(20 * 24), (DAY,))
    return module_database_url


@pytest.fixture
def freezers(trained_url: str) -> Iterator[FailingFleet]:
    """The freezers; whatever a test does to them is undone."""
    with pool.connect(trained_url) as connection:
        yield FailingFleet.known(connection)
        connection.rollback()


def learned(fleet: FailingFleet) -> Model:
    (model,) = shelf.versions(fleet.connection, "freezer")
    return model


def told(fleet: FailingFleet, until_h: float) -> Fleet:
    span = Span(fleet.at(0), fleet.at(until_h))
    return fleet_sample.read(fleet.connection, FREEZER, fleet.ids, span)


def test_a_forecaster_says_what_it_learned_from(freezers: FailingFleet) -> None:
    model = learned(freezers)
    assert (model.family, model.state, model.devices) == ("fault:24h", "candidate", 16)
    assert model.facts["modes"] == {MODE: 11}
    assert model.facts["episodes"] == model.facts["devices_with_faults"] == 11
    assert model.metrics == tuple(FREEZER.metrics)
    assert "motor_a:mean:24h" in model.facts["features"]


def test_it_foretells_the_fault_that_came_later_and_no_other(freezers: FailingFleet) -> None:
    model = learned(freezers)
    forecaster = shelf.load(freezers.connection, model, FaultForecaster)
    fails = freezers.fails_at(11)
    assert fails > 20 * 24
    (chunk,) = fleet.chunks(freezers.connection, "freezer", 100)
    until = freezers.at(fails - 8)
    back = newest_score.lookback_h(forecaster) * HOUR
    read = fleet.read(freezers.connection, FREEZER, chunk, Span(until - back, until))
    said = newest_score.newest(forecaster, read).set_index("device_id")["score"]
    assert said[freezers.ids[11]] > 0.5
    assert (said.drop(freezers.ids[11]) < 0.1).all()


def test_a_score_needs_no_more_hours_than_it_says(freezers: FailingFleet) -> None:
    forecaster = shelf.load(freezers.connection, learned(freezers), FaultForecaster)
    until = freezers.at(22 * 24)
    (chunk,) = fleet.chunks(freezers.connection, "freezer", 100)
    scores = [
        newest_score.newest(
            forecaster, fleet.read(freezers.connection, FREEZER, chunk, Span(start, until))
        )["score"].to_numpy()
        for start in (until - newest_score.lookback_h(forecaster) * HOUR, freezers.at(0))
    ]
    assert np.allclose(*scores)


def test_it_is_judged_by_what_was_confirmed_since(freezers: FailingFleet) -> None:
    model = learned(freezers)
    for number in (13, 14, 15):
        freezers.report(range(freezers.end_h, freezers.end_h + 96), {number: 24 * 24 + 80})
        freezers.ticket(number, 24 * 24 + 80)
    window = freezers.at(24 * 24), freezers.at(freezers.end_h + 96)
    found = fault_training.skill(freezers.connection, FREEZER, model, *window)
    assert found is not None
    assert (found.cases, found.what) == (3, "PR-AUC")
    assert found.value > 0.2
    early = window[0], freezers.at(24 * 24 + 40)
    assert fault_training.skill(freezers.connection, FREEZER, model, *early) is None


def test_failures_are_told_as_known_then(freezers: FailingFleet) -> None:
    fails = freezers.fails_at(3)
    before, after = told(freezers, fails + 5), told(freezers, fails + 7)
    assert [list(each.recording.failures.unit) for each in (before, after)] == [
        [0, 1, 2],
        [0, 1, 2, 3],
    ]
    assert after.recording.failures.codes == (MODE,)


def test_a_code_is_a_failure_unless_a_ticket_tells_of_it(freezers: FailingFleet) -> None:
    opened = freezers.fails_at(2)
    freezers.code(2, opened + 1)
    freezers.code(HEALTHY, 300)
    freezers.code(HEALTHY, 500)
    freezers.ticket(HEALTHY, 499, finding="no_fault_found")
    failed = told(freezers, freezers.end_h).recording.failures
    hours = failed.time_ns[failed.unit == HEALTHY]
    assert len(hours) == 1
    assert (failed.unit == 2).sum() == 1
    history = fault_history.of(
        freezers.connection,
        FREEZER,
        told(freezers, freezers.end_h),
        Span(freezers.at(0), freezers.at(freezers.end_h)),
    )
    assert (history.faulty.unit == HEALTHY).sum() == 2


def test_what_has_nothing_new_to_learn_is_not_fitted_again(freezers: FailingFleet) -> None:
    span = Span(freezers.at(0), freezers.at(21 * 24))
    ask = (freezers.connection, FREEZER, span, span.until, (DAY,))
    assert fault_training.forecasters(*ask) == []


@pytest.mark.parametrize(
    ("days_later", "episodes", "needed"), [(1, 13, False), (1, 14, True), (28, 11, True)]
)
def test_a_version_is_old_after_four_weeks_or_with_a_fifth_more_faults(
    freezers: FailingFleet, days_later: int, episodes: int, *, needed: bool
) -> None:
    end = freezers.at((20 + days_later) * 24)
    found = refit.needed(freezers.connection, FREEZER, DAY.name, end, episodes)
    assert found is needed
    other = FREEZER.model_copy(update={"silent_after_h": 99.0})
    assert refit.needed(freezers.connection, other, DAY.name, end, episodes)


def test_too_few_faults_make_no_forecaster_and_the_page_says_so(connection: Connection) -> None:
    fleet = FailingFleet.stored(connection)
    for number in range(3):
        fleet.ticket(number, fleet.fails_at(number))
    fleet.ticket(3, fleet.fails_at(3), finding="could_not_reproduce")
    end = fleet.at(fleet.end_h)
    made = fault_training.train(connection, FREEZER, fleet.at(0), end, end)
    assert [model.family for model in made] == ["anomaly"]
    first, *_ = fault_training.coverage(connection, FREEZER)
    assert (first.family, first.known, first.needed, first.serving) == ("fault:24h", 3, 10, False)
    assert first.why.en == (
        "3 of 10 confirmed faults; until then rules and the anomaly score carry this type"
    )
    assert first.why.zh.startswith("已确认故障 3 起，需要 10 起")


def test_the_page_tells_which_family_serves(freezers: FailingFleet) -> None:
    waiting = fault_training.coverage(freezers.connection, FREEZER)
    assert [each.known for each in waiting] == [12, 12, 12]
    assert waiting[0].why.en.endswith("the next training will")
    shelf.promote(freezers.connection, learned(freezers).id)
    serving = fault_training.coverage(freezers.connection, FREEZER)
    assert [each.serving for each in serving] == [True, False, False]
    assert serving[0].why.en == "Forecasts faults; 12 confirmed faults are known"
