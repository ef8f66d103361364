"""Makes one household of two that were the same, with a trail by which it can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from customers import value
from customers.duplicates import likeness, resealing, trail
from customers.duplicates.trail import Trail
from customers.secrecy import data_key, sealing
from runtime.errors import ConflictError, InvalidError, NotFoundError
from storage import event, query
from storage.event import Event
from storage.pool import Connection

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Merge:
    """One household that was made a part of another."""

    id: int
    survivor_id: int
    survivor: str
    """By its external id, as is the other."""
    merged_id: int
    merged: str
    at: datetime
    actor: str
    reason: str
    undone_at: datetime | None
    undone_by: str | None
    regions: list[str]
    """Of both."""


@dataclass(frozen=True)
class _Home:
    """What a merge must know of a household."""

    id: int
    external_id: str
    region: str
    merged_into: int | None
    erased: bool


def merge(
    connection: Connection,
    survivor_id: int,
    merged_id: int,
    actor: str,
    at: datetime,
    reason: str = "",
) -> int:
    """Move everything of `merged_id` to `survivor_id`; return the id of the merge.

    The survivor keeps its own name, address, tier and primary contact. Other systems may go on
    using the id of the other: it means the survivor from now on.
    """
    if survivor_id == merged_id:
        raise InvalidError("a household cannot be merged with itself", hint="name two")
    survivor, merged = _both(connection, survivor_id, merged_id)
    for each in (survivor, merged):
        _check_alive(each)
    moved = trail.move(connection, merged_id, survivor_id)
    asked = {
        "survivor": survivor_id,
        "merged": merged_id,
        "external_id": merged.external_id,
        "at": at,
        "actor": actor,
        "reason": reason,
        "trail": Jsonb(moved.as_json()),
    }
    connection.execute(_SQL["mark_merged"], asked)
    connection.execute(_SQL["add_alias"], asked)
    number = int(str(connection.execute(_SQL["record"], asked).fetchall()[0][0]))
    data_key.hand_over(connection, sealing.household(merged_id), sealing.household(survivor_id))
    _follow(connection, "customer.merged", survivor, merged, number, at)
    return number


def undo(connection: Connection, merge_id: int, actor: str, at: datetime) -> Merge:
    """Make two households of one again, each with what was its own; return the merge.

    What came to a moved appliance, contact or ticket since goes back with it. Raises
    ConflictError, and changes nothing, where what would be restored is no longer true.
    """
    before = get(connection, merge_id)
    survivor, merged = _both(connection, before.survivor_id, before.merged_id)
    # Read again: somebody else may have undone it while we waited for the households.
    if get(connection, merge_id).undone_at is not None:
        raise ConflictError(f"the merge {merge_id} was undone already")
    _check_alive(survivor)
    _check_not_overwritten(connection, survivor, merged)
    asked = {"id": merge_id, "merged": merged.id, "actor": actor, "at": at}
    moved = Trail.from_json(connection.execute(_SQL["trail"], asked).fetchall()[0][0])
    trail.move_back(connection, moved, merged.id, survivor.id)
    connection.execute(_SQL["unmark_merged"], asked)
    connection.execute(_SQL["drop_alias"], asked)
    connection.execute(_SQL["note_undone"], asked)
    data_key.hand_over(connection, sealing.household(merged.id), sealing.household(merged.id))
    resealing.hand_back(connection, merged.id, survivor.id)
    _follow(connection, "customer.unmerged", survivor, merged, merge_id, at)
    return get(connection, merge_id)


def get(connection: Connection, merge_id: int) -> Merge:
    """One merge; NotFoundError if there is none."""
    found = _listed(connection, "get", {"id": merge_id})
    if not found:
        raise NotFoundError(f"there is no merge {merge_id}")
    return found[0]


def of_household(connection: Connection, household_id: int) -> list[Merge]:
    """The merges that a household took part in, the newest first."""
    return _listed(connection, "of_household", {"household_id": household_id})


def survivor_of(connection: Connection, household_id: int) -> int | None:
    """The household that this one was merged into, if it was."""
    row = connection.execute(_SQL["survivor_of"], {"household_id": household_id}).fetchone()
    return None if row is None or row[0] is None else int(str(row[0]))


def _listed(connection: Connection, name: str, asked: dict[str, object]) -> list[Merge]:
    with connection.cursor(row_factory=class_row(Merge)) as cursor:
        return cursor.execute(_SQL[name], asked).fetchall()


def _both(connection: Connection, survivor_id: int, merged_id: int) -> tuple[_Home, _Home]:
    """Both households, locked in order of id, so that two merges cannot wait for each other."""
    with connection.cursor(row_factory=class_row(_Home)) as cursor:
        rows: Sequence[_Home] = cursor.execute(
            _SQL["lock"], {"ids": [survivor_id, merged_id]}
        ).fetchall()
    homes = {each.id: each for each in rows}
    for number in (survivor_id, merged_id):
        if number not in homes:
            raise NotFoundError(f"no household has the id {number}")
    return homes[survivor_id], homes[merged_id]


def _check_alive(home: _Home) -> None:
    if home.erased:
        raise ConflictError(f"household {home.id} was erased")
    if home.merged_into is not None:
        raise ConflictError(
            f"household {home.external_id} was merged into household {home.merged_into}",
            hint=f"use household {home.merged_into}, or undo that merge first",
        )


def _check_not_overwritten(connection: Connection, survivor: _Home, merged: _Home) -> None:
    """An import by the old id told the survivor's name and address: they are the other's now."""
    row = connection.execute(_SQL["overwrote_at"], {"merged": merged.id}).fetchone()
    if row is not None and row[0] is not None:
        raise ConflictError(
            f"an import of {merged.external_id} changed the record of {survivor.external_id} "
            f"since the merge, so that two records can no longer be told apart",
            hint=f"import {survivor.external_id} by its own id, then undo the merge",
        )


def _follow(
    connection: Connection, kind: str, survivor: _Home, merged: _Home, number: int, at: datetime
) -> None:
    facts = {"merge": number, "survivor": survivor.id, "merged": merged.id}
    event.append(
        connection,
        [
            Event(kind, f"household:{each.id}", at, region=each.region, facts=facts)
            for each in (survivor, merged)
        ],
    )
    likeness.ask(connection)
    value.ask(connection)
