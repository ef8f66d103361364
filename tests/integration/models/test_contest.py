"""A new version serves if it is better than the champion on days that neither has learned."""

from __future__ import annotations

from datetime import timedelta

import pytest

from devices.catalogue.folder import Catalogue
from models import shelf
from models.promotion import release, retraining, succession
from models.promotion.retraining import Plan
from models.promotion.succession import Ruled
from models.shelf import Decision, Model
from storage.pool import Connection
from tests.integration.fridge_hours import FAMILY, METRIC, More, at, store

DAY = 24
LEARNED = 8 * DAY
PLAN = Plan(history=timedelta(days=6), every=timedelta(days=7), frozen=timedelta(days=2))


@pytest.fixture
def champion(connection: Connection, catalogue: Catalogue) -> Model:
    """What eight healthy days taught."""
    store(connection, range(LEARNED))
    span = at(0), at(LEARNED)
    ruled = of_duty(release.of_type(connection, catalogue, "refrigerator", span, at(LEARNED)))
    assert ruled.ruling.serves
    return ruled.model


def of_duty(ruled: list[Ruled]) -> Ruled:
    """What became of the version that watches the duty."""
    (found,) = (each for each in ruled if each.model.family == FAMILY)
    return found


def goes_on(connection: Connection, days: int, more: More | None = None) -> None:
    """Let the fridges live on."""
    hours = range(LEARNED, LEARNED + days * DAY)
    store(connection, hours, more) if more else store(connection, hours)


def retrained(connection: Connection, catalogue: Catalogue, days: int) -> Ruled:
    """What became of the version that was fitted so many days after the champion."""
    now = at(LEARNED + days * DAY)
    return of_duty(retraining.retrain(connection, catalogue, "refrigerator", now, PLAN))


def test_a_first_version_serves_at_once_and_says_why(
    connection: Connection, champion: Model
) -> None:
    assert champion.facts["contest"]["reason"] == "the first of its family"
    assert champion.span_until == at(LEARNED)
    row = connection.execute(
        "SELECT detail ->> 'reason' FROM hearthwatch.audit WHERE subject = %s",
        (f"model {champion.id}",),
    ).fetchone()
    assert row == ("the first of its family",)


def test_a_version_that_knows_how_the_world_is_now_takes_over(
    connection: Connection, catalogue: Catalogue, champion: Model
) -> None:
    """A new firmware lets every compressor work harder; the champion cries wolf."""
    goes_on(connection, 8, lambda _fridge, _hour: 14.0)
    ruled = retrained(connection, catalogue, 8)
    assert ruled.ruling.serves
    assert ruled.model.serving
    assert ruled.model.replaced_id == champion.id
    assert ruled.model.span_until == at(LEARNED + 6 * DAY)
    told = {each.what: each for each in ruled.ruling.aspects}
    alarms = told["false alarms in 100 appliance-months"]
    assert alarms.champion > 100
    assert alarms.challenger == 0
    assert told["surprise at an hour"].better
    assert ruled.model.facts["contest"]["against"] == champion.name


def test_a_version_that_is_no_better_stays_a_candidate_with_its_figures(
    connection: Connection, catalogue: Catalogue, champion: Model
) -> None:
    goes_on(connection, 8)
    ruled = retrained(connection, catalogue, 8)
    assert not ruled.ruling.serves
    assert ruled.model.state == "candidate"
    assert ruled.model.facts["contest"]["reason"] == ruled.ruling.reason
    assert len(ruled.model.facts["contest"]["aspects"]) == 4
    assert shelf.get(connection, champion.id).serving
    row = connection.execute(
        "SELECT subject, detail ->> 'reason' FROM hearthwatch.audit"
        " WHERE action = 'model not promoted' AND subject = %s",
        (f"model {ruled.model.id}",),
    ).fetchone()
    reason = f"against {champion.name}: {ruled.ruling.reason}"
    assert row == (f"model {ruled.model.id}", reason)


