"""Mappings to the well-known systems: real events become requests with all that those require."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from devices.catalogue.folder import Catalogue
from runtime.errors import InvalidError
from storage import pool
from storage.pool import Pool
from tests.integration.tickets.conftest import MINUTE, START, House
from tests.integration.tickets.outside.receiving_desk import LOOPBACK, QUICK, Desk
from tests.receiver import Received, Receiver, Reply, receiving
from tickets import ticket
from tickets.lifecycle import State
from tickets.outside import feed, link, mapping, outgoing
from tickets.outside.delivery import Sender
from tickets.outside.mapping import MappingError
from tickets.outside.posting import Request
from tickets.outside.rendering import UnfitError
from tickets.ticket import Move

BASE = "https://crm.example.com/"
SHIPPED = mapping.load()


@pytest.fixture(scope="module")
def house(module_database_url: str, catalogue: Catalogue) -> Iterator[House]:
    """One house for all tests here, whose fridge's ticket goes as far as the technician."""
    with pool.connect(module_database_url) as connection:
        made = House(connection, catalogue)
        (opened,), _ = made.follow(made.find(made.fridge, "poor_cooling"))
        visit = START + timedelta(days=1)
        steps = [
            Move(State.TRIAGED, 1, "mei", "wang"),
            Move(State.SCHEDULED, 2, "mei", visit_at=visit),
            Move(State.DISPATCHED, 3, "mei"),
        ]
        for minute, asked in enumerate(steps):
            ticket.move(connection, opened.id, asked, START + minute * MINUTE)
        feed.number(connection)
        connection.commit()
        yield made


@pytest.fixture
def database_url(module_database_url: str) -> Iterator[str]:
    """The house's database, in which no endpoint is left behind."""
    yield module_database_url
    with pool.connect(module_database_url) as connection:
        connection.execute("DELETE FROM hearthwatch.webhook_endpoints")
        connection.execute("DELETE FROM hearthwatch.ticket_links")


@pytest.fixture
def told(house: House) -> Iterator[list[feed.Told]]:
    """What happened to the ticket, as the feed tells it; what a test links goes when it is over."""
    yield feed.read(house.connection, 0, kinds=("ticket.*",))
    house.connection.rollback()


def _request(house: House, name: str, event: feed.Told) -> Request:
    made = outgoing.prepare(house.connection, house.catalogue, SHIPPED[name], event, BASE)
    assert made is not None
    return made.request


def _only(told: list[feed.Told], kind: str) -> feed.Told:
    return next(each for each in told if each.kind == kind)


REQUIRED: dict[str, dict[str, type]] = {
    "servicenow": {
        "short_description": str, "description": str, "urgency": str, "impact": str,
        "category": str, "contact_type": str, "correlation_id": str,
    },
    "salesforce": {
        "Subject": str, "Description": str, "Priority": str, "Status": str, "Origin": str,
    },
    "dynamics365": {
        "title": str, "description": str, "prioritycode": int, "statuscode": int,
        "statecode": int, "caseorigincode": int, "customerid_account@odata.bind": str,
    },
    "zammad": {"title": str, "group": str, "customer": str, "priority": str, "article": dict},
}  # fmt: skip
"""Fields of a new record, and what each is in JSON."""
PLACES = {
    "servicenow": ("POST", "/api/now/table/incident"),
    "salesforce": ("PATCH", "/services/data/v62.0/sobjects/Case/Hearthwatch_Ticket__c/{id}"),
    "dynamics365": ("PATCH", "/api/data/v9.2/incidents(hearthwatch_ticket='{id}')"),
    "zammad": ("POST", "/api/v1/tickets"),
}


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_new_ticket_becomes_a_record_with_all_that_the_system_requires(
    house: House, told: list[feed.Told], name: str
) -> None:
    event = _only(told, "ticket.opened")
    request = _request(house, name, event)
    body: dict[str, Any] = json.loads(request.body)
    for field, kind in REQUIRED[name].items():
        assert type(body[field]) is kind, field
        assert body[field] != ""
    method, path = PLACES[name]
    number = event.subject.partition(":")[2]
    assert (request.method, request.url) == (method, BASE[:-1] + path.format(id=number))
    text = request.body.decode()
    assert "Refrigerator RF-1: Does not cool enough" in text
    assert '"Li' not in text


