"""A champion whose tickets prove needless goes; trials and drift are looked after."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from alerts.alert import Finding
from devices import appliance, watermark
from devices.appliance import Registration
from models import shelf
from models.detectors.context_residual import ContextResidual
from models.shelf import Model, Origin
from storage.pool import Pool
from tests.integration.tickets.conftest import START, House
from tickets import verdict
from tickets.fleet import model_care
from tickets.verdict import Tally

METRIC = "compressor_duty_pct"
AROUND = "ambient_temp_c"


@pytest.fixture
def reigns(house: House) -> Callable[..., Model]:
    """Puts a model on the shelf and promotes it, in the life of so many tickets about it."""
    serials = iter(range(1, 1000))

    def reign(found: int, nothing: int) -> Model:
        detector = ContextResidual(METRIC, [AROUND], "high").fit(history())
        origin = Origin("refrigerator", START, START, START, 3)
        model = shelf.put(house.connection, detector, origin, {})
        promoted = shelf.promote(house.connection, model.id)
        told = [
            Registration(f"RF-X{next(serials)}", "refrigerator") for _ in range(found + nothing)
        ]
        devices = [each.id for each in appliance.register(house.connection, told, START)]
        house.follow(*[of_model(house, device, model.id) for device in devices])
        findings = ["confirmed"] * found + ["no_fault_found"] * nothing
        house.connection.execute(
            "INSERT INTO hearthwatch.ticket_verdicts (ticket_id, at, actor, finding, mode)"
            " SELECT ticket.id, now(), 'tom', told.finding,"
            " CASE told.finding WHEN 'confirmed' THEN ticket.problem END"
            " FROM unnest(%s::integer[], %s::text[]) AS told (device_id, finding)"
            " JOIN hearthwatch.tickets AS ticket USING (device_id)",
            (devices, findings),
        )
        house.connection.commit()
        return promoted

    return reign


def history() -> pd.DataFrame:
    """Two hundred hours of three fridges whose duty follows the kitchen's warmth."""
    rng = np.random.default_rng(4)
    around = rng.normal(22, 2, 600)
    duty = 40 + 1.5 * (around - 22) + rng.normal(0, 1, 600)
    hours = {
        "device_id": np.repeat([1, 2, 3], 200),
        "time": np.tile(pd.date_range(START, periods=200, freq="h"), 3),
    }
    for statistic in ("mean", "last"):
        hours |= {f"{METRIC}_{statistic}": duty, f"{AROUND}_{statistic}": around}
    return pd.DataFrame(hours)


def of_model(house: House, device: int, model_id: int) -> Finding:
    """A finding that names the model."""
    found = house.find(device, "works_too_hard", signal=f"anomaly:{METRIC}", metric=METRIC)
    return replace(found, evidence=replace(found.evidence, model_id=model_id))


def champion_of(house: House) -> int:
    (model,) = shelf.serving(house.connection, "refrigerator")
    return model.id


def test_a_champion_that_sends_people_for_nothing_is_rolled_back_with_its_reason(
    house: House, reigns: Callable[..., Model], database_pool: Pool
) -> None:
    first, second = reigns(30, 3), reigns(14, 16)
    assert champion_of(house) == second.id
    model_care.check_champions(database_pool, house.catalogue)
    assert champion_of(house) == first.id
    (row,) = house.ask(
        "SELECT actor, subject, detail ->> 'reason' FROM hearthwatch.audit"
        " WHERE action = 'model rolled back'"
    )
    actor, subject, reason = row
    assert (actor, subject) == ("hearthwatch", f"model {second.id}")
    assert str(reason).startswith(
        "no fault found on 16 of 30 tickets, before on 3 of 33 (p = 0.000"
    )
    model_care.check_champions(database_pool, house.catalogue)
    assert champion_of(house) == first.id


@pytest.mark.parametrize(
    ("before", "now"),
    [((30, 3), (30, 4)), ((30, 3), (3, 12)), ((3, 0), (10, 20)), ((14, 16), (30, 3))],
    ids=["as good", "too few to say", "too few before", "better"],
)
def test_a_champion_that_is_not_clearly_worse_goes_on_serving(
    house: House, reigns: Callable[..., Model], before: tuple[int, int], now: tuple[int, int]
) -> None:
    reigns(*before)
    second = reigns(*now)
    assert model_care.roll_back_worse(house.connection, house.catalogue, "refrigerator") == []
    assert champion_of(house) == second.id


def test_there_is_no_way_back_to_a_model_whose_metrics_are_gone(
    house: House, reigns: Callable[..., Model]
) -> None:
    first, second = reigns(30, 3), reigns(14, 16)
    house.connection.execute(
        'UPDATE hearthwatch.models SET facts = facts || \'{"metrics": ["smell_ppm"]}\''
        " WHERE id = %s",
        (first.id,),
    )
    assert model_care.roll_back_worse(house.connection, house.catalogue, "refrigerator") == []
    assert champion_of(house) == second.id


def test_a_first_champion_has_nobody_to_be_compared_with(
    house: House, reigns: Callable[..., Model]
) -> None:
    reigns(0, 40)
    assert model_care.roll_back_worse(house.connection, house.catalogue, "refrigerator") == []


def test_the_test_of_the_verdicts_is_exact_and_one_sided() -> None:
    """Of 41 needless visits among 80, 40 each: the tail of the hypergeometric distribution."""
    chance = sum(math.comb(41, k) * math.comb(39, 40 - k) for k in range(28, 41)) / math.comb(
        80, 40
    )
    reason = model_care.worse(Tally(2, 40, 28), Tally(1, 40, 13))
    assert reason is not None
    assert f"(p = {chance:.2g})" in reason
    assert model_care.worse(Tally(2, 40, 13), Tally(1, 40, 28)) is None


def test_trials_and_drift_wait_for_the_first_reading(house: House, database_pool: Pool) -> None:
    model_care.try_shadows(database_pool, house.catalogue)
    model_care.measure_drift(database_pool, house.catalogue)
    watermark.advance(house.connection, "w", START)
    house.connection.commit()
    model_care.try_shadows(database_pool, house.catalogue)
    model_care.measure_drift(database_pool, house.catalogue)
    assert house.ask("SELECT count(*) FROM hearthwatch.model_drift") == [(0,)]
    assert verdict.tallies(house.connection, []) == {}
