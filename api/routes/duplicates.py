"""Households that look like one: the list, what was decided, and merges that can be undone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api import audit, cursor, problem, region
from api.access import Dispatcher
from api.alike_answer import Alike, Merge
from api.house import House, Served, Transaction
from api.user import User
from customers.duplicates import likeness, merging
from storage.pool import Connection

router = APIRouter(prefix="/v1/customers", tags=["customers"])
Id = Annotated[int, Field(ge=1, lt=cursor.LARGEST_ID)]
PathId = Annotated[int, Path(ge=1, lt=cursor.LARGEST_ID)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MergeAsked(_Asked):
    """Which households are one."""

    survivor_id: Id = Field(description="Keeps its name, address, tier and primary contact")
    merged_id: Id = Field(description="Whatever it has goes to the survivor")
    reason: str = Field(default="", max_length=500, description="Nothing personal")


class ApartAsked(_Asked):
    """Which households are two."""

    first_id: Id
    second_id: Id


@router.get("/duplicates", summary="List duplicates", responses=problem.responses(401, 403, 422))
def index(
    connection: Transaction,
    asking: Dispatcher,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    after: Annotated[int, Query(ge=0, lt=cursor.LARGEST_ID, description="How many to skip")] = 0,
) -> list[Alike]:
    """Households that look like one, the likest first; both of the region, for a partner."""
    found = likeness.page(connection, region=asking.region, after=after, limit=limit)
    return [Alike.model_validate(each) for each in found]


@router.post(
    "/duplicates/dismissals",
    status_code=204,
    summary="Tell two customers apart",
    responses=problem.responses(401, 403, 404, 422),
)
def dismiss(connection: Transaction, asking: Dispatcher, house: Served, asked: ApartAsked) -> None:
    """Say that two households are two: they are not brought up again."""
    tell_apart(connection, house, asking, asked.first_id, asked.second_id)


@router.post(
    "/merges",
    status_code=201,
    summary="Merge two customers",
    responses=problem.responses(401, 403, 404, 409, 422),
)
def merge(connection: Transaction, asking: Dispatcher, house: Served, asked: MergeAsked) -> Merge:
    """Make one household of two; it can be undone."""
    number = join(connection, house, asking, asked.survivor_id, asked.merged_id, asked.reason)
    return Merge.model_validate(merging.get(connection, number))


@router.post(
    "/merges/{merge_id}/undo",
    summary="Undo a merge",
    responses=problem.responses(401, 403, 404, 409),
)
def undo(connection: Transaction, asking: Dispatcher, house: Served, merge_id: PathId) -> Merge:
    """Make two households of one again; 409 says why if that would no longer be true."""
    return Merge.model_validate(part(connection, house, asking, merge_id))


def tell_apart(
    connection: Connection, house: House, asking: User, first_id: int, second_id: int
) -> None:
    """Note that two households of the user's region are two."""
    for number in (first_id, second_id):
        region.household_for(connection, asking, number)
    likeness.dismiss(connection, first_id, second_id, asking.name, house.clock.now())
    for number in (first_id, second_id):
        audit.record(connection, asking.name, "customers told apart", f"household:{number}")


def join(
    connection: Connection,
    house: House,
    asking: User,
    survivor_id: int,
    merged_id: int,
    reason: str,
) -> int:
    """Merge two households of the user's region; return the id of the merge."""
    for number in (survivor_id, merged_id):
        region.household_for(connection, asking, number)
    now = house.clock.now()
    made = merging.merge(connection, survivor_id, merged_id, asking.name, now, reason)
    for number in (survivor_id, merged_id):
        audit.record(connection, asking.name, "customers merged", f"household:{number}")
    return made


def part(connection: Connection, house: House, asking: User, merge_id: int) -> merging.Merge:
    """Undo a merge of households of the user's region."""
    region.merge_for(connection, asking, merge_id)
    undone = merging.undo(connection, merge_id, asking.name, house.clock.now())
    for number in (undone.survivor_id, undone.merged_id):
        audit.record(connection, asking.name, "merge of customers undone", f"household:{number}")
    return undone
