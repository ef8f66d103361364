"""The models' pages: what serves and how it does, and changing that with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from models import shelf
from models.detectors.context_residual import ContextResidual
from models.shelf import Model, Origin
from storage.pool import Connection

Make = Callable[..., httpx.Client]
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
PAGE = "/console/models?type=refrigerator"
RULING = {
    "serves": False,
    "decided": True,
    "reason": "worse: false alarms",
    "against": "residual v1",
    "aspects": [
        {
            "what": "false alarms in 100 months",
            "challenger": 3.25,
            "champion": 1.5,
            "gain": -1.75,
            "noise": 0.5,
            "cases": 40,
        }
    ],
}


@pytest.fixture
def versions(world: Connection) -> list[Model]:
    """Two versions that served, the second one does; a third lost against it."""
    detector = ContextResidual("fridge_temp_c", ["ambient_temp_c"], "high")
    origin = Origin("refrigerator", NOW, NOW, NOW, 3)
    found = [shelf.put(world, detector, origin, {"hours": 600}) for _ in range(2)]
    found.append(shelf.put(world, detector, origin, {"contest": RULING}))
    for each in found[:2]:
        shelf.promote(world, each.id)
    world.execute(
        "INSERT INTO hearthwatch.model_drift VALUES"
        " (%s, 'input', 'ambient_temp_c', 'region', 'north', 0.4, 300, 400, now())",
        (found[1].id,),
    )
    world.execute("UPDATE hearthwatch.tickets SET state = 'triaged' WHERE id = 1")
    world.execute(
        "INSERT INTO hearthwatch.ticket_verdicts (ticket_id, at, actor, finding)"
        " VALUES (1, now(), 'tom', 'no_fault_found')"
    )
    world.execute(
        "UPDATE hearthwatch.alert_changes SET evidence = jsonb_set(evidence, '{model_id}', %s)"
        " WHERE evidence ->> 'kind' = 'anomaly'",
        (str(found[1].id),),
    )
    world.commit()
    return found


def page_of(model: Model) -> str:
    return f"/console/models/{model.id}"


def change(asking: httpx.Client, model: Model, wanted: str, reason: str) -> httpx.Response:
    token = re.search(r'name="form_token" value="(\w+)"', asking.get("/console/").text)
    assert token
    fields = {"form_token": token[1], "change": wanted, "reason": reason}
    return asking.post(page_of(model), data=fields)


def test_a_family_tells_what_serves_how_it_does_and_who_lost(
    browser: Make, versions: list[Model]
) -> None:
    page = browser("vera").get(PAGE).text
    for words in (
        "Fridge temperature beside its context",
        f'<a href="/console/models/{versions[1].id}">Version 2</a>',
        "3 appliances",
        "Major",
        "Room temperature 0.40",
        "1 of 1 without a fault",
        "worse: false alarms",
    ):
        assert words in page


def test_drift_of_another_region_is_not_a_partners(browser: Make, versions: list[Model]) -> None:
    assert "Major" not in browser("paul").get(PAGE).text
    assert "Major" not in browser("paul").get(page_of(versions[1])).text
    assert "Major" in browser("vera").get(page_of(versions[1])).text


def test_a_type_without_models_says_who_watches_it(browser: Make) -> None:
    vera = browser("vera")
    assert "rules and fault codes watch it" in vera.get("/console/models?type=dishwasher").text
    assert vera.get("/console/models?type=spaceship").status_code == 404
    assert vera.get("/console/models/4711").status_code == 404


def test_a_type_with_few_confirmed_faults_says_how_many_it_needs(browser: Make) -> None:
    page = browser("vera").get(PAGE).text
    shown = re.sub(r"<[^>]*>|\s+", " ", page)
    assert re.search(r"24 h +0 +10 +0 of 10 confirmed faults; until then rules", shown)


def test_a_version_shows_what_it_lost_by(browser: Make, versions: list[Model]) -> None:
    page = browser("vera").get(page_of(versions[2])).text
    for words in (
        "Not accepted",
        "with residual v1",
        "false alarms in 100 months",
        "3.25",
        "-1.75",
        "± 0.50",
        "40",
    ):
        assert words in page


def test_an_admin_promotes_and_rolls_back_with_a_reason(
    browser: Make, versions: list[Model]
) -> None:
    ada = browser("ada")
    promoted = change(ada, versions[2], "promote", "it sees <i>more</i>")
    assert promoted.url.path == page_of(versions[2])
    assert "it sees &lt;i&gt;more&lt;/i&gt;" in promoted.text
    assert "Model promoted" in promoted.text
    back = change(ada, versions[2], "roll_back", "it does not")
    assert back.url.path == page_of(versions[1])
    assert "Model rolled back" in back.text
    assert 'class="state champion"' in back.text


def test_a_version_is_tried_and_retired(browser: Make, versions: list[Model]) -> None:
    ada = browser("ada")
    assert 'class="state shadow"' in change(ada, versions[0], "try", "once more").text
    assert "Version 1" in ada.get(PAGE).text
    assert 'class="state retired"' in change(ada, versions[0], "retire", "no use").text


@pytest.mark.parametrize(
    ("user", "wanted", "reason", "status"),
    [
        ("ada", "promote", "  ", 422),
        ("ada", "retire", "old", 409),
        ("ada", "crown", "why not", 422),
        ("dora", "roll_back", "old", 403),
    ],
)
def test_what_may_not_be_changed_stays(
    browser: Make, versions: list[Model], user: str, wanted: str, reason: str, status: int
) -> None:
    asking = browser(user)
    assert change(asking, versions[1], wanted, reason).status_code == status
    assert 'class="state champion"' in asking.get(page_of(versions[1])).text


def test_a_rollback_to_what_the_catalogue_cannot_serve_changes_nothing(
    browser: Make, world: Connection, versions: list[Model]
) -> None:
    world.execute(
        'UPDATE hearthwatch.models SET facts = facts || \'{"metrics": ["smell_ppm"]}\''
        " WHERE id = %s",
        (versions[0].id,),
    )
    world.commit()
    refused = change(browser("ada"), versions[1], "roll_back", "it was better")
    assert refused.status_code == 409
    assert "needs smell_ppm" in refused.text
    assert shelf.get(world, versions[1].id).serving


def test_only_an_admin_of_all_regions_sees_the_forms(browser: Make, versions: list[Model]) -> None:
    form = 'name="change"'
    assert form in browser("ada").get(page_of(versions[1])).text
    page = browser("dora").get(page_of(versions[1])).text
    assert form not in page
    assert "An admin of all regions" in page


def test_the_pages_are_chinese_for_who_asks_for_it(browser: Make, versions: list[Model]) -> None:
    vera = browser("vera")
    assert "冷藏室温度与工况相比" in vera.get(f"{PAGE}&lang=zh").text
    assert "随机波动" in vera.get(page_of(versions[2])).text
