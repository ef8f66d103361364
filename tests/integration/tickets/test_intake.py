"""A customer gets in touch: what it opens, what it joins, and what is asked back."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from customers import contact, household, ownership
from devices import appliance
from devices.appliance import Registration
from devices.catalogue.folder import Catalogue
from runtime.errors import ConflictError, HearthwatchError, InvalidError, NotFoundError
from storage import event, pool
from tests.blocked import until_blocked
from tests.integration.tickets.conftest import MINUTE, START, House
from tickets import ticket
from tickets.conversation import caller, intake, interaction
from tickets.conversation.caller import Told
from tickets.conversation.intake import Report, Taken
from tickets.lifecycle import State
from tickets.ticket import Move

CALL = Report("hotline", "The milk has gone off.", "mei", Told(serial="RF-1"))


@pytest.fixture
def house(passing_house: House) -> House:
    """Most tests here need no second connection."""
    return passing_house


def _take(house: House, report: Report, minute: float = 0) -> Taken:
    return intake.report(house.connection, house.catalogue, report, START + minute * MINUTE)


def _about(**told: object) -> Report:
    return replace(CALL, told=Told(**told))  # type: ignore[arg-type]


def test_a_call_about_no_known_problem_opens_a_ticket_of_its_own(house: House) -> None:
    taken = _take(house, CALL)
    assert (taken.opened, taken.household_id) == (True, house.household)
    found = ticket.get(house.connection, taken.ticket_id or 0)
    assert (found.problem, found.origin, found.severity) == (
        "customer_report",
        "customer",
        "medium",
    )
    assert found.priority > 0
    (said,) = interaction.of_ticket(house.connection, found.id)
    assert (said.text, said.channel, said.direction) == (CALL.text, "hotline", "inbound")
    kinds = [each.kind for each in event.of_subject(house.connection, f"ticket:{found.id}")]
    assert kinds[0] == "ticket.opened"


def test_a_call_joins_what_is_going_on_whoever_opened_it(house: House) -> None:
    (one,), _ = house.follow(house.find(house.fridge, "poor_cooling"))
    before = ticket.get(house.connection, one.id)
    taken = _take(house, CALL, 30)
    after = ticket.get(house.connection, one.id)
    assert (taken.ticket_id, taken.opened) == (one.id, False)
    assert after.version == before.version + 1
    assert after.priority > before.priority
    house.follow(house.find(house.fridge, "poor_cooling", 60, signal="code:E7"))
    assert len(ticket.page(house.connection)) == 1


@pytest.mark.parametrize("told", [{"code": "E7"}, {"problem": "poor_cooling"}])
def test_a_code_or_a_problem_that_is_told_joins_its_ticket_and_later_alerts_join_the_calls(
    house: House, told: dict[str, str]
) -> None:
    other = _take(house, _about(serial="RF-1", problem="door_not_sealing"))
    first = _take(house, _about(serial="RF-1", **told), 1)
    opened, _ = house.follow(house.find(house.fridge, "poor_cooling", 2))
    assert (first.opened, opened) == (True, [])
    assert first.ticket_id != other.ticket_id
    found = ticket.get(house.connection, first.ticket_id or 0)
    assert (found.findings, found.origin) == (1, "customer")


def test_a_second_call_that_names_the_problem_names_the_ticket_of_the_first(house: House) -> None:
    first = _take(house, CALL)
    second = _take(house, _about(serial="RF-1", problem="poor_cooling"), 5)
    assert (second.ticket_id, second.opened) == (first.ticket_id, False)
    (found,) = ticket.page(house.connection)
    assert (found.problem, found.severity, found.origin) == ("poor_cooling", "high", "customer")
    assert len(interaction.of_ticket(house.connection, found.id)) == 2
    opened, _ = house.follow(house.find(house.fridge, "poor_cooling", 6))
    assert opened == []
    assert ticket.get(house.connection, found.id).findings == 1


def test_a_visit_that_is_planned_already_is_for_what_a_second_call_names_too(house: House) -> None:
    number = _planned(house, "RF-1")
    second = _take(house, _about(serial="RF-1", code="E7"), 5)
    assert (second.ticket_id, second.opened) == (number, False)
    found = ticket.get(house.connection, number)
    assert (found.problem, found.severity, found.state) == ("customer_report", "high", "scheduled")


def test_a_danger_that_a_second_call_names_does_not_wait_for_the_planned_visit(
    house: House,
) -> None:
    appliance.register(house.connection, [Registration("WH-1", "water_heater")], START)
    number = _planned(house, "WH-1")
    danger = _take(house, _about(serial="WH-1", problem="earth_leakage"), 5)
    assert (danger.ticket_id != number, danger.opened) == (True, True)
    assert ticket.get(house.connection, danger.ticket_id or 0).safety
    assert not ticket.get(house.connection, number).safety


def _planned(house: House, serial: str) -> int:
    """A ticket of a call that named nothing, with its visit on the next day."""
    number = _take(house, _about(serial=serial)).ticket_id or 0
    for state, visit in ((State.TRIAGED, None), (State.SCHEDULED, START + timedelta(days=1))):
        version = ticket.get(house.connection, number).version
        step = Move(state, version, "mei", assignee="Tom", visit_at=visit)
        ticket.move(house.connection, number, step, START)
    return number


def test_a_call_that_names_what_an_alert_just_found_joins_the_alerts_ticket(
    catalogue: Catalogue, database_url: str
) -> None:
    taken: list[Taken] = []
    with pool.connect(database_url) as first, pool.connect(database_url) as observer:
        house = House(first, catalogue)
        unnamed = _take(house, CALL)
        first.commit()
        (found,), _ = house.follow(house.find(house.fridge, "poor_cooling"))

        def second() -> None:
            named = _about(serial="RF-1", problem="poor_cooling")
            with pool.connect(database_url) as connection:
                taken.append(intake.report(connection, catalogue, named, START))

        thread = threading.Thread(target=second)
        thread.start()
        until_blocked(observer)
        first.commit()
        thread.join(60)
        assert [(each.ticket_id, each.opened) for each in taken] == [(found.id, False)]
        assert ticket.get(first, unnamed.ticket_id or 0).problem == "customer_report"


def test_a_caller_is_known_by_the_phone_and_the_appliance_by_what_it_shows(house: House) -> None:
    entry = contact.Entry(house.household, "C-1", "Li Ming", phone="+861055550199")
    contact.upsert(house.connection, [entry], START, source="test")
    taken = _take(house, _about(phone="+86 10 5555 0199", code="E7"))
    assert (taken.household_id, taken.device_id) == (house.household, house.fridge)


def test_a_caller_may_give_the_number_as_it_is_dialled_at_home(house: House) -> None:
    entry = contact.Entry(house.household, "C-1", "Li Ming", phone="+861055550199")
    contact.upsert(house.connection, [entry], START, source="test")
    taken = _take(house, _about(phone="(010) 5555-0199", code="E7"))
    assert taken.household_id == house.household


@pytest.mark.parametrize(
    ("told", "kind", "words"),
    [
        ({}, InvalidError, "who got in touch"),
        ({"phone": "+86 10 0000 0000"}, NotFoundError, "nobody is known"),
        ({"phone": "010 0000 0000"}, NotFoundError, "nobody is known"),
        ({"phone": "front door"}, NotFoundError, "nobody is known"),
        ({"serial": "NONE"}, NotFoundError, "serial number 'NONE'"),
        ({"household_id": 404}, NotFoundError, "404"),
        ({"serial": "RF-1", "code": "X1"}, InvalidError, "shows no code 'X1'.*E1, E2"),
        ({"serial": "RF-1", "problem": "sulks"}, InvalidError, "no problem 'sulks'.*poor_cooling"),
    ],
)
def test_what_cannot_be_told_apart_is_asked_back_and_keeps_nothing(
    house: House, told: dict[str, object], kind: type[HearthwatchError], words: str
) -> None:
    with pytest.raises(kind, match=words), house.connection.transaction():
        _take(house, _about(**told))
    assert house.ask("SELECT count(*) FROM hearthwatch.interactions") == [(0,)]


def test_of_two_appliances_the_caller_is_asked_which(house: House) -> None:
    with pytest.raises(InvalidError, match="one of: RF-1, WP-1"):
        _take(house, _about(household_id=house.household))
    question = _about(household_id=house.household, trouble=False)
    kept = _take(house, question)
    assert (kept.ticket_id, kept.device_id) == (None, None)
    (said,) = interaction.of_household(house.connection, house.household)
    assert said.id == kept.interaction_id


def test_an_appliance_of_somebody_else_is_not_reported_under_ones_own_name(house: House) -> None:
    other = household.upsert(house.connection, [household.Entry("H-2", "Qi")], START)["H-2"]
    with pytest.raises(ConflictError, match="belongs to another household"):
        _take(house, _about(serial="RF-1", household_id=other))


def test_an_appliance_that_nobody_owns_may_be_reported_too(house: House) -> None:
    appliance.register(house.connection, [Registration("RF-9", "refrigerator")], START)
    taken = _take(house, _about(serial="RF-9"))
    assert taken.household_id is None
    (said,) = interaction.of_ticket(house.connection, taken.ticket_id or 0)
    assert said.text == CALL.text


def test_a_partner_finds_nobody_of_another_region(house: House) -> None:
    for told in ({"serial": "RF-1"}, {"household_id": house.household}):
        asked = Told(region="north", **told)  # type: ignore[arg-type]
        with pytest.raises(NotFoundError):
            caller.find(house.connection, house.catalogue, asked)


def test_what_is_told_twice_under_one_number_is_kept_once(house: House) -> None:
    numbered = replace(CALL, external_ref="call-7")
    first = _take(house, numbered)
    version = ticket.get(house.connection, first.ticket_id or 0).version
    again = _take(house, numbered, 5)
    assert again == replace(first, opened=False, repeated=True)
    assert ticket.get(house.connection, first.ticket_id or 0).version == version
    with pytest.raises(ConflictError, match="says something else"):
        _take(house, replace(numbered, text="Something else."))


def test_two_lines_that_tell_the_same_at_once_keep_it_once(
    database_url: str, catalogue: Catalogue
) -> None:
    with pool.connect(database_url) as connection:
        House(connection, catalogue)
    numbered = replace(CALL, external_ref="call-8")
    taken: list[Taken] = []
    with pool.connect(database_url) as first:
        taken.append(intake.report(first, catalogue, numbered, START))

        def second() -> None:
            with pool.connect(database_url) as connection:
                taken.append(intake.report(connection, catalogue, numbered, START))

        thread = threading.Thread(target=second)
        thread.start()
        first.commit()
        thread.join(60)
        found = ticket.page(first)
    assert [each.repeated for each in taken] == [False, True]
    assert [each.version for each in found] == [1]
    assert {each.ticket_id for each in taken} == {found[0].id}


def test_a_ticket_that_waits_for_the_customer_goes_on_when_the_customer_calls(house: House) -> None:
    taken = _take(house, CALL)
    number = taken.ticket_id or 0
    waiting = Move(State.WAITING_FOR_CUSTOMER, 1, "mei", note="when may we come?")
    ticket.move(house.connection, number, waiting, START)
    _take(house, replace(CALL, told=Told(), ticket_id=number, text="On Monday."), 60)
    assert ticket.get(house.connection, number).state == "triaged"
    assert intake.answer(house.connection, number, START).state == "triaged"


@pytest.mark.parametrize("text", ["", "   ", "x" * (interaction.LONGEST + 1)])
def test_nothing_and_too_much_is_not_kept(house: House, text: str) -> None:
    with pytest.raises(InvalidError):
        _take(house, replace(CALL, text=text))


def test_what_was_said_stands_sealed(house: House) -> None:
    taken = _take(house, CALL)
    said = house.ask("SELECT text_sealed FROM hearthwatch.interactions")[0][0]
    assert b"milk" not in bytes(said)  # type: ignore[call-overload]
    ownership.assign(house.connection, {house.fridge: house.household}, START + timedelta(days=1))
    assert interaction.of_ticket(house.connection, taken.ticket_id or 0)[0].text == CALL.text
