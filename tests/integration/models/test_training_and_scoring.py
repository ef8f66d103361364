from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from devices.appliance import Appliance
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from devices.telemetry import Value
from models import shelf
from models.serving import scoring
from models.shelf import Model
from models.training import detector_training
from runtime.errors import NotFoundError
from storage.pool import Connection

START = datetime(2026, 5, 1, tzinfo=UTC)
TRAINED_H = 8 * 24
Values = Callable[[int, float], dict[str, Value]]
Store = Callable[..., list[Appliance]]


@pytest.fixture
def trained(
    connection: Connection, catalogue: Catalogue, stored: Store, healthy: Values
) -> list[Model]:
    stored(range(TRAINED_H), healthy)
    until = START + timedelta(hours=TRAINED_H)
    found = detector_training.train(connection, catalogue, "refrigerator", START, until, until)
    return [shelf.promote(connection, model.id) for model in found]


def test_each_watched_metric_with_a_history_gets_a_model(
    trained: list[Model], refrigerator: ApplianceType
) -> None:
    reported = {name for name in refrigerator.watched() if name != "last_defrost_min"}
    assert {model.metric for model in trained} == reported
    duty = next(model for model in trained if model.metric == "compressor_duty_pct")
    assert duty.devices == 4
    assert duty.facts["context"] == list(refrigerator.metrics["compressor_duty_pct"].context)
    assert duty.facts["threshold"] >= 5


def test_a_fridge_that_works_too_hard_scores_above_the_threshold_and_no_other_does(
    connection: Connection,
    refrigerator: ApplianceType,
    trained: list[Model],
    stored: Store,
    healthy: Values,
) -> None:
    def failing(number: int, hour: float) -> dict[str, Value]:
        values = healthy(number, hour)
        worn = 12.0 * (number == 2)
        return values | {"compressor_duty_pct": float(values["compressor_duty_pct"] or 0) + worn}

    fridges = stored(range(TRAINED_H, TRAINED_H + 48), failing)
    since = START + timedelta(hours=TRAINED_H + 24)
    models = [model for model in trained if model.metric == "compressor_duty_pct"]
    scores = scoring.score_type(
        connection, refrigerator, models, since, since + timedelta(hours=24)
    )
    assert list(scores.columns) == list(scoring.COLUMNS)
    assert len(scores) == 4 * 24
    above = scores[scores["score"] >= scores["threshold"]]
    assert set(above["device_id"]) == {fridges[2].id}
    assert (scores["clear_below"] < scores["threshold"]).all()


def test_an_hour_scored_alone_has_the_score_it_has_among_others(
    connection: Connection, refrigerator: ApplianceType, trained: list[Model]
) -> None:
    end = START + timedelta(hours=TRAINED_H)
    many = scoring.score_type(connection, refrigerator, trained, end - timedelta(hours=20), end)
    one = scoring.score_type(connection, refrigerator, trained, end - timedelta(hours=1), end)
    newest = many[many["time"] == one["time"].iloc[0]]
    key = ["device_id", "metric"]
    assert len(one) == 4 * len(trained)
    left = one.set_index(key)["score"].sort_index()
    right = newest.set_index(key)["score"].sort_index()
    assert (left - right).abs().max() < 1e-9


def test_nothing_to_score_gives_an_empty_table_with_its_columns(
    connection: Connection, refrigerator: ApplianceType, trained: list[Model]
) -> None:
    later = START + timedelta(days=90)
    for models in ([], trained):
        scores = scoring.score_type(
            connection, refrigerator, models, later, later + timedelta(hours=1)
        )
        assert scores.empty
        assert list(scores.columns) == list(scoring.COLUMNS)


@pytest.mark.usefixtures("trained")
def test_the_evidence_plot_gets_the_observed_and_the_expected(
    connection: Connection, refrigerator: ApplianceType
) -> None:
    start = START + timedelta(hours=100)
    series = scoring.expected_series(
        connection, refrigerator, 1, "compressor_duty_pct", start, start + timedelta(hours=48)
    )
    assert len(series) == 48
    off = (series["observed"] - series["expected"]).abs() / series["spread"]
    assert off.median() < 1.5
    with pytest.raises(NotFoundError, match="no model watches door_open_pct"):
        scoring.expected_series(connection, refrigerator, 1, "door_open_pct", start, start)


def test_too_short_a_history_trains_nothing(
    connection: Connection, catalogue: Catalogue, stored: Store, healthy: Values
) -> None:
    stored(range(4), healthy)
    until = START + timedelta(hours=4)
    assert detector_training.train(connection, catalogue, "refrigerator", START, until, until) == []


def test_scoring_goes_on_where_it_ended_and_never_goes_back(connection: Connection) -> None:
    family = "context_residual:compressor_duty_pct"
    assert scoring.scored_until(connection, "refrigerator", family) is None
    for hours, expected in ((5, 5), (3, 5), (8, 8)):
        scoring.advance(connection, "refrigerator", family, START + timedelta(hours=hours))
        reached = scoring.scored_until(connection, "refrigerator", family)
        assert reached == START + timedelta(hours=expected)
