"""Mixtures of many noisy metrics show the way of a life; what never moves is left out."""

from __future__ import annotations

import numpy as np

from models.forecasters.life_fusion import MIXTURES, Fusion
from models.recording import HOUR_NS, Description, Recording

ROWS = 100
LOUD = 3


def noisy(metrics: int, seed: int = 1) -> tuple[Recording, np.ndarray]:
    """Four lives in which every metric rises with wear, which runs from 0 to 2, under much noise.

    One metric more never moves, and one of the others is told in thousandths.
    """
    rng = np.random.default_rng(seed)
    wear = np.tile(np.linspace(0, 2, ROWS), 4)
    values = wear[:, None] + rng.normal(0, 1, (len(wear), metrics))
    values[:, LOUD] *= 1000
    recording = Recording(
        Description((*(f"m{number}" for number in range(metrics)), "still")),
        ("a", "b", "c", "d"),
        np.repeat(np.arange(4), ROWS),
        np.tile(np.arange(ROWS), 4) * HOUR_NS,
        np.column_stack([values, np.full(len(wear), 7.0)]),
        HOUR_NS,
    )
    return recording, wear


def gone(recording: Recording) -> np.ndarray:
    """How far rows of the second half of each life are from their life's first quarter."""
    early = recording.time_ns < ROWS / 4 * HOUR_NS
    late = recording.time_ns > ROWS / 2 * HOUR_NS
    departed: np.ndarray = recording.values[late] - recording.values[early].mean(axis=0)
    return departed


def test_what_many_metrics_say_together_follows_wear_better_than_any_one_of_them() -> None:
    recording, wear = noisy(12)
    together = Fusion.of(recording, np.repeat([[0.0], [3.0]], 50, axis=0) * _rise(recording))
    told = together.added_to(recording).column("mixture 0")
    alone = [abs(np.corrcoef(recording.values[:, each], wear)[0, 1]) for each in range(12)]
    assert abs(np.corrcoef(told, wear)[0, 1]) > max(alone) + 0.2


def test_a_metric_that_never_moves_is_left_out() -> None:
    recording, _ = noisy(6)
    shown = Fusion.of(recording, gone(recording)).added_to(recording)
    assert "still" not in shown.metrics
    assert shown.metrics[:6] == recording.metrics[:6]
    assert shown.metrics[6:] == tuple(f"mixture {number}" for number in range(MIXTURES))
    assert shown.values.shape == (len(recording), 6 + MIXTURES)


def test_a_few_metrics_are_not_mixed() -> None:
    recording, _ = noisy(LOUD + 1)
    few = Recording(
        Description(("m0", "still")),
        recording.units,
        recording.unit,
        recording.time_ns,
        recording.values[:, [0, -1]],
        HOUR_NS,
    )
    assert Fusion.of(few, gone(few)).added_to(few).metrics == ("m0",)


def test_a_missing_metric_takes_no_part_and_a_row_that_says_nothing_has_no_mixture() -> None:
    recording, _ = noisy(6)
    fusion = Fusion.of(recording, gone(recording))
    whole = fusion.added_to(recording).values[:, 6:]
    recording.values[5, 0] = np.nan
    recording.values[6] = np.nan
    told = fusion.added_to(recording).values[:, 6:]
    assert np.isfinite(told[5]).all()
    assert np.isnan(told[6]).all()
    np.testing.assert_array_equal(told[7:], whole[7:])


def test_where_nothing_moves_everything_is_kept() -> None:
    recording, _ = noisy(6)
    recording.values[:] = 7.0
    shown = Fusion.of(recording, gone(recording)).added_to(recording)
    assert shown.metrics[:7] == recording.metrics


def _rise(recording: Recording) -> np.ndarray:
    """One way of all metrics, in their own units."""
    return np.where(np.arange(len(recording.metrics)) == LOUD, 1000.0, 1.0)
