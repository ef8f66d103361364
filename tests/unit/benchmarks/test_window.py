"""Memory over a window is told so that growth shows."""

from __future__ import annotations

from benchmarks import window
from benchmarks.window import Memory


def test_memory_that_grows_has_a_slope() -> None:
    growing = [(float(second), 100.0 + second / 60) for second in range(601)]

    assert window.memory(growing) == Memory(first=100, median=105, last=110, mb_per_hour=60)


def test_memory_that_only_warms_up_is_flat() -> None:
    warm = [(float(second), min(100.0 + second, 150.0)) for second in range(601)]

    assert window.memory(warm) == Memory(first=100, median=150, last=150, mb_per_hour=0)


def test_one_look_is_no_slope() -> None:
    assert window.memory([(0.0, 80.0)]) == Memory(first=80, median=80, last=80, mb_per_hour=0)
