"""A fault that rises in a batch opens one parent, which grows, and closes when it is over."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from devices import appliance
from devices.appliance import Registration
from devices.catalogue.folder import Catalogue
from storage import pool
from storage.pool import Connection, Pool
from tickets import ticket
from tickets.fleet import fleet_errand, fleet_review, outbreak
from tickets.fleet.fleet_review import Review
from tickets.lifecycle import State
from tickets.ticket import Move

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BAD = range(40)
SOUND = range(40, 240)


@pytest.fixture
def fleet(connection: Connection) -> list[int]:
    """Fridges: the first forty of batch B7, half of each in the north."""
    told = [
        Registration(
            f"RF-{n:03d}",
            "refrigerator",
            model="Frost",
            region="north" if n % 2 else "south",
            batch="B7" if n in BAD else f"B{n % 4}",
        )
        for n in (*BAD, *SOUND)
    ]
    ids = {each.serial: each.id for each in appliance.register(connection, told, NOW - 300 * DAY)}
    return [ids[serial] for serial in sorted(ids)]


def _report(connection: Connection, devices: Iterable[int], at: datetime) -> list[int]:
    """One ticket for leaking water each, an hour after the other."""
    rows = [
        connection.execute(
            "INSERT INTO hearthwatch.tickets"
            " (device_id, problem, severity, safety, opened_at, changed_at)"
            " VALUES (%s, 'poor_cooling', 'medium', false, %s, %s) RETURNING id",
            (device, at + n * timedelta(hours=1), at),
        ).fetchone()
        for n, device in enumerate(devices)
    ]
    return [int(row[0]) for row in rows if row]


@pytest.fixture
def rising(connection: Connection, fleet: list[int]) -> list[int]:
    """A few cases everywhere in the past, and lately twelve of batch B7."""
    for weeks in (6, 10, 14, 18):
        _report(connection, fleet[2 + weeks :: 40], NOW - weeks * 7 * DAY)
    connection.execute("UPDATE hearthwatch.tickets SET state = 'closed'")
    _report(connection, fleet[60:220:60], NOW - 12 * DAY)
    opened = _report(connection, fleet[:12], NOW - 10 * DAY)
    connection.commit()
    return opened


def test_twelve_of_forty_open_one_parent_that_holds_their_tickets(
    connection: Connection, catalogue: Catalogue, rising: list[int]
) -> None:
    assert fleet_review.review(connection, catalogue, NOW) == Review(opened=1, joined=12)
    (found,) = outbreak.page(connection)
    assert (found.type, found.problem, found.batch) == ("refrigerator", "poor_cooling", "B7")
    assert (found.model, found.firmware, found.region) == (None, None, None)
    assert (found.devices, found.cases, found.tickets) == (40, 12, 12)
    assert found.first_seen_at == NOW - 10 * DAY
    assert found.chance < 0.01
    assert found.past_ratio is not None
    assert found.past_low is not None
    assert found.past_ratio > 5 > found.usual
    assert found.past_low > 1
    assert found.rest_low > 5
    assert found.coming_low <= found.coming <= found.coming_high
    held = outbreak.tickets(connection, found.id)
    assert sorted(each.id for each in held) == rising


def test_the_same_look_again_changes_nothing(
    connection: Connection, catalogue: Catalogue, rising: list[int]
) -> None:
    fleet_review.review(connection, catalogue, NOW)
    before = outbreak.page(connection)
    assert fleet_review.review(connection, catalogue, NOW) == Review()
    assert outbreak.page(connection) == before
    assert len(before) == 1
    assert before[0].tickets == len(rising)


def test_a_look_at_what_is_past_already_is_left_out(
    connection: Connection, catalogue: Catalogue, rising: list[int]
) -> None:
    fleet_review.review(connection, catalogue, NOW)
    assert fleet_review.review(connection, catalogue, NOW - 5 * DAY) == Review()
    (found,) = outbreak.page(connection)
    assert (found.judged_at, found.tickets) == (NOW, len(rising))


def test_a_parent_grows_with_the_next_ticket(
    connection: Connection, catalogue: Catalogue, fleet: list[int], rising: list[int]
) -> None:
    fleet_review.review(connection, catalogue, NOW)
    (new,) = _report(connection, [fleet[20]], NOW + DAY)
    _report(connection, [fleet[100]], NOW + DAY)
    assert fleet_review.review(connection, catalogue, NOW + 2 * DAY) == Review(joined=1)
    (found,) = outbreak.page(connection)
    assert found.cases == 13
    assert outbreak.tickets(connection, found.id)[0].id == new
    assert found.tickets == len(rising) + 1


def test_it_closes_when_there_was_no_excess_for_four_weeks(
    connection: Connection, catalogue: Catalogue, rising: list[int]
) -> None:
    for days in (0, 10, 45, 60):
        assert fleet_review.review(connection, catalogue, NOW + days * DAY).closed == 0
    (found,) = outbreak.page(connection, open_only=True)
    assert found.quiet_since == NOW + 45 * DAY
    assert fleet_review.review(connection, catalogue, NOW + 73 * DAY) == Review(closed=1)
    assert outbreak.page(connection, open_only=True) == []
    assert outbreak.get(connection, found.id).closed_at == NOW + 73 * DAY
    assert outbreak.get(connection, found.id).tickets == len(rising)


def test_an_outbreak_is_not_held_against_itself_while_it_lasts(
    connection: Connection, catalogue: Catalogue, fleet: list[int], rising: list[int]
) -> None:
    assert rising
    for month in range(5):
        at = NOW + month * 28 * DAY
        fleet_review.review(connection, catalogue, at)
        for number in _report(connection, fleet[12:24], at + DAY):
            _resolve(connection, number)
    (found,) = outbreak.page(connection)
    assert found.quiet_since is None
    assert found.closed_at is None


def _resolve(connection: Connection, number: int) -> None:
    for state, names in ((State.TRIAGED, "tom"), (State.RESOLVED, None)):
        version = ticket.get(connection, number).version
        ticket.move(connection, number, Move(state, version, "tom", assignee=names), NOW)


def test_two_looks_at_once_open_one_parent(
    database_url: str, connection: Connection, catalogue: Catalogue, rising: list[int]
) -> None:
    made: list[Review] = []

    def look() -> None:
        with pool.connect(database_url) as own:
            made.append(fleet_review.review(own, catalogue, NOW))
            own.commit()

    threads = [threading.Thread(target=look) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(each.opened for each in made) == [0, 1]
    (found,) = outbreak.page(connection)
    assert found.tickets == len(rising)


def test_a_partner_sees_the_tickets_of_its_region(
    connection: Connection, catalogue: Catalogue, rising: list[int]
) -> None:
    fleet_review.review(connection, catalogue, NOW)
    (found,) = outbreak.page(connection, region="north")
    assert found.tickets == len(rising) / 2
    assert {each.region for each in outbreak.tickets(connection, found.id, region="north")} == {
        "north"
    }
    assert outbreak.page(connection, region="east") == []


def test_its_weeks_tell_how_it_went_here_and_elsewhere(
    connection: Connection, catalogue: Catalogue, rising: list[int]
) -> None:
    fleet_review.review(connection, catalogue, NOW)
    (found,) = outbreak.page(connection)
    weeks = outbreak.weeks(connection, found.id)
    assert len(weeks) == outbreak.WEEKS_SHOWN
    assert weeks[-1].starts_at == NOW - 7 * DAY
    assert sum(each.here for each in weeks[-2:]) == len(rising)
    assert sum(each.elsewhere for each in weeks[-2:]) == 3


def test_old_faults_of_appliances_that_were_just_connected_are_no_rise(
    connection: Connection, catalogue: Catalogue, fleet: list[int]
) -> None:
    told = [Registration(f"NEW-{n}", "refrigerator", region="east") for n in range(40)]
    new = [each.id for each in appliance.register(connection, told, NOW - 8 * DAY)]
    _report(connection, fleet[::80], NOW - 60 * DAY)
    _report(connection, new[:15], NOW - 7 * DAY)
    assert fleet_review.review(connection, catalogue, NOW).opened == 0


def test_an_empty_fleet_has_no_outbreak(connection: Connection, catalogue: Catalogue) -> None:
    assert fleet_review.review(connection, catalogue, NOW) == Review()


def test_the_errand_does_nothing_before_the_first_message(
    database_pool: Pool, catalogue: Catalogue
) -> None:
    fleet_errand.look(database_pool, catalogue)
    with database_pool.connection() as connection:
        assert outbreak.page(connection) == []


def test_the_errand_looks_up_to_where_ingest_has_come(
    database_pool: Pool, connection: Connection, catalogue: Catalogue, rising: list[int]
) -> None:
    connection.execute(
        "INSERT INTO hearthwatch.ingest_progress (worker, event_at) VALUES ('one', %s)", (NOW,)
    )
    connection.commit()
    fleet_errand.look(database_pool, catalogue, timestamp=1)
    (found,) = outbreak.page(connection)
    assert (found.judged_at, found.tickets) == (NOW, len(rising))
    row = connection.execute("SELECT count(*) FROM hearthwatch.demand").fetchone()
    assert row
    assert row[0] > 0
