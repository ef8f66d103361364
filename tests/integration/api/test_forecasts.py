"""What models say of one appliance: over the API, and on its page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from devices import appliance
from models import shelf
from models.detectors.context_residual import ContextResidual
from models.shelf import Origin
from storage.pool import Connection

Make = Callable[..., httpx.Client]
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
ADDRESS = "/v1/appliances/RF-NORTH/forecasts"
PAGE = "/console/appliances/RF-NORTH"


def _say(world: Connection, family: str, score: float, details: str, *, state: str) -> None:
    """A model of the family that said this; what kind of model it is, nobody asks."""
    detector = ContextResidual("fridge_temp_c", ["ambient_temp_c"], "high")
    origin = Origin("refrigerator", NOW, NOW, NOW, 3)
    model = shelf.put(world, detector, origin, {}, family=family)
    world.execute("UPDATE hearthwatch.models SET state = %s WHERE id = %s", (state, model.id))
    world.execute(
        "INSERT INTO hearthwatch.device_scores VALUES (%s, %s, %s, %s, %s, %s)",
        (appliance.get(world, "RF-NORTH").id, family, model.id, NOW, score, details),
    )


@pytest.fixture
def told(world: Connection) -> Connection:
    """Two horizons, one metric, the whole, a model retired since; and a filter."""
    modes = '{"probability:poor_cooling": %s, "probability:weak_airflow": %s}'
    _say(world, "fault:168h", 0.62, modes % (0.6, 0.02), state="champion")
    _say(world, "fault:24h", 0.05, modes % (0.049, 0.0004), state="champion")
    _say(world, "fault:720h", 0.9, "{}", state="retired")
    _say(world, "anomaly", 3.0, '{"threshold": 2.0}', state="shadow")
    seen = '{"observed": 7.5, "expected": 4.2, "threshold": 5.0}'
    _say(world, "context_residual:fridge_temp_c", 4.0, seen, state="champion")
    world.execute(
        "INSERT INTO hearthwatch.consumable_estimates"
        " (device_id, consumable, at, used, days_left, days_low, days_high, installed_at)"
        " VALUES (%s, 'water_filter', %s, 0.75, 41, 33, 52, %s)",
        (appliance.get(world, "RF-NORTH").id, NOW, NOW),
    )
    world.commit()
    return world


@pytest.mark.usefixtures("told")
def test_forecasts_name_problems_by_horizon_and_leave_out_retired_models(client: Make) -> None:
    found = client("vera").get(ADDRESS).json()
    by_family = {each["family"]: each for each in found["models"]}
    assert list(by_family) == [
        "anomaly", "context_residual:fridge_temp_c", "fault:168h", "fault:24h"
    ]  # fmt: skip
    week = by_family["fault:168h"]
    assert (week["horizon_h"], week["score"]) == (168, 0.62)
    assert [each["problem"] for each in week["problems"]] == ["poor_cooling", "weak_airflow"]
    assert week["problems"][0]["title"]["zh"] == "制冷不足"
    assert by_family["anomaly"]["state"] == "shadow"
    residual = by_family["context_residual:fridge_temp_c"]
    assert (residual["observed"], residual["expected"], residual["threshold"]) == (7.5, 4.2, 5)
    assert residual["problems"] == []
    (supply,) = found["consumables"]
    assert (supply["consumable"], supply["days_left"], supply["used"]) == ("water_filter", 41, 0.75)
    assert (supply["model_id"], supply["lives"]) == (None, None)


def test_an_appliance_of_which_nothing_is_said_has_empty_lists(client: Make) -> None:
    found = client("vera").get("/v1/appliances/DW-SOUTH/forecasts").json()
    assert found == {"models": [], "consumables": []}
    assert client("paul").get(ADDRESS).status_code == 404


@pytest.mark.usefixtures("told")
def test_the_appliance_page_shows_what_is_to_come(browser: Make) -> None:
    page = browser("vera").get(PAGE).text
    columns = re.findall(r'<th class="right">(\d+ \w+)</th>', page)
    assert columns == ["24 h", "7 d"]
    shown = re.sub(r"<[^>]*>|\s+", " ", page)
    for words in (
        r"Any +5\.0 % +62 %",
        r"Does not cool enough +4\.9 % +60 %",
        r"&lt;0\.1 % +2\.0 %",
        "out of the ordinary",
        "150 % of what raises an alarm",
        r"Fridge temperature +°C +7\.50 +4\.20 +80 %",
        "said by a model on trial",
        r"Water filter: +41 days +33 to 52",
        "75 % used · as rated by the maker",
    ):
        assert re.search(words, shown), words


@pytest.mark.usefixtures("fresh_site")
def test_a_learned_life_says_how_many_lives_it_learned_from(
    client: Make, browser: Make, told: Connection
) -> None:
    detector = ContextResidual("fridge_temp_c", ["ambient_temp_c"], "high")
    origin = Origin("refrigerator", NOW, NOW, NOW, 3)
    model = shelf.put(told, detector, origin, {"lives": 214}, family="life:water_filter")
    told.execute("UPDATE hearthwatch.consumable_estimates SET model_id = %s", (model.id,))
    told.commit()
    (supply,) = client("vera").get(ADDRESS).json()["consumables"]
    assert (supply["model_id"], supply["lives"]) == (model.id, 214)
    assert f'/console/models/{model.id}">learned from 214 lives<' in browser("vera").get(PAGE).text


def test_an_appliance_that_was_never_scored_says_so(browser: Make) -> None:
    page = browser("vera").get(f"{PAGE}?lang=zh").text
    assert "尚无模型评估过此电器" in page
    assert "耗材" not in page
