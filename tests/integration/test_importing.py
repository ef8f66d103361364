"""Customers and appliances come in from CSV files, with a report of what was refused."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest

from customers import contact, household, ownership
from customers.imports import importing, importing_appliances
from devices import appliance
from devices.catalogue.folder import Catalogue
from runtime.csv_table import Report
from runtime.errors import InvalidError
from storage.pool import Connection

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LI = {
    "household_id": "H-1",
    "household_name": "Li",
    "address": "1 Long Road, Beijing",
    "region": "beijing",
    "time_zone": "Asia/Shanghai",
    "tier": "gold",
    "contact_id": "C-1",
    "contact_name": "Li Ming",
    "phone": "+86 10 5555 0199",
    "email": "li@example.org",
    "language": "zh-CN",
    "consents": "service; reminders",
}


def lines(rows: list[dict[str, str]]) -> list[bytes]:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode().splitlines(keepends=True)


def customers(connection: Connection, *rows: dict[str, str], at: datetime = NOW) -> Report:
    return importing.import_customers(connection, lines(list(rows)), at)


def refusals(report: Report) -> list[tuple[int, str]]:
    return [(refused.line, refused.field) for refused in report.refused]


def test_a_household_and_its_contacts_are_imported(connection: Connection) -> None:
    second = {**LI, "contact_id": "C-2", "contact_name": "Li Na", "consents": "", "email": ""}
    report = customers(connection, LI, second)
    assert (report.accepted, report.refused) == (2, [])
    home = household.get(connection, household.ids_of(connection, ["H-1"])["H-1"])
    assert (home.name, home.time_zone, home.tier) == ("Li", "Asia/Shanghai", "gold")
    people = contact.of_household(connection, home.id)
    assert [(each.name, each.is_primary, each.email) for each in people] == [
        ("Li Ming", True, "li@example.org"),
        ("Li Na", False, None),
    ]
    assert contact.consents(connection, people[0].id) == {"service", "reminders"}
    assert contact.consents(connection, people[1].id) == set()


def test_importing_again_changes_nothing_and_a_changed_row_updates(connection: Connection) -> None:
    customers(connection, LI)
    customers(connection, LI, at=NOW + timedelta(days=1))
    assert connection.execute("SELECT count(*) FROM hearthwatch.contacts").fetchone() == (1,)
    before = connection.execute("SELECT count(*) FROM hearthwatch.consents").fetchone()
    customers(connection, {**LI, "phone": "", "consents": "service"}, at=NOW + timedelta(days=2))
    (person,) = contact.of_household(connection, household.ids_of(connection, ["H-1"])["H-1"])
    assert person.phone is None
    assert contact.consents(connection, person.id) == {"service"}
    assert before == (3,)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("household_id", ""),
        ("contact_name", ""),
        ("time_zone", "Beijing"),
        ("tier", "diamond"),
        ("phone", "call me"),
        ("phone", "12"),
        ("email", "li at example.org"),
        ("language", "Chinese, please"),
        ("consents", "service,reminders"),
    ],
)
def test_a_bad_field_refuses_its_row_and_no_other(
    connection: Connection, column: str, value: str
) -> None:
    good = {**LI, "household_id": "H-2", "contact_id": "C-2"}
    report = customers(connection, {**LI, column: value}, good)
    assert report.accepted == 1
    (refused,) = report.refused
    assert (refused.line, refused.field, refused.value) == (2, column, value)
    assert refused.reason


def test_empty_optional_fields_take_their_defaults(connection: Connection) -> None:
    empty = dict.fromkeys(("address", "region", "time_zone", "tier", "phone", "language"), "")
    assert customers(connection, {**LI, **empty}).accepted == 1
    home = household.get(connection, household.ids_of(connection, ["H-1"])["H-1"])
    assert (home.time_zone, home.tier) == ("UTC", "standard")
    assert contact.of_household(connection, home.id)[0].language == "en"


def test_a_contact_given_twice_and_a_household_that_contradicts_itself_are_refused(
    connection: Connection,
) -> None:
    report = customers(connection, LI, LI, {**LI, "contact_id": "C-3", "tier": "silver"})
    assert report.accepted == 1
    assert refusals(report) == [(3, "contact_id"), (4, "tier")]
    assert "line 2" in report.refused[0].reason


def test_a_contact_of_another_household_is_not_moved(connection: Connection) -> None:
    customers(connection, LI)
    report = customers(connection, {**LI, "household_id": "H-9"})
    assert (report.accepted, refusals(report)) == (0, [(2, "contact_id")])
    assert household.ids_of(connection, ["H-9"]) == {}


def test_a_file_with_a_missing_column_imports_nothing(connection: Connection) -> None:
    row = {name: value for name, value in LI.items() if name != "consents"}
    with pytest.raises(InvalidError, match="missing 'consents'"):
        customers(connection, row)


def fridge(catalogue: Catalogue, known_as: str, **told: str) -> dict[str, str]:
    return {
        "serial": known_as,
        "type": min(catalogue),
        "model": "M-1",
        "firmware": "1.0",
        "installed_on": "2026-05-31",
        "region": "beijing",
        "household_id": "H-1",
        **told,
    }


def appliances(
    connection: Connection, catalogue: Catalogue, *rows: dict[str, str], at: datetime = NOW
) -> Report:
    return importing_appliances.import_appliances(connection, catalogue, lines(list(rows)), at)


def test_appliances_are_registered_and_linked_to_their_household(
    connection: Connection, catalogue: Catalogue
) -> None:
    customers(connection, LI)
    report = appliances(
        connection,
        catalogue,
        fridge(catalogue, "A-1"),
        fridge(catalogue, "A-2", household_id="", installed_on=""),
    )
    assert (report.accepted, report.refused) == (2, [])
    first, second = (appliance.get(connection, serial) for serial in ("A-1", "A-2"))
    assert (first.model, first.installed_on) == ("M-1", date(2026, 5, 31))
    owners = ownership.households_of(connection, [first.id, second.id])
    assert owners == {first.id: household.ids_of(connection, ["H-1"])["H-1"]}


def test_an_import_moves_an_appliance_to_its_new_household(
    connection: Connection, catalogue: Catalogue
) -> None:
    customers(connection, LI, {**LI, "household_id": "H-2", "contact_id": "C-2"})
    appliances(connection, catalogue, fridge(catalogue, "A-1"))
    later = NOW + timedelta(days=1)
    appliances(connection, catalogue, fridge(catalogue, "A-1", household_id="H-2"), at=later)
    device = appliance.get(connection, "A-1").id
    ids = household.ids_of(connection, ["H-2"])
    assert ownership.households_of(connection, [device]) == {device: ids["H-2"]}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("serial", "a b"),
        ("serial", ""),
        ("type", "spaceship"),
        ("installed_on", "31.05.2026"),
        ("installed_on", "2026-06-02"),
        ("household_id", "H-404"),
    ],
)
def test_a_bad_field_refuses_its_appliance_and_no_other(
    connection: Connection, catalogue: Catalogue, column: str, value: str
) -> None:
    customers(connection, LI)
    report = appliances(
        connection, catalogue, fridge(catalogue, "A-1", **{column: value}), fridge(catalogue, "A-2")
    )
    assert report.accepted == 1
    (refused,) = report.refused
    assert (refused.line, refused.field, refused.value) == (2, column, value)


def test_a_serial_given_twice_and_a_known_serial_of_another_type_are_refused(
    connection: Connection, catalogue: Catalogue
) -> None:
    customers(connection, LI)
    appliance.register(connection, [appliance.Registration("A-9", "an_older_type")], NOW)
    report = appliances(
        connection,
        catalogue,
        fridge(catalogue, "A-1"),
        fridge(catalogue, "A-1"),
        fridge(catalogue, "A-9"),
    )
    assert report.accepted == 1
    assert refusals(report) == [(3, "serial"), (4, "type")]
    assert appliance.get(connection, "A-9").type == "an_older_type"
