"""The benchmark's score, against cases worked out by hand from its paper."""

from __future__ import annotations

import numpy as np
import pytest

from models.arrays import Floats
from models.evaluation.nab_score import Series, best_score, score_at, windows_of

ROWS = 1000
WINDOW = (400, 499)


def detections(*rows: int) -> Floats:
    scores = np.zeros(ROWS)
    scores[list(rows)] = 1.0
    return scores


def scored(*rows: int) -> float:
    return score_at([Series(detections(*rows), [WINDOW])], 0.5).score


def test_silence_is_worth_nothing_and_a_detection_at_once_everything() -> None:
    assert scored() == 0.0
    assert scored(400) == pytest.approx(100.0)


def test_later_in_the_window_is_worth_less() -> None:
    middle = (2 / (1 + np.exp(-2.5)) - 1) / (2 / (1 + np.exp(-5)) - 1)
    assert scored(450) == pytest.approx(100 * (middle + 1) / 2)
    assert 50 < scored(499) < scored(450) < scored(400)


def test_only_the_earliest_detection_of_a_window_counts() -> None:
    assert scored(400, 401, 450, 499) == pytest.approx(100.0)


def test_a_false_detection_costs_in_full_far_from_any_window() -> None:
    assert scored(400, 300) == pytest.approx(100 * (2 - 0.11) / 2)
    assert scored(400, 900) == pytest.approx(100 * (2 - 0.11) / 2)


def test_a_detection_right_after_a_window_costs_little() -> None:
    assert 99.5 < scored(400, 500) < 100.0


def test_what_is_said_in_probation_does_not_count() -> None:
    assert scored(400, 10, 149) == pytest.approx(100.0)
    assert scored(400, 150) < 100.0


def test_probation_ends_after_750_rows_at_the_latest() -> None:
    long = np.zeros(10_000)
    long[[760, 5000]] = 1.0
    assert score_at([Series(long, [(5000, 5100)])], 0.5).score == pytest.approx(94.5)


def test_the_best_threshold_is_found_over_the_whole_corpus() -> None:
    good, noisy = detections(400) * 0.9, detections(200, 210, 220) * 0.4
    found = best_score([Series(good, [WINDOW]), Series(noisy, [])])
    assert found.threshold == pytest.approx(0.9)
    assert found.score == pytest.approx(100.0)


def test_where_every_threshold_does_harm_the_best_is_to_say_nothing() -> None:
    found = best_score([Series(np.linspace(0, 1, ROWS), [WINDOW])])
    assert found.score == 0.0
    assert found.threshold == np.inf


def test_the_best_score_is_that_of_its_threshold() -> None:
    corpus = [Series(np.random.default_rng(3).random(ROWS), [WINDOW])]
    corpus[0].scores[410] = 2.0
    found = best_score(corpus)
    assert score_at(corpus, found.threshold).score == pytest.approx(found.score)


def test_rows_without_a_score_say_nothing() -> None:
    scores = detections(400)
    scores[200:300] = np.nan
    assert score_at([Series(scores, [WINDOW])], 0.5).score == pytest.approx(100.0)


def test_without_any_window_there_is_no_score() -> None:
    assert np.isnan(best_score([Series(detections(400), [])]).score)


def test_windows_are_runs_of_labels() -> None:
    labels = np.array([1.0, 0.0, 1.0, 1.0, np.nan, 0.0, 1.0])
    assert windows_of(labels) == [(0, 0), (2, 3), (6, 6)]
