"""A customer's page: opened by a link, without a login or a script, and by nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import httpx
import pytest

from alerts.notices import notice, reach
from api import forecast
from customers import consent, ownership
from devices.catalogue.folder import Catalogue
from runtime.errors import NotFoundError
from storage.pool import Connection
from tests.integration.api.site import Site
from tests.integration.api.small_world import NOW
from tickets import ticket
from tickets.answers import my_link, question, rating
from tickets.conversation import interaction
from tickets.lifecycle import State
from tickets.routing import technician
from tickets.ticket import Move, Ticket
from tickets.writing import reminder

FORM_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]+)"')
SLOT = re.compile(r'name="slot" value="([^"]+)"')


@dataclass
class Home:
    """The northern home, whose fridge has an open ticket; its contact reads Chinese."""

    site: Site
    connection: Connection
    browser: httpx.Client

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        self.connection.rollback()
        return self.connection.execute(statement.encode()).fetchall()

    def number(self, statement: str) -> int:
        return int(str(self.ask(statement)[0][0]))

    @property
    def ticket(self) -> Ticket:
        self.connection.rollback()
        return next(each for each in ticket.page(self.connection) if each.serial == "RF-NORTH")

    @property
    def about_ticket(self) -> str:
        return self.link(f"ticket:{self.ticket.id}")

    @property
    def contact_id(self) -> int:
        return self.number("SELECT id FROM hearthwatch.contacts WHERE external_id = 'C-1'")

    def link(self, subject: str, notice_id: int | None = None) -> str:
        secret = self.site.settings.secret()
        token = my_link.make(self.connection, secret, self.contact_id, subject, notice_id)
        self.connection.commit()
        return f"/my/{token}"

    def move(self, state: State, **details: object) -> None:
        asked = Move(state, self.ticket.version, "dora", **details)  # type: ignore[arg-type]
        ticket.move(self.connection, self.ticket.id, asked, NOW)
        self.connection.commit()

    def resolve(self) -> None:
        self.move(State.TRIAGED, assignee="tom")
        self.move(State.RESOLVED)

    def hire(self) -> None:
        """Let somebody work in the north who can repair fridges."""
        known = self.ticket.problem
        entry = technician.Entry(
            "Chen", {"refrigeration": 3, known: 3}, "mon-sun 00:00-23:30", "north"
        )
        technician.upsert(self.connection, [entry], NOW)
        self.connection.commit()

    def read(self, link: str) -> str:
        page = self.browser.get(link)
        assert page.status_code == 200
        return unescape(page.text)

    def post(self, link: str, act: str, **fields: object) -> httpx.Response:
        """Fill in a form of the page and send it, as a browser does."""
        found = FORM_TOKEN.search(self.read(link))
        assert found is not None
        return self.browser.post(f"{link}/{act}", data={"form_token": found[1], **fields})


@pytest.fixture
def home(site: Site, world: Connection) -> Iterator[Home]:
    with httpx.Client(
        base_url=site.address, follow_redirects=True, trust_env=False, timeout=60
    ) as browser:
        yield Home(site, world, browser)


def test_a_link_shows_what_was_seen_in_the_customers_language_without_a_script(home: Home) -> None:
    link = home.about_ticket
    page = home.browser.get(link)
    for said in ("制冷不足", "冷冻室温度为", "请尽量少开门", "判断依据", "<polyline", "<table>"):
        assert said in page.text
    assert "<script" not in page.text
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page.text)
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "script-src" not in page.headers["content-security-policy"]
    assert "What led to this" in home.read(f"{link}?lang=en")


def test_nothing_of_before_the_appliance_was_theirs_is_shown(home: Home) -> None:
    link = home.about_ticket
    moved = NOW - timedelta(hours=2)
    home.connection.execute("UPDATE hearthwatch.ownerships SET since = %s", (moved,))
    home.connection.commit()
    text = home.read(link)
    assert "冷冻室温度为" not in text
    assert text.count('<td><time datetime="2026-06-1') <= 1


def test_a_link_opens_nothing_once_the_appliance_is_somebody_elses(home: Home) -> None:
    link, consumable = home.about_ticket, home.link("consumable:1:water_filter")
    other = home.number("SELECT id FROM hearthwatch.households WHERE external_id = 'H-2'")
    ownership.assign(home.connection, {home.ticket.device_id: other}, NOW)
    home.connection.commit()
    for each in (link, consumable):
        page = home.browser.get(each)
        assert page.status_code == 410
        assert "RF-NORTH" not in page.text


def test_links_that_open_nothing_get_a_clear_page_and_soon_have_to_wait(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = home.about_ticket
    forged = link[:-4] + ("AAAA" if link[-4:] != "AAAA" else "BBBB")
    with monkeypatch.context() as patch:
        patch.setattr(my_link, "LIFETIME", timedelta(days=-1))
        expired = home.about_ticket
    revoked = home.about_ticket
    my_link.revoke(home.connection, home.contact_id)
    home.connection.commit()
    asked = {"accept-language": "zh-CN,en;q=0.5"}
    for path, status, said in (
        (forged, 404, "这里没有内容"),
        ("/my/nonsense", 404, "这里没有内容"),
        (expired, 410, "此链接已失效"),
        (revoked, 410, "此链接已失效"),
    ):
        page = home.browser.get(path, headers=asked)
        assert (page.status_code, said in page.text) == (status, True), path
        assert "RF-NORTH" not in page.text
        assert home.browser.post(f"{path}/confirm").status_code == status
    # Whoever tries on by chance has to wait, and customers do not.
    assert "There is nothing here" in home.browser.get(forged).text
    assert home.browser.post(f"{forged}/confirm").status_code == 404
    assert home.browser.get(forged).status_code == 429
    assert home.browser.get(home.link("contact")).status_code == 200


def test_neither_looking_nor_a_form_of_another_page_changes_anything(home: Home) -> None:
    link = home.about_ticket

    def stands() -> list[object]:
        return [
            *home.ask("SELECT count(*), max(id) FROM hearthwatch.events"),
            *home.ask("SELECT count(*), max(id) FROM hearthwatch.consents"),
            *home.ask("SELECT sum(version) FROM hearthwatch.tickets"),
        ]

    before = stands()
    acts = ("confirm", "book", "replaced", "answer", "rate", "choose", "snooze", "unsubscribe")
    for path in (link, *(f"{link}/{act}" for act in acts)):
        home.browser.get(path)
    another = FORM_TOKEN.search(home.read(home.link("contact")))
    assert another is not None
    for fields in ({}, {"form_token": another[1]}):
        assert home.browser.post(f"{link}/snooze", data={"days": 7, **fields}).status_code == 403
    assert stands() == before
    assert reach.snoozed_until(home.connection, home.contact_id) is None


def test_an_appointment_is_confirmed_and_moved_to_a_time_that_is_free(home: Home) -> None:
    home.hire()
    link = home.about_ticket
    assert "请选择上门时间" in home.read(link)
    first = SLOT.findall(home.read(link))[0]
    assert "时间已为您预约" in home.post(link, "book", slot=first).text
    assert (home.ticket.state, home.ticket.assignee) == ("scheduled", "Chen")
    assert "您已确认该时间" in home.read(link)
    offered = SLOT.findall(home.read(link))
    assert first not in offered
    home.post(link, "book", slot=offered[0])
    assert home.ticket.visit_at is not None
    assert f"{home.ticket.visit_at:%Y%m%dT%H%M%SZ}~Chen" == offered[0]


def test_a_slot_that_was_just_taken_is_refused_and_others_are_offered(home: Home) -> None:
    home.hire()
    link = home.about_ticket
    slot = SLOT.findall(home.read(link))[0]
    away = "INSERT INTO hearthwatch.absences (technician, begins_at, ends_at, reason, recorded_by)"
    home.connection.execute(
        f"{away} VALUES ('Chen', %s, %s, '', 'dora')".encode(), (NOW, NOW + timedelta(days=2))
    )
    home.connection.commit()
    refused = home.post(link, "book", slot=slot)
    assert refused.status_code == 409
    assert "该时间已被占用" in refused.text
    assert slot not in SLOT.findall(refused.text)
    assert SLOT.findall(refused.text)
    assert home.ticket.state == "new"
    assert home.post(link, "book", slot="nonsense").status_code == 422


def test_an_answer_reaches_the_ticket_once_and_takes_it_back_to_the_desk(
    home: Home, catalogue: Catalogue
) -> None:
    home.move(State.WAITING_FOR_CUSTOMER)
    question.ask(home.connection, catalogue, home.ticket, "Is the floor wet?", "dora", NOW)
    home.connection.commit()
    link = home.about_ticket
    assert "Is the floor wet?" in home.read(link)
    for _ in range(2):
        assert "我们已收到您的留言" in home.post(link, "answer", words="没有 <b>水</b>").text
    said = interaction.of_ticket(home.connection, home.ticket.id)
    assert [(each.text, each.direction, each.channel) for each in said] == [
        ("没有 <b>水</b>", "inbound", "web")
    ]
    assert home.ticket.state == "triaged"
    assert "Is the floor wet?" not in home.read(link)
    assert home.post(link, "answer", words="   ").status_code == 422


def test_trouble_that_is_back_opens_the_ticket_again(home: Home) -> None:
    home.resolve()
    home.post(home.about_ticket, "answer", words="It is warm again", again="yes")
    assert home.ticket.state == "reopened"


def test_a_rating_is_kept_and_may_be_changed(home: Home) -> None:
    link = home.about_ticket
    assert home.post(link, "rate", nps=9).status_code == 409
    home.resolve()
    assert home.post(link, "rate", comment="fine").status_code == 422
    assert home.post(link, "rate", nps=11).status_code == 422
    home.post(link, "rate", nps=9, csat=4, comment="very friendly")
    home.post(link, "rate", nps=10, csat=5)
    (given,) = rating.of_ticket(home.connection, home.ticket.id)
    assert (given.nps, given.csat, given.comment) == (10, 5, "")
    told = home.ask("SELECT facts FROM hearthwatch.events WHERE kind = 'rating.given' ORDER BY id")
    assert [each[0]["nps"] for each in told] == [9, 10]  # type: ignore[index]
    assert "您已评价" in home.read(link)


def test_a_consumable_that_was_replaced_counts_from_today(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminder, "_shop", lambda: "https://shop.example.com/{part_number}")
    device_id = home.ticket.device_id
    home.connection.execute(
        "INSERT INTO hearthwatch.consumable_estimates (device_id, consumable, at, used, days_left,"
        " days_low, days_high, installed_at) VALUES (%s, 'water_filter', %s, 0.9, 9, 5, 14, %s)",
        (device_id, NOW, NOW - timedelta(days=150)),
    )
    home.connection.commit()
    link = home.link(f"consumable:{device_id}:water_filter")
    text = home.read(link)
    for said in ("滤水器", "6月20日", "6月29日", "https://shop.example.com/HW-RF-FLT-01"):
        assert said in text
    for _ in range(2):
        assert "您已于6月15日" in home.post(link, "replaced").text
    assert home.number("SELECT count(*) FROM hearthwatch.replacements") == 1
    (supply,) = forecast.lasting(home.connection, device_id)
    assert (supply.used, supply.days_left) == (0, None)
    assert home.browser.get(home.link(f"consumable:{device_id}:no_such")).status_code == 404
    assert home.browser.get(home.link("anything")).status_code == 404


def test_a_tip_can_be_read_again(home: Home) -> None:
    device_id = home.ticket.device_id
    text = home.read(home.link(f"tip:{device_id}:door_seal"))
    assert "门封是否严密？" in text
    assert "关门时夹住一张纸" in text
    assert home.browser.get(home.link(f"tip:{device_id}:no_such")).status_code == 404


def test_a_link_of_another_key_or_longer_by_a_character_opens_nothing(home: Home) -> None:
    link = home.link("contact")
    token = link.rpartition("/")[2]
    assert len(token) == 48
    for wrong in (f"{token}A", f"{token}.", token[:-4], token.upper(), f"{token[:20]}é"):
        with pytest.raises(NotFoundError):
            my_link.read(home.connection, home.site.settings.secret(), wrong)
    with pytest.raises(NotFoundError):
        my_link.read(home.connection, "another key" * 4, token)


def test_purposes_are_chosen_and_reminders_put_off(home: Home) -> None:
    link = home.link("contact")
    home.post(link, "choose", purposes=["service"])
    assert consent.purposes(home.connection, home.contact_id) == {"service"}
    home.post(link, "snooze", days=14)
    assert reach.snoozed_until(home.connection, home.contact_id) == NOW + timedelta(days=14)
    assert "6月29日" in home.read(link)
    assert home.post(link, "snooze", days=1000).status_code == 422


def test_one_click_in_a_mail_program_stops_what_the_letter_was_about_and_many_have_to_wait(
    home: Home,
) -> None:
    (letter, *_) = notice.page(home.connection, household_id=home.ticket.household_id)
    link = home.link("contact", letter.id)
    clicked = home.browser.post(
        f"{link}/unsubscribe", data={"List-Unsubscribe": "One-Click"}, follow_redirects=False
    )
    assert clicked.status_code == 303
    assert not consent.allows(home.connection, home.contact_id, "service")
    assert consent.allows(home.connection, home.contact_id, "reminders")
    told = home.ask("SELECT facts FROM hearthwatch.events WHERE kind = 'notice.answered'")
    assert [each[0]["answer"] for each in told] == ["unsubscribe"]  # type: ignore[index]
    codes = [home.browser.post(f"{link}/unsubscribe").status_code for _ in range(11)]
    assert codes == [200] * 9 + [429] * 2


def test_the_desk_sees_what_became_of_letters_and_lets_a_channel_be_tried_again(
    home: Home, client: Callable[[str], httpx.Client], browser: Callable[..., httpx.Client]
) -> None:
    reach.disable(home.connection, home.contact_id, "email", NOW, "550 5.1.1")
    home.connection.commit()
    dora, paul = client("dora"), client("paul")
    letters = dora.get("/v1/notices", params={"ticket": home.ticket.id, "state": "queued"}).json()
    assert [each["occasion"] for each in letters["items"]] == ["problem"]
    assert dora.get("/v1/notices", params={"state": "failed"}).json()["items"] == []
    (shut,) = dora.get("/v1/notices/unreachable").json()
    assert (shut["channel"], shut["reason"]) == ("email", "550 5.1.1")
    retry = f"/v1/notices/unreachable/{shut['contact_id']}/email/retry"
    assert paul.get("/v1/notices/unreachable").json() == []
    assert paul.post(retry).status_code == 404
    page = browser("dora").get("/console/outbox?state=queued").text
    for said in ("Not reached any more", "[personal link]", "550 5.1.1"):
        assert said in page
    assert browser("paul").get("/console/outbox").text.count("550 5.1.1") == 0
    assert dora.post(retry).status_code == 204
    assert dora.post(retry).status_code == 404


def test_the_desk_asks_a_customer_and_reads_what_they_think(
    home: Home, client: Callable[[str], httpx.Client]
) -> None:
    dora, paul = client("dora"), client("paul")
    questions = f"/v1/tickets/{home.ticket.id}/questions"
    asked = dora.post(questions, json={"words": "地上有水吗？"})
    assert (asked.status_code, asked.json()["asked_by"]) == (201, "dora")
    assert [each["words"] for each in dora.get(questions).json()] == ["地上有水吗？"]
    assert dora.post(questions, json={"words": ""}).status_code == 422
    assert paul.get(questions).status_code == 404
    answer = f"{questions}/{asked.json()['id']}/answer"
    assert paul.post(answer, json={"text": "没有"}).status_code == 404
    assert dora.post(answer, json={"text": " "}).status_code == 422
    assert dora.post(f"{questions}/999/answer", json={"text": "没有"}).status_code == 404
    home.move(State.WAITING_FOR_CUSTOMER)
    told = dora.post(answer, json={"text": "没有", "channel": "chat"})
    assert (told.status_code, told.json()["answered_at"] is not None) == (201, True)
    assert dora.post(answer, json={"text": "有"}).status_code == 409
    home.connection.rollback()
    said = [each.text for each in interaction.of_ticket(home.connection, home.ticket.id)]
    assert (said, home.ticket.state) == (["没有"], "triaged")
    assert "地上有水吗" not in home.read(home.about_ticket)
    home.resolve()
    home.post(home.about_ticket, "rate", csat=5, comment="很好")
    (given,) = dora.get(f"/v1/tickets/{home.ticket.id}/ratings").json()
    assert (given["csat"], given["nps"], given["comment"]) == (5, None, "很好")
