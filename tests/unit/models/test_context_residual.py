from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from models.detectors.context_residual import ContextResidual
from models.detectors.detector import NotEnoughDataError

Fleet = Callable[..., pd.DataFrame]


def fitted(frame: pd.DataFrame, direction: str = "high") -> ContextResidual:
    return ContextResidual("duty", ["ambient"], direction, resolution=0.3).fit(frame)


def raised(frame: pd.DataFrame, device: int, amount: float) -> pd.DataFrame:
    """The frame with one device's duty shifted."""
    changed = frame.copy()
    rows = changed["device_id"] == device
    changed.loc[rows, ["duty_mean", "duty_last"]] += amount
    return changed


def highest(scored: pd.DataFrame, device: int) -> float:
    return float(scored.loc[scored["device_id"] == device, "score"].max())


def test_a_shifted_device_scores_high_and_the_healthy_ones_low(fleet: Fleet) -> None:
    detector = fitted(fleet())
    scored = detector.score(raised(fleet(first_day=9, days=5), device=3, amount=8.0))
    assert highest(scored, 3) > detector.threshold
    for healthy in (1, 2, 4, 5, 6, 7, 8, 9, 10):
        assert highest(scored, healthy) < detector.threshold


def test_a_fault_is_found_within_a_day(fleet: Fleet) -> None:
    detector = fitted(fleet())
    later = fleet(first_day=9, days=1)
    scored = detector.score(raised(later, device=3, amount=8.0))
    own = scored[scored["device_id"] == 3]
    assert own["score"].iloc[-1] > detector.threshold


def test_a_hot_kitchen_explains_a_busy_compressor(fleet: Fleet) -> None:
    detector = fitted(fleet())
    later = fleet(first_day=9, days=3)
    hot = later["device_id"] == 4
    later.loc[hot, ["ambient_mean", "ambient_last"]] += 6.0
    unexplained = detector.score(raised(fleet(first_day=9, days=3), device=4, amount=9.0))
    explained = detector.score(raised(later, device=4, amount=9.0))
    assert highest(explained, 4) < detector.threshold < highest(unexplained, 4)


def test_a_law_that_does_not_go_on_beyond_what_was_seen_is_no_fault(fleet: Fleet) -> None:
    detector = fitted(fleet(), "low")
    heat_wave = fleet(first_day=9, days=3)
    hot = heat_wave["device_id"] == 4
    heat_wave.loc[hot, ["ambient_mean", "ambient_last"]] += 14.0
    assert highest(detector.score(raised(heat_wave, device=4, amount=10.0)), 4) < detector.threshold
    weak = raised(fleet(first_day=9, days=3), device=4, amount=-11.0)
    assert highest(detector.score(weak), 4) > detector.threshold, "as far off, on an ordinary day"


@pytest.mark.parametrize(("direction", "amount"), [("high", -8.0), ("low", 8.0)])
def test_a_departure_in_the_harmless_direction_is_no_anomaly(
    fleet: Fleet, direction: str, amount: float
) -> None:
    detector = fitted(fleet(), direction)
    scored = detector.score(raised(fleet(first_day=9, days=3), device=3, amount=amount))
    assert highest(scored, 3) < 0


@pytest.mark.parametrize("amount", [-8.0, 8.0])
def test_both_directions_count_where_the_catalogue_says_so(fleet: Fleet, amount: float) -> None:
    detector = fitted(fleet(), "both")
    scored = detector.score(raised(fleet(first_day=9, days=3), device=3, amount=amount))
    assert highest(scored, 3) > detector.threshold


def test_a_single_wild_hour_is_no_anomaly(fleet: Fleet) -> None:
    detector = fitted(fleet())
    later = fleet(first_day=9, days=3)
    at = later.index[later["device_id"] == 3][30]
    later.loc[at, "duty_mean"] = 1000.0
    assert highest(detector.score(later), 3) < detector.threshold


def test_the_first_hours_of_a_device_have_no_score_yet(fleet: Fleet) -> None:
    scored = fitted(fleet()).score(fleet(devices=1, first_day=9, days=1))
    assert scored["score"].iloc[:3].isna().all()
    assert scored["score"].iloc[-1:].notna().all()


