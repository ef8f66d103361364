"""Reviews: what opens one, what does not, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from runtime.errors import ConflictError, NotFoundError
from storage import pool
from storage.pool import Connection
from tests.integration.tickets.conftest import START, House
from tickets.kpi import review
from tickets.kpi.review import Review
from tickets.sla import policy

DAY = timedelta(days=1)
NOW = START + 20 * DAY


@pytest.fixture
def connection(module_database_url: str) -> Iterator[Connection]:
    """One database for all: of what a test does only the house stays."""
    with pool.connect(module_database_url) as shared:
        yield shared
        shared.rollback()


def rate(house: House, scores: list[tuple[int | None, int | None]], at: datetime) -> None:
    """A ticket for each rating: NPS and CSAT."""
    connection = house.connection
    for nps, csat in scores:
        ticket_id = connection.execute(
            "INSERT INTO hearthwatch.tickets (device_id, household_id, problem, severity, safety,"
            " opened_at, changed_at, state)"
            " VALUES (%s, %s, 'noise', 'low', false, %s, %s, 'closed') RETURNING id",
            (house.fridge, house.household, at, at),
        ).fetchall()[0][0]
        connection.execute(
            "INSERT INTO hearthwatch.ratings (ticket_id, household_id, nps, csat, at)"
            " VALUES (%s, %s, %s, %s, %s)",
            (ticket_id, house.household, nps, csat, at),
        )


def due(house: House, at: datetime = NOW) -> list[Review]:
    return review.open_due(house.connection, house.catalogue, at)


def test_ten_poor_ratings_open_a_review_and_tell_of_it(house: House) -> None:
    rate(house, [(9, None)] * 4 + [(2, None)] * 6, NOW - DAY)
    [made] = due(house)
    assert (made.figure, made.value, made.threshold, made.ratings) == ("nps", -20, 0, 10)
    assert house.ask("SELECT kind, subject FROM hearthwatch.events WHERE kind LIKE 'review.%'") == [
        ("review.opened", f"review:{made.id}")
    ]
    assert review.page(house.connection, None) == [made]
    assert review.page(house.connection, "elsewhere") == []


@pytest.mark.parametrize(
    ("scores", "at"),
    [
        ([(0, 1)] * 9, NOW - DAY),
        ([(9, 5)] * 5 + [(0, 4)] * 5, NOW - DAY),
        ([(0, 1)] * 10, NOW - 29 * DAY),
        ([(0, 1)] * 10, NOW),
    ],
    ids=["too few", "just good enough", "too long ago", "not yet"],
)
def test_nothing_is_opened_without_need(
    house: House, scores: list[tuple[int | None, int | None]], at: datetime
) -> None:
    rate(house, scores, at)
    assert due(house) == []


def test_a_review_that_is_open_is_not_opened_again(house: House) -> None:
    rate(house, [(0, 1)] * 10, NOW - DAY)
    assert {each.figure for each in due(house)} == {"nps", "csat"}
    assert due(house) == []
    assert len(review.page(house.connection, None)) == 2


def test_what_was_reviewed_opens_no_other_and_new_ratings_do(house: House) -> None:
    rate(house, [(None, 1)] * 10, NOW - DAY)
    [made] = due(house)
    done = review.close(house.connection, made.id, "dora", "A new depot helps.", NOW)
    assert (done.closed_by, done.note, done.closed_at) == ("dora", "A new depot helps.", NOW)
    assert due(house, NOW + DAY) == []
    rate(house, [(None, 2)] * 10, NOW + DAY)
    [again] = due(house, NOW + 2 * DAY)
    assert (again.figure, again.since, again.ratings) == ("csat", NOW, 10)


def test_a_review_is_closed_once(house: House) -> None:
    rate(house, [(0, None)] * 10, NOW - DAY)
    [made] = due(house)
    review.close(house.connection, made.id, "dora", "Looked into.", NOW)
    with pytest.raises(ConflictError, match="closed by dora"):
        review.close(house.connection, made.id, "ada", "So did I.", NOW + DAY)
    with pytest.raises(NotFoundError):
        review.close(house.connection, made.id + 1, "ada", "Which?", NOW)


def test_thresholds_are_the_policys(house: House) -> None:
    rate(house, [(10, 5)] * 4, NOW - DAY)
    strict = policy.shipped().reviews.model_copy(update={"fewest": 4, "nps_below": 100.0})
    changed = policy.shipped().model_copy(update={"reviews": strict})
    policy.change(house.connection, changed, "ada", NOW, seen=0)
    assert due(house) == []
    rate(house, [(8, 5)], NOW - DAY)
    assert [each.figure for each in due(house)] == ["nps"]
