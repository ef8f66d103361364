"""Tickets that belong together: merged, taken apart again, and parts of one trouble."""

from __future__ import annotations

from dataclasses import replace

import pytest

from customers import ownership
from devices import appliance
from devices.appliance import Registration
from devices.catalogue.appliance_type import Severity
from runtime.errors import ConflictError, HearthwatchError, InvalidError
from storage import event
from tests.integration.tickets.conftest import MINUTE, START, House
from tickets import one_open, ticket, timeline
from tickets.conversation import intake, note
from tickets.conversation.caller import Told
from tickets.conversation.intake import Report
from tickets.kinship import merging, parentage, splitting
from tickets.kinship.merging import Asked
from tickets.kinship.splitting import Split
from tickets.lifecycle import State
from tickets.ticket import Move, Ticket


@pytest.fixture
def house(passing_house: House) -> House:
    """Nothing here needs a second connection."""
    return passing_house


@pytest.fixture
def pair(house: House) -> tuple[int, int]:
    """A ticket of weak airflow, with a call and a note, and one of poor cooling."""
    (one,), _ = house.follow(house.find(house.fridge, "weak_airflow", severity=Severity.HIGH))
    call = Report("hotline", "It hums.", "mei", Told(serial="RF-1", problem="weak_airflow"))
    intake.report(house.connection, house.catalogue, call, START)
    note.add(house.connection, _get(house, one.id), "Ring twice.", "mei", START)
    (other,), _ = house.follow(house.find(house.fridge, "poor_cooling", 1))
    return one.id, other.id


def _get(house: House, number: int) -> Ticket:
    return ticket.get(house.connection, number)


def _asked(house: House, one: int, other: int) -> Asked:
    return Asked(one, _get(house, one).version, other, _get(house, other).version, "mei")


def _merge(house: House, one: int, other: int) -> Ticket:
    return merging.merge(house.connection, _asked(house, one, other), START + 5 * MINUTE)


def _undo(house: House, one: int) -> Ticket:
    version = _get(house, one).version
    at = START + 9 * MINUTE
    return merging.undo(house.connection, house.catalogue, one, version, "mei", at)


def _kinds(house: House, number: int) -> list[str]:
    told = timeline.of_ticket(house.connection, _get(house, number), private=True)
    return sorted(each.kind for each in told)


def test_what_a_ticket_holds_goes_along_when_it_is_merged(
    house: House, pair: tuple[int, int]
) -> None:
    one, other = pair
    kept = _merge(house, one, other)
    gone = _get(house, one)
    assert (gone.state, gone.merged_into, gone.findings) == ("cancelled", other, 0)
    assert (kept.findings, kept.severity, kept.version) == (2, "high", 2)
    assert {"interaction", "note", "merged"} <= set(_kinds(house, other))
    assert [each.id for each in ticket.children(house.connection, other)] == [one]
    (told,) = [
        each
        for each in event.of_subject(house.connection, f"ticket:{other}")
        if each.kind == "ticket.merged"
    ]
    assert told.facts["from"] == one


def test_what_would_join_a_merged_ticket_joins_the_one_that_took_over(
    house: House, pair: tuple[int, int]
) -> None:
    one, other = pair
    _merge(house, one, other)
    version = _get(house, other).version
    opened, _ = house.follow(
        house.find(house.fridge, "weak_airflow", 30, signal="code:E4"),
        house.find(house.fridge, "poor_cooling", 30, signal="code:E7"),
        house.find(house.fridge, "weak_airflow", 31, fires=False, signal="code:E4"),
    )
    assert opened == []
    assert (_get(house, other).findings, _get(house, other).version) == (5, version + 2)
    ticket.move(
        house.connection, other, Move(State.CANCELLED, version + 2, "mei"), START + 40 * MINUTE
    )
    opened, _ = house.follow(house.find(house.fridge, "weak_airflow", 50, signal="code:E5"))
    assert [each.problem for each in opened] == ["weak_airflow"]