def test_hours_without_the_metric_or_without_any_context_are_left_out(fleet: Fleet) -> None:
    detector = fitted(fleet())
    later = fleet(devices=2, first_day=9, days=2)
    later.loc[10, ["duty_mean", "duty_last"]] = np.nan
    later.loc[20, ["ambient_mean", "ambient_last"]] = np.nan
    scored = detector.score(later)
    assert len(scored) == len(later) - 2
    assert np.isfinite(scored[["expected", "spread", "z"]].to_numpy()).all()


def test_the_expectation_of_an_unseen_device_is_wide(fleet: Fleet) -> None:
    detector = fitted(fleet())
    later = fleet(devices=1, first_day=9, days=2)
    known = detector.score(later)
    stranger = detector.score(later.assign(device_id=4711))
    assert stranger["spread"].median() > 1.5 * known["spread"].median()
    assert highest(stranger, 4711) < detector.threshold


def test_the_score_of_an_hour_does_not_change_when_later_hours_arrive(fleet: Fleet) -> None:
    detector = fitted(fleet())
    later = fleet(first_day=9, days=4)
    cut = later["time"].min() + pd.Timedelta(days=2)
    whole, part = detector.score(later), detector.score(later[later["time"] < cut])
    same = whole[whole["time"] < cut].reset_index(drop=True)
    pd.testing.assert_frame_equal(same, part)


def test_the_lookback_is_enough_for_the_same_score(fleet: Fleet) -> None:
    detector = fitted(fleet())
    later = fleet(first_day=9, days=4)
    last = later["time"].max()
    short = later[later["time"] >= last - pd.Timedelta(hours=detector.lookback_h)]
    scored = [detector.score(frame) for frame in (later, short)]
    newest = [one.loc[one["time"] == last, "score"] for one in scored]
    np.testing.assert_allclose(newest[0], newest[1])


def test_a_constant_metric_is_learned_and_a_departure_from_it_found(fleet: Fleet) -> None:
    still = fleet().assign(duty_mean=5.0, duty_last=5.0)
    detector = fitted(still)
    later = fleet(first_day=9, days=2).assign(duty_mean=5.0, duty_last=5.0)
    assert not (detector.score(later)["score"].abs() > 1).any()
    assert highest(detector.score(raised(later, 3, 5.0)), 3) > detector.threshold


def test_a_context_that_was_never_reported_does_no_harm(fleet: Fleet) -> None:
    frame = fleet().assign(absent_mean=np.nan, absent_last=np.nan)
    detector = ContextResidual("duty", ["ambient", "absent"], "high").fit(frame)
    assert np.isfinite(detector.score(frame)["expected"]).all()


def test_too_little_history_is_said_and_not_guessed(fleet: Fleet) -> None:
    frame = fleet(devices=1, days=9)
    with pytest.raises(NotEnoughDataError):
        fitted(frame.iloc[:12])
    with pytest.raises(NotEnoughDataError):
        fitted(frame.iloc[:0])
    with pytest.raises(NotEnoughDataError):
        ContextResidual("duty", ["ambient"], "high").score(frame)


def test_one_device_alone_can_be_learned_from_its_own_days(fleet: Fleet) -> None:
    detector = fitted(fleet(devices=1, days=10))
    later = fleet(devices=1, first_day=10, days=3)
    assert highest(detector.score(later), 1) < detector.threshold
    assert highest(detector.score(raised(later, 1, 10.0)), 1) > detector.threshold


def test_a_sick_device_in_the_history_does_not_hide_another(fleet: Fleet) -> None:
    detector = fitted(raised(fleet(), device=7, amount=25.0))
    scored = detector.score(raised(fleet(first_day=9, days=3), device=3, amount=10.0))
    assert highest(scored, 3) > detector.threshold


def test_a_fault_shows_in_a_metric_that_is_held_from_cycle_to_cycle(cycles: Fleet) -> None:
    frame = cycles(days=24)
    cut = frame["time"].min() + pd.Timedelta(days=10)
    detector = ContextResidual("drain", ["water"], "high", resolution=1.7)
    detector.fit(frame[frame["time"] < cut])
    sick = (frame["device_id"] == 5) & (frame["time"] >= cut)
    frame.loc[sick, ["drain_mean", "drain_last"]] *= 1.4
    scored = detector.score(frame)
    scored = scored[scored["time"] >= cut]
    assert detector.lookback_h > 48
    assert highest(scored, 5) > detector.threshold
    others = scored[scored["device_id"] != 5]
    assert others["score"].max() < detector.threshold
