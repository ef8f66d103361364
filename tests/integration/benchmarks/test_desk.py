"""The benchmark of a service desk: every door answers, every errand has something to do."""

from __future__ import annotations

import pytest

from benchmarks import desk
from benchmarks.desk import Outcome
from benchmarks.desk_seed import Size
from devices.catalogue.folder import Catalogue
from storage.pool import Pool

HOMES = 60


@pytest.fixture
def outcome(database_pool: Pool, catalogue: Catalogue) -> Outcome:
    return desk.measure(database_pool, catalogue, Size(HOMES), 1, tell=lambda _: None)


def test_a_small_desk_is_filled_asked_and_kept_at_work(outcome: Outcome) -> None:
    assert outcome.rows["households"] == HOMES
    assert outcome.rows["tickets"] == 3 * HOMES
    assert outcome.rows["events"] >= 20 * HOMES
    counted = {name: done.of for name, done in outcome.errands.items() if done.of is not None}
    for name in (
        "letters through the null channel",
        "audit trail verified",
        "minute: routing of a region",
        "export of a customer",
    ):
        assert counted[name] > 0, name
    found = outcome.doors["find by a first name"]
    assert found.bytes > outcome.doors["find by nothing there"].bytes
    assert outcome.doors["find by phone"].bytes == 0, "the one who has the number is led there"
