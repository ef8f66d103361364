"""Every forecaster in `models.forecasters` keeps the promises of `models.forecasters.forecaster`.

A forecaster is a class with `fit` and `score`. One whose constructor asks for a horizon is given
faults to learn from, any other is given lives; one added later is checked without a change here.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

import models.forecasters
from models.detectors.detector import NotEnoughDataError
from models.forecasters.forecaster import Forecaster, Target
from models.recording import HOUR_NS, Description, Log, Moments, Recording

START_NS = 1_780_000_000_000_000_000 // HOUR_NS * HOUR_NS
UNITS = 12
LIFE_H = 120
HORIZON_NS = 12 * HOUR_NS
MODES = ("leak", "seizure")


def forecaster_classes() -> Iterator[type]:
    for module in pkgutil.iter_modules(models.forecasters.__path__, "models.forecasters."):
        for _, found in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            own = found.__module__ == module.name and found is not Forecaster
            if own and callable(getattr(found, "fit", None)) and hasattr(found, "score"):
                yield found


FORECASTERS = list(forecaster_classes())
every_forecaster = pytest.mark.parametrize("kind", FORECASTERS, ids=lambda kind: kind.__name__)


@dataclass(frozen=True)
class World:
    """Units that wear until they fail, and start anew; the last hours are announced by a code."""

    recording: Recording
    at: Moments
    remaining_h: np.ndarray
    mode: np.ndarray
    """Position in `MODES` of what ends each moment's life."""


