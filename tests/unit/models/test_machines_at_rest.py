"""Detectors of appliances that work now and then, and of metrics that are noisy by the hour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.detectors.calibration import Calibration
from models.detectors.context_residual import ContextResidual
from models.detectors.smoothing import LONGEST_H, Mean

Fleet = Callable[..., pd.DataFrame]
START = pd.Timestamp("2026-05-01", tz="UTC")
CUT = START + pd.Timedelta(days=20)


def machines(days: int = 30, share_at_work: float = 0.5, late_share: float = 0.04) -> pd.DataFrame:
    """Fans that follow a compressor, and a pipe: hot while it runs, else as warm as outdoors.

    After `CUT` they hardly work any more.
    """
    rng = np.random.default_rng(5)
    parts = []
    for device in range(8):
        time = START + pd.to_timedelta(np.arange(days * 24), unit="h")
        share = np.where(time < CUT, share_at_work, late_share)
        speed = np.where(rng.random(len(time)) < share, rng.uniform(15, 90, len(time)), 0.0)
        outdoor = 12 + 6 * np.sin(np.arange(len(time)) / 24) + rng.normal(0, 0.3, len(time))
        fan = 10 * speed * (1 + 0.01 * device) * (1 + rng.normal(0, 0.01, len(time)))
        pipe = np.where(speed > 0, 30 + 0.5 * speed, outdoor) + rng.normal(0, 0.3, len(time))
        frame = pd.DataFrame({"device_id": device + 1, "time": time})
        for name, values in {"speed": speed, "fan": fan, "pipe": pipe, "outdoor": outdoor}.items():
            frame[f"{name}_mean"] = frame[f"{name}_last"] = values
        parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def later_scores(detector: ContextResidual, frame: pd.DataFrame) -> pd.DataFrame:
    scored = detector.fit(frame[frame["time"] < CUT]).score(frame)
    return scored[scored["time"] >= CUT]


def test_few_hours_at_work_are_enough_and_rest_does_not_hide_what_they_showed() -> None:
    frame = machines()
    sick = (frame["device_id"] == 3) & (frame["time"] >= CUT)
    frame.loc[sick, ["fan_mean", "fan_last"]] *= 0.65
    detector = ContextResidual("fan", ["speed", "outdoor"], "low", resolution=10.0)
    scored = later_scores(detector, frame)
    own = scored[scored["device_id"] == 3]
    worked = int((frame.loc[sick, "speed_mean"] > 0).sum())
    assert worked < 16, "in ten days"
    assert own["score"].iloc[-12:].min() > detector.threshold
    others = scored[scored["device_id"] != 3]
    assert others["score"].max() < detector.threshold


def test_another_law_holds_at_rest_than_at_work() -> None:
    frame = machines(late_share=0.2)
    detector = ContextResidual("pipe", ["speed", "outdoor"], "high", resolution=0.5)
    scored = later_scores(detector, frame)
    assert (scored["observed"] - scored["expected"]).abs().quantile(0.95) < 1.5
    assert scored["score"].max() < detector.threshold


def test_a_new_filter_is_no_fault_before_water_runs_through_it() -> None:
    """What was measured with the old filter is held; only what is measured anew counts."""
    rng = np.random.default_rng(3)
    parts = []
    for device in range(10):
        time = START + pd.to_timedelta(np.arange(30 * 24), unit="h")
        at_work = rng.random(len(time)) < 0.6
        latest = np.maximum.accumulate(np.where(at_work, np.arange(len(time)), 0))
        left = (100 - 0.13 * np.arange(len(time)) + 8 * device) % 100
        inlet = (300 + rng.normal(0, 10, len(time)))[latest]
        behind = inlet - (60 - 0.4 * left[latest]) + rng.normal(0, 1, len(time))[latest]
        frame = pd.DataFrame({"device_id": device + 1, "time": time})
        for name, values in {"behind": behind, "inlet": inlet, "left": left}.items():
            frame[f"{name}_mean"] = frame[f"{name}_last"] = values
        parts.append(frame)
    frame = pd.concat(parts, ignore_index=True)
    night = (frame["time"] >= CUT + pd.Timedelta(hours=30)) & (frame["device_id"] == 2)
    night &= frame["time"] < CUT + pd.Timedelta(hours=42)
    held = frame.loc[night].iloc[0]
    for name in ("behind_mean", "behind_last", "inlet_mean", "inlet_last"):
        frame.loc[night, name] = held[name]
    new = night & (frame["time"] > held["time"])
    frame.loc[new, ["left_mean", "left_last"]] = 100.0
    detector = ContextResidual("behind", ["inlet", "left"], "low", resolution=3.0)
    scored = later_scores(detector, frame)
    assert scored.loc[scored["device_id"] == 2, "score"].max() < detector.threshold


def test_a_departure_of_less_than_the_noise_of_an_hour_is_found_if_it_lasts(fleet: Fleet) -> None:
    history, later = fleet(days=16), fleet(first_day=16, days=6)
    shaky = np.random.default_rng(8)
    for frame in (history, later):
        # Compressors cycle: a busy hour is followed by a quiet one.
        wave = 25.0 * (-1.0) ** np.arange(len(frame)) * shaky.uniform(0.8, 1.2, len(frame))
        frame["duty_mean"] += wave
        frame["duty_last"] += wave
    detector = ContextResidual("duty", ["ambient"], "high", resolution=1.0).fit(history)
    later.loc[later["device_id"] == 4, ["duty_mean", "duty_last"]] += 39.0
    scored = detector.score(later)
    own = scored[scored["device_id"] == 4]
    assert own["z"].median() < 2, "no hour stands out"
    assert own["score"].iloc[-1] > detector.threshold
    assert scored.loc[scored["device_id"] != 4, "score"].max() < detector.threshold
    half_a_day = replace(detector.learned.calibration, lasting=np.inf)
    learned = replace(detector.learned, calibration=half_a_day)
    blind = ContextResidual.of("duty", ["ambient"], "high", resolution=1.0, learned=learned)
    assert blind.score(later)["score"].max() < detector.threshold, "not by half a day alone"


def test_a_model_from_before_the_longer_window_scores_as_it_did() -> None:
    short = Mean(np.array([1.0, -2.0, np.nan]), np.zeros(3))
    long = Mean(np.array([4.0, 4.0, 4.0]), np.zeros(3))
    before = Calibration(0.5, 5.0)
    np.testing.assert_array_equal(before.score((short, long), "high")[:2], [2.0, 0.0])
    now = Calibration(0.5, 5.0, 0.25)
    np.testing.assert_array_equal(now.score((short, long), "high"), [16.0, 16.0, 16.0])
    np.testing.assert_array_equal(now.score((short, long), "low")[:2], [-2.0, 4.0])


@pytest.mark.parametrize("days", [20, 25])
def test_the_lookback_reaches_the_hours_at_work(days: int) -> None:
    frame = machines(days=days, late_share=0.15)
    detector = ContextResidual("fan", ["speed", "outdoor"], "low", resolution=10.0).fit(frame)
    last = frame["time"].max()
    short = frame[frame["time"] >= last - pd.Timedelta(hours=detector.lookback_h)]
    whole, part = (
        one.loc[one["time"] == last, "score"] for one in map(detector.score, (frame, short))
    )
    assert detector.lookback_h == LONGEST_H[False]
    np.testing.assert_allclose(part, whole, rtol=1e-6)
