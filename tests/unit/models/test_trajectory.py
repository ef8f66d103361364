"""What is known of a life's way so far is right, and no later row can change it."""

from __future__ import annotations

import numpy as np

from models.features import trajectory, windows
from models.features.trajectory import Spans
from models.recording import HOUR_NS, Description, Moments, Recording

START_NS = 1_780_000_000_000_000_000
SPANS = Spans.of(200 * HOUR_NS, HOUR_NS)


def recording(rows: int = 200, seed: int = 1) -> Recording:
    """Two units at levels of their own; both rise by a tenth an hour."""
    rng = np.random.default_rng(seed)
    hours = np.arange(rows)
    rise = np.concatenate([50 + 0.1 * hours, 80 + 0.1 * hours]) + rng.normal(0, 0.1, 2 * rows)
    return Recording(
        Description(("power_w", "noise")),
        ("a", "b"),
        np.repeat([0, 1], rows),
        START_NS + np.tile(hours, 2) * HOUR_NS,
        np.column_stack([rise, rng.normal(0, 1, 2 * rows)]),
        HOUR_NS,
        traits=np.array([[1.0], [2.0]]),
        trait_names=("age",),
    )


def at_hour(hour: float) -> Moments:
    return Moments(np.array([0, 1]), np.full(2, START_NS + round(hour * HOUR_NS)))


def test_a_departure_from_the_own_beginning_does_not_depend_on_the_units_level() -> None:
    table = trajectory.trajectory(recording(), at_hour(150), SPANS)
    np.testing.assert_allclose(table.column("power_w:departure"), 13.1, atol=0.3)
    np.testing.assert_allclose(table.column("power_w:since_start"), [57.5, 87.5], atol=0.3)
    np.testing.assert_allclose(
        table.column(f"power_w:slope:{windows.label(SPANS.whole)}"), 0.1, atol=0.01
    )
    np.testing.assert_allclose(table.column("age_h"), 150)
    np.testing.assert_allclose(table.column("trait:age"), [1, 2])


def test_a_later_row_never_changes_a_feature() -> None:
    whole = recording()
    at = at_hour(60.5)
    known = trajectory.trajectory(whole.before(int(at.time_ns[0]) + 1), at, SPANS)
    np.testing.assert_array_equal(known.values, trajectory.trajectory(whole, at, SPANS).values)


def test_within_its_beginning_a_unit_has_hardly_departed() -> None:
    table = trajectory.trajectory(recording(), at_hour(5), SPANS)
    np.testing.assert_allclose(table.column("power_w:departure"), 0, atol=1e-9)


def test_before_its_first_row_nothing_is_known_of_a_unit_and_its_age_least_of_all() -> None:
    table = trajectory.trajectory(recording(), at_hour(-1), SPANS)
    assert np.isnan(table.column("age_h")).all()
    assert np.isnan(table.column("power_w:departure")).all()
    assert np.isnan(trajectory.age_ns(recording(), at_hour(-1))).all()


def test_spans_hold_a_few_steps_however_short_lives_are() -> None:
    short = Spans.of(10 * HOUR_NS, HOUR_NS)
    assert (short.short, short.usual, short.long) == (3 * HOUR_NS, 4 * HOUR_NS, 5 * HOUR_NS)
    assert len({short.short, short.usual, short.long, short.whole}) == 4
