from __future__ import annotations

import numpy as np

from simulator.physics.home import Bools
from simulator.physics.supply import Supply, TrueLife

UNITS = 400
ALWAYS = np.zeros(UNITS)
"""A chance that every owner takes."""


def replaced_at(supply: Supply) -> list[float]:
    """How far each filter was worn when its owner took it out, over three lives or so."""
    seen: list[float] = []
    for _ in range(400):
        supply.use(np.full(UNITS, 0.01))
        before = supply.worn.copy()
        supply.replace_some(ALWAYS)
        gone: Bools = supply.worn < before
        seen += before[gone].tolist()
    return seen


def test_a_filter_is_replaced_when_it_is_truly_spent_whatever_its_appliance_shows() -> None:
    rng = np.random.default_rng(2)
    supply = Supply(UNITS, rng, TrueLife(np.full(UNITS, 0.8), rng))
    worn = np.array(replaced_at(supply))
    assert 0.78 < worn.mean() < 0.84
    assert worn.min() < 0.75
    assert worn.max() > 0.9


def test_a_filter_that_would_last_longer_goes_by_what_its_appliance_shows() -> None:
    rng = np.random.default_rng(2)
    worn = np.array(replaced_at(Supply(UNITS, rng, TrueLife(np.full(UNITS, 1.2), rng))))
    assert np.quantile(worn, 0.05) > 0.95
    assert worn.max() < 1.02


def test_a_true_life_draws_nothing_from_the_worlds_own_stream() -> None:
    alone, beside = np.random.default_rng(2), np.random.default_rng(2)
    TrueLife(np.full(UNITS, 0.8), beside).renew(np.ones(UNITS, dtype=np.bool_))
    assert alone.random() == beside.random()


def test_lives_of_one_home_are_alike_and_those_of_two_homes_are_not() -> None:
    rng = np.random.default_rng(2)
    usual = rng.uniform(0.65, 1.1, UNITS)
    life = TrueLife(usual, rng)
    first = life.share
    life.renew(np.ones(UNITS, dtype=np.bool_))
    assert not np.array_equal(first, life.share)
    assert np.corrcoef(first, life.share)[0, 1] > 0.7
