"""The letters that follow a ticket: appointment, moved, cancelled, on the way, resolved, rating."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.notices import delivery, notice
from alerts.notices.notice import Notice
from runtime.clock import SetClock
from storage import event
from storage.pool import Pool
from tests.integration.tickets.conftest import START, House
from tickets import ticket
from tickets.answers import question
from tickets.lifecycle import State
from tickets.routing import technician
from tickets.ticket import Move, Ticket
from tickets.writing import aftermath, care_tip, correspondence, follow_up, letter

VISIT = START + timedelta(days=2)
"""20:00 in Shanghai."""


class Case:
    """A ticket of the house, and what follows its moves."""

    def __init__(self, house: House, pool: Pool) -> None:
        self.house, self.pool = house, pool
        house.follow(house.find(house.fridge, "poor_cooling"))
        self.id = ticket.page(house.connection)[0].id

    @property
    def ticket(self) -> Ticket:
        return ticket.get(self.house.connection, self.id)

    def move(self, state: State, at: datetime = START, **details: Any) -> None:  # noqa: ANN401
        asked = Move(state, self.ticket.version, "dora", **details)
        ticket.move(self.house.connection, self.id, asked, at)
        self.house.connection.commit()

    def follow(self, at: datetime = START) -> list[str]:
        """Run the jobs that wait for letters; return the occasions that were told, oldest first."""
        jobs = self.house.connection.execute(
            "DELETE FROM procrastinate_jobs WHERE task_name = %s RETURNING id, args",
            (follow_up.FOLLOW,),
        ).fetchall()
        self.house.connection.commit()
        for _, arguments in sorted(jobs, key=lambda job: job[0]):
            aftermath.write(self.pool, self.house.catalogue, SetClock(at), **arguments)
        return [each.occasion for each in self.letters]

    def send(self) -> None:
        """Send what waits."""
        for each in self.letters:
            delivery.deliver(self.pool, SetClock(START), each.id)

    @property
    def letters(self) -> list[Notice]:
        return notice.page(self.house.connection, ticket_id=self.id)[::-1]


@pytest.fixture
def case(house: House, database_pool: Pool) -> Case:
    made = Case(house, database_pool)
    house.connection.commit()
    return made


def test_a_visit_is_told_moved_and_announced(case: Case) -> None:
    case.move(State.TRIAGED)
    assert case.follow() == []
    case.move(State.SCHEDULED, assignee="Chen", visit_at=VISIT)
    assert case.follow() == ["appointment"]
    told = case.letters[0]
    assert told.subject == "We come on Wednesday, 3 June, between 20:00 and 22:00"
    assert (told.trace, told.about) == (case.ticket.trace, f"ticket:{case.id}")
    case.move(State.SCHEDULED, visit_at=VISIT + timedelta(days=1))
    case.move(State.DISPATCHED)
    assert case.follow() == ["appointment", "on_the_way"]
    assert "Chen is on the way to you" in case.letters[-1].subject


def test_a_chinese_customer_hears_of_another_time_in_chinese(case: Case) -> None:
    case.house.live("zh-CN", "service")
    case.move(State.TRIAGED)
    case.move(State.SCHEDULED, assignee="Chen", visit_at=VISIT)
    case.follow()
    case.send()
    case.move(State.SCHEDULED, visit_at=VISIT + timedelta(days=1))
    assert case.follow() == ["appointment", "moved"]
    assert case.letters[-1].subject == "上门时间已更改：6月4日（星期四） 20:00 至 22:00"


def test_who_else_comes_at_the_time_that_was_told_is_no_letter(case: Case) -> None:
    case.move(State.TRIAGED)
    case.move(State.SCHEDULED, assignee="Chen", visit_at=VISIT)
    case.follow()
    case.send()
    case.move(State.SCHEDULED, assignee="Wang")
    assert case.follow() == ["appointment"]
    case.move(State.SCHEDULED, assignee="Chen", visit_at=VISIT + timedelta(days=1))
    assert case.follow() == ["appointment", "moved"]
    case.move(State.SCHEDULED, visit_at=VISIT)
    assert case.follow() == ["appointment", "moved"], "the old time was told, the new one not yet"
    assert case.letters[-1].state == "withheld"


def test_who_comes_stands_in_a_letter_that_is_not_sent_yet(case: Case) -> None:
    case.move(State.TRIAGED)
    case.move(State.SCHEDULED, assignee="Chen", visit_at=VISIT)
    case.follow()
    case.move(State.SCHEDULED, assignee="Wang")
    case.follow()
    assert [each.state for each in case.letters] == ["withheld", "queued"]
    assert "Wang" in case.letters[-1].body


def test_a_visit_that_was_promised_is_cancelled_and_one_that_was_not_is_not(case: Case) -> None:
    case.move(State.TRIAGED)
    case.move(State.NEW)
    assert case.follow() == []
    case.move(State.TRIAGED)
    case.move(State.SCHEDULED, assignee="Chen", visit_at=VISIT)
    case.follow()
    case.send()
    case.move(State.TRIAGED)
    assert case.follow() == ["appointment", "cancelled"]
    gone = case.letters[-1]
    assert "on Wednesday, 3 June" in gone.body
    assert "offer you another time" in gone.body


def test_an_appointment_that_was_not_sent_yet_is_taken_back_and_not_told_twice(case: Case) -> None:
    case.move(State.TRIAGED)
    for days in (0, 1):
        case.move(State.SCHEDULED, assignee="Chen", visit_at=VISIT + timedelta(days=days))
        case.follow()
        case.house.connection.rollback()
    assert [(each.occasion, each.state) for each in case.letters] == [
        ("appointment", "withheld"),
        ("appointment", "queued"),
    ]
    case.move(State.TRIAGED)
    case.follow()
    assert [each.state for each in case.letters] == ["withheld", "withheld"]


def test_after_the_work_a_letter_goes_out_and_a_day_later_a_request_to_rate(case: Case) -> None:
    case.move(State.TRIAGED)
    case.move(State.RESOLVED)
    case.move(State.CLOSED)
    assert case.follow() == ["resolved", "rating"]
    assert case.letters[1].not_before == START + timedelta(days=1)
    case.move(State.REOPENED)
    case.follow()
    assert [each.state for each in case.letters] == ["withheld", "withheld"]
    assert case.letters[1].detail == "the ticket is reopened"


def test_times_to_choose_from_are_offered_where_somebody_could_come(case: Case) -> None:
    case.move(State.WAITING_FOR_CUSTOMER)
    assert case.follow() == []
    skills = {"refrigeration": 3, "poor_cooling": 3}
    entry = technician.Entry("Chen", skills, "mon-sun 00:00-23:30", time_zone="Asia/Shanghai")
    technician.upsert(case.house.connection, [entry], START)
    case.move(State.TRIAGED)
    case.move(State.WAITING_FOR_CUSTOMER)
    assert case.follow() == ["slots"]
    assert case.letters[0].body.count("\n- ") >= 2


def test_a_question_of_the_desk_is_asked_by_letter_and_sealed(case: Case) -> None:
    words = "Is the floor wet?"
    question.ask(case.house.connection, case.house.catalogue, case.ticket, words, "dora", START)
    (asked,) = case.letters
    assert words in asked.body
    assert [each.words for each in question.of_ticket(case.house.connection, case.id)] == [words]
    stored = case.house.ask("SELECT words_sealed FROM hearthwatch.questions")[0][0]
    assert words.encode() not in bytes(stored)  # type: ignore[call-overload]
    case.house.connection.commit()
    case.move(State.WAITING_FOR_CUSTOMER)
    assert case.follow() == ["question"]


def test_a_letter_that_cannot_be_written_stops_no_other_and_is_the_desks_to_see(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "problem.en.txt").write_text("{{ title }}\n\nHello,\n\n{{ discount }}\n")
    monkeypatch.setattr(letter, "_own_folder", lambda: tmp_path)
    house = case.house
    opened, changes = house.follow(
        house.find(house.fridge, "weak_airflow", 5), house.find(house.purifier, "leak", 5)
    )
    correspondence.tell_of_tickets(house.connection, house.catalogue, opened, changes, START)
    wrong, danger = sorted(notice.page(house.connection), key=lambda each: each.occasion)
    assert (wrong.occasion, danger.occasion) == ("problem", "safety")
    assert (wrong.state, danger.state) == ("failed", "queued")
    assert "letter problem.en.txt: 'discount' is undefined" in wrong.detail
    told = event.of_subject(house.connection, f"notice:{wrong.id}")
    assert [each.kind for each in told] == ["notice.failed"]


def test_a_home_gets_one_tip_a_season_for_what_it_has_while_all_is_well(
    house: House, database_pool: Pool
) -> None:
    def advise(days: int) -> list[tuple[str, str]]:
        clock = SetClock(START + timedelta(days=days))
        care_tip.advise(database_pool, house.catalogue, clock)
        house.connection.rollback()
        return [(each.key, each.purpose) for each in notice.page(house.connection)[::-1]]

    assert advise(10) == []
    first = advise(40)
    assert first == [(f"tip:{house.fridge}:door_seal", "reminders")]
    assert advise(60) == first
    second = advise(140)
    assert [key for key, _ in second] == [first[0][0], f"tip:{house.purifier}:after_travel"]
    house.follow(house.find(house.fridge, "poor_cooling"))
    house.connection.commit()
    assert advise(300) == second
