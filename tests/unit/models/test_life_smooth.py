"""Smooth functions find what is left between what they saw, and never fall over what is missing."""

from __future__ import annotations

import numpy as np

from models.forecasters.life_fusion import fused
from models.forecasters.life_smooth import Smooth
from models.forecasters.network import Network


def worn(count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """What is left, and two numbers that tell of it, one in thousandths; the last tells nothing."""
    rng = np.random.default_rng(seed)
    left = rng.uniform(0, 100, count)
    shown = [1000 * np.exp(-left / 40), np.sqrt(left) + rng.normal(0, 0.1, count)]
    return np.column_stack([*shown, np.full(count, 7.0)]), left


def learned(shown: np.ndarray, left: np.ndarray) -> Smooth:
    return Smooth.fitted(shown, left, np.ones(len(left)), range(2))


def test_networks_and_the_kernel_find_what_is_left() -> None:
    smooth = learned(*worn(600))
    shown, left = worn(200, seed=2)
    for told in smooth.columns(shown):
        assert np.sqrt(np.mean((told - left) ** 2)) < 8


def test_what_is_not_known_is_taken_as_the_middle_and_what_is_far_out_as_less_far() -> None:
    shown, left = worn(600)
    shown[::7, 0] = np.nan
    smooth = learned(shown, left)
    for told in smooth.columns(np.array([[np.nan, np.nan, np.nan], [1e12, -1e12, 0.0]])):
        assert ((told >= 0) & (told <= left.max())).all()


def test_four_moments_that_are_all_alike_give_what_was_left_at_them() -> None:
    smooth = learned(np.full((4, 2), np.nan), np.full(4, 20.0))
    for told in smooth.columns(np.full((1, 2), np.nan)):
        np.testing.assert_allclose(told, 20, atol=4)


def test_a_network_learns_the_same_from_the_same_seed() -> None:
    shown, left = worn(100)
    first, again, other = (
        Network.fitted(shown[:, 1:2], left / 50, np.ones(100), seed).predict(shown[:, 1:2])
        for seed in (3, 3, 4)
    )
    assert (first == again).all()
    assert (first != other).any()


def test_what_counts_for_little_teaches_little() -> None:
    shown = np.zeros((200, 1))
    left = np.repeat([1.0, 3.0], 100)
    network = Network.fitted(shown, left, np.repeat([1.0, 0.01], 100), seed=0)
    assert abs(network.predict(shown[:1])[0] - 1) < 0.3


def test_smooth_functions_are_shown_mixtures_age_and_traits_where_there_are_mixtures() -> None:
    names = ("flow:mean:3h", "mixture 0:mean:3h", "age_h", "trait:size", "flow:departure")
    assert fused(names).tolist() == [1, 2, 3]
    assert fused(names[::4]).tolist() == [0, 1]
