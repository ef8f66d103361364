"""Each errand has one name, in one style: that of the function that does it."""

from __future__ import annotations

from functools import partial

import pytest
from psycopg_pool import ConnectionPool

from alerts.notices.notice import DELIVER
from runtime.clock import WallClock
from runtime.stopping import Stop
from storage.pool import Pool
from tickets import errands
from tickets.errands import DUE, Orders
from tickets.fleet import fleet_errand, model_care

SINCE_0_1 = {DELIVER, fleet_errand.LOOK, model_care.RETRAIN, *model_care.DUE}
"""Queued jobs of released versions bear these names, though the functions have moved since."""
NOWHERE: Pool = ConnectionPool("", open=False)
TABLE = errands.of(NOWHERE, WallClock(), Stop(), Orders())


@pytest.mark.parametrize("name", sorted(set(TABLE) - SINCE_0_1))
def test_an_errand_bears_the_name_of_its_function(name: str) -> None:
    errand = TABLE[name]
    assert isinstance(errand, partial)
    assert name == f"{errand.func.__module__}.{errand.func.__name__}"


def test_whatever_is_due_by_the_clock_can_be_done() -> None:
    assert set(DUE) <= set(TABLE)
