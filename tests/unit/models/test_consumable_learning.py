"""What a fleet of homes in which filters last 70 % of their rating teaches."""

from __future__ import annotations

import numpy as np
import pytest

from devices.catalogue.appliance_type import Wear
from models.arrays import Floats
from models.artefacts import artefact
from models.detectors.detector import NotEnoughDataError
from models.features.days import DAY_NS
from models.forecasters import consumable_learning
from models.forecasters.consumable import ConsumableForecaster, usage_in
from models.forecasters.consumable_learning import Known
from models.history.worn_life import Shown, Told
from models.recording import HOUR_NS, Description, Moments, Recording

LEFT = Wear(metric="left_pct", new=100, spent=0)
DAYS = 120


def used_by(homes: int, lasts: Floats, seed: int = 1) -> Floats:
    """The share used up by days and homes; each home replaces a filter at a share of its own."""
    rng = np.random.default_rng(seed)
    rates = 0.02 * rng.lognormal(0, 0.2, homes)
    used = np.empty((DAYS, homes))
    now = lasts * rng.random(homes)
    for day in range(DAYS):
        used[day] = now
        now = np.where(now >= lasts, 0.0, now + rates * rng.uniform(0.7, 1.3, homes))
    return used


def known(used: Floats, hardness: Floats) -> Known:
    homes = used.shape[1]
    times = np.arange(DAYS, dtype=np.int64) * DAY_NS
    shown = Shown()
    for home in range(homes):
        shown.add(home, times, used[:, home], Told())
    daily = Recording(
        Description(("left_pct", "hardness_dh")),
        units=tuple(map(str, range(homes))),
        unit=np.repeat(np.arange(homes, dtype=np.int64), DAYS),
        time_ns=np.tile(times, homes),
        values=np.column_stack((100 * (1 - used.T.ravel()), np.repeat(hardness, DAYS))),
        step_ns=DAY_NS,
    )
    return Known(shown.found(), daily, LEFT, ("hardness_dh",))


def alike(homes: int, lasts: float = 0.7) -> Known:
    return known(used_by(homes, np.full(homes, lasts)), np.full(homes, 12.0))


def test_what_is_learned_is_nearer_than_the_rating_on_lives_it_never_saw() -> None:
    fitted, facts = consumable_learning.learn(alike(12))
    assert facts["unseen_rmse_days"] < 0.6 * facts["rated_rmse_days"]
    assert facts["ended"] + facts["censored"] == facts["lives"]
    assert facts["unseen_coverage"] == pytest.approx(0.8, abs=0.12)
    assert fitted.usual.middle == pytest.approx(0.72, abs=0.04)
    assert fitted.needs == ("left_pct",)


def test_few_homes_teach_nothing() -> None:
    with pytest.raises(NotEnoughDataError, match="of 3 homes are known to their end"):
        consumable_learning.learn(alike(3))


def test_where_the_rating_is_right_it_stays() -> None:
    with pytest.raises(NotEnoughDataError, match="rating does as well"):
        consumable_learning.learn(alike(12, lasts=1.0))


def test_lives_of_a_day_or_two_teach_nothing() -> None:
    used = np.tile([[0.1], [0.9]], (DAYS // 2, 12))
    with pytest.raises(NotEnoughDataError, match="more than two days"):
        consumable_learning.learn(known(used, np.full(12, 12.0)))


def test_conditions_are_asked_where_they_tell_of_a_life() -> None:
    hardness = np.linspace(4, 20, 40)
    lasts = np.linspace(0.95, 0.55, 40)
    fitted, _ = consumable_learning.learn(known(used_by(40, lasts), hardness))
    assert fitted.needs == ("left_pct", "hardness_dh")
    assert fitted.conditions is not None
    hard, soft = fitted.conditions.shift(np.array([[19.0], [5.0]]))
    assert hard < -0.1 < 0.1 < soft


def test_a_score_is_what_the_service_would_say() -> None:
    learned_from = alike(12)
    fitted, _ = consumable_learning.learn(learned_from)
    recording = learned_from.daily
    at = Moments(np.arange(3, dtype=np.int64), np.full(3, (DAYS - 1) * DAY_NS + HOUR_NS))
    scored = fitted.score(recording, at)
    running = {life.device_id: life for life in learned_from.lives}
    for home in range(3):
        life = running[home]
        told = fitted.estimate(str(home), usage_in(life, len(life.used)), None)
        assert scored["remaining"][home] == pytest.approx(told.days_left, rel=0.02)
        assert scored["lower"][home] < scored["remaining"][home] < scored["upper"][home]
    assert (scored["score"] == -scored["remaining"]).all()


def test_a_moment_before_the_first_reading_has_no_answer() -> None:
    learned_from = alike(12)
    fitted, _ = consumable_learning.learn(learned_from)
    early = Moments(np.array([0]), np.array([-DAY_NS]))
    assert fitted.score(learned_from.daily, early)["score"].isna().all()


def test_what_was_learned_comes_back_from_the_shelf_as_it_was() -> None:
    hardness = np.linspace(4, 20, 40)
    learned_from = known(used_by(40, np.linspace(0.95, 0.55, 40)), hardness)
    fitted, _ = consumable_learning.learn(learned_from)
    found = artefact.restore(artefact.store(fitted))
    assert isinstance(found, ConsumableForecaster)
    at = Moments(np.arange(40, dtype=np.int64), np.full(40, (DAYS - 1) * DAY_NS))
    assert found.score(learned_from.daily, at).equals(fitted.score(learned_from.daily, at))
