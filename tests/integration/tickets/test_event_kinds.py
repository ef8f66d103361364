"""What a finding, its alert and its ticket tell the feed, in order and under one trace."""

from __future__ import annotations

from tests.integration.tickets.conftest import START, House
from tickets import ticket
from tickets.lifecycle import State
from tickets.outside import feed
from tickets.ticket import Move


def _read(house: House) -> list[feed.Told]:
    feed.number(house.connection)
    return feed.read(house.connection, 0, kinds=("alert.*", "ticket.*"))


def test_everything_that_happens_to_a_ticket_and_its_alert_is_told_in_order(house: House) -> None:
    (opened,), changes = house.follow(
        house.find(house.fridge, "poor_cooling", metric="fridge_temp_c")
    )
    house.follow(house.find(house.fridge, "poor_cooling", 5, signal="code:E6"))
    ticket.move(house.connection, opened.id, Move(State.TRIAGED, 2, "mei", "wang"), START)
    house.follow(
        house.find(house.fridge, "poor_cooling", 9, signal="code:E6", fires=False),
        house.find(house.fridge, "poor_cooling", 9, fires=False, signal="alarm:test"),
    )
    told = _read(house)
    alert = f"alert:{changes[0].alert_id}"
    assert [each.kind for each in told if each.subject == alert] == [
        "alert.raised",
        "alert.joined",
        "alert.eased",
        "alert.cleared",
    ]
    kinds = [each.kind for each in told if each.subject == f"ticket:{opened.id}"]
    assert kinds == ["ticket.opened", "ticket.joined", "ticket.triaged"]
    assert {each.trace for each in told} == {opened.trace}
    raised = next(each for each in told if each.kind == "alert.raised")
    assert raised.facts == {
        "serial": "RF-1",
        "type": "refrigerator",
        "problem": "poor_cooling",
        "severity": "medium",
        "signal": "alarm:test",
        "evidence": "alarm",
    }


def test_a_ticket_that_nobody_can_open_twice_has_one_first_event(house: House) -> None:
    for minute in range(3):
        house.follow(house.find(house.fridge, "poor_cooling", minute, signal=f"alarm:{minute}"))
    told = _read(house)
    assert [each.kind for each in told].count("ticket.opened") == 1
