"""What a technician found becomes a row, and the last word on a ticket counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runtime.errors import ConflictError, InvalidError
from tests.integration.tickets.conftest import MINUTE, START, House
from tickets import ticket, verdict
from tickets.lifecycle import State
from tickets.ticket import Move, Ticket
from tickets.verdict import Finding, Verdict


@pytest.fixture
def assigned(house: House) -> Ticket:
    """The fridge's ticket, with a technician."""
    opened, _ = house.follow(house.find(house.fridge, "poor_cooling"))
    asked = Move(State.TRIAGED, version=1, actor="dora", assignee="tom")
    return ticket.move(house.connection, opened[0].id, asked, START)


def give(house: House, found: Ticket, given: Verdict, minute: int = 0) -> verdict.Recorded:
    description = house.catalogue["refrigerator"]
    at = START + minute * MINUTE
    return verdict.record(house.connection, found, description, given, "tom", at)


def test_a_verdict_is_kept_with_who_and_when(house: House, assigned: Ticket) -> None:
    assert verdict.last(house.connection, assigned.id) is None
    given = Verdict(Finding.CONFIRMED, mode="poor_cooling", note="fan seized")
    kept = give(house, assigned, given, 90)
    assert (kept.finding, kept.mode, kept.note) == ("confirmed", "poor_cooling", "fan seized")
    assert (kept.actor, kept.at) == ("tom", START + 90 * MINUTE)
    assert verdict.last(house.connection, assigned.id) == kept


def test_what_is_noted_with_a_verdict_stands_sealed_for_the_household(
    house: House, assigned: Ticket
) -> None:
    give(house, assigned, Verdict(Finding.NO_FAULT_FOUND, note="Frau Lin keeps it too full"))
    (row,) = house.ask("SELECT note, note_sealed FROM hearthwatch.ticket_verdicts")
    assert row[0] == ""
    assert isinstance(row[1], bytes)
    assert b"Frau Lin" not in row[1]
    assert verdict.history(house.connection, assigned.id)[0].note == "Frau Lin keeps it too full"


def test_the_last_of_several_verdicts_counts(house: House, assigned: Ticket) -> None:
    give(house, assigned, Verdict(Finding.COULD_NOT_REPRODUCE))
    last = give(house, assigned, Verdict(Finding.REPLACED, consumable="water_filter"))
    assert verdict.last(house.connection, assigned.id) == last
    assert house.ask("SELECT count(*) FROM hearthwatch.ticket_verdicts") == [(2,)]


def test_a_ticket_that_another_took_over_takes_no_verdict(house: House, assigned: Ticket) -> None:
    gone = replace(assigned, merged_into=assigned.id + 1)
    with pytest.raises(ConflictError, match="was merged into ticket"):
        give(house, gone, Verdict(Finding.NO_FAULT_FOUND))
    assert verdict.history(house.connection, assigned.id) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (Verdict(Finding.CONFIRMED), "`mode`"),
        (Verdict(Finding.NO_FAULT_FOUND, mode="poor_cooling"), "`mode`"),
        (Verdict(Finding.REPLACED), "`consumable`"),
        (Verdict(Finding.CONFIRMED, mode="x", consumable="water_filter"), "`consumable`"),
        (Verdict(Finding.CONFIRMED, mode="bad_mood"), "no problem 'bad_mood'"),
        (Verdict(Finding.REPLACED, consumable="lamp"), "no consumable 'lamp'"),
    ],
    ids=str,
)
def test_a_verdict_that_the_catalogue_does_not_know_is_refused(
    house: House, assigned: Ticket, given: Verdict, told: str
) -> None:
    with pytest.raises(InvalidError, match=told):
        give(house, assigned, given)


def test_nobody_judges_a_ticket_that_nobody_has_looked_at(house: House, assigned: Ticket) -> None:
    with pytest.raises(ConflictError, match="is new"):
        give(house, replace(assigned, state="new"), Verdict(Finding.NO_FAULT_FOUND))


def test_the_verdicts_of_a_model_are_those_on_tickets_that_its_findings_opened(
    house: House, assigned: Ticket
) -> None:
    house.connection.execute(
        "UPDATE hearthwatch.alert_changes SET evidence = evidence || '{\"model_id\": 7}'"
    )
    give(house, assigned, Verdict(Finding.CONFIRMED, mode="poor_cooling"))
    give(house, assigned, Verdict(Finding.NO_FAULT_FOUND))
    found = verdict.tallies(house.connection, [7, 8])
    assert found[7] == verdict.Tally(7, 1, 1)
    assert found[8] == verdict.Tally(8, 0, 0)
