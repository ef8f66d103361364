"""Letters that waited say what is true when they go out, or do not go out."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.channels.null import Null
from alerts.notices import delivery, notice, reach
from alerts.notices.delivery import Post
from alerts.notices.notice import Notice
from customers import household, ownership
from devices.catalogue.folder import Catalogue
from models.serving.wear import ConsumableEstimate
from runtime.clock import SetClock
from runtime.settings import Settings
from storage.pool import Connection, Pool
from tests.integration.tickets.conftest import START, House
from tickets import ticket
from tickets.answers import question, rating, replacement
from tickets.lifecycle import State
from tickets.routing import technician
from tickets.ticket import Move, Ticket
from tickets.writing import (
    aftermath,
    care_tip,
    correspondence,
    follow_up,
    letter,
    post,
    reminder,
)

DAY = timedelta(days=1)
NIGHT = START + timedelta(hours=4)
"""At midnight in Shanghai."""
MORNING = START + timedelta(hours=14)
VISIT = START + 2 * DAY


class Desk:
    """The house, its letters, and a post whose channel drops everything."""

    def __init__(self, house: House, pool: Pool) -> None:
        self.house, self.pool = house, pool
        told = post.of(Settings(secret_key="k" * 40), house.catalogue)
        self.post = Post({"email": Null()}, told.rules, told.link, told.renew)

    @property
    def connection(self) -> Connection:
        return self.house.connection

    @property
    def catalogue(self) -> Catalogue:
        return self.house.catalogue

    @property
    def letters(self) -> list[Notice]:
        self.connection.rollback()
        return notice.page(self.connection)[::-1]

    @property
    def ticket(self) -> Ticket:
        self.connection.rollback()
        return ticket.page(self.connection)[0]

    def send(self, letter: Notice, at: datetime = MORNING) -> Notice:
        """Send a letter that waits; the letter as it then stands."""
        self.connection.commit()
        delivery.deliver(self.pool, SetClock(at), letter.id, post=self.post)
        return next(each for each in self.letters if each.id == letter.id)

    def open(self) -> Notice:
        """A ticket of the fridge, told of at night."""
        opened, changes = self.house.follow(self.house.find(self.house.fridge, "poor_cooling"))
        correspondence.tell_of_tickets(self.connection, self.catalogue, opened, changes, NIGHT)
        self.connection.commit()
        return self.letters[-1]

    def move(self, state: State, **details: object) -> None:
        asked = Move(state, self.ticket.version, "dora", **details)  # type: ignore[arg-type]
        ticket.move(self.connection, self.ticket.id, asked, NIGHT)
        self.connection.commit()

    def hire(self) -> None:
        """Let somebody work who can mend the fridge."""
        skills = {"refrigeration": 3, "poor_cooling": 3}
        entry = technician.Entry("Chen", skills, "mon-sun 00:00-23:30", time_zone="Asia/Shanghai")
        technician.upsert(self.connection, [entry], START)
        self.connection.commit()

    def follow(self) -> list[Notice]:
        """Write the letters that follow the moves."""
        jobs = self.connection.execute(
            "DELETE FROM procrastinate_jobs WHERE task_name = %s RETURNING id, args",
            (follow_up.FOLLOW,),
        ).fetchall()
        self.connection.commit()
        for _, arguments in sorted(jobs, key=lambda job: job[0]):
            aftermath.write(self.pool, self.catalogue, SetClock(NIGHT), **arguments)
        return self.letters

    def remind(self, days_left: float = 5.0, low: float = 3.0, high: float = 8.0) -> Notice:
        """A reminder of the fridge's filter, whose estimate is kept."""
        told = ConsumableEstimate(
            self.house.fridge, "water_filter", START, 0.95, days_left, low, high, START - 90 * DAY
        )
        self.reckon(told)
        reminder.remind(self.connection, self.catalogue["refrigerator"], [told], START)
        self.connection.commit()
        return self.letters[-1]

    def reckon(self, told: ConsumableEstimate) -> None:
        self.connection.execute(
            "INSERT INTO hearthwatch.consumable_estimates (device_id, consumable, at, used,"
            " days_left, days_low, days_high, installed_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (device_id, consumable) DO UPDATE SET at = excluded.at,"
            " days_left = excluded.days_left, days_low = excluded.days_low,"
            " days_high = excluded.days_high, installed_at = excluded.installed_at",
            (
                *(told.device_id, told.consumable, told.at, told.used, told.days_left),
                *(told.days_low, told.days_high, told.installed_at),
            ),
        )


