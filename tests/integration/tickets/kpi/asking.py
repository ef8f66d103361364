"""How the tests ask for a figure of the hand-made week, and what they compare."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.tickets.kpi.hand_made_week import BEGIN, END
from tickets.kpi.figure import Figure, Span, Value

WEEK = Span(BEGIN, END, zone="Asia/Shanghai")
UTC_WEEK = Span(datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 8, tzinfo=UTC))
EMPTY = Span(BEGIN - timedelta(days=300), BEGIN - timedelta(days=290))
Ask = Callable[..., Figure]


def near(found: Value, value: float, hits: int, cases: int, high: float | None = None) -> None:
    """Whether a value and what it rests on are those worked out by hand."""
    assert found.value == pytest.approx(value)
    assert found.high == (None if high is None else pytest.approx(high))
    assert (found.hits, found.cases) == (hits, cases)