@pytest.mark.parametrize("kind", ["ticket.closed", "ticket.noted", "ticket.merged"])
def test_a_case_that_was_resolved_is_not_opened_by_what_is_told_afterwards(
    house: House, told: list[feed.Told], kind: str
) -> None:
    event = replace(_only(told, "ticket.dispatched"), kind=kind)
    chosen = SHIPPED["dynamics365"]
    assert outgoing.prepare(house.connection, house.catalogue, chosen, event, BASE) is None


def test_a_mapping_may_leave_out_a_kind_of_the_family_that_it_tells(tmp_path: Path) -> None:
    text = OWN % ("/x", "y")
    kinds = "kinds: {ticket.*: create, ticket.noted: null}"
    path = tmp_path / "own.yaml"
    path.write_text(text.replace("kinds: {ticket.*: create}", kinds), encoding="utf-8")
    made = mapping.load([tmp_path])["own"]
    assert made.outline_for("ticket.opened") == made.create
    assert made.outline_for("ticket.noted") is None


@pytest.mark.parametrize("name", ["servicenow", "dynamics365"])
def test_resolving_says_how_as_the_system_demands_it(
    house: House, told: list[feed.Told], name: str
) -> None:
    event = replace(_only(told, "ticket.dispatched"), kind="ticket.resolved")
    number = int(event.subject.partition(":")[2])
    link.keep(house.connection, name, "abc123", number)
    body = json.loads(_request(house, name, event).body)
    if name == "servicenow":
        assert (body["state"], body["close_code"]) == ("6", "Solution provided")
        assert body["close_notes"]
    else:
        resolution = body["IncidentResolution"]
        assert body["Status"] == 5
        assert resolution["@odata.type"] == "Microsoft.Dynamics.CRM.incidentresolution"
        assert resolution["incidentid@odata.bind"] == "/incidents(abc123)"


def test_zammads_first_article_is_complete(house: House, told: list[feed.Told]) -> None:
    article = json.loads(_request(house, "zammad", told[0]).body)["article"]
    assert set(article) == {"subject", "body", "type", "internal"}
    assert (article["type"], article["internal"]) == ("note", True)


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("servicenow", {"state": "2"}),
        ("salesforce", {"Status": "Working"}),
        ("dynamics365", {"statuscode": 1, "statecode": 0}),
        ("zammad", {"state": "open"}),
    ],
)
def test_a_change_of_a_linked_ticket_updates_its_record(
    house: House, told: list[feed.Told], name: str, state: dict[str, object]
) -> None:
    event = _only(told, "ticket.dispatched")
    number = int(event.subject.partition(":")[2])
    link.keep(house.connection, name, "a b", number)
    request = _request(house, name, event)
    assert json.loads(request.body).items() >= state.items()
    if SHIPPED[name].requests and name != "dynamics365":
        assert request.url.endswith("/a%20b")


def test_every_state_and_severity_has_a_word_in_every_system() -> None:
    for name, made in SHIPPED.items():
        assert made.inward is not None
        assert set(made.values[made.inward.told_as]) == set(State), name
        (severities,) = (
            table for each, table in made.values.items() if each.startswith(("urg", "prio"))
        )
        assert set(severities) == {"low", "medium", "high", "critical"}


@pytest.fixture
def crm() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def _move_on(house: House, told: list[feed.Told]) -> int:
    """Give the ticket another step, committed; its number."""
    found = ticket.get(house.connection, int(told[0].subject.partition(":")[2]))
    asked = Move(State.TRIAGED, found.version, "mei", "zhao")
    ticket.move(house.connection, found.id, asked, START + found.version * MINUTE)
    house.connection.commit()
    return found.id


