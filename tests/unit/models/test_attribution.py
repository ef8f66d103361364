from __future__ import annotations

from typing import Self

import numpy as np
import pandas as pd

from models.arrays import Floats
from models.forecasters.fault import FaultForecaster
from models.forecasters.forecaster import Target
from models.reasons import attribution
from models.recording import HOUR_NS, Description, Log, Moments, Recording

NAMES = ("power:mean:24h", "power:slope:24h", "room:mean:24h", "event:E5:count:24h", "hour of day")


def _odds(rows: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(-(rows @ np.array([2.0, 1.0, 0.0, 4.0, 0.1]) - 3)))
    return found


def test_features_of_one_metric_or_one_code_are_one_group() -> None:
    assert [attribution.group_of(name) for name in NAMES] == [
        "power",
        "power",
        "room",
        "event:E5",
        "hour of day",
    ]


def test_groups_that_raise_the_forecast_are_told_with_the_most_first() -> None:
    called: list[int] = []

    def once(rows: Floats) -> Floats:
        called.append(len(rows))
        return _odds(rows)

    here, usual = np.array([1.0, 1.0, 9.0, 1.0, 0.0]), np.zeros(5)
    found = attribution.attribute(once, NAMES, here, usual)
    assert [each.group for each in found] == ["event:E5", "power"]
    assert np.allclose([each.added for each in found], [4.0, 3.0])
    assert called == [5]


def test_a_usual_unit_has_nothing_that_moved_it() -> None:
    assert attribution.attribute(_odds, NAMES, np.zeros(5), np.zeros(5)) == []


def _fleet() -> tuple[Recording, Moments, Target]:
    """Forty units of 20 days; in every second one the heat rises on the last five days."""
    units, hours = 40, 480
    unit = np.repeat(np.arange(units), hours)
    hour = np.tile(np.arange(hours), units)
    rng = np.random.default_rng(7)
    heat = rng.normal(0, 1, len(unit)) + np.where(unit % 2 == 1, 0.1 * np.maximum(hour - 360, 0), 0)
    values = np.column_stack([heat, rng.normal(0, 1, len(unit))])
    recording = Recording(
        Description(("heat", "noise")),
        tuple(f"U{number}" for number in range(units)),
        unit,
        hour * HOUR_NS,
        values,
        HOUR_NS,
        events=Log.empty(),
    )
    asked = (hour % 12 == 0) & (hour >= 48)
    at = Moments(unit[asked], hour[asked] * HOUR_NS)
    fails = ((unit % 2 == 1) & (hour >= 432))[asked]
    target = Target(("fails",), fails[:, None].astype(float), np.zeros(len(at), dtype=np.bool_))
    return recording, at, target


def test_what_rose_before_a_fault_is_what_moves_its_forecast() -> None:
    recording, at, target = _fleet()
    forecaster = FaultForecaster(48 * HOUR_NS).fit(recording, at, target)
    found = attribution.of_fault(forecaster, recording, 1, 470 * HOUR_NS)
    assert found[0].group == "heat"
    assert all(each.group != "noise" or each.added < found[0].added / 4 for each in found)
    beginning = attribution.of_fault(forecaster, recording, 1, 60 * HOUR_NS)
    assert all(each.added < found[0].added / 4 for each in beginning)


def test_a_forecaster_that_was_not_fitted_explains_nothing() -> None:
    recording, _, _ = _fleet()
    assert attribution.of_fault(FaultForecaster(HOUR_NS), recording, 0, HOUR_NS) == []


class _Wear:
    """A forecaster for which little is left once the metric `wear` is high, or codes came."""

    def fit(self, recording: Recording, at: Moments, target: Target) -> Self:
        raise NotImplementedError

    def score(self, recording: Recording, at: Moments) -> pd.DataFrame:
        worn = recording.column("wear").reshape(len(at), -1)[:, -5:].mean(axis=1)
        codes = np.bincount(recording.events.unit, minlength=len(at))
        assert codes.tolist() == [2] * len(at)
        assert recording.traits is not None
        return pd.DataFrame({"score": 3 * worn + codes + recording.traits[:, 0]})


def test_any_forecaster_tells_which_metric_moved_it_by_how_much() -> None:
    hours, units = 60, 2
    hour = np.tile(np.arange(hours), units)
    values = np.column_stack([np.where(hour >= 50, 7.0, 2.0), np.full(len(hour), 4.0)])
    recording = Recording(
        Description(("wear", "still")),
        ("A", "B"),
        np.repeat(np.arange(units), hours),
        hour * HOUR_NS,
        values,
        HOUR_NS,
        events=Log.of(np.array([0, 1, 1]), np.array([5, 6, 7]), ["E1", "E1", "E2"]),
        traits=np.array([[1.0], [2.0]]),
        trait_names=("age",),
    )
    (found,) = attribution.of_forecast(_Wear(), recording, 1, 59 * HOUR_NS)
    assert (found.group, found.added) == ("wear", 15.0)
    assert attribution.of_forecast(_Wear(), recording, 1, 40 * HOUR_NS) == []
    assert attribution.of_forecast(_Wear(), recording, 1, -HOUR_NS) == []