def test_a_version_that_learned_from_bad_days_is_refused_as_worse(
    connection: Connection, catalogue: Catalogue, champion: Model
) -> None:
    """Sensors went wild for six days, and are well again."""
    wild = LEARNED + 6 * DAY
    goes_on(connection, 8, lambda _fridge, hour: 25.0 * ((hour % 7) - 3) if hour < wild else 0.0)
    ruled = retrained(connection, catalogue, 8)
    assert not ruled.ruling.serves
    assert ruled.ruling.reason.startswith("worse: ")
    assert "share of planted departures found" in ruled.ruling.reason
    assert shelf.get(connection, champion.id).serving


def test_what_cannot_be_judged_yet_is_tried_and_judged_when_there_is_more(
    connection: Connection, catalogue: Catalogue, champion: Model
) -> None:
    connection.commit()
    now, span = at(LEARNED), (at(0), at(LEARNED))
    ruled = of_duty(release.of_type(connection, catalogue, "refrigerator", span, now))
    assert (ruled.model.state, ruled.ruling.decided) == ("shadow", False)
    goes_on(connection, 3)
    assert succession.settle_tried(connection, catalogue["refrigerator"], now) != []
    assert shelf.get(connection, ruled.model.id).state == "shadow"
    later = at(LEARNED + 3 * DAY)
    again = of_duty(succession.settle_tried(connection, catalogue["refrigerator"], later))
    assert again.ruling.decided
    left = champion.id if again.ruling.serves else ruled.model.id
    assert shelf.get(connection, left).state == "retired"
    assert again.model.serving is again.ruling.serves
    assert succession.settle_tried(connection, catalogue["refrigerator"], later) == []


def test_a_person_may_let_a_version_serve_without_a_comparison(
    connection: Connection, catalogue: Catalogue, champion: Model
) -> None:
    why = Decision("ana", "after the recall")
    span = (at(0), at(LEARNED))
    ruled = of_duty(
        release.of_type(connection, catalogue, "refrigerator", span, at(LEARNED), forced=why)
    )
    assert ruled.model.serving
    assert ruled.model.span_until == at(LEARNED)
    assert ruled.model.replaced_id == champion.id
    assert ruled.model.facts["contest"]["reason"] == "after the recall"


def test_a_champion_that_the_catalogue_no_longer_describes_gives_way(
    connection: Connection, catalogue: Catalogue, champion: Model
) -> None:
    goes_on(connection, 8)
    fridge = catalogue["refrigerator"]
    metric = fridge.metrics[METRIC].model_copy(update={"context": ("ambient_temp_c",)})
    changed = fridge.model_copy(update={"metrics": {**fridge.metrics, METRIC: metric}})
    ruled = retrained(connection, {"refrigerator": changed}, 8)
    assert ruled.ruling.serves
    assert "otherwise" in ruled.ruling.reason
    assert champion.family == FAMILY == ruled.model.family


def test_a_champion_that_cannot_be_read_gives_way(
    connection: Connection, catalogue: Catalogue, champion: Model
) -> None:
    goes_on(connection, 8)
    connection.execute(
        "UPDATE hearthwatch.models SET artefact = '\\x00', facts = facts || '{\"sha256\": \"-\"}'"
        " WHERE id = %s",
        (champion.id,),
    )
    ruled = retrained(connection, catalogue, 8)
    assert ruled.ruling.serves
    assert ruled.ruling.reason.startswith("the champion cannot be read")


def test_versions_that_were_refused_long_ago_are_forgotten(
    connection: Connection, catalogue: Catalogue, champion: Model
) -> None:
    goes_on(connection, 8)
    refused = retrained(connection, catalogue, 8).model
    connection.execute(
        "UPDATE hearthwatch.models SET trained_at = %s WHERE id = %s",
        (at(0) - retraining.KEPT, refused.id),
    )
    newest = retrained(connection, catalogue, 8).model
    versions = shelf.versions(connection, "refrigerator")
    left = {each.id for each in versions if each.family == FAMILY}
    assert left == {champion.id, newest.id}
