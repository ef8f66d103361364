"""All that belongs to a household by id: what was merged into it, its people and its tickets."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from psycopg.rows import class_row

from runtime.errors import ConflictError, NotFoundError
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Scope:
    """Ids; the first household is the one that was asked for."""

    households: list[int]
    contacts: list[int]
    tickets: list[int]
    open_tickets: list[int]

    def ids(self) -> dict[str, list[int]]:
        """As arguments of a condition of the register."""
        return asdict(self)


def of(connection: Connection, household_id: int) -> Scope:
    """What belongs to a household, whose row is locked until the transaction ends.

    NotFoundError if there is none or it was erased; ConflictError if it was merged into another.
    """
    row = connection.execute(_SQL["lock"], {"id": household_id}).fetchone()
    if row is None or row[0]:
        raise NotFoundError(f"no household has the id {household_id}")
    if row[1] is not None:
        raise ConflictError(
            f"household {household_id} was merged into {row[1]}",
            hint=f"ask for household {row[1]}, which holds both, or undo the merge",
        )
    with connection.cursor(row_factory=class_row(Scope)) as cursor:
        found = cursor.execute(_SQL["scope"], {"id": household_id}).fetchone()
    if found is None:
        raise NotFoundError(f"no household has the id {household_id}")
    return found
