"""The data keys of households and contacts, as the database keeps them: wrapped, or destroyed.

They stand in a schema of their own, which a backup leaves out (docs/privacy.md says why).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from runtime.errors import ConfigurationError
from storage import query
from storage.pool import Connection
from storage.sealing import HINT, DataKey, Keyring

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Kept:
    """A data key that a holder can open with; `wrapped` is None once it was destroyed."""

    holder: str
    """Whose texts it opens: its owner, or who the owner was merged into."""
    id: UUID
    owner: str
    master: str
    wrapped: bytes | None


def of_holders(connection: Connection, holders: Iterable[str]) -> list[Kept]:
    """Every key that opens what these hold: their own, and those of who was merged into them."""
    with connection.cursor(row_factory=class_row(Kept)) as cursor:
        return cursor.execute(_SQL["of_holders"], {"holders": sorted(set(holders))}).fetchall()


def make(connection: Connection, ring: Keyring, owners: Iterable[str]) -> None:
    """Give a key to each owner that has none and had none.

    ConfigurationError where others wrap with a master key that is not here: what one process
    sealed, another could not open.
    """
    strange = connection.execute(_SQL["strange"], {"masters": list(ring.keys)}).fetchone()
    if strange is not None:
        raise ConfigurationError(
            f"keys in this database are wrapped by the master key {strange[0]!r}, which is not "
            "here",
            hint=HINT,
        )
    made = [DataKey.make(owner) for owner in sorted(set(owners))]
    wrapped = [ring.wrap(each) for each in made]
    connection.execute(
        _SQL["make"],
        {
            "ids": [each.id for each in made],
            "owners": [each.owner for each in made],
            "masters": [each[0] for each in wrapped],
            "wrapped": [each[1] for each in wrapped],
        },
    )


def rewrap(connection: Connection, ring: Keyring, limit: int) -> int:
    """Wrap up to `limit` keys by the current master key that another wraps; how many."""
    with connection.cursor(row_factory=class_row(Kept)) as cursor:
        asked = {"master": ring.current, "limit": limit}
        old = cursor.execute(_SQL["wrapped_by_others"], asked).fetchall()
    opened = [
        ring.unwrap(each.master, each.wrapped, each.id, each.owner) for each in old if each.wrapped
    ]
    fresh = [ring.wrap(each) for each in opened]
    connection.execute(
        _SQL["rewrap"],
        {
            "ids": [each.id for each in opened],
            "masters": [each[0] for each in fresh],
            "wrapped": [each[1] for each in fresh],
        },
    )
    return len(old)


def masters(connection: Connection) -> dict[str, int]:
    """How many live keys each master key wraps."""
    rows = connection.execute(_SQL["masters"]).fetchall()
    return {str(master): int(str(number)) for master, number in rows}


def destroy(connection: Connection, owners: Sequence[str], at: datetime) -> list[UUID]:
    """Destroy the keys of these owners and of who was merged into them; their ids."""
    rows = connection.execute(_SQL["destroy"], {"holders": list(owners), "at": at}).fetchall()
    return [UUID(str(row[0])) for row in rows]


def owners_of(connection: Connection, ids: Sequence[UUID]) -> list[str]:
    """Whose these keys are or were."""
    rows = connection.execute(_SQL["owners_of"], {"ids": list(ids)}).fetchall()
    return [str(row[0]) for row in rows]


def hand_over(connection: Connection, owner: str, holder: str) -> None:
    """Let `holder` open what was sealed for `owner`, whose records it takes over."""
    connection.execute(_SQL["hand_over"], {"owner": owner, "holder": holder})


def copy(connection: Connection) -> list[dict[str, object]]:
    """All keys as they are kept, wrapped, for a copy that replaces the last one."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_SQL["copy"]).fetchall()
    return [{**row, "id": str(row["id"])} for row in rows]


def load(connection: Connection, keys: Sequence[Mapping[str, object]]) -> int:
    """Take over a copy: keys that are missing come back, none that was destroyed here does.

    What the copy says was destroyed is destroyed. Returns how many keys the copy has.
    """
    connection.execute(_SQL["load"], {"keys": Jsonb(list(keys))})
    return len(keys)
