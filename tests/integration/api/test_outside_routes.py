"""Other systems: the feed of events, webhooks, and what they tell of our tickets."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from runtime.settings import Settings
from storage.pool import Connection
from tests.integration.api.small_world import NOW

Make = Callable[..., httpx.Client]
HOOKS = "/v1/webhooks"
INBOUND = "/v1/inbound/tickets"


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """As elsewhere, with this machine as a network that webhooks may lead to."""
    home = tmp_path_factory.mktemp("home")
    return Settings(home=home, secret_key="k" * 40, webhook_networks=("127.0.0.0/8",))


def _events(client: httpx.Client, **asked: object) -> dict[str, object]:
    answer = client.get("/v1/events", params=asked)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_a_reader_follows_the_feed_page_by_page_and_misses_nothing(client: Make) -> None:
    vera = client("vera")
    whole = _events(vera, limit=500)
    positions: list[int] = []
    after, more = 0, True
    while more:
        page = _events(vera, after=after, limit=2)
        positions += [each["position"] for each in page["items"]]  # type: ignore[attr-defined]
        after, more = int(str(page["last"])), bool(page["more"])
    assert positions == [each["position"] for each in whole["items"]]  # type: ignore[attr-defined]
    assert positions == sorted(set(positions))
    assert _events(vera, after=after)["items"] == []


def test_events_are_told_by_kind_and_a_partner_gets_its_region(client: Make) -> None:
    told = _events(client("dora"), kinds="ticket.opened,alert.raised")["items"]
    kinds = {each["kind"] for each in told}  # type: ignore[attr-defined]
    assert kinds == {"ticket.opened", "alert.raised"}
    regions = {each["region"] for each in _events(client("paul"))["items"]}  # type: ignore[attr-defined]
    assert regions == {"south"}


def test_a_position_that_is_not_there_yet_and_a_kind_that_is_none_are_refused(
    client: Make, browser: Make
) -> None:
    vera = client("vera")
    ahead = vera.get("/v1/events", params={"after": 10**9})
    assert (ahead.status_code, "the newest is" in ahead.json()["hint"]) == (422, True)
    assert vera.get("/v1/events", params={"kinds": "tickets"}).status_code == 422
    assert browser().get("/v1/events").status_code == 401


@pytest.fixture
def ada(fresh_site: object, client: Make) -> httpx.Client:
    del fresh_site
    return client("ada")


def _register(ada: httpx.Client, **wanted: object) -> httpx.Response:
    asked = {"name": "erp", "url": "http://127.0.0.1:9/hook", "kinds": ["ticket.*"]} | wanted
    return ada.post(HOOKS, json=asked)


def test_a_webhook_is_registered_changed_rotated_replayed_and_removed(ada: httpx.Client) -> None:
    made = _register(ada, headers={"Authorization": "Bearer abc"})
    assert made.status_code == 201
    first = made.json()
    assert first["secret"].startswith("whsec_")
    one = f"{HOOKS}/{first['id']}"
    shown = ada.get(one)
    assert "secret" not in shown.json()
    assert "abc" not in shown.text
    changed = ada.patch(one, json={"kinds": ["notice.*"], "state": "paused"}).json()
    assert (changed["kinds"], changed["state"]) == (["notice.*"], "paused")
    rotated = ada.post(f"{one}/secret").json()["secret"]
    assert rotated != first["secret"]
    assert ada.post(f"{one}/ping").status_code == 202
    replayed = ada.post(f"{one}/replay", json={"after": 0})
    assert (replayed.status_code, replayed.json()["cursor"]) == (202, 0)
    assert ada.post(f"{one}/replay", json={"after": 10**9}).status_code == 422
    assert ada.get(f"{one}/attempts").json()["items"] == []
    assert ada.delete(one).status_code == 204
    assert ada.get(one).status_code == 404


def test_a_webhook_that_cannot_be_is_refused_with_what_to_do(ada: httpx.Client) -> None:
    for wrong, said in [
        ({"url": "https://169.254.169.254/latest"}, "no public address"),
        ({"url": "https://10.0.0.1/x"}, "HEARTHWATCH_WEBHOOK_NETWORKS"),
        ({"url": "http://93.184.215.14/x"}, "use https"),
        ({"url": "gopher://x"}, "begins with https"),
        ({"kinds": ["everything"]}, "no kind of event"),
        ({"mapping": "sap"}, "no mapping"),
        ({"headers": {"X-A": "a\r\nB: c"}}, "pattern"),
        ({"more": 1}, "more"),
    ]:
        answer = _register(ada, **wrong)
        assert answer.status_code == 422, wrong
        assert said in answer.text, wrong
    assert ada.get(HOOKS).json() == []
    assert _register(ada).status_code == 201
    assert _register(ada).status_code == 409


@pytest.mark.usefixtures("ada")
def test_webhooks_are_for_administrators_and_those_of_a_region_see_their_own(
    client: Make, world: Connection
) -> None:
    world.execute("UPDATE hearthwatch.users SET role = 'admin' WHERE name = 'paul'")
    world.commit()
    assert client("dora").get(HOOKS).status_code == 403
    all_regions = _register(client("ada")).json()["id"]
    paul = client("paul")
    assert paul.get(f"{HOOKS}/{all_regions}").status_code == 404
    assert _register(paul, name="mine").status_code == 403
    assert _register(paul, name="mine", region="south").status_code == 201
    assert [each["name"] for each in paul.get(HOOKS).json()] == ["mine"]


@pytest.fixture
def number(ada: httpx.Client) -> int:
    """The open ticket of the fridge in the north."""
    items = ada.get("/v1/tickets", params={"serial": "RF-NORTH"}).json()["items"]
    return int(items[0]["id"])


def _tell(who: httpx.Client, key: str | None = None, **told: object) -> httpx.Response:
    body = {"system": "zammad", "external_id": "77"} | told
    return who.post(INBOUND, json=body, headers={"Idempotency-Key": key or str(uuid4())})


def test_a_record_is_linked_once_and_then_found_by_its_own_id(
    ada: httpx.Client, number: int
) -> None:
    first = _tell(ada, ticket_id=number, state="open", assignee="wang")
    assert first.status_code == 200, first.text
    assert (first.json()["state"], first.json()["moved"]) == ("triaged", True)
    second = _tell(ada, note="They called back.")
    assert second.status_code == 200, second.text
    assert (second.json()["ticket_id"], second.json()["moved"]) == (number, False)
    (link,) = ada.get(f"{INBOUND}/{number}").json()
    assert (link["system"], link["external_id"]) == ("zammad", "77")
    traced = _tell(ada, trace=second.json()["trace"])
    assert traced.json()["ticket_id"] == number


def test_the_same_request_is_done_once_and_another_under_its_key_is_refused(
    ada: httpx.Client, number: int
) -> None:
    told = {"ticket_id": number, "state": "open", "assignee": "wang"}
    first = _tell(ada, "k1", **told)
    again = _tell(ada, "k1", **told)
    assert first.json() == again.json()
    replayed = [each.headers["idempotency-replayed"] for each in (first, again)]
    assert replayed == ["false", "true"]
    other = _tell(ada, "k1", **(told | {"assignee": "zhao"}))
    assert (other.status_code, "its own key" in other.json()["hint"]) == (422, True)
    missing = ada.post(INBOUND, json={"system": "zammad", "external_id": "77"})
    assert missing.status_code == 422


def test_a_request_that_comes_many_times_at_once_is_done_once(
    ada: httpx.Client, number: int
) -> None:
    told = {"ticket_id": number, "state": "open", "assignee": "wang"}
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: _tell(ada, "same", **told), range(6)))
    assert {each.status_code for each in answers} == {200}
    assert len({each.text for each in answers}) == 1
    history = ada.get(f"/v1/tickets/{number}").json()["history"]
    assert [step["state_after"] for step in history].count("triaged") == 1


def test_what_we_told_ourselves_comes_back_without_moving_anything(
    ada: httpx.Client, number: int
) -> None:
    visit = (NOW + timedelta(days=1)).isoformat()
    told = {"ticket_id": number, "state": "open", "assignee": "wang"}
    assert _tell(ada, **told).json()["state"] == "triaged"
    scheduled = _tell(ada, visit_at=visit).json()
    assert scheduled["state"] == "scheduled"
    # Zammad knows `open` for all of ours that are under way.
    assert _tell(ada, state="open").json() | {"moved": False} == scheduled | {"moved": False}


def test_what_makes_no_sense_is_refused_and_leaves_nothing_behind(
    ada: httpx.Client, number: int
) -> None:
    for told, status, said in [
        ({"state": "open"}, 404, "name `ticket_id` or `trace`"),
        ({"ticket_id": 10**6, "state": "open"}, 404, "no ticket"),
        ({"ticket_id": number, "state": "merged"}, 422, "its mapping has"),
        ({"ticket_id": number, "system": "own", "state": "done"}, 422, "there are new"),
        ({"ticket_id": number, "system": "own", "state": "on_site"}, 409, "cannot become"),
        ({"ticket_id": number, "version": 99, "note": "x"}, 409, "is at version"),
        ({"ticket_id": number, "trace": str(uuid4())}, 404, "no ticket has the trace"),
    ]:
        answer = _tell(ada, **told)
        assert answer.status_code == status, (told, answer.text)
        assert said in answer.text, (told, answer.text)
    assert ada.get(f"{INBOUND}/{number}").json() == []


def test_a_change_that_comes_after_a_newer_one_is_refused(ada: httpx.Client, number: int) -> None:
    newer, older = (NOW - timedelta(minutes=each) for each in (1, 2))
    told = {"ticket_id": number, "changed_at": newer.isoformat(), "note": "newer"}
    assert _tell(ada, **told).status_code == 200
    late = _tell(ada, changed_at=older.isoformat(), note="older")
    assert (late.status_code, "newer change" in late.json()["detail"]) == (409, True)


def test_a_record_belongs_to_one_ticket_and_a_ticket_to_one_record(
    ada: httpx.Client, number: int
) -> None:
    others = ada.get("/v1/tickets", params={"serial": "WM-SOUTH"}).json()["items"]
    assert _tell(ada, ticket_id=number).status_code == 200
    assert _tell(ada, ticket_id=others[0]["id"]).status_code == 409
    assert _tell(ada, ticket_id=number, external_id="78").status_code == 409


def test_a_partner_updates_tickets_of_its_region_alone(
    ada: httpx.Client, number: int, client: Make
) -> None:
    del ada
    assert _tell(client("paul"), ticket_id=number, note="x").status_code == 404
    assert _tell(client("tom"), ticket_id=number, note="x").status_code == 403


def test_the_desk_sees_which_system_is_behind_and_what_was_sent(
    ada: httpx.Client, browser: Make, world: Connection
) -> None:
    number = _register(ada).json()["id"]
    world.execute(
        "UPDATE hearthwatch.webhook_endpoints SET state = 'disabled', reason = 'it answered 410'"
    )
    world.execute(
        "INSERT INTO hearthwatch.webhook_attempts"
        " (endpoint_id, message_id, kind, subject, took_ms, status, taken, detail)"
        " VALUES (%s, 'evt_9', 'ticket.opened', 'ticket:1', 12, 410, false, 'no more')",
        (number,),
    )
    world.commit()
    dora = browser("dora")
    listed = dora.get("/console/webhooks").text
    assert "Disabled: it answered 410" in listed
    shown = dora.get(f"/console/webhooks/{number}?lang=zh").text
    assert "evt_9" in shown
    assert "410 no more" in shown
    assert "已停用" in shown
    assert browser("paul").get(f"/console/webhooks/{number}").status_code == 404
    assert browser("vera").get("/console/webhooks").status_code == 403