def world(seed: int = 3, units: int = UNITS, lives: int = 1) -> World:
    rng = np.random.default_rng(seed)
    lengths = rng.integers(LIFE_H - 30, LIFE_H + 30, (units, lives))
    lasts = int(lengths.sum(axis=1).max()) + 1
    hours = np.arange(lasts)
    unit = np.repeat(np.arange(units), lasts)
    ends = np.cumsum(lengths, axis=1)
    life = np.array([np.searchsorted(ends[each], hours, side="left") for each in range(units)])
    seen = (life < lives).ravel()
    end = np.take_along_axis(ends, np.minimum(life, lives - 1), axis=1)
    remaining = (end - hours).ravel()
    mode = (np.minimum(life, lives - 1) + np.arange(units)[:, None]).ravel() % len(MODES)
    wear = 100.0 - remaining + rng.normal(0, 3, remaining.size)
    values = np.column_stack([wear, rng.normal(20, 1, remaining.size), mode * 5.0 + wear / 50])
    values[rng.random(values.shape) < 0.02] = np.nan
    fails = np.array([(each, hour) for each in range(units) for hour in ends[each]])
    failed = [MODES[(place % lives + place // lives) % len(MODES)] for place in range(len(fails))]
    fails_ns = START_NS + fails[:, 1] * HOUR_NS
    recording = Recording(
        Description(("wear", "warmth", "sound")),
        tuple(f"unit {each}" for each in range(units)),
        unit[seen],
        START_NS + np.tile(hours, units)[seen] * HOUR_NS,
        values[seen],
        HOUR_NS,
        events=Log.of(fails[:, 0], fails_ns - 9 * HOUR_NS, [f"before {name}" for name in failed]),
        failures=Log.of(fails[:, 0], fails_ns, failed),
    )
    return World(recording, recording.moments, remaining[seen].astype(np.float64), mode[seen])


def target(kind: type, of: World) -> Target:
    nothing = np.zeros(len(of.at), dtype=np.bool_)
    if not forecasts_faults(kind):
        return Target(("remaining",), of.remaining_h[:, None], nothing)
    soon = (of.remaining_h > 0) & (of.remaining_h * HOUR_NS <= HORIZON_NS)
    each = np.column_stack([soon & (of.mode == number) for number in range(len(MODES))])
    return Target(MODES, each.astype(np.float64), nothing)


def forecasts_faults(kind: type) -> bool:
    return "horizon_ns" in inspect.signature(kind).parameters


def new(kind: type, seed: int = 0) -> Forecaster:
    made: Forecaster = kind(HORIZON_NS, seed=seed) if forecasts_faults(kind) else kind(seed=seed)
    return made


@cache
def fitted(kind: type) -> Forecaster:
    learned = sample(world(), 2)
    return new(kind).fit(learned.recording, learned.at, target(kind, learned))


def sample(of: World, every: int = 5) -> World:
    rows = np.arange(0, len(of.at), every)
    return replace(of, at=of.at.only(rows), remaining_h=of.remaining_h[rows], mode=of.mode[rows])


def columns(kind: type) -> list[str]:
    faults = ["score", *(f"probability:{mode}" for mode in MODES)]
    lives = ["remaining", "lower", "upper", "score"]
    return ["unit", "time", *(faults if forecasts_faults(kind) else lives)]


def test_there_are_forecasters_to_check() -> None:
    assert FORECASTERS


@every_forecaster
def test_a_score_has_the_promised_columns_and_one_row_a_moment_in_order(kind: type) -> None:
    later = sample(world(seed=4, units=5))
    order = np.random.default_rng(1).permutation(len(later.at))
    scored = fitted(kind).score(later.recording, later.at.only(order))
    assert sorted(scored.columns) == sorted(columns(kind))
    assert (scored["unit"].to_numpy() == later.at.unit[order]).all()
    assert (
        scored["time"].to_numpy("datetime64[ns]").astype(np.int64) == later.at.time_ns[order]
    ).all()
    assert str(scored["time"].dt.tz) == "UTC"


@every_forecaster
def test_what_is_said_lies_in_its_range(kind: type) -> None:
    later = sample(world(seed=4, units=5))
    scored = fitted(kind).score(later.recording, later.at).dropna()
    assert len(scored) > 0.9 * len(later.at)
    if forecasts_faults(kind):
        told = scored[[name for name in columns(kind) if name not in {"unit", "time"}]].to_numpy()
        assert ((told >= 0) & (told <= 1)).all()
        assert (told[:, 1:] <= told[:, :1] + 1e-9).all()
    else:
        assert (scored["lower"] >= 0).all()
        assert (scored["lower"] <= scored["remaining"]).all()
        assert (scored["remaining"] <= scored["upper"]).all()
        pd.testing.assert_series_equal(scored["score"], -scored["remaining"], check_names=False)


@every_forecaster
def test_higher_scores_need_somebody_sooner(kind: type) -> None:
    later = sample(world(seed=4, units=6))
    score = fitted(kind).score(later.recording, later.at)["score"].to_numpy()
    near, far = later.remaining_h <= 8, later.remaining_h > 40
    assert np.nanmedian(score[near]) > np.nanquantile(score[far], 0.95)


@every_forecaster
def test_later_rows_and_entries_never_change_what_was_said(kind: type) -> None:
    later = world(seed=4, units=5, lives=2)
    cut = START_NS + 150 * HOUR_NS
    at = sample(later).at
    early = at.only(at.time_ns < cut)
    shown = later.recording
    wild = replace(shown, values=np.where((shown.time_ns >= cut)[:, None], 1e6, shown.values))
    scored = [fitted(kind).score(each, early) for each in (shown, shown.before(cut), wild)]
    pd.testing.assert_frame_equal(scored[0], scored[1])
    pd.testing.assert_frame_equal(scored[0], scored[2])


@every_forecaster
def test_what_is_said_of_a_moment_does_not_depend_on_the_others_asked(kind: type) -> None:
    later = sample(world(seed=4, units=5))
    whole = fitted(kind).score(later.recording, later.at)
    some = np.arange(3, len(later.at), 7)
    part = fitted(kind).score(later.recording, later.at.only(some))
    pd.testing.assert_frame_equal(whole.iloc[some].reset_index(drop=True), part)


@every_forecaster
def test_fitting_twice_gives_the_same(kind: type) -> None:
    learned = sample(world(units=8), 4)
    told = [
        new(kind, seed=7)
        .fit(learned.recording, learned.at, target(kind, learned))
        .score(learned.recording, learned.at)
        for _ in range(2)
    ]
    pd.testing.assert_frame_equal(*told)


@every_forecaster
def test_the_input_is_left_as_it_was(kind: type) -> None:
    learned, given = sample(world(units=8), 4), sample(world(units=8), 4)
    new(kind).fit(learned.recording, learned.at, target(kind, learned)).score(
        learned.recording, learned.at
    )
    np.testing.assert_array_equal(learned.recording.values, given.recording.values)
    np.testing.assert_array_equal(learned.at.time_ns, given.at.time_ns)
    np.testing.assert_array_equal(learned.recording.events.code, given.recording.events.code)


@every_forecaster
@pytest.mark.parametrize("rows", [0, 1, 5])
def test_too_little_to_learn_from_is_refused(kind: type, rows: int) -> None:
    learned = world()
    some = np.arange(rows)
    with pytest.raises(NotEnoughDataError):
        new(kind).fit(learned.recording, learned.at.only(some), target(kind, learned).only(some))


@every_forecaster
def test_outcomes_that_nobody_knows_are_refused(kind: type) -> None:
    learned = world()
    truth = target(kind, learned)
    unknown = replace(truth, values=np.full_like(truth.values, np.nan))
    with pytest.raises(NotEnoughDataError):
        new(kind).fit(learned.recording, learned.at, unknown)


@every_forecaster
def test_nothing_a_single_row_gaps_and_missing_metrics_can_be_asked_about(kind: type) -> None:
    later = world(seed=4, units=5)
    model, shown = fitted(kind), later.recording
    nobody = later.at.only(np.empty(0, dtype=np.int64))
    assert model.score(shown, nobody).empty
    first = np.zeros(len(shown), dtype=np.bool_)
    first[0] = True
    assert len(model.score(shown.only(first), later.at.only(first))) == 1
    asked = sample(later, 10).at
    gap = shown.only(
        (shown.time_ns < START_NS + 30 * HOUR_NS) | (shown.time_ns > START_NS + 80 * HOUR_NS)
    )
    constant = replace(shown, values=np.full_like(shown.values, 4.0))
    for odd in (gap, constant):
        assert len(model.score(odd, asked)) == len(asked)


@every_forecaster
def test_of_a_unit_without_any_reading_nothing_is_said(kind: type) -> None:
    later = world(seed=4, units=2)
    silent = replace(later.recording, units=(*later.recording.units, "silent"))
    at = Moments(np.array([2]), np.array([START_NS + 50 * HOUR_NS]))
    empty = replace(
        silent, values=np.full_like(silent.values, np.nan), events=Log.empty(), failures=Log.empty()
    )
    for shown, asked in ((silent, at), (empty, later.at.only(np.array([40])))):
        scored = fitted(kind).score(shown, asked)
        assert scored.drop(columns=["unit", "time"]).isna().all(axis=None)