def test_a_record_is_made_first_where_there_is_none_and_then_updated(
    house: House, database_pool: Pool, told: list[feed.Told], crm: Receiver
) -> None:
    def answer(came: Received) -> Reply:
        made = json.dumps({"result": {"sys_id": "abc123"}}).encode()
        return Reply(201, made) if came.method == "POST" else Reply()

    crm.answer = answer
    desk = Desk(Sender(database_pool, house.catalogue, LOOPBACK, patience=QUICK), house.connection)
    number, _ = desk.register(crm, kinds=("ticket.*",), mapping="servicenow")
    opened = _move_on(house, told)
    desk.work(lambda: desk.told(number))
    assert [(each.method, each.path) for each in crm.received] == [
        ("POST", "/api/now/table/incident"),
        ("PATCH", "/api/now/table/incident/abc123"),
    ]
    assert link.external_id(house.connection, "servicenow", opened) == "abc123"
    house.connection.commit()


def test_an_answer_without_the_records_id_is_a_failure_that_says_so(
    house: House, database_pool: Pool, told: list[feed.Told], crm: Receiver
) -> None:
    crm.answer = lambda _: Reply(200, b"<html>login</html>")
    sender = Sender(database_pool, house.catalogue, LOOPBACK, patience=QUICK)
    desk = Desk(sender, house.connection)
    number, _ = desk.register(crm, kinds=("ticket.*",), mapping="servicenow")
    _move_on(house, told)
    desk.work(lambda: desk.see(number).failures > 0)
    detail = house.connection.execute("SELECT detail FROM hearthwatch.webhook_attempts").fetchone()
    assert detail == ("no result.sys_id in the answer",)


CREATE = (
    "system: x\ntitle: X\ncreate: {method: POST, path: /x, external_id: id, body: %s}\nkinds: %s"
)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("path: [", "not valid YAML"),
        ("system: x\ntitle: X\ncreate: {method: GET, path: /x, body: {}}\nkinds: {}", "method"),
        (CREATE % ("{a: '{{ open'}", "{}"), "not a template"),
        (CREATE % ("{}", "{ticket.opened: nothing}"), "there is no request 'nothing'"),
        (CREATE % ("{a: {of: ticket.id, by: none}}", "{}"), "there are no values 'none'"),
        ("system: x\ntitle: X\nkinds: {}", "create: Field required"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_with_its_file_and_field(
    tmp_path: Path, text: str, wrong: str
) -> None:
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(MappingError, match=wrong) as caught:
        mapping.load([tmp_path])
    assert "own.yaml" in caught.value.message


OWN = """
system: own
title: Our own
create:
  method: POST
  path: "%s"
  external_id: id
  body: {text: "%s"}
kinds: {ticket.*: create}
"""


def _own(tmp_path: Path, path: str, text: str) -> mapping.Outward:
    (tmp_path / "own.yaml").write_text(OWN % (path, text), encoding="utf-8")
    return mapping.load([tmp_path])["own"]


@pytest.mark.parametrize(
    ("path", "text", "wrong"),
    [
        ("/x", "{{ ticket.household_name }}", "body.text.*household_name"),
        ("/x", "{{ ().__class__.__mro__ }}", "body.text"),
        ("/x", "{{ 1 / 0 }}", "body.text: division by zero"),
        ("//evil.example/{{ ticket.id }}", "x", "leads to another host"),
    ],
)
def test_a_template_that_asks_for_what_is_not_there_is_a_failure_and_reads_nothing(
    house: House, told: list[feed.Told], tmp_path: Path, path: str, text: str, wrong: str
) -> None:
    made = _own(tmp_path, path, text)
    with pytest.raises(UnfitError, match=wrong):
        outgoing.prepare(house.connection, house.catalogue, made, told[0], BASE)


def test_a_mapping_that_nobody_has_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidError, match="salesforce, servicenow, zammad"):
        mapping.find(SHIPPED, "sap")


def test_the_same_event_is_the_same_request(house: House, told: list[feed.Told]) -> None:
    event = replace(told[0], trace=UUID(int=1))
    assert _request(house, "zammad", event) == _request(house, "zammad", event)