def test_a_merge_that_is_taken_back_leaves_everything_as_it_was(
    house: House, pair: tuple[int, int]
) -> None:
    one, other = pair
    before = _kinds(house, one)
    _merge(house, one, other)
    back = _undo(house, one)
    assert (back.state, back.merged_into, back.findings) == ("reopened", None, 1)
    assert _kinds(house, one) == sorted([*before, "state", "state"])
    assert _get(house, other).findings == 1
    opened, _ = house.follow(house.find(house.fridge, "weak_airflow", 30, signal="code:E4"))
    assert (opened, _get(house, one).findings) == ([], 2)
    _merge(house, one, other)
    assert _undo(house, one).findings == 2


def test_a_merged_ticket_is_reopened_by_taking_the_merge_back_only(
    house: House, pair: tuple[int, int]
) -> None:
    one, other = pair
    _merge(house, one, other)
    asked = Move(State.REOPENED, _get(house, one).version, "mei")
    with pytest.raises(ConflictError, match=f"was merged into ticket {other}"):
        ticket.move(house.connection, one, asked, START)
    with pytest.raises(ConflictError, match="was not merged"):
        _undo(house, other)


def test_merges_are_taken_back_in_the_order_of_the_last_first(
    house: House, pair: tuple[int, int]
) -> None:
    one, other = pair
    (last,), _ = house.follow(house.find(house.purifier, "pump", 2))
    _merge(house, one, other)
    _merge(house, other, last.id)
    assert one_open.open_of(house.connection, house.fridge, "weak_airflow") == last.id
    with pytest.raises(ConflictError, match=f"itself merged into ticket {last.id}"):
        _undo(house, one)
    _undo(house, other)
    assert _undo(house, one).findings == 1


def _of_another_home(house: House, pair: tuple[int, int]) -> Asked:
    (strange,) = appliance.register(house.connection, [Registration("RF-9", "refrigerator")], START)
    (opened,), _ = house.follow(house.find(strange.id, "poor_cooling"))
    return _asked(house, pair[0], opened.id)


def _ended(house: House, pair: tuple[int, int]) -> Asked:
    ticket.move(house.connection, pair[1], Move(State.CANCELLED, 1, "mei"), START)
    return _asked(house, *pair)


def _under_way(house: House, pair: tuple[int, int]) -> Asked:
    for state in (State.TRIAGED, State.SCHEDULED, State.DISPATCHED):
        version = _get(house, pair[0]).version
        step = Move(state, version, "mei", assignee="wang", visit_at=START)
        ticket.move(house.connection, pair[0], step, START)
    return _asked(house, *pair)


def _stale(house: House, pair: tuple[int, int]) -> Asked:
    return replace(_asked(house, *pair), other_version=9)


def _itself(house: House, pair: tuple[int, int]) -> Asked:
    return _asked(house, pair[0], pair[0])


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (_of_another_home, ConflictError, "different appliances and customers"),
        (_ended, ConflictError, "is cancelled"),
        (_under_way, ConflictError, "on the way for ticket"),
        (_stale, ConflictError, "changed by somebody else"),
        (_itself, InvalidError, "into itself"),
    ],
)
def test_what_does_not_belong_together_is_not_merged(
    house: House,
    pair: tuple[int, int],
    make: object,
    kind: type[HearthwatchError],
    words: str,
) -> None:
    asked = make(house, pair)  # type: ignore[operator]
    with pytest.raises(kind, match=words), house.connection.transaction():
        merging.merge(house.connection, asked, START)
    assert _get(house, pair[0]).merged_into is None


