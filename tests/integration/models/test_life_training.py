"""How long filters last in truth, learned from a stored fleet and told by the watch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from devices.appliance import Appliance
from devices.catalogue.appliance_type import ApplianceType
from devices.telemetry import Value
from models import shelf
from models.fleet import Span, chunks, read
from models.forecasters.consumable import ConsumableForecaster
from models.serving import newest_score, wear
from models.serving.wear import ConsumableEstimate
from models.shelf import Decision, Model
from models.training import life_training
from storage.pool import Connection

START = datetime(2026, 5, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LEARNED, NOW = START + 60 * DAY, START + 97 * DAY
Store = Callable[..., list[Appliance]]
Values = Callable[[int, float], dict[str, Value]]
HOMES = 8
READINGS = range(3, 97 * 24, 12)
CHOSEN = Decision("test", "for this test")


def rated_days(number: int) -> float:
    """How long a filter of this home would last by its rating."""
    return 28.0 + 2 * number


def used(number: int, hour: float, lasts: float) -> float:
    """The share of its rating that is used up in a home whose filters last so much of it."""
    begun = number / HOMES
    return (begun * lasts + hour / 24 / rated_days(number)) % lasts


def lasting(lasts: float) -> Values:
    """Fridges whose filters are replaced when this share of the rating is used up."""

    def values(number: int, hour: float) -> dict[str, Value]:
        shown = 100 * (1 - used(number, hour, lasts))
        return {"water_filter_left_pct": shown, "ambient_temp_c": 22.0 + number / 4}

    return values


@pytest.fixture
def fleet(stored: Store) -> list[Appliance]:
    """Eight homes in which a filter lasts 70 % of its rating, and nobody is reminded."""
    return stored(READINGS, lasting(0.7), devices=HOMES)


def learned(connection: Connection, refrigerator: ApplianceType, end: datetime) -> list[Model]:
    return life_training.train(connection, refrigerator, end - 14 * DAY, end, end)


def told(
    connection: Connection, refrigerator: ApplianceType, at: datetime
) -> dict[int, ConsumableEstimate]:
    found = wear.estimate_consumables(connection, refrigerator, at)
    return {each.device_id: each for each in found}


def test_a_learned_life_is_nearer_than_the_rating_and_says_who_said_so(
    connection: Connection, refrigerator: ApplianceType, fleet: list[Appliance]
) -> None:
    by_rating = told(connection, refrigerator, NOW)
    (model,) = learned(connection, refrigerator, NOW)
    assert (model.family, model.state) == ("life:water_filter", "candidate")
    assert model.facts["ended"] > 20
    assert model.facts["unseen_rmse_days"] < 0.5 * model.facts["rated_rmse_days"]
    shelf.promote(connection, model.id, CHOSEN)
    by_lives = told(connection, refrigerator, NOW)
    for number, fridge in enumerate(fleet):
        truth = (0.7 - used(number, 97 * 24, 0.7)) * rated_days(number)
        rated, known = by_rating[fridge.id], by_lives[fridge.id]
        assert rated.model_id is None
        assert known.model_id == model.id
        assert rated.days_left is not None
        assert known.days_left is not None
        assert known.days_low is not None
        assert known.days_high is not None
        assert abs(known.days_left - truth) < 0.5 * abs(rated.days_left - truth)
        assert known.days_low <= truth + 0.5
        assert truth - 0.5 <= known.days_high


def test_a_stored_model_knows_the_homes_it_learned_from(
    connection: Connection, refrigerator: ApplianceType, fleet: list[Appliance]
) -> None:
    (model,) = learned(connection, refrigerator, NOW)
    fitted = shelf.load(connection, model, ConsumableForecaster)
    assert fitted.usual.middle == pytest.approx(0.7, abs=0.05)
    assert fitted.needs == ("water_filter_left_pct",)
    assert set(fitted.usual.homes) == {str(fridge.id) for fridge in fleet}


def test_a_scoring_of_the_fleet_asks_the_learned_life_too(
    connection: Connection, refrigerator: ApplianceType, fleet: list[Appliance]
) -> None:
    (model,) = learned(connection, refrigerator, NOW)
    shelf.promote(connection, model.id, CHOSEN)
    fitted = shelf.load(connection, model, ConsumableForecaster)
    (chunk,) = chunks(connection, "refrigerator", 100)
    seen = read(connection, refrigerator, chunk, Span(NOW - 7 * DAY, NOW))
    scored = newest_score.newest(fitted, seen).set_index("device_id")
    by_lives = told(connection, refrigerator, NOW)
    assert sorted(scored.index) == sorted(fridge.id for fridge in fleet)
    for fridge in fleet:
        days_left = by_lives[fridge.id].days_left
        assert scored["remaining"][fridge.id] == pytest.approx(days_left, rel=0.2, abs=1)
        assert scored["score"][fridge.id] == -scored["remaining"][fridge.id]


def test_what_a_home_is_like_tells_of_its_lives(
    connection: Connection, refrigerator: ApplianceType, stored: Store
) -> None:
    def by_kitchen(number: int, hour: float) -> dict[str, Value]:
        lasts = 0.95 - 0.012 * number
        shown = 100 * (1 - used(number % HOMES, hour, lasts))
        return {"water_filter_left_pct": shown, "ambient_temp_c": 18.0 + number / 2}

    fridges = stored(range(3, 97 * 24, 24), by_kitchen, devices=32)
    by_rating = told(connection, refrigerator, NOW)
    (model,) = learned(connection, refrigerator, NOW)
    assert "ambient_temp_c" in model.metrics
    shelf.promote(connection, model.id, CHOSEN)
    by_lives = told(connection, refrigerator, NOW)
    coolest, warmest = fridges[0].id, fridges[-1].id
    assert {each.model_id for each in by_lives.values()} == {model.id}
    for fridge in (coolest, warmest):
        rated, known = by_rating[fridge].days_left, by_lives[fridge].days_left
        assert rated is not None
        assert known is not None
        assert known < rated
    skill = life_training.skill(connection, refrigerator, model, NOW - 30 * DAY, NOW)
    assert skill is not None
    assert skill.value > 0.5


def test_a_model_is_judged_by_lives_that_ended_after_it_learned(
    connection: Connection, refrigerator: ApplianceType, fleet: list[Appliance]
) -> None:
    assert len(fleet) == HOMES
    (model,) = learned(connection, refrigerator, LEARNED)
    skill = life_training.skill(connection, refrigerator, model, LEARNED, NOW)
    assert skill is not None
    assert skill.cases >= 8
    assert 0.5 < skill.value < 1
    assert life_training.skill(connection, refrigerator, model, LEARNED, LEARNED + DAY) is None


def test_where_filters_last_as_rated_nothing_is_learned(
    connection: Connection, refrigerator: ApplianceType, stored: Store
) -> None:
    stored(READINGS, lasting(1.02), devices=HOMES)
    assert learned(connection, refrigerator, NOW) == []


def test_few_lives_leave_the_rating(
    connection: Connection, refrigerator: ApplianceType, stored: Store
) -> None:
    stored(READINGS, lasting(0.7), devices=2)
    assert learned(connection, refrigerator, NOW) == []
    assert {each.model_id for each in told(connection, refrigerator, NOW).values()} == {None}


def test_replacements_that_we_asked_for_are_no_ends(
    connection: Connection, refrigerator: ApplianceType, fleet: list[Appliance]
) -> None:
    connection.execute(
        "INSERT INTO hearthwatch.households (external_id, name, created_at)"
        " VALUES ('H-1', 'Li', now())"
    )
    connection.execute(
        "INSERT INTO hearthwatch.contacts (household_id, external_id, name)"
        " SELECT id, 'C-1', 'Li Ming' FROM hearthwatch.households"
    )
    connection.execute(
        "INSERT INTO hearthwatch.notices (key, contact_id, device_id, purpose, channel, language,"
        " subject, body, created_at, state)"
        " SELECT 'consumable:' || device || ':water_filter:' || day, contact.id, device,"
        " 'reminders', 'outbox', 'en', '', '', %s + day * interval '1 day', 'sent'"
        " FROM hearthwatch.contacts AS contact, unnest(%s::int[]) AS device,"
        " generate_series(1, 96, 5) AS day",
        (START, [fridge.id for fridge in fleet]),
    )
    assert learned(connection, refrigerator, NOW) == []


def test_a_verdict_begins_a_new_life_though_nobody_reset_the_counter(
    connection: Connection, refrigerator: ApplianceType, stored: Store
) -> None:
    def never_reset(_: int, hour: float) -> dict[str, Value]:
        return {"water_filter_left_pct": 100 - hour / 24}

    (fridge,) = stored(range(3, 80 * 24, 12), never_reset, devices=1)
    replaced_at = START + 60 * DAY
    connection.execute(
        "WITH ticket AS (INSERT INTO hearthwatch.tickets"
        " (device_id, problem, severity, safety, opened_at, changed_at)"
        " VALUES (%(id)s, 'poor_cooling', 'low', false, %(at)s, %(at)s) RETURNING id)"
        " INSERT INTO hearthwatch.ticket_verdicts (ticket_id, at, actor, finding, consumable)"
        " SELECT id, %(at)s, 'Chen', 'replaced', 'water_filter' FROM ticket",
        {"id": fridge.id, "at": replaced_at},
    )
    found = told(connection, refrigerator, START + 80 * DAY)[fridge.id]
    assert found.installed_at == replaced_at
    assert found.used == pytest.approx(0.2, abs=0.02)
    assert found.days_left == pytest.approx(80, rel=0.15)
    before = told(connection, refrigerator, replaced_at - DAY)[fridge.id]
    assert before.used == pytest.approx(0.59, abs=0.02)


def test_days_left_begin_anew_where_the_customer_says_that_it_was_replaced(
    connection: Connection, refrigerator: ApplianceType, stored: Store
) -> None:
    def never_reset(_: int, hour: float) -> dict[str, Value]:
        return {"water_filter_left_pct": 100 - hour / 24}

    (fridge,) = stored(range(3, 80 * 24, 12), never_reset, devices=1)
    replaced_at = START + 60 * DAY
    connection.execute(
        "INSERT INTO hearthwatch.replacements (device_id, consumable, at)"
        " VALUES (%s, 'water_filter', %s)",
        (fridge.id, replaced_at),
    )
    found = told(connection, refrigerator, START + 80 * DAY)[fridge.id]
    assert found.installed_at == replaced_at
    assert found.used == pytest.approx(0.2, abs=0.02)
