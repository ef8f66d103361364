"""Figures of each kind on cases small enough to be worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, root_mean_squared_error

from models.evaluation import watching
from models.evaluation.anomaly_figures import AnomalyFigures, Scored
from models.evaluation.fault_figures import FaultFigures, Foretold
from models.evaluation.life_figures import Foreseen, LifeFigures, nasa
from models.recording import HOUR_NS, Moments


def scored() -> Scored:
    """Two units of twelve hourly rows; the first has two labelled runs, the second none."""
    truth = np.zeros(24)
    truth[[4, 5, 9, 10]] = 1
    score = np.zeros(24)
    score[[5, 6, 20]] = 3.0
    return Scored(np.repeat([0, 1], 12), np.tile(np.arange(12), 2) * HOUR_NS, truth, score)


def begins() -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found = np.zeros(24, dtype=np.bool_)
    found[[5, 20]] = True
    return found


def test_anomalies_are_judged_by_row_by_event_and_by_day() -> None:
    judge = AnomalyFigures(scored(), 2.0, begins())
    found = judge.figures(np.ones(2))
    assert found["precision"] == pytest.approx(1 / 3)
    assert found["recall"] == pytest.approx(1 / 4)
    assert found["false_alarm_rate"] == pytest.approx(2 / 20)
    assert found["f1"] == pytest.approx(2 / 7)
    assert found["f1_at_far_15"] == found["f1"]
    assert found["event_recall"] == pytest.approx(1 / 2)
    assert found["false_alarms_per_unit_day"] == pytest.approx(1.0)


def test_a_unit_of_double_weight_counts_twice() -> None:
    found = AnomalyFigures(scored(), 2.0, begins()).figures(np.array([1.0, 2.0]))
    assert found["false_alarm_rate"] == pytest.approx(3 / 32)
    assert found["false_alarms_per_unit_day"] == pytest.approx(2 / 1.5)


def test_too_many_false_alarms_leave_no_f1_at_fifteen_percent() -> None:
    found = AnomalyFigures(scored(), -1.0, begins()).figures(np.ones(2))
    assert found["false_alarm_rate"] == 1.0
    assert np.isnan(found["f1_at_far_15"])


def test_an_alarm_that_stood_all_along_found_nothing() -> None:
    standing = np.zeros(24, dtype=np.bool_)
    standing[[0, 12]] = True
    found = AnomalyFigures(scored(), 2.0, standing).figures(np.ones(2))
    assert found["event_recall"] == 0
    assert found["false_alarms_per_unit_day"] == pytest.approx(2.0)


def test_an_alarm_where_nobody_knows_is_not_false() -> None:
    of = scored()
    of.truth[20] = np.nan
    found = AnomalyFigures(of, 2.0, begins()).figures(np.ones(2))
    assert found["false_alarms_per_unit_day"] == 0


def foretold(score: list[float]) -> Foretold:
    """A unit each three hours for two days that fails after 30 h, with a horizon of 12 h."""
    hours = np.arange(0, 48, 3)
    truth = ((hours < 30) & (hours >= 18)).astype(np.float64)
    truth[hours + 12 > 48] = np.nan
    scores = np.array(score)
    at = Moments(np.zeros(len(hours), dtype=np.int64), hours * HOUR_NS)
    failures = Moments(np.array([0]), np.array([30 * HOUR_NS]))
    return Foretold(at, truth, scores, truth[:, None], scores[:, None], failures, 12 * HOUR_NS)


def test_faults_are_judged_by_moment_by_failure_and_by_month() -> None:
    score = [0.0] * 16
    score[0] = score[1] = score[8] = score[9] = 0.9
    judge = FaultFigures(foretold(score), 0.5)
    found = judge.figures(np.ones(1))
    assert judge.not_scored == 3
    assert found["precision"] == pytest.approx(1 / 2)
    assert found["recall"] == pytest.approx(1 / 2)
    assert found["failures"] == found["failures_warned"] == 1
    assert found["median_lead_h"] == pytest.approx(6.0)
    assert found["false_alarms_per_unit_month"] == pytest.approx(30.4375 / 2)
    assert found["mean_average_precision"] == found["pr_auc"]
    assert found["calibration_error_per_mode"] == found["calibration_error"]


def test_the_calibration_error_of_modes_is_the_mean_of_theirs() -> None:
    one = foretold([0.3] * 16)
    sure = np.nan_to_num(one.truth)[:, None]
    two = replace(
        one,
        mode_truth=np.hstack([one.mode_truth, one.mode_truth]),
        mode_score=np.hstack([one.mode_score, sure]),
    )
    alone = FaultFigures(one, 0.5).figures(np.ones(1))["calibration_error_per_mode"]
    assert alone > 0
    both = FaultFigures(two, 0.5).figures(np.ones(1))["calibration_error_per_mode"]
    assert both == pytest.approx(alone / 2)


def test_a_failure_without_an_alarm_was_not_warned_of() -> None:
    found = FaultFigures(foretold([0.0] * 16), 0.5).figures(np.ones(1))
    assert found["failures_warned_share"] == 0
    assert np.isnan(found["median_lead_h"])


def test_an_alarm_that_stands_for_longer_than_a_horizon_is_raised_again() -> None:
    hours = np.arange(0, 48, 3)
    unit = np.zeros(len(hours), dtype=np.int64)
    found = watching.alarms(unit, hours * HOUR_NS, hours >= 6, 12 * HOUR_NS)
    assert found.tolist() == [-1] * 2 + [0] * 4 + [1] * 4 + [2] * 4 + [3] * 2


def test_a_long_pause_counts_as_ten_usual_steps() -> None:
    times = np.array([0, 1, 2, 3, 100]) * HOUR_NS
    watched = watching.watched_ns(np.zeros(5, dtype=np.int64), times, 1)
    assert watched[0] / HOUR_NS == pytest.approx(3 + 10 + 1)


def test_lives_are_judged_by_error_by_lateness_and_by_interval() -> None:
    truth = np.array([10.0, 20.0, 30.0, 40.0])
    remaining = np.array([20.0, 7.0, 30.0, np.nan])
    judge = LifeFigures(
        Foreseen(
            np.array([0, 0, 1, 1]),
            np.arange(4),
            truth,
            remaining,
            np.array([5.0, 5.0, 31.0, np.nan]),
            np.array([25.0, 9.0, 35.0, np.nan]),
            np.array([0.2, 0.5, 0.5, 0.5]),
        )
    )
    found = judge.figures(np.ones(2))
    assert judge.silent == 1
    assert found["rmse"] == pytest.approx(root_mean_squared_error(truth[:3], remaining[:3]))
    assert found["mae"] == pytest.approx(mean_absolute_error(truth[:3], remaining[:3]))
    assert found["nasa_score"] == pytest.approx(2 * (np.e - 1))
    assert found["rmse_last_30_percent"] == pytest.approx(10.0)
    assert found["interval_coverage"] == pytest.approx(1 / 3)
    assert found["interval_width"] == pytest.approx((20 + 4 + 4) / 3)
    assert found["late_rate"] == pytest.approx(1 / 3)


def test_the_nasa_score_of_a_wild_error_is_still_a_number() -> None:
    assert np.isfinite(nasa(np.array([1e9, -1e9]))).all()
    assert nasa(np.array([10.0, -13.0, 0.0])) == pytest.approx([np.e - 1, np.e - 1, 0.0])
