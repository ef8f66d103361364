"""The parts in a technician's van."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from runtime.errors import InvalidError
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
MOST = 10_000
"""Of one part; more is a slip of the pen."""


def load(connection: Connection, technician: str, parts: Mapping[str, int]) -> None:
    """Set all that is in the van; what is not named is not there any more."""
    for part, quantity in parts.items():
        if not 0 <= quantity <= MOST:
            raise InvalidError(f"{quantity} of {part!r} cannot be", hint=f"give 0 to {MOST}")
    connection.execute(_SQL["clear"], {"technician": technician})
    connection.execute(_SQL["load"], {"technician": technician, **_columns(parts)})


def take(connection: Connection, technician: str, parts: Mapping[str, int]) -> dict[str, int]:
    """Take parts out; return what was there to take, which may be less."""
    asked = {"technician": technician, **_columns(parts)}
    rows = connection.execute(_SQL["take"], asked).fetchall()
    return {str(part): int(str(quantity)) for part, quantity in rows}


def stock(connection: Connection, technicians: Sequence[str]) -> dict[str, dict[str, int]]:
    """What is in each van, by part number."""
    rows = connection.execute(_SQL["stock"], {"technicians": list(technicians)}).fetchall()
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for name, part, quantity in rows:
        found[str(name)][str(part)] = int(str(quantity))
    return {name: found.get(name, {}) for name in technicians}


def _columns(parts: Mapping[str, int]) -> dict[str, list[str] | list[int]]:
    return {"parts": list(parts), "quantities": list(parts.values())}