@pytest.fixture
def desk(house: House, database_pool: Pool) -> Desk:
    return Desk(house, database_pool)


def test_a_reminder_that_waited_counts_the_days_that_are_left_then(desk: Desk) -> None:
    written = desk.remind()
    assert written.subject == "Water filter: about 5 days left"
    sent = desk.send(written, MORNING + 2 * DAY)
    assert (sent.state, sent.subject) == ("sent", "Water filter: about 2 days left")
    assert "between 4 June and 9 June" in sent.body
    assert "about 2 days more" in sent.short


def test_a_reminder_goes_by_what_was_reckoned_since(desk: Desk) -> None:
    written = desk.remind()
    later = START + 2 * DAY
    desk.reckon(
        ConsumableEstimate(
            desk.house.fridge, "water_filter", later, 1.0, 0.2, 0.0, 0.4, START - 90 * DAY
        )
    )
    sent = desk.send(written, MORNING + 2 * DAY)
    assert sent.subject == "Water filter: time to replace it"


def test_nobody_is_reminded_of_what_they_have_replaced(desk: Desk) -> None:
    written = desk.remind()
    fridge = desk.catalogue["refrigerator"]
    replacement.record(
        desk.connection, fridge, desk.house.fridge, "water_filter", written.contact_id, MORNING
    )
    assert "nobody can say" in desk.send(written, MORNING + DAY).detail
    again = desk.remind(4.0)
    assert again.id == written.id


def test_a_new_filter_that_was_seen_takes_the_reminder_back(desk: Desk) -> None:
    written = desk.remind()
    fresh = START + 2 * DAY
    desk.reckon(
        ConsumableEstimate(desk.house.fridge, "water_filter", fresh, 0.0, 180, 150, 200, fresh)
    )
    told = desk.send(written, MORNING + 2 * DAY)
    assert (told.state, told.detail) == ("withheld", "it has been replaced")


def test_a_reminder_that_was_put_off_for_a_month_comes_then_and_is_true(desk: Desk) -> None:
    written = desk.remind(8.0, 6.0, 10.0)
    later = MORNING + 30 * DAY
    reach.snooze(desk.connection, written.contact_id, later)
    held = desk.send(written)
    assert (held.state, held.not_before) == ("queued", later)
    assert desk.send(written, later).subject == "Water filter: time to replace it"


def test_what_was_written_in_english_goes_out_in_the_language_read_now(desk: Desk) -> None:
    written = desk.remind()
    desk.house.live("zh-CN", "service", "reminders")
    sent = desk.send(written)
    assert (sent.language, sent.subject) == ("zh-CN", "滤水器：预计还可使用约4天")


def test_nobody_is_told_of_an_appliance_that_they_gave_away(desk: Desk) -> None:
    problem, filter_ = desk.open(), desk.remind()
    other = household.upsert(desk.connection, [household.Entry("H-2", "Wu")], START)["H-2"]
    ownership.assign(desk.connection, {desk.house.fridge: other}, NIGHT)
    for written in (problem, filter_):
        told = desk.send(written)
        assert (told.state, told.detail) == ("withheld", "the appliance is not theirs any more")


def test_a_fault_that_is_settled_overnight_is_not_told_of_in_the_morning(desk: Desk) -> None:
    written = desk.open()
    assert desk.send(written, NIGHT).state == "queued"
    desk.move(State.CANCELLED)
    told = desk.send(written)
    assert (told.state, told.detail) == ("withheld", "the ticket is cancelled")
    desk.move(State.REOPENED)
    assert desk.send(desk.remind()).state == "sent"


def test_an_appointment_names_the_time_that_is_set_when_it_goes_out(desk: Desk) -> None:
    desk.open()
    desk.move(State.TRIAGED)
    desk.move(State.SCHEDULED, assignee="Chen", visit_at=VISIT)
    written = desk.follow()[-1]
    assert "3 June, between 20:00" in written.subject
    desk.move(State.SCHEDULED, assignee="Wu", visit_at=VISIT + DAY)
    sent = desk.send(written)
    assert sent.subject == "We come on Thursday, 4 June, between 20:00 and 22:00"
    assert "Wu" in sent.body
    assert "Wu comes on Thursday, 4 June" in sent.short


