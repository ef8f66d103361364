"""Forgets a household: destroys its keys, unlinks its appliances, and signs what was done.

What the register names is emptied or deleted; what stays are technical facts and figures that
point to an empty record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import sql
from psycopg.rows import scalar_row
from psycopg.types.json import Jsonb

from customers.privacy import scope, signing
from customers.privacy.personal_data import Held, Treatment, register
from customers.privacy.scope import Scope
from customers.secrecy import data_key, sealing
from runtime.errors import ConflictError
from storage import event, query
from storage.event import Event
from storage.pool import Connection

_SQL = query.beside(__file__)
KIND = "hearthwatch erasure"


@dataclass(frozen=True)
class Wish:
    """Who wants a household forgotten, and how."""

    household_id: int
    actor: str
    force: bool = False
    """Also while tickets are open; they stay, without their customer."""


Proof = dict[str, object]
"""What was destroyed, when and by whom, signed; it names nobody."""


def erase(connection: Connection, wish: Wish, at: datetime) -> Proof:
    """Forget a household and its people in the caller's transaction; return the signed proof.

    NotFoundError if there is none, ConflictError while a ticket is open unless forced.
    """
    found = scope.of(connection, wish.household_id)
    if found.open_tickets and not wish.force:
        raise ConflictError(
            f"tickets of this household are open: {', '.join(map(str, found.open_tickets))}",
            hint="finish or cancel them first, or force it: they stay, without their customer",
        )
    keys = data_key.destroy(connection, _owners(found), at)
    counts = {held.table: _forget(connection, held, found) for held in register()}
    connection.execute(_SQL["mark"], found.ids() | {"at": at})
    proof = signing.signer(connection).sign(_told(wish, found, keys, counts, at))
    _record(connection, wish, proof, at)
    return proof


def _owners(found: Scope) -> list[str]:
    homes = [sealing.household(number) for number in found.households]
    return homes + [sealing.contact(number) for number in found.contacts]


def _told(
    wish: Wish, found: Scope, keys: Sequence[UUID], counts: Mapping[str, int], at: datetime
) -> dict[str, object]:
    return {
        "kind": KIND,
        "household_id": wish.household_id,
        "records": len(found.households),
        "people": len(found.contacts),
        "at": at.isoformat(),
        "by": wish.actor,
        "keys_destroyed": sorted(str(key) for key in keys),
        "rows": {table: number for table, number in counts.items() if number},
    }


def _record(connection: Connection, wish: Wish, proof: Proof, at: datetime) -> None:
    subject = sealing.household(wish.household_id)
    told = {"at": at, "household_id": wish.household_id, "actor": wish.actor}
    connection.execute(_SQL["record"], told | {"proof": Jsonb(proof)})
    connection.execute(_SQL["audit"], {"actor": wish.actor, "subject": subject})
    event.append(connection, [Event("customer.erased", subject, at)])


def _forget(connection: Connection, held: Held, found: Scope) -> int:
    """Do with a table's rows what the register says; how many rows it was."""
    table = sql.Identifier("hearthwatch", held.table)
    if held.erasure == "delete":
        statement = sql.SQL("DELETE FROM {} WHERE {}").format(table, held.condition)
        return connection.execute(statement, found.ids()).rowcount
    may_be_empty = _nullable(connection, held.table)
    changes = [
        sql.SQL("{} = {}").format(sql.Identifier(column), _emptied(treatment))
        for column, treatment in held.erasure.items()
        if treatment is not Treatment.KEY or column in may_be_empty
    ]
    if not changes:
        return 0
    statement = sql.SQL("UPDATE {} SET {} WHERE {}").format(
        table, sql.SQL(", ").join(changes), held.condition
    )
    return connection.execute(statement, found.ids()).rowcount


def _emptied(treatment: Treatment) -> sql.SQL:
    if treatment is Treatment.ALIAS:
        return sql.SQL("'erased-' || id")
    if treatment is Treatment.BLANK:
        return sql.SQL("''")
    return sql.SQL("DEFAULT") if treatment is Treatment.STANDARD else sql.SQL("NULL")


def _nullable(connection: Connection, table: str) -> set[str]:
    rows = connection.execute(_SQL["nullable"], {"table": table}).fetchall()
    return {str(row[0]) for row in rows}


def again(connection: Connection, proof: Proof, at: datetime) -> Proof | None:
    """After a restore: erase again what a proof says was erased; None if nothing came back.

    InvalidError for a proof that we did not sign.
    """
    signing.signer(connection).check(proof)
    back = came_back(connection, proof)
    return erase(connection, Wish(back, str(proof["by"]), force=True), at) if back else None


def came_back(connection: Connection, proof: Proof) -> int | None:
    """The household of a proof, if a restore has brought it back.

    It is known by its keys: a number may have been given to somebody else since.
    """
    keys = [UUID(str(key)) for key in _keys(proof)]
    owners = data_key.owners_of(connection, keys)
    row = connection.execute(_SQL["homes"], {"owners": owners}).fetchone()
    return int(str(row[0])) if row else None


def _keys(proof: Proof) -> list[object]:
    keys = proof.get("keys_destroyed")
    return keys if isinstance(keys, list) else []


def proofs(connection: Connection) -> list[Proof]:
    """The proofs of all erasures that this database knows of, oldest first."""
    with connection.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(_SQL["proofs"]).fetchall()
