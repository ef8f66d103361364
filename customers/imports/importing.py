"""Households and their contacts, from a CSV file; docs/formats/csv.md describes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from customers import consent, contact, household, member, profile, value
from customers.duplicates import alias, likeness
from customers.duplicates.likeness import Alike
from customers.imports import cleaning, refusal, tidying
from customers.imports.tidying import Wrong
from runtime import csv_table, text_encoding
from runtime.csv_table import Cleaned, Report, Row
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
HOUSEHOLD_COLUMNS = ("household_id", "household_name", "address", "region", "time_zone", "tier")
CONTACT_COLUMNS = ("contact_id", "contact_name", "phone", "email", "language", "consents")
COLUMNS = (*HOUSEHOLD_COLUMNS, *CONTACT_COLUMNS)
PROFILE_COLUMNS = ("country", "vulnerable", "latitude", "longitude")
OPTIONAL = (*PROFILE_COLUMNS, "role")
"""A file without one of these, like an empty field, leaves what is known."""


@dataclass
class CustomerReport(Report):
    """What became of the rows of customers: cleaned, refused, and alike to others."""

    encoding: str = "utf-8"
    cleaned: list[Cleaned] = field(default_factory=list)
    alike: list[Alike] = field(default_factory=list)
    """Households of the file that look like another; nothing was merged."""


def import_customers(
    connection: Connection,
    lines: Iterable[bytes],
    at: datetime,
    *,
    region: str | None = None,
    actor: str = "",
) -> CustomerReport:
    """Add or update the households and contacts of a file, in the caller's transaction.

    With a `region`, only rows of that region are accepted. Raises InvalidError, before anything
    is written, where the file as a whole cannot be read.
    """
    text, encoding = text_encoding.as_utf8(lines)
    report = CustomerReport(encoding=encoding)
    rows = csv_table.read(text, COLUMNS, report, OPTIONAL)
    take_in(connection, rows, report, at, region, actor=actor)
    return report.in_order()


def take_in(
    connection: Connection,
    rows: Sequence[Row],
    report: CustomerReport,
    at: datetime,
    region: str | None = None,
    *,
    source: str = consent.IMPORT,
    actor: str = "",
) -> dict[str, int]:
    """Keep the rows that can be kept; return the id of each household by the id in its row.

    Consents are logged with their source and who told of them.
    """
    alias.hold(connection, {cleaning.tidy(row["household_id"]) for row in rows})
    accepted = _accepted(connection, rows, report, region)
    survivors = alias.survivors(connection, [row["household_id"] for row in accepted])
    ids = _keep_households(connection, accepted, survivors, at)
    people = [row for row in accepted if row["contact_id"]]
    entries = [_contact(row, ids[row["household_id"]]) for row in people]
    contacts = contact.upsert(connection, entries, at, source=source, actor=actor)
    member.record(
        connection,
        {contacts[row["contact_id"]]: row["role"] for row in people if row.values.get("role")},
    )
    alias.note_newcomers(
        connection, [(row["household_id"], contacts[row["contact_id"]]) for row in people]
    )
    if accepted:
        value.ask(connection)
        alike = likeness.among(connection, sorted(set(ids.values())), at)
        report.alike = [
            each
            for each in alike
            if region in {None, each.region} and region in {None, each.other_region}
        ]
    report.accepted = len(accepted)
    return ids


def _keep_households(
    connection: Connection, accepted: Sequence[Row], survivors: dict[str, str], at: datetime
) -> dict[str, int]:
    """Its own row tells of a household, before one by an id that it had before a merge."""
    told: dict[str, Row] = {}
    for row in accepted:
        known_as = survivors.get(row["household_id"], row["household_id"])
        if row["household_id"] == known_as or known_as not in told:
            told[known_as] = row
    ids = household.upsert(connection, [_household(name, row) for name, row in told.items()], at)
    alias.note_told(connection, {row["household_id"] for row in told.values()}, at)
    profile.record(connection, [_profile(ids[name], row) for name, row in told.items()])
    return ids | {old: ids[new] for old, new in survivors.items() if new in ids}


def _accepted(
    connection: Connection, rows: Sequence[Row], report: CustomerReport, region: str | None
) -> list[Row]:
    homes = _homes(connection, [row["contact_id"] for row in rows])
    strange = _of_other_regions(connection, rows, region)
    households: dict[str, Row] = {}
    contacts: dict[str, Row] = {}
    accepted = []
    for told in rows:
        row = tidying.tidied(told)
        wrong = (
            row.wrong
            or _wrong_region(row.row, region, strange)
            or _wrong_home(row.row, homes, region)
            or _differs(row.row, households.get(row.row["household_id"]))
            or refusal.of_repeated(contacts.get(row.row["contact_id"]), "contact_id")
        )
        if wrong:
            report.refuse(told, *wrong)
            continue
        report.cleaned += row.cleaned
        households.setdefault(row.row["household_id"], row.row)
        if row.row["contact_id"]:
            contacts[row.row["contact_id"]] = row.row
        accepted.append(row.row)
    return accepted


def _homes(connection: Connection, contact_ids: Sequence[str]) -> dict[str, set[str]]:
    """The ids by which each known contact's household is known, its own and those of merged."""
    rows = connection.execute(
        _SQL["households_of_contacts"], {"contact_ids": list(contact_ids)}
    ).fetchall()
    homes: dict[str, set[str]] = {}
    for contact_id, household_id in rows:
        homes.setdefault(str(contact_id), set()).add(str(household_id))
    return homes


