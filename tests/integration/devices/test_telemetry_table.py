"""Telemetry tables follow the catalogue, and refuse what would change the meaning of history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from devices import rollup, telemetry, telemetry_table
from devices.appliance import Appliance
from devices.catalogue.appliance_type import ApplianceType, Kind, Metric, Storage
from devices.catalogue.folder import Catalogue
from devices.telemetry import Reading
from devices.telemetry_table import CatalogueChangeError
from storage.pool import Connection

START = datetime(2026, 6, 1, 12, tzinfo=UTC)


def changed(description: ApplianceType, **metrics: Metric | None) -> ApplianceType:
    """The type with metrics added, replaced, or (None) taken away."""
    merged = {**description.metrics, **metrics}
    kept = {name: metric for name, metric in merged.items() if metric is not None}
    return description.model_copy(update={"metrics": kept})


def columns(connection: Connection, table: str) -> set[str]:
    rows = connection.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = 'telemetry' AND table_name = %s",
        (table,),
    ).fetchall()
    return {str(row[0]) for row in rows}


def test_what_is_there_already_is_left_alone(connection: Connection, catalogue: Catalogue) -> None:
    assert telemetry_table.ensure(connection, catalogue) == []


def test_a_new_metric_adds_a_column_that_older_readings_lack(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    device = kettles[0].id
    telemetry.store(connection, kettle, [Reading(device, START, {"temp_c": 90.0})])
    wider = changed(kettle, scale_mm=kettle.metrics["temp_c"])
    assert telemetry_table.ensure(connection, {"kettle": wider}) == [
        "added column scale_mm to telemetry.kettle"
    ]
    later = START + timedelta(minutes=1)
    telemetry.store(connection, wider, [Reading(device, later, {"temp_c": 91.0, "scale_mm": 2.0})])
    found = telemetry.between(connection, wider, device, START, START + timedelta(hours=1))
    assert found["temp_c"].tolist() == [90.0, 91.0]
    assert pd.isna(found["scale_mm"][0])
    assert found["scale_mm"][1] == 2.0
    assert rollup.refresh(connection, wider, START + timedelta(hours=2)) == 1
    hour = rollup.window(connection, wider, ["scale_mm_count"], START, START + timedelta(hours=1))
    assert hour["scale_mm_count"].tolist() == [1.0]


def test_a_removed_metric_keeps_its_column_and_its_history(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    device = kettles[0].id
    telemetry.store(connection, kettle, [Reading(device, START, {"energy_kwh": 5.0})])
    narrower = changed(kettle, energy_kwh=None)
    assert telemetry_table.ensure(connection, {"kettle": narrower}) == []
    later = START + timedelta(minutes=1)
    telemetry.store(connection, narrower, [Reading(device, later, {"temp_c": 50.0})])
    assert "energy_kwh" in columns(connection, "kettle")
    found = telemetry.between(connection, kettle, device, START, START + timedelta(hours=1))
    assert found["energy_kwh"][0] == 5.0
    assert telemetry_table.ensure(connection, {"kettle": kettle}) == []


@pytest.mark.parametrize("change", [{"kind": Kind.COUNTER}, {"storage": Storage.DOUBLE}])
def test_a_metric_whose_meaning_changed_is_refused_with_what_to_do(
    connection: Connection, kettle: ApplianceType, change: dict[str, object]
) -> None:
    metric = kettle.metrics["temp_c"].model_copy(update=change)
    with pytest.raises(
        CatalogueChangeError, match=r"kettle\.temp_c was stored as gauge real"
    ) as no:
        telemetry_table.ensure(connection, {"kettle": changed(kettle, temp_c=metric)})
    assert "give the changed metric a new name" in str(no.value)


def test_each_metric_has_six_columns_in_the_rollup(
    connection: Connection, kettle: ApplianceType
) -> None:
    assert columns(connection, "kettle_hourly") == {"device_id", "time"} | {
        f"{metric}_{statistic}"
        for metric in kettle.metrics
        for statistic in ("count", "mean", "min", "max", "sd", "last")
    }
