"""How many threads boosted trees may use."""

from __future__ import annotations

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it ships no types


def one_thread() -> threadpool_limits:
    """Threads that wait for each other on a busy machine take many times as long as one alone."""
    return threadpool_limits(1)
