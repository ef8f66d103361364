"""The volume under the precision-recall surface, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from models.evaluation import vus
from models.evaluation.curves import Ranking


def test_the_label_falls_as_a_root_to_both_sides_up_to_half_the_buffer() -> None:
    truth = np.zeros(9, dtype=np.bool_)
    truth[4] = True
    expected = [0, 0, np.sqrt(0.5), np.sqrt(0.75), 1, np.sqrt(0.75), np.sqrt(0.5), 0, 0]
    assert vus.widened(truth, 4) == pytest.approx(expected)


def test_between_two_runs_the_nearer_one_counts() -> None:
    truth = np.array([True, False, False, False, True])
    assert vus.widened(truth, 4) == pytest.approx(
        [1, np.sqrt(0.75), np.sqrt(0.5), np.sqrt(0.75), 1]
    )


def test_without_a_buffer_one_run_gives_average_precision_worked_by_hand() -> None:
    truth = np.array([False, True, True, False])
    score = np.array([0.1, 0.9, 0.4, 0.6])
    # Recall 1/2 at precision 1, then 1/2 at 1/2, then 1 at 2/3; the run is found from the first.
    assert vus.volume(truth, score, 0) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert vus.volume(truth, score, 0) == pytest.approx(
        Ranking.of(truth.astype(np.float64), score).average_precision()
    )


def test_a_run_that_is_never_found_lowers_the_recall() -> None:
    truth = np.array([True, False, False, True])
    score = np.array([0.9, 0.5, 0.4, 0.1])
    # At the first threshold half the rows of half the runs: 1/4 at precision 1; all at the end.
    assert vus.volume(truth, score, 0) == pytest.approx(0.25 * 1 + 0.75 * 0.5)


def test_a_score_a_row_too_late_is_worth_more_with_a_buffer() -> None:
    truth = np.zeros(50, dtype=np.bool_)
    truth[20:25] = True
    late = np.zeros(50)
    late[25] = 1.0
    far = np.zeros(50)
    far[45] = 1.0
    assert vus.volume(truth, late, 6) > vus.volume(truth, far, 6)
    assert vus.volume(truth, late, 0) == pytest.approx(vus.volume(truth, far, 0))


def test_a_perfect_score_of_widened_labels_is_nearly_all_there_is() -> None:
    truth = np.zeros(200, dtype=np.bool_)
    truth[50:80] = True
    assert vus.volume(truth, vus.widened(truth, 10), 10) > 0.9
    assert vus.volume(truth, truth.astype(np.float64), 0) == pytest.approx(1.0)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_one_class_alone_has_no_volume(share: float) -> None:
    truth = np.full(10, bool(share))
    assert np.isnan(vus.volume(truth, np.arange(10.0), 4))


def test_runs_are_found_with_their_ends() -> None:
    first, after = vus.segments(np.array([True, False, True, True]))
    assert first.tolist() == [0, 2]
    assert after.tolist() == [1, 4]
