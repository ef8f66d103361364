"""Patience with a worker that ends by itself: longer pauses, and an end to it."""

from __future__ import annotations

import pytest

from ingest import restarting
from ingest.restarting import Patience, Record

PATIENCE = Patience(most=4, within_s=60, pauses_s=(0.0, 1.0, 2.0))


def test_each_end_within_a_minute_makes_the_pause_longer_until_it_is_hopeless() -> None:
    record = Record(PATIENCE)
    assert [record.note(at) for at in (0.0, 2.0, 5.0, 9.0)] == [0.0, 1.0, 2.0, None]


def test_an_end_a_minute_ago_is_forgotten() -> None:
    record = Record(PATIENCE)
    assert [record.note(60.0 * number) for number in range(10)] == [0.0] * 10


def test_more_ends_than_pauses_keep_the_last_pause() -> None:
    record = Record(Patience(most=9, within_s=60, pauses_s=(0.0, 1.0)))
    assert [record.note(0.0) for _ in range(4)] == [0.0, 1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("status", "told"), [(-9, "memory ran out"), (-15, "SIGTERM"), (1, "status 1")]
)
def test_why_a_process_ended_is_said_in_words(status: int, told: str) -> None:
    assert told in restarting.cause(status)