def test_a_ticket_is_split_by_what_was_seen(house: House) -> None:
    (one,), changes = house.follow(
        house.find(house.fridge, "poor_cooling", severity=Severity.HIGH, signal="a"),
        house.find(house.fridge, "poor_cooling", 1, severity=Severity.LOW, signal="b"),
    )
    asked = Split("ice_build_up", 1, "mei", evidence=[changes[0].id])
    made = splitting.split(house.connection, house.catalogue, one.id, asked, START + 5 * MINUTE)
    left = _get(house, one.id)
    assert (made.problem, made.severity, made.findings) == ("ice_build_up", "high", 1)
    assert (made.household_id, made.origin, made.trace) == (house.household, "staff", one.trace)
    assert (left.severity, left.findings, left.version) == ("low", 1, 2)
    opened, _ = house.follow(house.find(house.fridge, "ice_build_up", 9, signal="c"))
    assert (opened, _get(house, made.id).findings) == ([], 2)


@pytest.mark.parametrize(
    ("asked", "kind", "words"),
    [
        (Split("sulks", 1, "mei", evidence=[1]), InvalidError, "no problem 'sulks'"),
        (Split("poor_cooling", 1, "mei", evidence=[1]), InvalidError, "of the ticket itself"),
        (Split("ice_build_up", 1, "mei"), InvalidError, "nothing was chosen"),
        (Split("ice_build_up", 1, "mei", evidence=[99]), InvalidError, "does not hold evidence 99"),
        (Split("ice_build_up", 7, "mei", evidence=[1]), ConflictError, "somebody else"),
        (Split("weak_airflow", 1, "mei", evidence=[1]), ConflictError, "is open for weak_airflow"),
    ],
)
def test_what_cannot_be_split_is_refused_and_nothing_moves(
    house: House, asked: Split, kind: type[HearthwatchError], words: str
) -> None:
    (one, _), (change, _) = house.follow(
        house.find(house.fridge, "poor_cooling"), house.find(house.fridge, "weak_airflow")
    )
    if asked.evidence == [1]:
        asked = replace(asked, evidence=[change.id])
    with pytest.raises(kind, match=words), house.connection.transaction():
        splitting.split(house.connection, house.catalogue, one.id, asked, START)
    assert _get(house, one.id).findings == 1
    assert len(ticket.page(house.connection)) == 2


def test_a_problem_whose_ticket_was_merged_is_split_by_taking_that_back(
    house: House, pair: tuple[int, int]
) -> None:
    one, other = pair
    kept = _merge(house, one, other)
    (proof, *_) = ticket.proofs(house.connection, other)
    asked = Split("weak_airflow", kept.version, "mei", evidence=[proof.alert_change_id])
    with pytest.raises(ConflictError, match="take that merge back"):
        splitting.split(house.connection, house.catalogue, other, asked, START)


def test_a_split_ticket_stays_with_the_household_of_its_findings(house: House) -> None:
    (one,), changes = house.follow(house.find(house.fridge, "poor_cooling"))
    house.connection.execute("DELETE FROM hearthwatch.ownerships")
    ownership.assign(house.connection, {}, START)
    asked = Split("ice_build_up", 1, "mei", evidence=[changes[0].id])
    made = splitting.split(house.connection, house.catalogue, one.id, asked, START)
    assert made.household_id == house.household


def test_a_ticket_has_one_parent_and_a_parent_has_none(house: House, pair: tuple[int, int]) -> None:
    one, other = pair
    (third,), _ = house.follow(house.find(house.purifier, "pump", 2))
    child = parentage.give(house.connection, one, other, _get(house, one).version, "mei", START)
    assert child.parent_id == other
    with pytest.raises(ConflictError, match="itself a part of"):
        parentage.give(house.connection, third.id, one, 1, "mei", START)
    with pytest.raises(ConflictError, match="has parts of its own"):
        parentage.give(house.connection, other, third.id, 1, "mei", START)
    with pytest.raises(InvalidError, match="its own parent"):
        parentage.give(house.connection, other, other, 1, "mei", START)
    with pytest.raises(ConflictError, match="somebody else"):
        parentage.give(house.connection, one, None, 1, "mei", START)
    freed = parentage.give(house.connection, one, None, child.version, "mei", START)
    assert freed.parent_id is None
