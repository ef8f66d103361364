"""A ticket's page gives the reasons, draws them, and is worked on by forms alone."""

from __future__ import annotations

import re

import pytest

from devices import appliance
from models import shelf
from models.detectors.context_residual import ContextResidual
from models.shelf import Origin
from storage.pool import Connection
from tests.integration.api.console.form_fields import Make, fields_of


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
    fields = fields_of(dora.get("/console/tickets/1").text, "triaged")
    assigned = dora.post("/console/tickets/1", data=fields | {"assignee": "tom"})
    fields = fields_of(assigned.text, "scheduled")
    # The customer lives eight hours ahead of UTC.
    scheduled = dora.post("/console/tickets/1", data=fields | {"visit": "2026-06-17T09:30"})
    assert "Wed 17 Jun 2026 09:30" in scheduled.text
    assert "Wed 17 Jun 09:30" in dora.get("/console/").text
    fields = fields_of(scheduled.text, "resolved")
    resolved = dora.post("/console/tickets/1", data=fields | {"note": "fan <b>replaced</b>"})
    assert "fan &lt;b&gt;replaced&lt;/b&gt;" in resolved.text
    assert "RF-NORTH" not in dora.get("/console/").text


@pytest.mark.usefixtures("fresh_site")
def test_what_cannot_be_is_said_in_words(browser: Make) -> None:
    dora = browser("dora")
    fields = fields_of(dora.get("/console/tickets/1").text, "triaged")
    triaged = dora.post("/console/tickets/1", data=fields)
    stale = dora.post("/console/tickets/1", data=fields | {"assignee": "uma"})
    assert stale.status_code == 409
    assert "was changed by somebody else" in stale.text
    asked = fields_of(triaged.text, "scheduled") | {"visit": "2026-06-17T09:30"}
    refused = dora.post("/console/tickets/1", data=asked)
    assert refused.status_code == 422
    assert "a ticket that is scheduled needs a technician" in refused.text


def test_a_technician_may_not_assign(browser: Make) -> None:
    fields = fields_of(browser("dora").get("/console/tickets/1").text, "triaged")
    tom = browser("tom")
    own = re.search(r'name="form_token" value="(\w+)"', tom.get("/console/").text)
    assert own
    answer = tom.post("/console/tickets/1", data=fields | {"form_token": own[1], "assignee": "tom"})
    assert answer.status_code == 403
    assert "this needs the role dispatcher" in answer.text
