"""Parts of a forecast of life: labels in order, usual lives, weights by lives left out."""

from __future__ import annotations

import numpy as np

from models.forecasters import life_blend, life_labels
from models.forecasters.forecaster import Target
from models.forecasters.life_blend import Examples
from models.forecasters.life_labels import Labels
from models.forecasters.usual_life import UsualLife
from models.recording import HOUR_NS, Moments

START_NS = 1_780_000_000_000_000_000


def labels(cap: float | None = None) -> Labels:
    """Two units, ten days apart in age, told in days, newest first."""
    hours = np.tile(np.arange(0, 240, 24), 2)
    left = np.concatenate([9 - np.arange(10.0), 29 - np.arange(10.0)])
    at = Moments(np.repeat([0, 1], 10), START_NS + hours * HOUR_NS)
    back = np.arange(20)[::-1]
    left[3] = np.nan
    return Labels.of(at.only(back), Target(("remaining",), left[back, None], back >= 10), cap)


def test_labels_are_brought_into_order_and_the_unknown_left_out() -> None:
    told = labels()
    assert len(told.at) == 19
    assert (np.diff(told.at.unit) >= 0).all()
    assert told.left[:4].tolist() == [9, 8, 7, 5]


def test_the_unit_of_the_labels_is_found_from_how_fast_they_fall() -> None:
    assert labels().ns_per_unit == 24 * HOUR_NS
    assert np.isnan(labels(cap=0.0).ns_per_unit)


def test_a_life_that_lasts_to_the_cap_at_least_is_as_good_as_known() -> None:
    assert labels().ended == 1
    assert labels(cap=25.0).left.max() == 25
    assert labels(cap=25.0).ended == 2


def test_no_life_is_learned_from_more_than_its_share() -> None:
    life = np.repeat([0, 1, 2], [5000, 60, 10])
    chosen = life_labels.spread(life, seed=0)
    assert np.bincount(life[chosen]).tolist() == [life_labels.MOST_OF_A_LIFE, 60, 10]
    many = np.repeat(np.arange(1000), 50)
    assert np.bincount(many[life_labels.spread(many, seed=0)]).tolist() == [8] * 1000


def test_a_usual_life_is_that_of_the_same_kind_where_there_are_three_of_it() -> None:
    kind = np.repeat([[0.0], [5.0]], [4, 3], axis=0)
    lasted = np.array([10.0, 11.0, 12.0, 90.0, 30.0, 31.0, 50.0])
    usual = UsualLife.of(kind, lasted, np.arange(7))
    np.testing.assert_allclose(usual.predict(np.array([[0.0], [5.0], [0.4]])), [11.5, 31, 11.5])


def test_without_traits_a_usual_life_is_the_middle_of_all() -> None:
    usual = UsualLife.of(np.empty((3, 0)), np.array([10.0, 20.0, 60.0]), np.arange(3))
    assert usual.predict(np.empty((2, 0))).tolist() == [20, 20]


def test_an_unknown_trait_is_taken_as_the_mean() -> None:
    usual = UsualLife.of(
        np.array([[0.0], [0.0], [0.0], [1.0], [2.0], [2.0], [2.0]]),
        np.array([10.0, 10.0, 10.0, 20.0, 30.0, 30.0, 30.0]),
        np.arange(7),
    )
    assert usual.predict(np.array([[np.nan]])).tolist() == [20]


def test_the_weight_goes_to_who_is_right_about_lives_left_out() -> None:
    rng = np.random.default_rng(1)
    life = np.repeat(np.arange(20), 40)
    lasts = np.repeat(rng.uniform(40, 200, 20), 40)
    age = np.tile(np.arange(40.0), 20)
    left = lasts - age
    features = np.column_stack([left + rng.normal(0, 2, len(left)), rng.normal(0, 1, len(left))])
    shown = Examples(
        features,
        features,
        np.empty((len(left), 0)),
        age,
        left,
        life,
        np.ones(len(left)),
    )
    blend, unseen = life_blend.fit(shown, np.inf, seed=0)
    assert blend.weights.shape == (2, len(life_blend.MEMBERS))
    assert blend.weights[:, -1].max() < 0.1
    assert blend.weights.sum(axis=1).min() >= 0.5
    assert np.sqrt(np.mean((unseen - left) ** 2)) < 12
    assert np.corrcoef(blend.predict(shown), left)[0, 1] > 0.98


def test_all_moments_of_a_life_are_left_out_together() -> None:
    life = np.repeat(np.arange(7), [3, 9, 1, 4, 4, 8, 2])
    fold = life_blend.folds(life, seed=1)
    assert {len(set(fold[life == one])) for one in range(7)} == {1}
    assert set(fold) == {0, 1, 2, 3, 4}
    assert set(life_blend.folds(np.array([4, 4, 9]), seed=1)) == {0, 1}
