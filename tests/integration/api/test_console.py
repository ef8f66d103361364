"""The console's pages: what they show, what they refuse, and that the queue is live."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from alerts import alert
from alerts.alert import Finding
from alerts.evidence import Evidence
from api import token
from api.console import session
from api.token import Purpose
from devices import appliance
from devices.catalogue.appliance_type import Severity
from devices.catalogue.folder import Catalogue
from models import shelf
from models.detectors.context_residual import ContextResidual
from models.shelf import Origin
from runtime.settings import Settings
from storage.pool import Connection
from tickets import opening

Make = Callable[..., httpx.Client]
PASSWORD = "correct horse battery"  # noqa: S105 - of users that live for a test


def _fields(page: str, state: str) -> dict[str, str]:
    """The hidden fields of the form that asks for `state`."""
    (form,) = [each for each in page.split("<form") if f'name="state" value="{state}"' in each]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def test_whoever_is_not_signed_in_is_asked_to_and_comes_back(browser: Make) -> None:
    visitor = browser()
    asked = visitor.get("/console/tickets/1?lang=zh")
    assert asked.url.path == "/console/sign-in"
    fields = {"name": "dora", "password": PASSWORD, "next": asked.url.params["next"]}
    entered = visitor.post("/console/sign-in", data=fields)
    assert entered.url.path == "/console/tickets/1"
    assert "制冷不足" in entered.text


def test_a_wrong_password_is_said_on_the_page(browser: Make) -> None:
    answer = browser().post("/console/sign-in", data={"name": "dora", "password": "no"})
    assert answer.status_code == 401
    assert "the name or the password is wrong" in answer.text


@pytest.mark.parametrize("target", ["https://evil.test/", "//evil.test", "/console/\\evil"])
def test_signing_in_never_leads_to_another_site(browser: Make, target: str) -> None:
    fields = {"name": "dora", "password": PASSWORD, "next": target}
    answer = browser().post("/console/sign-in", data=fields)
    assert answer.url.path == "/console/"


def test_a_sign_in_from_another_site_is_refused(browser: Make) -> None:
    fields = {"name": "dora", "password": PASSWORD}
    answer = browser().post(
        "/console/sign-in", data=fields, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403


def test_a_link_signs_in_with_a_cookie_that_scripts_cannot_read(
    settings: Settings, browser: Make
) -> None:
    visitor = browser()
    link = token.enter_url(settings, str(visitor.base_url), "dora")
    answer = visitor.get(link, follow_redirects=False)
    assert answer.headers["location"] == "/console/"
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=lax" in answer.headers["set-cookie"]


def test_an_api_token_is_no_link(settings: Settings, browser: Make) -> None:
    other = token.issue(settings, "dora", Purpose.API)
    assert browser().get(f"/console/enter?token={other}").url.path == "/console/sign-in"


def test_signing_out_forgets_the_session(browser: Make) -> None:
    dora = browser("dora")
    form_token = re.search(r'name="form_token" value="(\w+)"', dora.get("/console/").text)
    assert form_token
    dora.post("/console/sign-out", data={"form_token": form_token[1]})
    assert session.COOKIE not in dora.cookies
    assert dora.get("/console/").url.path == "/console/sign-in"


def test_the_queue_shows_what_a_dispatcher_needs(browser: Make) -> None:
    page = browser("dora").get("/console/").text
    for words in (
        "Does not cool enough",
        "Freezer temperature is",
        "RF-NORTH",
        "Lin &lt;family&gt;",
        "Gold",
        "High",
        "1 h",
        "The appliance shows code E2",
    ):
        assert words in page
    assert "<family>" not in page


@pytest.mark.parametrize(
    ("wanted", "serials"),
    [
        ("type=washing_machine", {"WM-SOUTH"}),
        ("region=north", {"RF-NORTH"}),
        ("severity=high", {"RF-NORTH", "WM-SOUTH"}),
        ("state=triaged", set()),
        ("safety=1", set()),
    ],
)
def test_the_queue_is_filtered(browser: Make, wanted: str, serials: set[str]) -> None:
    page = browser("dora").get(f"/console/?{wanted}").text
    assert set(re.findall(r"/console/appliances/([A-Z-]+)", page)) == serials


def test_the_ticket_page_gives_the_reasons_and_draws_them(browser: Make) -> None:
    page = browser("dora").get("/console/tickets/1").text
    for words in (
        "Freezer temperature is",
        "freezer_temp_c above -9 for 240 min",
        "context_residual:fridge_temp_c v1",
        "Refrigerant has leaked",
        "HW-RF-DRYER-01",
        "8 Lotus Road",
        "+86 10 5555",
        "20:00",
    ):
        assert words in page
    assert page.count('class="chart-data"') == 2


def test_a_model_that_cannot_be_read_any_more_leaves_a_ticket_its_readings(
    browser: Make, world: Connection
) -> None:
    at = appliance.get(world, "RF-NORTH").registered_at
    detector = ContextResidual("fridge_temp_c", ["ambient_temp_c"], "high")
    model = shelf.put(world, detector, Origin("refrigerator", at, at, at, 3), {})
    shelf.promote(world, model.id)
    world.execute("UPDATE hearthwatch.models SET artefact = 'from another time'")
    world.commit()
    page = browser("dora").get("/console/tickets/1").text
    assert page.count('class="chart-data"') == 2
    assert "As of" not in page


def test_a_code_brings_its_self_help(browser: Make) -> None:
    assert "Code E2" in browser("dora").get("/console/tickets/2").text


def test_a_viewer_sees_no_contacts_and_no_forms(browser: Make) -> None:
    page = browser("vera").get("/console/tickets/1").text
    assert "+86 10 5555" not in page
    assert "Your role may not change this ticket" in page


def test_catalogue_texts_follow_the_browser_and_the_choice(browser: Make) -> None:
    dora = browser("dora")
    assert "制冷不足" in dora.get("/console/", headers={"Accept-Language": "zh-CN,en"}).text
    dora.get("/console/?lang=zh")
    assert "制冷不足" in dora.get("/console/").text


@pytest.mark.usefixtures("fresh_site")
def test_a_ticket_is_worked_on_by_forms_alone(browser: Make) -> None:
    dora = browser("dora")
    fields = _fields(dora.get("/console/tickets/1").text, "triaged")
    assigned = dora.post("/console/tickets/1", data=fields | {"assignee": "tom"})
    fields = _fields(assigned.text, "scheduled")
    # The customer lives eight hours ahead of UTC.
    scheduled = dora.post("/console/tickets/1", data=fields | {"visit": "2026-06-17T09:30"})
    assert "2026-06-17 09:30" in scheduled.text
    assert "visit 2026-06-17 01:30" in dora.get("/console/").text
    fields = _fields(scheduled.text, "resolved")
    resolved = dora.post("/console/tickets/1", data=fields | {"note": "fan <b>replaced</b>"})
    assert "fan &lt;b&gt;replaced&lt;/b&gt;" in resolved.text
    assert "RF-NORTH" not in dora.get("/console/").text


@pytest.mark.usefixtures("fresh_site")
def test_what_cannot_be_is_said_in_words(browser: Make) -> None:
    dora = browser("dora")
    fields = _fields(dora.get("/console/tickets/1").text, "triaged")
    triaged = dora.post("/console/tickets/1", data=fields)
    stale = dora.post("/console/tickets/1", data=fields | {"assignee": "uma"})
    assert stale.status_code == 409
    assert "was changed by somebody else" in stale.text
    asked = _fields(triaged.text, "scheduled") | {"visit": "2026-06-17T09:30"}
    refused = dora.post("/console/tickets/1", data=asked)
    assert refused.status_code == 422
    assert "a ticket that is scheduled needs a technician" in refused.text


@pytest.mark.parametrize("given", [{}, {"form_token": "f" * 64}, {"form_token": "é"}])
def test_a_form_from_elsewhere_is_refused(browser: Make, given: dict[str, str]) -> None:
    dora = browser("dora")
    fields = {"state": "triaged", "version": "1", "assignee": "eve", **given}
    assert dora.post("/console/tickets/1", data=fields).status_code == 403
    assert "nobody yet" in dora.get("/console/tickets/1").text


def test_a_form_of_another_session_is_refused(browser: Make) -> None:
    fields = _fields(browser("ada").get("/console/tickets/1").text, "triaged")
    answer = browser("dora").post("/console/tickets/1", data=fields | {"assignee": "eve"})
    assert answer.status_code == 403


def test_a_technician_may_not_assign(browser: Make) -> None:
    fields = _fields(browser("dora").get("/console/tickets/1").text, "triaged")
    tom = browser("tom")
    own = re.search(r'name="form_token" value="(\w+)"', tom.get("/console/").text)
    assert own
    answer = tom.post("/console/tickets/1", data=fields | {"form_token": own[1], "assignee": "tom"})
    assert answer.status_code == 403
    assert "this needs the role dispatcher" in answer.text


def test_the_appliance_page_marks_what_is_unusual(browser: Make) -> None:
    page = browser("vera").get("/console/appliances/RF-NORTH?days=30").text
    assert "outside the usual range" in page
    assert "-22 to -15" in page
    assert page.count('class="chart-data"') == 5


def test_an_appliance_shows_its_fault_codes(browser: Make) -> None:
    page = browser("vera").get("/console/appliances/WM-SOUTH").text
    assert "<b>E2</b> raised" in page


def test_customers_are_listed_with_what_is_open(browser: Make) -> None:
    page = browser("dora").get("/console/customers").text
    assert "Lin Mei" in page
    assert re.search(r"<b>1</b>", page)
    household = browser("dora").get("/console/customers/1").text
    assert "marketing, reminders, service" in household
    assert "WH-NORTH" in household


def test_the_outbox_shows_letters_as_customers_read_them(browser: Make) -> None:
    page = browser("dora").get("/console/outbox").text
    assert "您的冰箱：制冷不足" in page
    assert "Your washing machine" in page


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("2", "/console/tickets/2"),
        ("rf-n", "/console/appliances/RF-NORTH"),
        ("mei", "/console/customers/1"),
        ("+351 555", "/console/customers/2"),
        ("99999999999999999999999", "/console/find"),
        ("%", "/console/find"),
    ],
)
def test_what_a_caller_names_is_found(browser: Make, words: str, path: str) -> None:
    assert browser("dora").get("/console/find", params={"q": words}).url.path == path


def test_a_viewer_finds_no_customers(browser: Make) -> None:
    page = browser("vera").get("/console/find", params={"q": "mei"})
    assert "Nothing has this number or name" in page.text


def test_pages_may_load_from_here_only(browser: Make) -> None:
    answer = browser("dora").get("/console/")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<script>|\son\w+=|https?://(?!127\.0\.0\.1)", answer.text)


@pytest.mark.parametrize(
    "path",
    ["bokeh/js/bokeh.min.js", "console.css", "queue.js", "charts.js", "icon.svg"],
)
def test_what_pages_need_is_served(browser: Make, path: str) -> None:
    assert browser().get(f"/static/{path}").status_code == 200


def _open_another_ticket(world: Connection, catalogue: Catalogue) -> None:
    device = appliance.get(world, "DW-SOUTH")
    at = device.registered_at
    finding = Finding(
        device_id=device.id,
        problem="offline",
        signal="silence",
        at=at,
        fires=True,
        severity=Severity.LOW,
        evidence=Evidence(kind="silence", source="silent for 24 h", since=at, until=at),
    )
    opening.follow(world, catalogue, alert.record(world, [finding]))
    world.commit()


def _events(lines: Iterator[str]) -> Iterator[str]:
    return (line.removeprefix("event: ") for line in lines if line.startswith("event: "))


def test_an_open_queue_hears_of_a_new_ticket(
    browser: Make, world: Connection, catalogue: Catalogue
) -> None:
    dora = browser("dora")
    mark = re.search(r'data-mark="([^"]*)"', dora.get("/console/").text)
    assert mark
    with dora.stream("GET", "/console/queue/events", params={"seen": mark[1]}) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith(": listening")
        _open_another_ticket(world, catalogue)
        assert next(_events(lines)) == "queue"
    assert "DW-SOUTH" in dora.get("/console/queue").text


def test_a_change_between_page_and_stream_is_not_missed(
    browser: Make, world: Connection, catalogue: Catalogue
) -> None:
    dora = browser("dora")
    mark = re.search(r'data-mark="([^"]*)"', dora.get("/console/").text)
    assert mark
    _open_another_ticket(world, catalogue)
    with dora.stream("GET", "/console/queue/events", params={"seen": mark[1]}) as stream:
        assert next(_events(stream.iter_lines())) == "queue"


def test_open_streams_hold_no_connection_of_the_pool(browser: Make) -> None:
    # More streams than the pool has connections.
    opened = [browser("dora").stream("GET", "/console/queue/events") for _ in range(6)]
    with ExitStack() as stack:
        for each in opened:
            assert next(stack.enter_context(each).iter_lines()).startswith(": listening")
        assert browser("dora").get("/console/").status_code == 200