@pytest.mark.parametrize(
    ("state", "at", "why"),
    [
        (None, VISIT + DAY, "the time of the visit is over"),
        (State.DISPATCHED, MORNING, "the ticket is dispatched"),
        (State.TRIAGED, MORNING, "the ticket is triaged"),
    ],
)
def test_an_appointment_that_is_none_any_more_is_not_told(
    desk: Desk, state: State | None, at: datetime, why: str
) -> None:
    desk.open()
    desk.move(State.TRIAGED)
    desk.move(State.SCHEDULED, assignee="Chen", visit_at=VISIT)
    written = desk.follow()[-1]
    if state is not None:
        desk.move(state)
    told = desk.send(written, at)
    assert (told.state, told.detail) == ("withheld", why)


def test_a_visit_that_is_planned_again_overnight_was_moved_and_not_cancelled(desk: Desk) -> None:
    desk.open()
    desk.move(State.TRIAGED)
    desk.move(State.SCHEDULED, assignee="Chen", visit_at=VISIT)
    desk.send(desk.follow()[-1])
    desk.move(State.TRIAGED)
    cancelled = desk.follow()[-1]
    assert "on Wednesday, 3 June" in cancelled.body
    desk.move(State.SCHEDULED, assignee="Chen", visit_at=VISIT + DAY)
    assert desk.send(cancelled).detail == "the ticket is scheduled"
    assert [each.occasion for each in desk.follow()][-1] == "moved"


def test_a_technician_who_comes_again_has_not_cancelled_and_does_not_move(desk: Desk) -> None:
    desk.open()
    desk.move(State.TRIAGED)
    desk.move(State.SCHEDULED, assignee="Chen", visit_at=VISIT)
    desk.send(desk.follow()[-1])
    desk.move(State.DISPATCHED)
    desk.follow()
    desk.move(State.ON_SITE)
    desk.move(State.TRIAGED)
    assert [each.occasion for each in desk.follow()][-1] == "on_the_way"
    desk.move(State.SCHEDULED, assignee="Chen", visit_at=VISIT + 2 * DAY)
    assert [each.occasion for each in desk.follow()][-1] == "appointment"


def test_who_has_to_choose_anew_hears_that_the_old_time_is_off(desk: Desk) -> None:
    desk.hire()
    desk.open()
    desk.move(State.TRIAGED)
    desk.move(State.SCHEDULED, assignee="Chen", visit_at=VISIT)
    desk.send(desk.follow()[-1])
    desk.move(State.WAITING_FOR_CUSTOMER)
    off, offer = desk.follow()[-2:]
    assert (off.occasion, offer.occasion) == ("cancelled", "slots")
    sent = desk.send(offer, MORNING + DAY)
    assert "2 June" in offer.body
    assert "2 June" not in sent.body
    assert sent.body.count("\n- ") >= 2


def test_a_question_that_was_answered_meanwhile_is_not_asked(desk: Desk) -> None:
    desk.open()
    for words in ("Is the floor wet?", "Is it loud?"):
        question.ask(desk.connection, desk.catalogue, desk.ticket, words, "dora", NIGHT)
        desk.connection.commit()
    first, second = desk.letters[-2:]
    (asked, _) = question.of_ticket(desk.connection, desk.ticket.id)
    question.answered(desk.connection, desk.ticket.id, asked.id, MORNING)
    told = desk.send(first)
    assert (told.state, told.detail) == ("withheld", "it has been answered")
    assert desk.send(second).state == "sent"


def test_who_has_rated_is_not_asked_to_and_what_is_back_is_not_called_done(desk: Desk) -> None:
    written = desk.open()
    desk.move(State.TRIAGED)
    desk.move(State.RESOLVED)
    done, request = desk.follow()[-2:]
    rating.give(desk.connection, desk.ticket, written.contact_id, MORNING, nps=9, csat=5)
    assert desk.send(request, MORNING + DAY).detail == "they have rated already"
    desk.move(State.REOPENED)
    assert desk.send(done).detail == "the ticket is reopened"


def test_a_tip_is_kept_back_while_something_is_wrong(desk: Desk) -> None:
    later = START + 40 * DAY
    care_tip.advise(desk.pool, desk.catalogue, SetClock(later))
    written = desk.letters[-1]
    assert written.about == f"tip:{desk.house.fridge}:door_seal"
    desk.open()
    told = desk.send(written, later)
    assert (told.state, told.detail) == ("withheld", "a ticket of the home is open")


def test_a_letter_that_cannot_be_written_any_more_is_the_desks_to_see(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = desk.remind()
    (tmp_path / "consumable.en.short.txt").write_text("{{ discount }} {{ my_link }}")
    monkeypatch.setattr(letter, "_own_folder", lambda: tmp_path)
    told = desk.send(written)
    assert told.state == "failed"
    assert "letter consumable.en.short.txt: 'discount' is undefined" in told.detail
