"""Each warning and each breach is told once, whoever looks, whenever, and however often."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from customers import household
from runtime.clock import SetClock
from storage import pool
from storage.pool import Pool
from tests.integration.tickets.conftest import START, House
from tests.integration.tickets.promised import HOUR, MORNING, TOLD, clocks, move
from tests.integration.tickets.promised import opened as opened_by
from tickets import ticket
from tickets.lifecycle import State
from tickets.opening import Opened
from tickets.sla import watching
from tickets.sla.clock import State as Standing


def opened(house: House) -> Opened:
    """A ticket that others see."""
    made = opened_by(house)
    house.connection.commit()
    return made


def test_a_household_of_a_better_tier_gets_the_better_promise_at_the_next_look(
    house: House, database_pool: Pool
) -> None:
    made = opened(house).id
    home = household.Entry("H-1", "Li", time_zone="Asia/Shanghai", tier="standard")
    household.upsert(house.connection, [home], START)
    house.connection.commit()
    watching.look(database_pool, SetClock(MORNING))
    first, second = clocks(house.connection, made)
    assert (first.tier, first.target, second.target) == ("standard", 4 * HOUR, 30 * HOUR)


def test_it_warns_before_and_tells_of_the_breach_each_once(
    house: House, database_pool: Pool
) -> None:
    made = opened(house).id
    for hours in (0, 1.4, 1.5, 1.6, 2, 2.1, 99, 99):
        watching.look(database_pool, SetClock(MORNING + hours * HOUR))
    told = house.ask(TOLD)
    assert told == [
        ("sla.warned", "first_response"),
        ("sla.breached", "first_response"),
        ("sla.breached", "resolution"),
    ]
    first, second = clocks(house.connection, made)
    assert (first.warned_at, first.breached_at) == (MORNING + 1.5 * HOUR, MORNING + 2 * HOUR)
    assert (second.state, second.breached_at) == (Standing.BREACHED, MORNING + 34 * HOUR)
    assert first.next_at is second.next_at is None


def test_events_of_a_promise_carry_the_trace_and_the_region_of_the_ticket(
    house: House, database_pool: Pool
) -> None:
    made = opened(house)
    watching.look(database_pool, SetClock(MORNING + 2 * HOUR))
    rows = house.ask(
        "SELECT subject, trace, facts ->> 'severity', facts ->> 'tier', at"
        " FROM hearthwatch.events WHERE kind = 'sla.breached'"
    )
    assert rows == [(f"ticket:{made.id}", made.trace, "high", "gold", MORNING + 2 * HOUR)]


def test_a_broken_promise_puts_the_ticket_higher_in_the_queue(
    house: House, database_pool: Pool
) -> None:
    made = opened(house).id
    seen = []
    for hours in (1.9, 2):
        watching.look(database_pool, SetClock(MORNING + hours * HOUR))
        found = ticket.get(house.connection, made)
        house.connection.rollback()
        seen.append((found.priority, {each["kind"] for each in found.priority_reasons}))
    (before, reasons), (after, more) = seen
    assert after > before
    assert more - reasons == {"breached"}


def test_nothing_is_lost_while_nobody_looks(house: House, database_pool: Pool) -> None:
    opened(house)
    watching.look(database_pool, SetClock(MORNING + 999 * HOUR))
    assert sorted(house.ask(TOLD)) == [
        ("sla.breached", "first_response"),
        ("sla.breached", "resolution"),
    ]


def test_a_look_that_is_cut_off_tells_nothing_and_the_next_one_everything(
    house: House, database_url: str
) -> None:
    opened(house)
    with pool.connect(database_url) as dying:
        watching.tell(dying, MORNING + 2 * HOUR)
        dying.rollback()
    assert house.ask(TOLD) == []
    house.connection.rollback()
    with pool.connect(database_url) as again:
        watching.tell(again, MORNING + 2 * HOUR)
    assert house.ask(TOLD) == [("sla.breached", "first_response")]


def test_of_two_workers_at_once_one_tells(house: House, database_url: str) -> None:
    opened(house)
    together = threading.Barrier(4)

    def work() -> None:
        with pool.connect(database_url) as connection:
            together.wait(60)
            watching.tell(connection, MORNING + 999 * HOUR)

    with ThreadPoolExecutor(4) as workers:
        for each in [workers.submit(work) for _ in range(4)]:
            each.result(60)
    assert len(house.ask(TOLD)) == 2


def test_a_ticket_that_somebody_holds_is_passed_over_and_looked_at_later(
    house: House, database_url: str
) -> None:
    made = opened(house).id
    move(house, made, State.TRIAGED, MORNING + HOUR)
    with pool.connect(database_url) as other:
        assert watching.tell(other, MORNING + 999 * HOUR) is None
    house.connection.commit()
    with pool.connect(database_url) as other:
        assert watching.tell(other, MORNING + 999 * HOUR) == made
    assert house.ask(TOLD) == [("sla.breached", "resolution")]


def test_tickets_from_before_there_were_clocks_get_them_as_if_they_had_run(
    house: House, database_pool: Pool
) -> None:
    made = opened(house).id
    move(house, made, State.TRIAGED, MORNING + HOUR)
    move(house, made, State.WAITING_FOR_CUSTOMER, MORNING + 2 * HOUR)
    expected = clocks(house.connection, made)
    house.connection.execute("DELETE FROM hearthwatch.sla_clocks")
    house.connection.commit()
    watching.look(database_pool, SetClock(MORNING + 3 * HOUR))
    assert clocks(house.connection, made) == expected


@pytest.mark.parametrize("state", ["cancelled", "resolved"])
def test_a_ticket_that_ended_by_another_way_ends_its_clocks(
    house: House, database_pool: Pool, state: str
) -> None:
    made = opened(house).id
    house.connection.execute(
        "UPDATE hearthwatch.tickets SET state = %s, changed_at = %s", (state, MORNING + HOUR)
    )
    house.connection.commit()
    watching.look(database_pool, SetClock(MORNING + 99 * HOUR))
    assert {each.ended_at for each in clocks(house.connection, made)} == {MORNING + HOUR}
    assert house.ask(TOLD) == []
