"""What the ids and codes of an export stand for: appliances, tickets, visits, people, problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field

from psycopg.rows import class_row

from devices.catalogue import offline
from devices.catalogue.appliance_type import ApplianceType, Metric, Text
from devices.catalogue.folder import Catalogue
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
TITLED = ("type", "problem", "mode", "consumable")
"""Columns whose codes the catalogue has titles for."""

Row = dict[str, object]


@dataclass(frozen=True)
class Appliance:
    """An appliance that an export speaks of."""

    id: int
    serial: str
    type: str
    model: str


@dataclass(frozen=True)
class Names:
    """By id, what the rows of an export refer to."""

    catalogue: Catalogue = field(default_factory=dict)
    appliances: Mapping[object, Appliance] = field(default_factory=dict)
    tickets: Mapping[object, Row] = field(default_factory=dict)
    visits: Mapping[object, Row] = field(default_factory=dict)
    people: Mapping[object, str] = field(default_factory=dict)

    def title(self, row: Row, column: str) -> Text | None:
        """What a type, a problem or a consumable is called; None if the catalogue is silent."""
        described, code = self._type(row), row.get(column)
        if described is None or column not in TITLED or not isinstance(code, str):
            return None
        if column == "type":
            return described.title
        if column == "consumable":
            known = described.consumables.get(code)
            return known.title if known else None
        if not offline.has_problem(described, code):
            return None
        return offline.problem_of(described, code).title

    def metric(self, row: Row, name: str) -> Metric | None:
        """A metric of the appliance that a row is about."""
        described = self._type(row)
        return described.metrics.get(name) if described else None

    def beside(self, row: Row) -> Row:
        """A row, and beside its ids and codes what they stand for, for who reads the JSON."""
        titles = ((column, self.title(row, column)) for column in TITLED)
        told: Row = {f"{column}_title": text.model_dump() for column, text in titles if text}
        appliance = self.appliances.get(row.get("device_id"))
        if appliance is not None:
            about = asdict(appliance)
            told["appliance"] = self.beside({name: about[name] for name in about if name != "id"})
        return row | told

    def _type(self, row: Row) -> ApplianceType | None:
        named = row.get("type")
        appliance = self.appliances.get(_device(row, self.tickets))
        name = named if isinstance(named, str) else appliance.type if appliance else ""
        return self.catalogue.get(name)


def of(connection: Connection, catalogue: Catalogue, tables: Mapping[str, list[Row]]) -> Names:
    """Look up what the rows of an export refer to."""
    asked = {"ids": sorted(set(_devices(tables.values())))}
    with connection.cursor(row_factory=class_row(Appliance)) as cursor:
        found = cursor.execute(_SQL["appliances"], asked).fetchall()
    return Names(
        catalogue,
        {each.id: each for each in found},
        {row["id"]: row for row in tables.get("tickets", [])},
        {row["id"]: row for row in tables.get("visits", [])},
        {row["id"]: str(row.get("name") or "") for row in tables.get("contacts", [])},
    )


def _devices(tables: Iterable[list[Row]]) -> Iterator[int]:
    for rows in tables:
        for row in rows:
            device = row.get("device_id")
            if isinstance(device, int):
                yield device


def _device(row: Row, tickets: Mapping[object, Row]) -> object:
    """Of which appliance a row is: its own, or that of its ticket."""
    if row.get("device_id") is not None:
        return row["device_id"]
    return tickets.get(row.get("ticket_id"), {}).get("device_id")
