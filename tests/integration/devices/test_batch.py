"""The production batch of an appliance is imported where it is known, and kept."""

from __future__ import annotations

from datetime import UTC, datetime

from customers.imports import importing_appliances
from devices import appliance
from devices.appliance import Registration
from devices.catalogue.folder import Catalogue
from storage.pool import Connection

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HEADER = "serial,type,model,firmware,installed_on,region,household_id"
ROW = "A-1,refrigerator,M,1.0,,north,"


def _import(connection: Connection, catalogue: Catalogue, header: str, row: str) -> str:
    lines = [f"{header}\n".encode(), f"{row}\n".encode()]
    report = importing_appliances.import_appliances(connection, catalogue, lines, NOW)
    assert (report.accepted, report.refused) == (1, [])
    return appliance.get(connection, "A-1").batch


def test_a_file_may_tell_the_batch(connection: Connection, catalogue: Catalogue) -> None:
    assert _import(connection, catalogue, f"{HEADER},batch", f"{ROW},2026-W07") == "2026-W07"


def test_a_file_without_it_leaves_what_is_known(
    connection: Connection, catalogue: Catalogue
) -> None:
    assert _import(connection, catalogue, HEADER, ROW) == ""
    _import(connection, catalogue, f"{HEADER},batch", f"{ROW},B7")
    assert _import(connection, catalogue, HEADER, ROW) == "B7"
    assert _import(connection, catalogue, f"{HEADER},batch", f"{ROW},") == "B7"


def test_registering_again_keeps_the_batch(connection: Connection) -> None:
    appliance.register(connection, [Registration("A-1", "kettle", batch="B7")], NOW)
    (again,) = appliance.register(connection, [Registration("A-1", "kettle")], NOW)
    assert again.batch == "B7"
