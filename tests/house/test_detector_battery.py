"""Every detector keeps the promises of `models.detectors.detector`.

Any class in `models.detectors` and `models.anomaly` with `fit` and `score` that works on
recordings must be built here, and so must every sight by itself.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

import models.anomaly
import models.detectors
from models.anomaly import SIGHTS, AnomalyFamily
from models.arrays import Floats
from models.detectors.context_residual import ContextResidual
from models.detectors.detector import Detector, NotEnoughDataError
from models.detectors.in_context import InContext
from models.detectors.rehearsed import Rehearsed
from models.detectors.sight import Sight
from models.recording import HOUR_NS, Description, Recording, of_frame

Build = Callable[[], Detector]
START = pd.Timestamp("2026-05-01", tz="UTC")
METRICS = ("power_w", "speed_rpm", "warmth_c")
CONTEXT = {"power_w": ("warmth_c",), "speed_rpm": ("warmth_c",)}


def looking(kind: type[Sight]) -> Build:
    return lambda: Rehearsed([kind])


BUILT: dict[str, Build] = {kind.__name__: looking(kind) for kind in SIGHTS}
BUILT |= {"AnomalyFamily": AnomalyFamily, "InContext": InContext}
every_detector = pytest.mark.parametrize("build", BUILT.values(), ids=BUILT)


def history(units: int = 8, days: int = 20, seed: int = 2, first_day: int = 0) -> Recording:
    """Appliances on an hourly step; power and speed swing with the warmth of the day."""
    rng = np.random.default_rng((seed, first_day))
    hours = np.arange(days * 24) + 24 * first_day
    parts = []
    for unit in range(units):
        warmth = 22 + 4 * np.sin(2 * np.pi * hours / 24) + rng.normal(0, 0.5, hours.size)
        parts.append(
            pd.DataFrame(
                {
                    "unit": f"unit {unit}",
                    "time": START + pd.to_timedelta(hours, unit="h"),
                    "power_w": 60 + 3 * unit + 2 * warmth + rng.normal(0, 2, hours.size),
                    "speed_rpm": 900 + 10 * unit + 9 * warmth + rng.normal(0, 9, hours.size),
                    "warmth_c": warmth,
                }
            )
        )
    return of_frame(pd.concat(parts), Description(METRICS, CONTEXT), step_ns=HOUR_NS)


@cache
def fitted(build: Build) -> Detector:
    """Scoring leaves a detector as it was, so that one serves for many checks."""
    return build().fit(history())


def later(days: int = 4) -> Recording:
    return history(first_day=20, days=days)


def readings(recording: Recording) -> Floats:
    return np.column_stack([recording.column(name) for name in METRICS])


def disturbed(recording: Recording, unit: int, strength: float) -> Recording:
    """Power that is higher, wilder and out of step with the day, more so as `strength` grows."""
    rng = np.random.default_rng(7)
    values = readings(recording)
    rows = recording.unit == unit
    values[rows, 0] += strength * (8 + rng.normal(0, 16, int(rows.sum())))
    return replace(recording, values=values)


def scores(detector: Detector, recording: Recording) -> Floats:
    return detector.score(recording)["score"].to_numpy(np.float64)


def detector_classes() -> Iterator[type]:
    names = [each.name for each in pkgutil.iter_modules(models.detectors.__path__)]
    modules = [importlib.import_module(f"models.detectors.{name}") for name in names]
    for module in (*modules, models.anomaly):
        for _, found in inspect.getmembers(module, inspect.isclass):
            protocol = getattr(found, "_is_protocol", False)
            if found.__module__ == module.__name__ and hasattr(found, "fit") and not protocol:
                yield found


def test_every_detector_there_is_takes_part() -> None:
    """ContextResidual has a battery of its own, and takes part through InContext."""
    taking_part = {type(build()) for build in BUILT.values()} | {ContextResidual}
    assert set(detector_classes()) == taking_part


@every_detector
def test_there_is_one_score_a_reading_in_the_order_of_the_readings(build: Build) -> None:
    recording = later()
    scored = fitted(build).score(recording)
    assert list(scored.columns) == ["unit", "time", "score"]
    assert (scored["unit"].to_numpy() == recording.unit).all()
    assert (scored["time"].to_numpy("datetime64[ns]").astype(np.int64) == recording.time_ns).all()
    known = scored["score"].notna()
    assert known.mean() > 0.4
    assert (scored.loc[known, "score"] > -np.inf).all()


@every_detector
def test_higher_is_more_anomalous(build: Build) -> None:
    detector = fitted(build)
    of_unit = later().unit == 5
    found = [
        np.nanquantile(scores(detector, disturbed(later(), 5, strength))[of_unit], 0.9)
        for strength in (0.0, 2.0, 6.0)
    ]
    assert found[0] < found[1]
    assert 0.9 * found[1] < found[2]
    assert found[2] > detector.threshold


@every_detector
def test_most_of_what_healthy_units_do_is_below_the_threshold(build: Build) -> None:
    detector = fitted(build)
    assert 0 < detector.clear_below <= detector.threshold
    found = scores(detector, history(first_day=20, days=14))
    assert (found[np.isfinite(found)] > detector.threshold).mean() < 0.2


@every_detector
def test_later_readings_never_change_an_earlier_score(build: Build) -> None:
    detector = fitted(build)
    recording = later()
    cut = recording.time_ns.min() + 50 * HOUR_NS
    early = recording.time_ns < cut
    values = readings(recording)
    values[~early] = 9999.0
    found = scores(detector, recording)[early]
    changed = scores(detector, replace(recording, values=values))[early]
    np.testing.assert_allclose(changed, found, rtol=1e-9)
    np.testing.assert_allclose(scores(detector, recording.only(early)), found, rtol=1e-9)


@every_detector
def test_a_unit_is_scored_alike_in_whatever_company(build: Build) -> None:
    detector = fitted(build)
    recording = later()
    alone = recording.of_units(np.arange(8) == 3)
    found = scores(detector, recording)[recording.unit == 3]
    np.testing.assert_allclose(scores(detector, alone), found, rtol=1e-9)


@every_detector
def test_fitting_twice_gives_the_same(build: Build) -> None:
    first, second = (build().fit(history()) for _ in range(2))
    assert first.threshold == second.threshold
    np.testing.assert_array_equal(scores(first, later()), scores(second, later()))


@every_detector
def test_the_input_is_left_as_it_was(build: Build) -> None:
    recording = history()
    given = readings(recording)
    scores(build().fit(recording), recording)
    np.testing.assert_array_equal(readings(recording), given)


@every_detector
@pytest.mark.parametrize("rows", [0, 1, 5])
def test_too_little_history_is_refused(build: Build, rows: int) -> None:
    recording = history()
    with pytest.raises(NotEnoughDataError):
        build().fit(recording.only(np.arange(len(recording)) < rows))


@every_detector
def test_history_without_any_value_is_refused(build: Build) -> None:
    recording = history()
    with pytest.raises(NotEnoughDataError):
        build().fit(replace(recording, values=np.full_like(readings(recording), np.nan)))


@every_detector
def test_nothing_at_all_and_one_reading_get_no_confident_score(build: Build) -> None:
    detector = fitted(build)
    recording = later()
    assert detector.score(recording.only(np.zeros(len(recording), dtype=np.bool_))).empty
    one = scores(detector, recording.only(np.arange(len(recording)) < 1))
    assert np.isnan(one).all()


@every_detector
def test_readings_without_values_get_no_score(build: Build) -> None:
    detector = fitted(build)
    recording = later()
    nothing = replace(recording, values=np.full_like(readings(recording), np.nan))
    assert np.isnan(scores(detector, nothing)).all()


@every_detector
def test_units_that_were_never_seen_are_judged_by_the_fleet(build: Build) -> None:
    detector = fitted(build)
    recording = later()
    strangers = replace(recording, units=tuple(f"new {unit}" for unit in recording.units))
    found = scores(detector, strangers)
    assert np.isfinite(found).mean() > 0.4
    worse = scores(detector, disturbed(strangers, 4, 20.0))
    of_unit = recording.unit == 4
    assert np.nanquantile(worse[of_unit], 0.9) > np.nanquantile(found[of_unit], 0.9)


@every_detector
def test_a_metric_that_never_moved_and_one_that_was_never_there_do_no_harm(build: Build) -> None:
    recording = history()
    values = readings(recording)
    still = np.where(np.arange(3) == 1, 7.0, values)
    gone = np.where(np.arange(3) == 1, np.nan, values)
    for given in (still, gone):
        found = scores(build().fit(replace(recording, values=given)), later())
        assert np.isfinite(found).mean() > 0.4


@every_detector
def test_gaps_in_the_readings_and_a_month_of_silence_are_lived_with(build: Build) -> None:
    detector = fitted(build)
    recording = later()
    values = readings(recording)
    values[::3, 0] = np.nan
    assert np.isfinite(scores(detector, replace(recording, values=values))).mean() > 0.4
    late = np.tile(np.arange(96) >= 48, 8)
    month = replace(recording, time_ns=recording.time_ns + late * 30 * 24 * HOUR_NS)
    found = scores(detector, month)
    assert np.isfinite(found[~late]).mean() > 0.2
    assert np.isnan(found[np.flatnonzero(late)[0]])


@every_detector
def test_a_clock_that_was_set_back_leaves_one_reading_a_time(build: Build) -> None:
    rows = later()
    frame = pd.DataFrame(readings(rows), columns=list(METRICS)).assign(
        unit=[rows.units[unit] for unit in rows.unit],
        time=pd.to_datetime(rows.time_ns, utc=True),
    )
    frame.loc[frame.index[48:96], "time"] -= pd.Timedelta(hours=30)
    recording = of_frame(frame, rows.description)
    found = fitted(build).score(recording)
    assert len(found) == len(rows) - 30
    assert np.isfinite(found["score"]).mean() > 0.4
