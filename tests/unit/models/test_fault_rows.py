"""Rows are thinned out without losing a fault, and held out without a leak."""

from __future__ import annotations

import numpy as np

from models.forecasters import fault_rows
from models.recording import HOUR_NS, Moments

HORIZON_NS = 6 * HOUR_NS


def moments(units: int, hours: int) -> Moments:
    unit = np.repeat(np.arange(units), hours)
    return Moments(unit, np.tile(np.arange(hours), units) * HOUR_NS)


def test_few_rows_are_all_taken_at_their_own_weight() -> None:
    chosen = fault_rows.choose(np.arange(50) < 4, np.random.default_rng(0))
    assert chosen.rows.tolist() == list(range(50))
    assert (chosen.weight == 1).all()


def test_of_many_rows_those_before_a_fault_stay_and_weights_keep_the_counts() -> None:
    faulty = np.arange(5_000) % 100 == 0
    chosen = fault_rows.choose(faulty, np.random.default_rng(0), most=600)
    assert len(chosen.rows) == 600
    assert faulty[chosen.rows].sum() == 50
    assert np.isclose(chosen.weight[faulty[chosen.rows]].sum(), 50)
    assert np.isclose(chosen.weight.sum(), 5_000)


def test_even_rows_before_faults_leave_room_for_others() -> None:
    faulty = np.arange(1_000) < 900
    chosen = fault_rows.choose(faulty, np.random.default_rng(0), most=100)
    assert faulty[chosen.rows].sum() == 50
    assert len(chosen.rows) == 100


def test_rows_before_one_fault_are_one_episode() -> None:
    at = moments(2, 40)
    faulty = np.isin(np.arange(80), [3, 4, 5, 7, 30, 31, 43])
    episode = fault_rows.episodes(at, faulty, HORIZON_NS)
    assert episode[faulty].tolist() == [0, 0, 0, 0, 1, 1, 2]
    assert (episode[~faulty] == -1).all()


def test_with_enough_units_a_unit_is_never_on_both_sides() -> None:
    at = moments(9, 40)
    episode = fault_rows.episodes(at, at.time_ns % (20 * HOUR_NS) == 0, HORIZON_NS)
    held = np.zeros(len(at), dtype=np.int64)
    for learn, hold in fault_rows.folds(at, episode, HORIZON_NS, seed=0):
        assert not set(at.unit[learn]) & set(at.unit[hold])
        assert (episode[hold] >= 0).any()
        held += hold
    assert (held == 1).all()


def test_with_one_unit_stretches_are_held_out_with_a_gap_of_a_horizon() -> None:
    at = moments(1, 400)
    faulty = at.time_ns % (50 * HOUR_NS) >= 44 * HOUR_NS
    episode = fault_rows.episodes(at, faulty, HORIZON_NS)
    held = np.zeros(len(at), dtype=np.int64)
    for learn, hold in fault_rows.folds(at, episode, HORIZON_NS, seed=0):
        apart = np.abs(at.time_ns[learn][:, None] - at.time_ns[hold][None, :]).min()
        assert apart >= HORIZON_NS
        assert (episode[hold] >= 0).any()
        assert not set(episode[learn & faulty]) & set(episode[hold & faulty])
        held += hold
    assert (held == 1).all()
