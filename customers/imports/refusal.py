"""Why a row that names things of ours cannot be kept: unknown, another region's, or told twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from customers.household import Household
from customers.imports.tidying import Wrong
from devices.appliance import Appliance
from runtime.csv_table import Report, Row


def sift(
    rows: Sequence[Row], report: Report, column: str, wrong: Callable[[Row], Wrong | None]
) -> list[Row]:
    """The rows with which nothing is wrong, the first of each id; the others go to the report."""
    accepted: dict[str, Row] = {}
    for row in rows:
        refused = wrong(row) or of_repeated(accepted.get(row[column]), column)
        if refused:
            report.refuse(row, *refused)
        else:
            accepted[row[column]] = row
    report.accepted = len(accepted)
    return list(accepted.values())


def of_home(row: Row, owners: Mapping[str, Household], region: str | None) -> Wrong | None:
    """What is wrong with the row's household: nobody knows it, or it is another region's."""
    owner = owners.get(row["household_id"])
    if owner is None or region not in {None, owner.region}:
        return "household_id", "no such household; import the customers first"
    return None


def of_serial(row: Row, devices: Mapping[str, Appliance], region: str | None) -> Wrong | None:
    """What is wrong with the row's serial number, if it has one."""
    serial = row.values.get("serial")
    device = devices.get(serial or "")
    if serial and (device is None or region not in {None, device.region}):
        return "serial", "no such appliance; import the appliances first"
    return None


def of_taken(row: Row, column: str, strange: Collection[str]) -> Wrong | None:
    """What is wrong with an id by which another region knows something."""
    return (column, "is taken: use another") if row[column] in strange else None


def of_repeated(first: Row | None, column: str) -> Wrong | None:
    """What is wrong with an id that an earlier row of the file had: `first`, if there is one."""
    return (column, f"is on line {first.line} already") if first else None
