"""A mode's share comes true as often as it says, the more so the more cases it has."""

from __future__ import annotations

import numpy as np

from models.forecasters.mode_odds import ModeOdds


def timid(rows: int, seed: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Shares of two modes whose log-odds are three times too small, and which it was."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(0, 2, rows)
    came = rng.random(rows) < 1 / (1 + np.exp(-odds))
    share = 1 / (1 + np.exp(-odds / 3))
    return np.column_stack([share, 1 - share]), np.column_stack([came, ~came]).astype(float)


def error(share: np.ndarray, came: np.ndarray) -> float:
    return float(np.mean((share - came) ** 2))


def test_shares_that_say_too_little_are_made_bolder() -> None:
    share, came = timid(4_000)
    odds = ModeOdds.fit(share[:2_000], came[:2_000], np.arange(2_000))
    assert error(odds(share[2_000:]), came[2_000:]) < error(share[2_000:], came[2_000:]) - 0.02


def test_the_order_within_a_mode_is_kept() -> None:
    share, came = timid(500)
    told = ModeOdds.fit(share, came, np.arange(500))(share)
    for before, after in zip(share.T, told.T, strict=True):
        assert (np.diff(after[np.argsort(before)]) >= 0).all()


def test_rows_of_one_fault_are_one_case() -> None:
    share, came = timid(400)
    plain = ModeOdds.fit(share, came, np.repeat([0, 1], 200))
    assert plain.slope.tolist() == [1, 1]
    assert plain.base.tolist() == [0, 0]


def test_a_mode_with_few_cases_moves_less_than_one_with_many() -> None:
    share, came = timid(1_000)
    few = ModeOdds.fit(share, came, np.arange(1_000) // 80)
    many = ModeOdds.fit(share, came, np.arange(1_000))
    assert (few.slope > 1).all()
    assert (few.slope < many.slope).all()


def test_what_is_not_known_teaches_nothing() -> None:
    share, came = timid(600)
    hidden = came.copy()
    hidden[300:] = np.nan
    first = ModeOdds.fit(share[:300], came[:300], np.arange(300))
    np.testing.assert_allclose(ModeOdds.fit(share, hidden, np.arange(600)).slope, first.slope)