def _of_other_regions(
    connection: Connection, rows: Sequence[Row], region: str | None
) -> frozenset[str]:
    if region is None:
        return frozenset()
    asked = {"external_ids": [row["household_id"] for row in rows], "region": region}
    found = connection.execute(_SQL["of_other_regions"], asked).fetchall()
    return frozenset(str(each[0]) for each in found)


def _wrong_region(row: Row, region: str | None, strange: frozenset[str]) -> Wrong | None:
    if region is not None and row["region"] != region:
        return "region", f"you may import customers of {region} only"
    if row["household_id"] in strange:
        return "household_id", "is taken: use another"
    return None


def _wrong_home(row: Row, homes: dict[str, set[str]], region: str | None) -> Wrong | None:
    known = homes.get(row["contact_id"], {row["household_id"]})
    if row["household_id"] in known:
        return None
    whose = f"household {min(known)}" if region is None else "another household"
    return "contact_id", f"belongs to {whose}"


def _differs(row: Row, first: Row | None) -> Wrong | None:
    for column in (*HOUSEHOLD_COLUMNS, *PROFILE_COLUMNS):
        if first and row.values.get(column) != first.values.get(column):
            return column, f"line {first.line} says {first[column]!r} of the same household"
    return None


def _household(external_id: str, row: Row) -> household.Entry:
    return household.Entry(
        external_id=external_id,
        name=row["household_name"],
        address=row["address"],
        region=row["region"],
        time_zone=row["time_zone"] or "UTC",
        tier=row["tier"] or "standard",
    )


def _profile(household_id: int, row: Row) -> profile.Entry:
    place = row.values.get("latitude"), row.values.get("longitude")
    return profile.Entry(
        household_id,
        vulnerable=tidying.is_yes(row.values.get("vulnerable", "")),
        country=tidying.country_of(row.values) or None,
        latitude=float(place[0]) if place[0] else None,
        longitude=float(place[1]) if place[1] else None,
    )


def _contact(row: Row, household_id: int) -> contact.Entry:
    return contact.Entry(
        household_id=household_id,
        external_id=row["contact_id"],
        name=row["contact_name"],
        phone=row["phone"] or None,
        email=row["email"] or None,
        language=row["language"] or "en",
        consents=tidying.consents(row),
    )
