"""Appliances and whose they are, from a CSV file; docs/formats/csv.md describes it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from customers import household, ownership
from devices import importing
from devices.catalogue.folder import Catalogue
from runtime import csv_table, text_encoding
from runtime.csv_table import Report
from storage.pool import Connection

COLUMNS = (*importing.COLUMNS, "household_id")


def import_appliances(
    connection: Connection, catalogue: Catalogue, lines: Iterable[bytes], at: datetime
) -> Report:
    """Register the appliances of a file and link them to households, in the caller's transaction.

    Raises InvalidError, before anything is written, where the file as a whole cannot be read.
    """
    text, _ = text_encoding.as_utf8(lines)
    report = Report()
    rows = csv_table.read(text, COLUMNS, report, importing.OPTIONAL)
    households = household.ids_of(connection, sorted({row["household_id"] for row in rows} - {""}))
    owned = []
    for row in rows:
        if row["household_id"] and row["household_id"] not in households:
            report.refuse(row, "household_id", "no such household; import the customers first")
        else:
            owned.append(row)
    registered = importing.register_rows(connection, catalogue, owned, report, at)
    owners = {
        each.id: households[row["household_id"]] for row, each in registered if row["household_id"]
    }
    ownership.assign(connection, owners, at)
    report.accepted = len(registered)
    return report.in_order()
