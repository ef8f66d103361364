"""Notices on their way: by real mail and web servers, once, when they may, and what if not."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from alerts.channels import installed
from alerts.channels.channel import Channel, Parcel, Recipient
from alerts.draft import Draft
from alerts.notices import delivery, notice, reach
from alerts.notices.delivery import MARK, MOST_ATTEMPTS, Post
from alerts.notices.notice import DELIVER, Notice
from customers import consent, contact, household
from customers.consent import Answer
from runtime.clock import SetClock
from runtime.settings import Settings
from runtime.stopping import Stop
from storage import event, pool, queue
from storage.pool import Connection, Pool
from tests.carriers import Received, mail_server, web_server
from tickets.answers import my_link
from tickets.writing import post as post_office

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
"""In Shanghai."""
NIGHT = NOON + timedelta(hours=11)
MORNING = NOON + timedelta(hours=20)
SETTINGS = Settings(secret_key="k" * 40, public_url="https://service.example.com")


@dataclass
class Desk:
    """One database and two carriers for all tests of this module; each has people of its own."""

    pool: Pool
    connection: Connection
    mail: Received
    web: Received

    def post(self, *channels: str) -> Post:
        urls = {
            "email": f"mailto://127.0.0.1:{self.mail.port}?from=desk@example.com&to={{email}}",
            "webhook": f"json://127.0.0.1:{self.web.port}/{{external_id}}",
        }
        beeps = dict.fromkeys(("sms", "push", "wechat_work", "dingtalk"), urls["webhook"])
        urls |= beeps
        told = "\n".join(f"{name}: '{urls[name]}'" for name in channels)
        return post_office.of(SETTINGS.model_copy(update={"channels": told}))

    def person(
        self,
        name: str = "li",
        *consents: str,
        language: str = "en",
        email: str | None = None,
    ) -> int:
        """A new contact in a home in Shanghai, whose address begins with `name`."""
        mark = f"{name}-{uuid.uuid4().hex[:8]}"
        home = household.Entry(mark, "Li", region="north", time_zone="Asia/Shanghai")
        home_id = household.upsert(self.connection, [home], NOON)[mark]
        entry = contact.Entry(
            home_id,
            mark,
            "Li Ming",
            email=f"{mark}@example.com" if email is None else email,
            language=language,
            consents=frozenset(consents or ("service", "reminders")),
        )
        return contact.upsert(self.connection, [entry], NOON, source="test")[mark]

    def address(self, contact_id: int) -> str:
        return str(contact.by_ids(self.connection, [contact_id])[contact_id].email)

    def write(self, contact_id: int, purpose: str = "service", **details: object) -> int:
        """A notice to a contact; returns its id."""
        language = contact.by_ids(self.connection, [contact_id])[contact_id].language
        draft = Draft(
            key=f"test:{uuid.uuid4().hex}",
            contact_id=contact_id,
            device_id=None,
            purpose=purpose,
            language=language,
            subject="We come on Monday",
            body=f"Hello Li,\n\nsee {MARK}\n",
            allowed=True,
        )
        found = notice.write(self.connection, [replace(draft, **details)], NOON)  # type: ignore[arg-type]
        self.connection.commit()
        return found[0]

    def deliver(self, notice_id: int, at: datetime = NOON, *, by: Post | None = None) -> bool:
        return delivery.deliver(
            self.pool, SetClock(at), notice_id, post=by or self.post("email", "webhook")
        )

    def get(self, notice_id: int) -> Notice:
        self.connection.rollback()
        return notice.page(self.connection, before_id=notice_id + 1, limit=1)[0]

    def happened(self, notice_id: int) -> list[str]:
        self.connection.rollback()
        told = event.of_subject(self.connection, f"notice:{notice_id}")
        return [each.kind.removeprefix("notice.") for each in told]


@pytest.fixture(scope="module")
def carriers() -> Iterator[tuple[Received, Received]]:
    with mail_server() as mail, web_server() as web:
        yield mail, web


@pytest.fixture(scope="module")
def module_pool(module_database_url: str) -> Iterator[Pool]:
    opened = pool.open_pool(module_database_url)
    yield opened
    opened.close()


@pytest.fixture
def desk(module_pool: Pool, carriers: tuple[Received, Received]) -> Iterator[Desk]:
    mail, web = carriers
    mail.well = web.well = False
    with module_pool.connection() as connection:
        yield Desk(module_pool, connection, mail, web)
        connection.rollback()
        # What one test leaves waiting is nothing to another.
        connection.execute("UPDATE hearthwatch.notices SET state = 'failed' WHERE state = 'queued'")


def test_a_letter_arrives_by_mail_with_a_link_and_a_way_to_unsubscribe(desk: Desk) -> None:
    person = desk.person()
    number = desk.write(person, "reminders", about="contact")
    assert desk.deliver(number)
    assert not desk.deliver(number)
    (mail,) = desk.mail.mails_to(desk.address(person))
    assert mail["Subject"] == "We come on Monday"
    assert mail["X-Hearthwatch-Notice"] == desk.get(number).key
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    plain, page = (part.get_content() for part in mail.iter_parts())
    link = str(mail["List-Unsubscribe"]).strip("<>").removesuffix("/unsubscribe")
    assert link in plain
    assert f'<a href="{link}">' in page
    token = link.removeprefix("https://service.example.com/my/")
    opened = my_link.read(desk.connection, SETTINGS.secret(), token)
    assert (opened.contact_id, opened.subject, opened.notice_id) == (person, "contact", number)
    assert MARK in desk.get(number).body
    assert desk.happened(number) == ["queued", "sent"]
    assert (desk.get(number).channel, desk.get(number).state) == ("email", "sent")


def test_a_mailbox_that_is_gone_is_tried_no_more_and_the_next_channel_takes_over(
    desk: Desk,
) -> None:
    person = desk.person("gone")
    first, second = desk.write(person), desk.write(person)
    for number in (first, second):
        assert desk.deliver(number)
        assert desk.get(number).channel == "webhook"
    posts = desk.web.posts_to(desk.address(person).partition("@")[0])
    assert [headers["X-Hearthwatch-Notice"] for _, headers, _ in posts] == [
        desk.get(number).key for number in (first, second)
    ]
    assert posts[0][2]["title"] == "We come on Monday"
    (shut,) = [each for each in reach.disabled(desk.connection) if each.contact_id == person]
    assert (shut.channel, shut.region) == ("email", "north")
    assert "550 5.1.1" in shut.reason
    assert reach.disabled(desk.connection, region="south") == []
    assert reach.enable(desk.connection, person, "email")
    assert not reach.enable(desk.connection, person, "email")


def test_who_cannot_be_reached_at_all_is_the_desks_to_look_after(desk: Desk) -> None:
    refused, unknown = desk.person("gone-moved"), desk.person("li", email="")
    for person, channels, why in (
        (refused, ("email", "webhook"), "answered 410"),
        (unknown, ("email",), "no channel reaches"),
    ):
        number = desk.write(person)
        assert not desk.deliver(number, by=desk.post(*channels))
        assert desk.get(number).state == "failed"
        assert why in desk.get(number).detail
        assert desk.happened(number) == ["queued", "failed"]
        assert number in [each.id for each in notice.page(desk.connection, state="failed")]


def test_a_full_mailbox_is_no_wrong_address(desk: Desk) -> None:
    person = desk.person("full-wrong")
    number = desk.write(person)
    assert not desk.deliver(number)
    assert desk.get(number).state == "failed"
    assert person not in [each.contact_id for each in reach.disabled(desk.connection)]


def test_a_carrier_that_is_busy_is_asked_again_later_and_later(desk: Desk) -> None:
    number = desk.write(desk.person("busy"))
    at, pauses = NOON, []
    for _ in range(3):
        assert not desk.deliver(number, at)
        held = desk.get(number)
        assert (held.state, held.channel) == ("queued", "email")
        pauses.append(held.not_before - at)
        assert not desk.deliver(number, held.not_before - timedelta(seconds=1))
        at = held.not_before
    assert pauses == [timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=8)]
    desk.mail.well = True
    assert desk.deliver(number, at)
    assert len(desk.mail.mails_to(desk.address(desk.get(number).contact_id))) == 1


def test_a_carrier_that_stays_busy_is_given_up_for_the_next_and_then_for_good(desk: Desk) -> None:
    number = desk.write(desk.person("busy-slow"))
    for tried in range(1, MOST_ATTEMPTS + 1):
        desk.connection.execute(
            "UPDATE hearthwatch.notices SET not_before = %s WHERE id = %s", (NOON, number)
        )
        desk.connection.commit()
        assert not desk.deliver(number)
        assert desk.get(number).attempts == tried
    assert desk.get(number).state == "failed"
    assert "webhook: the carrier answered 503" in desk.get(number).detail


def test_a_letter_of_the_night_is_held_until_morning_and_then_released(desk: Desk) -> None:
    number = desk.write(desk.person())
    assert not desk.deliver(number, NIGHT)
    held = desk.get(number)
    assert (held.state, held.not_before, held.detail) == ("queued", MORNING, "quiet hours")
    desk.connection.execute("DELETE FROM procrastinate_jobs")
    desk.connection.commit()
    assert delivery.release(desk.pool, SetClock(MORNING - timedelta(minutes=1))) == 0
    assert delivery.release(desk.pool, SetClock(MORNING)) == 1
    assert delivery.release(desk.pool, SetClock(MORNING)) == 1
    jobs = desk.connection.execute("SELECT args ->> 'notice_id' FROM procrastinate_jobs").fetchall()
    assert jobs == [(str(number),)]
    assert desk.deliver(number, MORNING)


def test_danger_is_told_by_night_and_without_consent_and_cannot_be_refused(desk: Desk) -> None:
    person = desk.person("li", "marketing")
    number = desk.write(person, safety=True, occasion="safety")
    assert desk.deliver(number, NIGHT, by=desk.post("email"))
    (mail,) = desk.mail.mails_to(desk.address(person))
    assert mail["List-Unsubscribe"] is None
    assert "Choose what we write" not in next(mail.iter_parts()).get_content()


def test_reminders_of_a_home_go_out_as_one_letter(desk: Desk) -> None:
    person = desk.person()
    numbers = [
        desk.write(person, "reminders", subject=each, wait=timedelta(minutes=30), about="contact")
        for each in ("Filter", "Carbon", "Membrane")
    ]
    service = desk.write(person, subject="Alone")
    later = NOON + timedelta(minutes=30)
    assert [desk.deliver(number, later) for number in numbers] == [True, False, False]
    assert {desk.get(number).state for number in numbers} == {"sent"}
    assert desk.get(service).state == "queued"
    (mail,) = desk.mail.mails_to(desk.address(person))
    assert mail["Subject"] == "Filter (and 2 more)"
    text = next(mail.iter_parts()).get_content()
    assert all(each in text for each in ("Carbon", "Membrane"))
    assert text.count("Hello Li") == 1
    assert len(notice.sent_to(desk.connection, person, NOON)) == 1


@pytest.mark.parametrize(
    ("channel", "title"),
    [("sms", ""), ("wechat_work", ""), ("dingtalk", ""), ("push", "We come on Monday")],
)
def test_what_beeps_carries_the_short_form_and_its_link(
    desk: Desk, channel: str, title: str
) -> None:
    person = desk.person()
    number = desk.write(person, short=f"Short: {MARK}")
    assert MARK in desk.get(number).short
    assert desk.deliver(number, by=desk.post(channel))
    ((_, _, body),) = desk.web.posts_to(desk.address(person).partition("@")[0])
    text, link = body["message"].split()
    assert (body["title"], text) == (title, "Short:")
    assert len(link.rpartition("/my/")[2]) == 48
    opened = my_link.read(desk.connection, SETTINGS.secret(), link.rpartition("/")[2])
    assert opened.notice_id == number


def test_short_forms_of_one_letter_stand_below_each_other_with_a_link_each(desk: Desk) -> None:
    person = desk.person()
    numbers = [
        desk.write(person, "reminders", short=f"{each}: {MARK}") for each in ("Filter", "Carbon")
    ]
    assert desk.deliver(numbers[0], by=desk.post("sms"))
    ((_, _, body),) = desk.web.posts_to(desk.address(person).partition("@")[0])
    filter_, carbon = body["message"].split("\n")
    assert (filter_.split()[0], carbon.split()[0]) == ("Filter:", "Carbon:")
    assert filter_.split()[1] != carbon.split()[1]
    assert desk.get(numbers[1]).state == "sent"


def test_a_letter_without_a_short_form_goes_out_whole(desk: Desk) -> None:
    person = desk.person()
    assert desk.deliver(desk.write(person), by=desk.post("sms"))
    ((_, _, body),) = desk.web.posts_to(desk.address(person).partition("@")[0])
    assert "Hello Li" in body["message"]


def test_the_fourth_letter_of_a_week_waits_if_it_is_a_reminder(desk: Desk) -> None:
    person = desk.person()
    for number in [desk.write(person) for _ in range(3)]:
        assert desk.deliver(number)
    reminder, service = desk.write(person, "reminders"), desk.write(person)
    assert not desk.deliver(reminder)
    assert desk.get(reminder).not_before == NOON + timedelta(days=7)
    assert "3 letters in 7 days" in desk.get(reminder).detail
    assert desk.deliver(service)


def test_a_consent_taken_back_while_a_letter_waits_counts(desk: Desk) -> None:
    person = desk.person()
    reminder, service = desk.write(person, "reminders"), desk.write(person)
    taken = [
        Answer(person, "reminders", granted=False),
        Answer(person, "service", granted=False, channel="email"),
    ]
    consent.record(desk.connection, taken, NOON, source="test")
    desk.connection.commit()
    assert not desk.deliver(reminder)
    assert desk.get(reminder).detail == "no consent to reminders"
    assert desk.happened(reminder) == ["queued", "withheld"]
    assert desk.deliver(service)
    assert desk.get(service).channel == "webhook"
    assert desk.mail.mails_to(desk.address(person)) == []


def test_workers_at_once_send_a_notice_once(desk: Desk) -> None:
    person = desk.person()
    number = desk.write(person)
    start, sent = threading.Barrier(4), []

    def work() -> None:
        start.wait(60)
        sent.append(desk.deliver(number))

    workers = [threading.Thread(target=work) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join(60)
    assert sorted(sent) == [False, False, False, True]
    assert len(desk.mail.mails_to(desk.address(person))) == 1


@dataclass
class Dying:
    """A channel whose process dies right after the carrier took the letter."""

    within: Channel

    def reaches(self, recipient: Recipient) -> bool:
        return self.within.reaches(recipient)

    def send(self, parcel: Parcel) -> str:
        self.within.send(parcel)
        raise SystemError("the process is gone")


def test_a_crash_after_sending_sends_again_under_the_same_key(desk: Desk) -> None:
    person = desk.person()
    number = desk.write(person)
    whole = desk.post("email")
    dying = replace(whole, channels={"email": Dying(whole.channels["email"])})
    with pytest.raises(SystemError):
        desk.deliver(number, by=dying)
    assert desk.get(number).state == "queued"
    assert number in notice.due(desk.connection, NOON)
    desk.connection.rollback()
    assert desk.deliver(number, by=whole)
    mails = desk.mail.mails_to(desk.address(person))
    assert [each["X-Hearthwatch-Notice"] for each in mails] == [desk.get(number).key] * 2


def test_a_null_channel_takes_everything_and_sends_nothing(desk: Desk) -> None:
    person = desk.person()
    number = desk.write(person)
    silent = replace(desk.post(), channels=installed.read("email: null"))
    assert desk.deliver(number, by=silent)
    assert "null" in desk.get(number).detail
    assert desk.mail.mails_to(desk.address(person)) == []


def test_who_prefers_a_channel_is_written_to_by_it(desk: Desk) -> None:
    person = desk.person()
    reach.prefer(desk.connection, person, "webhook")
    number = desk.write(person)
    assert desk.deliver(number)
    assert desk.get(number).channel == "webhook"
    reach.prefer(desk.connection, person, "")
    again = desk.write(person)
    assert desk.deliver(again)
    assert desk.get(again).channel == "email"


def test_a_letter_whose_job_was_lost_goes_out_all_the_same(
    desk: Desk, module_database_url: str
) -> None:
    number = desk.write(desk.person())
    desk.connection.execute("DELETE FROM procrastinate_jobs")
    desk.connection.commit()
    stop = Stop()
    clock, post = SetClock(NOON), desk.post("email")
    errands = {
        DELIVER: partial(delivery.deliver, desk.pool, clock, post=post),
        delivery.RELEASE: partial(delivery.release, desk.pool, clock),
    }
    due = {delivery.RELEASE: delivery.EVERY_TEN_SECONDS}
    worker = threading.Thread(
        target=queue.work, args=(module_database_url, errands, stop), kwargs={"due": due}
    )
    worker.start()
    give_up = Stop()
    try:
        for _ in range(600):
            if desk.get(number).state == "sent":
                break
            give_up.wait(0.1)
    finally:
        stop.set()
        worker.join(60)
    assert desk.get(number).state == "sent"
