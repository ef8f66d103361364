"""Faults are foreseen from readings, from codes or from both; what cannot be learned is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from models.detectors.detector import NotEnoughDataError
from models.features.precursors import Precursors
from models.forecasters import fault_rows
from models.forecasters.fault import FaultForecaster
from models.forecasters.forecaster import Target
from models.recording import HOUR_NS, Description, Log, Moments, Recording

START_NS = 20_000 * 24 * HOUR_NS
HORIZON_NS = 24 * HOUR_NS
HOURS = 600


def fleet(
    units: int = 8, seed: int = 1, modes: int = 2, faults: int = 3, *, readings: bool = True
) -> Recording:
    """Machines that fail now and then; heat rises and a code comes up to a day before."""
    rng = np.random.default_rng((seed, units))
    hours = np.arange(HOURS)
    fails = [(each, int(hour)) for each in range(units) for hour in rng.integers(60, HOURS, faults)]
    mode = rng.integers(0, modes, len(fails))
    heat = rng.normal(40, 1, (units, HOURS))
    for (each, hour), kind in zip(fails, mode, strict=True):
        heat[each, max(hour - 30, 0) : hour + 1] += 6 + 3 * kind
    noise = rng.integers(0, HOURS, 4 * units)
    codes = [f"E{kind}" for kind in mode] + ["noise"] * len(noise)
    unit = np.array([each for each, _ in fails] + list(np.arange(len(noise)) % units))
    when = np.array([hour - 20 for _, hour in fails] + list(noise))
    empty = np.empty(0, dtype=np.int64)
    return Recording(
        Description(("heat", "hum") if readings else ()),
        tuple(f"unit {each}" for each in range(units)),
        np.repeat(np.arange(units), HOURS) if readings else empty,
        START_NS + np.tile(hours, units) * HOUR_NS if readings else empty,
        np.column_stack([heat.ravel(), rng.normal(0, 1, heat.size)])
        if readings
        else np.empty((0, 0)),
        HOUR_NS,
        events=Log.of(unit, START_NS + when * HOUR_NS, codes),
        failures=Log.of(
            np.array([each for each, _ in fails]),
            START_NS + np.array([hour for _, hour in fails]) * HOUR_NS,
            [f"mode {kind}" for kind in mode],
            [f"mode {kind}" for kind in range(modes)],
        ),
    )


def grid(units: int, every: int = 4) -> Moments:
    hours = np.arange(48, HOURS, every)
    return Moments(
        np.repeat(np.arange(units), len(hours)), START_NS + np.tile(hours, units) * HOUR_NS
    )


def ahead(given: Recording, at: Moments) -> Target:
    fails = given.failures
    left = fails.time_ns[None, :] - at.time_ns[:, None]
    soon = (at.unit[:, None] == fails.unit[None, :]) & (left > 0) & (left <= HORIZON_NS)
    each = [(soon & (fails.code == code)).any(axis=1) for code in range(len(fails.codes))]
    return Target(fails.codes, np.column_stack(each).astype(float), np.zeros(len(at), dtype=bool))


def skill(given: Recording, units: int, model: FaultForecaster) -> float:
    at = grid(units)
    truth = ahead(given, at).values.max(axis=1)
    return float(average_precision_score(truth, model.score(given, at)["score"]))


def learned(given: Recording, units: int) -> FaultForecaster:
    at = grid(units)
    return FaultForecaster(HORIZON_NS).fit(given, at, ahead(given, at))


@pytest.mark.parametrize("readings", [True, False])
def test_faults_of_unseen_units_are_foreseen_with_readings_and_without(*, readings: bool) -> None:
    model = learned(fleet(readings=readings), 8)
    assert skill(fleet(6, seed=2, readings=readings), 6, model) > 0.85


def test_readings_alone_are_enough() -> None:
    model = learned(replace(fleet(), events=Log.empty()), 8)
    assert skill(replace(fleet(6, seed=2), events=Log.empty()), 6, model) > 0.8


def test_each_mode_is_told_from_the_others() -> None:
    given, asked = fleet(), fleet(6, seed=2)
    at = grid(6)
    truth, scored = ahead(asked, at), learned(given, 8).score(asked, at)
    for number, mode in enumerate(truth.names):
        told = scored[f"probability:{mode}"]
        assert average_precision_score(truth.values[:, number], told) > 0.7


def test_many_modes_and_modes_never_seen_are_told_too() -> None:
    given = fleet(modes=9)
    at = grid(8)
    truth = ahead(given, at)
    never = replace(truth, values=truth.values * (np.arange(9) != 4))
    scored = FaultForecaster(HORIZON_NS).fit(given, at, never).score(given, at)
    known = [scored[f"probability:{mode}"].max() for mode in truth.names]
    assert np.isfinite(known).all()
    assert known[4] < 0.2


def test_probabilities_come_true_as_often_as_they_say() -> None:
    model = learned(fleet(12), 12)
    asked, at = fleet(10, seed=2), grid(10)
    told = model.score(asked, at)["score"].to_numpy()
    truth = ahead(asked, at).values.max(axis=1)
    assert abs(told.mean() - truth.mean()) < 0.05


def test_one_unit_alone_can_be_learned_from() -> None:
    given = fleet(1, faults=9)
    told = learned(given, 1).score(given, grid(1))["score"]
    assert np.isfinite(told).all()
    assert average_precision_score(ahead(given, grid(1)).values.max(axis=1), told) > 0.9


def test_rows_that_were_thinned_out_leave_probabilities_where_they_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given, at = fleet(10), grid(10, every=1)
    monkeypatch.setattr(fault_rows.choose, "__defaults__", (1_200,))
    model = FaultForecaster(HORIZON_NS).fit(given, at, ahead(given, at))
    asked = fleet(8, seed=2)
    told = model.score(asked, grid(8))["score"].mean()
    assert abs(told - ahead(asked, grid(8)).values.max(axis=1).mean()) < 0.06


def test_outcomes_not_known_are_left_out() -> None:
    given, at = fleet(), grid(8)
    truth = ahead(given, at)
    late = at.time_ns > START_NS + 500 * HOUR_NS
    partly = replace(truth, values=np.where(late[:, None], np.nan, truth.values))
    some = FaultForecaster(HORIZON_NS).fit(given, at, partly)
    without = FaultForecaster(HORIZON_NS).fit(given, at.only(~late), truth.only(~late))
    told = [model.score(given, at)["score"].to_numpy() for model in (some, without)]
    np.testing.assert_array_equal(told[0], told[1])


@pytest.mark.parametrize(
    ("value", "told"), [(0.0, "0 faults are too few"), (1.0, "every moment precedes a fault")]
)
def test_labels_of_one_class_are_refused_in_words(value: float, told: str) -> None:
    given, at = fleet(), grid(8)
    truth = Target(("fault",), np.full((len(at), 1), value), np.zeros(len(at), dtype=bool))
    with pytest.raises(NotEnoughDataError, match=told):
        FaultForecaster(HORIZON_NS).fit(given, at, truth)


def test_where_a_fault_always_follows_the_mode_is_still_told() -> None:
    given, at = fleet(), grid(8)
    soon = ahead(given, at).values.max(axis=1)
    truth = Target(("soon", "later"), np.column_stack([soon, 1 - soon]), soon > 2)
    scored = FaultForecaster(HORIZON_NS).fit(given, at, truth).score(given, at)
    assert average_precision_score(soon, scored["probability:soon"]) > 0.8
    assert scored["score"].nunique() == 1


def test_where_nothing_tells_moments_apart_the_usual_rate_is_told() -> None:
    at = Moments(np.repeat(np.arange(8), 30), START_NS + np.tile(np.arange(30), 8) * 10**9)
    given = Recording(
        Description(("still",)),
        tuple("abcdefgh"),
        at.unit,
        at.time_ns,
        np.ones((len(at), 1)),
        10**9,
    )
    soon = (np.arange(len(at)) % 30 >= 27).astype(float)[:, None]
    truth = Target(("fault",), np.random.default_rng(0).permutation(soon), soon[:, 0] > 2)
    told = FaultForecaster(10**9).fit(given, at, truth).score(given, at)["score"]
    assert abs(told.mean() - 0.1) < 0.05
    assert told.std() < 0.05


def test_its_own_threshold_is_worth_having_on_units_it_never_saw() -> None:
    model, asked = learned(fleet(12), 12), fleet(8, seed=2)
    alarm = model.score(asked, grid(8))["score"].to_numpy() >= model.threshold
    came = ahead(asked, grid(8)).values.max(axis=1) > 0
    assert 2 * (alarm & came).sum() / (alarm.sum() + came.sum()) > 0.75


def test_without_any_kind_of_fault_nothing_is_learned() -> None:
    given, at = fleet(), grid(8)
    nothing = Target((), np.empty((len(at), 0)), np.zeros(len(at), dtype=bool))
    with pytest.raises(NotEnoughDataError, match="no fault is known"):
        FaultForecaster(HORIZON_NS).fit(given, at, nothing)


def test_a_forecaster_that_learned_nothing_says_so() -> None:
    with pytest.raises(NotEnoughDataError, match="not been fitted"):
        FaultForecaster(HORIZON_NS).score(fleet(), grid(8))
    with pytest.raises(NotEnoughDataError, match="not been fitted"):
        _ = FaultForecaster(HORIZON_NS).threshold


def test_features_do_not_depend_on_the_portion_or_the_order_of_moments() -> None:
    given, at = fleet(), grid(8)
    asked = Precursors.of(given, at, HORIZON_NS)
    whole = asked.table(given, at)
    order = np.random.default_rng(0).permutation(len(at))[:90]
    part = asked.table(given, at.only(order))
    np.testing.assert_allclose(part.values, whole.values[order], rtol=1e-8, atol=1e-12)


def test_a_metric_or_trait_that_is_missing_later_is_unknown_not_an_error() -> None:
    given = replace(fleet(), traits=np.arange(8.0)[:, None], trait_names=("age",))
    model = learned(given, 8)
    other = replace(fleet(), description=Description(("hum",)), values=fleet().values[:, 1:])
    told = model.score(other, grid(8))["score"]
    assert told.notna().all()
    table = Precursors.of(given, grid(8), HORIZON_NS).table(other, grid(8))
    assert np.isnan(table.column("trait:age")).all()
    assert np.isnan(table.column("heat:mean:24h")).all()
