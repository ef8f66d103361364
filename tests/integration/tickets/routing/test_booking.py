"""Nobody is given two visits at once, by whatever way a person sets them."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from devices.catalogue.folder import Catalogue
from runtime.errors import ConflictError, InvalidError
from storage import pool
from tests.integration.tickets.routing.conftest import ANN, BEN, DAY, HOUR, MONDAY, Town
from tickets import ticket
from tickets.lifecycle import State
from tickets.outside import inbound
from tickets.outside.inbound import Update
from tickets.routing import absence, booking, technician
from tickets.routing.calendar import Span
from tickets.ticket import Move
from tickets.visits import visit

DEADLINE_S = 60.0
TEN = MONDAY + DAY + 3 * HOUR
"""Tuesday at ten in Bristol."""
WAITS = """SELECT FROM pg_locks WHERE NOT granted AND locktype = 'advisory' AND database =
    (SELECT oid FROM pg_database WHERE datname = current_database())"""


def _triaged(town: Town, region: str = "north") -> int:
    opened = town.open(town.home(region=region)).id
    town.move(opened, State.TRIAGED)
    return opened


def _set(town: Town, technician: str = "Ann", at: datetime = TEN) -> int:
    """A ticket that a dispatcher has scheduled by hand."""
    made = _triaged(town)
    town.move(made, State.SCHEDULED, technician, at)
    return made


@pytest.mark.parametrize("minutes", [-89, 0, 89])
def test_a_second_visit_at_once_is_refused_with_the_first_and_what_is_free(
    town: Town, minutes: int
) -> None:
    town.hire(ANN, BEN)
    first, second = _set(town), _triaged(town)
    begins_at = TEN + timedelta(minutes=minutes)
    with pytest.raises(ConflictError, match=f"Ann is at ticket {first} then, from") as refused:
        town.move(second, State.SCHEDULED, "Ann", begins_at)
    assert refused.value.hint is not None
    assert refused.value.hint.startswith("next free: 2026-06-02 11:00 UTC, 2026-06-02 13:00 UTC")
    assert town.get(second).state == State.TRIAGED
    town.move(second, State.SCHEDULED, "Ben", begins_at)


@pytest.mark.parametrize("minutes", [-90, 90])
def test_a_visit_may_begin_when_another_ends(town: Town, minutes: int) -> None:
    town.hire(ANN)
    _set(town)
    _set(town, at=TEN + timedelta(minutes=minutes))


def test_a_visit_in_hand_is_not_moved_onto_another(town: Town) -> None:
    town.hire(ANN, BEN)
    first, second = _set(town), _set(town, "Ben")
    for state in (State.SCHEDULED, State.DISPATCHED):
        with pytest.raises(ConflictError, match=f"at ticket {first} then"):
            town.move(second, state, "Ann")
    later = _set(town, at=TEN + 2 * HOUR)
    with pytest.raises(ConflictError, match=f"at ticket {first} then"):
        town.move(later, State.SCHEDULED, None, TEN)


def test_what_stays_as_it_is_asks_nobody(town: Town) -> None:
    town.hire(ANN)
    first = _set(town)
    town.connection.execute(
        "UPDATE hearthwatch.visits SET technician = 'Ann', begins_at = %s, ends_at = %s",
        (TEN, TEN + visit.LENGTH),
    )
    town.hire(replace(ANN, active=False))
    town.now = TEN + 3 * HOUR
    for state in (State.SCHEDULED, State.DISPATCHED, State.ON_SITE):
        town.move(first, state, "Ann", TEN)
    assert town.get(first).state == State.ON_SITE


def test_a_visit_that_ended_or_was_called_off_is_in_nobodys_way(town: Town) -> None:
    town.hire(ANN)
    town.move(_set(town), State.CANCELLED)
    back = _set(town)
    for state in (State.DISPATCHED, State.ON_SITE, State.TRIAGED):
        town.move(back, state)
    _set(town)


def test_who_is_away_then_is_not_sent(town: Town) -> None:
    town.hire(ANN)
    span = Span(TEN + HOUR, TEN + DAY)
    absence.record(town.connection, "Ann", span, reason="ill", actor="dora")
    waiting = _triaged(town)
    with pytest.raises(ConflictError, match="Ann is away then, until 2026-06-03 09:00 UTC") as told:
        town.move(waiting, State.SCHEDULED, "Ann", TEN)
    assert told.value.hint is not None
    assert told.value.hint.startswith("next free: 2026-06-03 09:00 UTC")


def test_only_a_technician_of_the_region_is_sent_where_any_is_on_record(town: Town) -> None:
    waiting = _triaged(town)
    town.hire(replace(BEN, region="south"))
    with pytest.raises(InvalidError, match="no technician 'Ben' works in the region") as refused:
        town.move(waiting, State.SCHEDULED, "Ben", TEN)
    assert refused.value.hint == "put technicians on record there"
    town.hire(ANN, replace(ANN, name="Zoe", active=False))
    for name in ("Zoe", "Anne"):
        with pytest.raises(InvalidError, match=f"no technician '{name}'") as refused:
            town.move(waiting, State.SCHEDULED, name, TEN)
        assert refused.value.hint == "of 'north' are: Ann"


def test_where_no_technician_is_on_record_a_name_will_do_but_not_twice_at_once(town: Town) -> None:
    first, second = _set(town, "Wang"), _triaged(town)
    with pytest.raises(ConflictError, match=f"Wang is at ticket {first} then") as refused:
        town.move(second, State.SCHEDULED, "Wang", TEN)
    assert refused.value.hint == "choose another time or technician"


def test_the_ticket_of_another_region_is_not_told(town: Town) -> None:
    _set(town, "Wang")
    other = _triaged(town, "south")
    with pytest.raises(ConflictError, match="Wang is at another visit then"):
        town.move(other, State.SCHEDULED, "Wang", TEN)


def test_a_visit_is_not_set_in_the_past_but_may_begin_now(town: Town) -> None:
    waiting = _triaged(town)
    with pytest.raises(InvalidError, match="cannot begin in the past") as refused:
        town.move(waiting, State.SCHEDULED, "Wang", MONDAY - HOUR)
    assert refused.value.hint == "give a time to come: it is 2026-06-01 06:00 UTC now"
    town.move(waiting, State.SCHEDULED, "Wang", MONDAY - timedelta(minutes=1))


def test_working_hours_are_a_persons_to_override(town: Town) -> None:
    town.hire(ANN)
    sunday = MONDAY + 6 * DAY
    assert town.get(_set(town, at=sunday)).visit_at == sunday


def test_a_visit_that_is_set_out_for_at_another_time_tells_that_time(town: Town) -> None:
    town.hire(ANN)
    early = _set(town)
    town.move(early, State.DISPATCHED, None, TEN - HOUR)
    (going,) = visit.of_ticket(town.connection, early)
    assert (going.begins_at, going.ends_at) == (TEN - HOUR, TEN - HOUR + visit.LENGTH)


def test_a_technician_under_a_new_name_keeps_the_visits(town: Town) -> None:
    town.hire(replace(ANN, external_id="T-1"))
    kept, waiting = _set(town), _triaged(town)
    town.hire(replace(ANN, external_id="T-1", name="Ann Lee"))
    assert town.get(kept).assignee == "Ann Lee"
    assert [each.technician for each in visit.of_ticket(town.connection, kept)] == ["Ann Lee"]
    with pytest.raises(ConflictError, match=f"Ann Lee is at ticket {kept} then"):
        town.move(waiting, State.SCHEDULED, "Ann Lee", TEN)


def test_what_another_system_tells_waits_for_the_calendar_and_holds_no_ticket_meanwhile(
    database_url: str, catalogue: Catalogue
) -> None:
    with pool.connect(database_url) as connection:
        town = Town(connection, catalogue)
        town.hire(ANN)
        waiting = _triaged(town)
    told = Update("acme", "A-1", waiting, state="scheduled", assignee="Ann", visit_at=TEN)

    def tell() -> None:
        with pool.connect(database_url) as own:
            inbound.apply(own, {}, told, "acme", MONDAY)

    teller = threading.Thread(target=tell)
    with pool.connect(database_url) as run:
        booking.hold_calendars(run, ["Ann"])
        teller.start()
        deadline = time.monotonic() + DEADLINE_S
        while run.execute(WAITS).rowcount == 0:
            assert time.monotonic() < deadline
            run.execute("SELECT pg_sleep(0.01)")
        run.execute("SELECT id FROM hearthwatch.tickets FOR UPDATE NOWAIT")
    teller.join(DEADLINE_S)
    with pool.connect(database_url) as connection:
        assert ticket.get(connection, waiting).assignee == "Ann"


def test_of_dispatchers_who_give_one_technician_a_visit_at_once_one_succeeds(
    database_url: str, catalogue: Catalogue
) -> None:
    with pool.connect(database_url) as connection:
        town = Town(connection, catalogue)
        town.hire(ANN)
        waiting = [_triaged(town) for _ in range(4)]
    together = threading.Barrier(len(waiting), timeout=DEADLINE_S)
    outcomes: list[str] = []

    def schedule(ticket_id: int) -> None:
        with pool.connect(database_url) as own:
            asked = Move(State.SCHEDULED, 2, "dora", "Ann", TEN)
            together.wait()
            try:
                ticket.move(own, ticket_id, asked, MONDAY)
                outcomes.append("mine")
            except ConflictError:
                own.rollback()
                outcomes.append("elsewhere")

    threads = [threading.Thread(target=schedule, args=(each,)) for each in waiting]
    for each in threads:
        each.start()
    for each in threads:
        each.join(DEADLINE_S)
    assert sorted(outcomes) == ["elsewhere", "elsewhere", "elsewhere", "mine"]
    with pool.connect(database_url) as connection:
        names = [each.name for each in technician.of_region(connection, "north")]
        set_ = visit.calendar(connection, names, MONDAY, MONDAY + 9 * DAY)
    assert [(each.technician, each.begins_at) for each in set_] == [("Ann", TEN)]
