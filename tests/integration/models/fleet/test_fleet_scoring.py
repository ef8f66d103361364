"""A fleet is scored as its watch scores it, in chunks, and a run goes on where it ended."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from devices.catalogue.appliance_type import ApplianceType
from models.serving import fleet_scoring, scoring, scoring_run
from models.serving.fleet_scoring import Errand
from storage.pool import Connection
from tests.integration.models.fleet.scored_fleet import AT, FRIDGES, run, scored


def test_a_fleet_has_the_scores_that_the_watch_gives_it(
    connection: Connection, errand: Errand, refrigerator: ApplianceType
) -> None:
    tally = run(connection, errand)
    assert tally.devices == FRIDGES + 2
    found = scored(connection)
    assert tally.scores == len(found)
    watched = scoring.score_type(
        connection, refrigerator, errand.models, AT - timedelta(hours=1), AT
    )
    family = {model.id: model.family for model in errand.models}
    expected = {
        (device_id, family[model_id]): score
        for device_id, model_id, score in zip(
            watched["device_id"].tolist(),
            watched["model_id"].tolist(),
            watched["score"].tolist(),
            strict=True,
        )
    }
    assert len(expected) >= FRIDGES * len(errand.models)
    assert {key: score for key, (_, score) in found.items()} == pytest.approx(expected)


def test_a_score_comes_with_what_was_seen_and_expected(
    connection: Connection, errand: Errand
) -> None:
    run(connection, errand)
    rows = connection.execute("SELECT model_id, details FROM hearthwatch.device_scores").fetchall()
    assert {row[0] for row in rows} == {model.id for model in errand.models}
    for _, details in rows:
        assert isinstance(details, dict)
        assert {"observed", "expected", "spread", "threshold"} <= set(details)


def test_devices_with_one_reading_or_none_have_no_score(
    connection: Connection, errand: Errand
) -> None:
    run(connection, errand, size=1)
    rows = connection.execute(
        "SELECT serial FROM hearthwatch.device_scores AS score"
        " JOIN hearthwatch.appliances AS appliance ON appliance.id = score.device_id"
    ).fetchall()
    assert {row[0] for row in rows} == {f"HW-RF-{number}" for number in range(FRIDGES)}


def test_an_interrupted_run_goes_on_where_it_ended(connection: Connection, errand: Errand) -> None:
    left = fleet_scoring.begin(connection, errand, 1)
    connection.commit()
    stop = threading.Event()
    with scoring_run.local(1) as executor:
        first = scoring_run.run(executor, 1, errand, left, stop, lambda *_: stop.set())
    assert 0 < first.devices < len(left)
    assert len(fleet_scoring.begin(connection, errand, 1)) == len(left) - first.devices
    assert first.devices + run(connection, errand, size=1).devices == len(left)
    assert fleet_scoring.begin(connection, errand, 1) == []
    assert len(scored(connection)) == FRIDGES * len(errand.models)


def test_an_older_run_changes_nothing_and_a_newer_one_everything(
    connection: Connection, errand: Errand
) -> None:
    run(connection, errand)
    now = scored(connection)
    run(connection, replace(errand, at=AT - timedelta(hours=2)))
    assert scored(connection) == now
    later = AT + timedelta(hours=1)
    run(connection, replace(errand, at=later))
    assert {at for at, _ in scored(connection).values()} == {later}


def test_the_same_chunk_may_be_scored_twice(connection: Connection, errand: Errand) -> None:
    (chunk,) = fleet_scoring.begin(connection, errand, 1000)
    connection.commit()
    first = fleet_scoring.score_chunk(errand, chunk)
    once = scored(connection)
    assert fleet_scoring.score_chunk(errand, chunk).scores == first.scores
    assert scored(connection) == once


def needing(errand: Errand, metric: str) -> set[int]:
    """The models that ask for a metric."""
    return {
        model.id
        for model in errand.models
        if metric in (model.metric, *errand.description.metrics[model.metric].context)
    }


class CountingExecutor(ThreadPoolExecutor):
    """Notes how many tasks were on their way at most."""

    waiting = 0
    most = 0

    def submit(self, *given: Any, **named: Any) -> Future[Any]:  # noqa: ANN401 - as its parent's
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        future = super().submit(*given, **named)
        future.add_done_callback(self._done)
        return future

    def _done(self, _: Future[Any]) -> None:
        self.waiting -= 1


def test_few_chunks_are_on_their_way_at_once(connection: Connection, errand: Errand) -> None:
    left = fleet_scoring.begin(connection, errand, 1)
    connection.commit()
    with CountingExecutor(1) as executor:
        scoring_run.run(executor, 1, errand, left, threading.Event(), lambda *_: None)
    assert 0 < executor.most <= scoring_run.AHEAD < len(left)


def test_a_model_of_a_metric_that_is_no_more_is_left_out(
    connection: Connection, errand: Errand
) -> None:
    gone = errand.models[0].metric
    metrics = {name: each for name, each in errand.description.metrics.items() if name != gone}
    smaller = errand.description.model_copy(update={"metrics": metrics})
    left = fleet_scoring.models_of(connection, smaller)
    everything = fleet_scoring.models_of(connection, errand.description)
    assert {model.id for model in everything} == {model.id for model in errand.models}
    assert {model.id for model in everything} - {model.id for model in left} == needing(
        errand, gone
    )
