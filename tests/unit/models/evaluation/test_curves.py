"""Figures of a ranking, against cases worked by hand and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, precision_score, recall_score

from models.arrays import Floats
from models.evaluation import bootstrap, curves
from models.evaluation.curves import Ranking


def drawn(rows: int = 400, seed: int = 3) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    truth = (rng.random(rows) < 0.3).astype(np.float64)
    score = np.round(rng.normal(truth, 1.0), 1)
    return truth, score


def test_average_precision_is_scikit_learns_also_with_ties() -> None:
    truth, score = drawn()
    expected = average_precision_score(truth, score)
    assert Ranking.of(truth, score).average_precision() == pytest.approx(expected)


def test_weights_count_as_repeated_rows_do() -> None:
    truth, score = drawn()
    times = np.random.default_rng(1).integers(0, 4, len(truth))
    repeated = np.repeat(np.arange(len(truth)), times)
    expected = average_precision_score(truth[repeated], score[repeated])
    ranking = Ranking.of(truth, score)
    assert ranking.average_precision(times.astype(np.float64)) == pytest.approx(expected)


@pytest.mark.parametrize("truth", [[0.0, 0.0], [1.0, 1.0], []])
def test_one_class_alone_has_no_average_precision(truth: list[float]) -> None:
    ranking = Ranking.of(np.array(truth), np.linspace(0, 1, len(truth)))
    assert np.isnan(ranking.average_precision())
    assert np.isnan(ranking.recall_at(0.01))


def test_a_missing_score_ranks_last() -> None:
    ranking = Ranking.of(np.array([1.0, 0.0, 1.0]), np.array([0.5, np.nan, 0.1]))
    assert ranking.average_precision() == 1.0


def test_the_best_f1_lies_between_the_last_alarm_and_the_next_score() -> None:
    truth = np.array([1.0, 1.0, 0.0, 1.0, 0.0, 0.0])
    score = np.array([0.9, 0.8, 0.7, 0.6, 0.2, 0.1])
    threshold, f1 = Ranking.of(truth, score).best_f1()
    assert threshold == pytest.approx(0.4)
    assert f1 == pytest.approx(6 / 7)
    assert f1_score(truth, score >= threshold) == pytest.approx(f1)


def test_the_best_f1_keeps_to_the_allowed_false_alarms() -> None:
    truth = np.array([1.0, 0.0, 1.0, 1.0, 0.0, 0.0])
    score = np.array([0.9, 0.8, 0.7, 0.6, 0.2, 0.1])
    threshold, f1 = Ranking.of(truth, score).best_f1(most_false=0.0)
    assert threshold == pytest.approx(0.85)
    assert f1 == pytest.approx(2 / 4)


def test_without_a_true_row_there_is_no_threshold() -> None:
    threshold, f1 = Ranking.of(np.zeros(3), np.arange(3.0)).best_f1()
    assert threshold == curves.NEVER
    assert np.isnan(f1)


def test_recall_at_one_percent_counts_what_is_found_before_the_false_alarms_begin() -> None:
    truth = np.array([1.0, 1.0, 0.0, 1.0] + [0.0] * 99)
    score = -np.arange(len(truth), dtype=np.float64)
    assert Ranking.of(truth, score).recall_at(0.01) == 1.0
    assert Ranking.of(truth, score).recall_at(0.009) == pytest.approx(2 / 3)


def test_f1_and_its_kin_are_scikit_learns() -> None:
    truth, score = drawn()
    alarm = score > 0.5
    found = curves.f1(truth, alarm, np.ones(len(truth)))
    assert found["f1"] == pytest.approx(f1_score(truth, alarm))
    assert found["precision"] == pytest.approx(precision_score(truth, alarm))
    assert found["recall"] == pytest.approx(recall_score(truth, alarm))
    assert found["false_alarm_rate"] == pytest.approx(alarm[truth == 0].mean())


def test_the_calibration_error_is_the_weighted_distance_of_bins() -> None:
    probability = np.array([0.05, 0.05, 0.95, 0.95])
    truth = np.array([0.0, 1.0, 1.0, 1.0])
    error = curves.calibration_error(truth, probability, np.ones(4))
    assert error == pytest.approx(0.5 * 0.45 + 0.5 * 0.05)


def test_resampled_units_give_an_interval_around_the_figure() -> None:
    values = np.random.default_rng(5).normal(10, 2, 50)
    found = bootstrap.intervals(
        lambda weight: {"mean": float(np.average(values, weights=weight))}, 50, seed=1
    )
    low, high = found["mean"]
    assert low < values.mean() < high
    assert high - low == pytest.approx(4 * 2 / np.sqrt(50), rel=0.3)


def test_two_units_have_no_interval() -> None:
    assert bootstrap.intervals(lambda weight: {"sum": float(weight.sum())}, 2, seed=1) == {}


def test_a_figure_that_most_resamplings_lack_has_no_interval() -> None:
    assert bootstrap.intervals(lambda _: {"none": float("nan")}, 5, seed=1) == {}
