"""/v1/technicians: who can be sent, when they work, and what is in their vans."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api import audit, csv_body, cursor, problem
from api.access import Dispatcher
from api.csv_body import CsvBody
from api.house import Served, Transaction
from api.instant import Instant
from api.user import User
from runtime.csv_table import Report
from runtime.errors import InvalidError, NotFoundError
from storage.pool import Connection
from tickets.routing import absence, errand, importing, technician, van
from tickets.routing.calendar import Span
from tickets.routing.technician import Entry

router = APIRouter(prefix="/v1/technicians", tags=["routing"])
Name = Annotated[str, Path(min_length=1, max_length=200, examples=["Li Wei"])]
AbsenceId = Annotated[int, Path(ge=1, lt=cursor.LARGEST_ID)]


class Asked(BaseModel):
    """What is told of a technician."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    external_id: str | None = Field(default=None, min_length=1, max_length=200)
    region: str = Field(default="", max_length=200, description="They go to its tickets only")
    types: list[str] = Field(default=[], description="Appliance types; none means every type")
    skills: dict[str, Annotated[int, Field(ge=1, le=3)]] = Field(
        min_length=1,
        examples=[{"refrigeration": 3, "electrical": 1}],
        description="Skills and problems of the catalogue, and how well: 1 to 3",
    )
    hours: str = Field(max_length=500, examples=["mon-fri 08:00-12:00,13:00-17:00"])
    time_zone: str = Field(default="UTC", max_length=100, examples=["Asia/Shanghai"])
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    visits_a_day: int = Field(default=5, ge=1, le=technician.MOST_VISITS_A_DAY)
    active: bool = True


class Technician(Asked):
    """A technician with what is in the van."""

    name: str
    parts: dict[str, int] = Field(description="In the van, by part number")


class Technicians(BaseModel):
    """A page of technicians, by name."""

    items: list[Technician]
    next_after: str | None = Field(description="`after` of the next page; null on the last one")


class AbsenceAsked(BaseModel):
    """A span in which somebody does not work."""

    model_config = ConfigDict(extra="forbid")

    begins_at: Instant
    ends_at: Instant
    reason: str = Field(default="", max_length=200)


class Absence(AbsenceAsked):
    """An absence on record."""

    model_config = ConfigDict(from_attributes=True)

    id: int


@router.get("", summary="List technicians", responses=problem.responses(401, 403, 422))
def index(
    connection: Transaction,
    asking: Dispatcher,
    limit: cursor.Limit = 100,
    after: Annotated[str, Query(max_length=200, description="Names that come after it")] = "",
    region: Annotated[str | None, Query(max_length=200)] = None,
) -> Technicians:
    """Technicians by name; a partner gets its region's."""
    found = technician.page(
        connection, after=after, limit=limit + 1, region=asking.region or region
    )
    shown = found[:limit]
    stock = van.stock(connection, [each.name for each in shown])
    return Technicians(
        items=[_shown(each, stock[each.name]) for each in shown],
        next_after=shown[-1].name if len(found) > limit else None,
    )


@router.post(
    "/import",
    summary="Import technicians",
    openapi_extra=csv_body.OPENAPI,
    responses=problem.responses(401, 403, 413, 422),
)
def take_in(connection: Transaction, asking: Dispatcher, house: Served, content: CsvBody) -> Report:
    """Add or update the technicians of a CSV file; says which rows were refused, and why.

    The columns are those of `hearthwatch import technicians`. A partner may not import.
    """
    if asking.region is not None:
        raise InvalidError("a partner changes technicians one by one", hint="use PUT")
    report = importing.import_technicians(
        connection, house.catalogue, content.splitlines(keepends=True), house.clock.now()
    )
    audit.record(connection, asking.name, "technicians.imported", f"{report.accepted} rows")
    return report


@router.get("/{name}", summary="Get a technician", responses=problem.responses(401, 403, 404))
def show(connection: Transaction, asking: Dispatcher, name: Name) -> Technician:
    """One technician."""
    found = _for(connection, asking, name)
    return _shown(found, van.stock(connection, [name])[name])


@router.put(
    "/{name}", summary="Add or change a technician", responses=problem.responses(401, 403, 404, 422)
)
def change(
    connection: Transaction, asking: Dispatcher, house: Served, name: Name, asked: Asked
) -> Technician:
    """Set all that is told of a technician; `active: false` for one who left."""
    for known in technician.named(connection, [name]):
        _check_seen(asking, known.region, name)
    if not asking.sees(asked.region):
        raise InvalidError("this is not your region", hint=f"give {asking.region!r}")
    importing.check_names(house.catalogue, asked.types, asked.skills)
    now = house.clock.now()
    technician.upsert(connection, [Entry(name=name, **asked.model_dump())], now)
    errand.ask(connection)
    audit.record(connection, asking.name, "technician.changed", f"technician:{name}")
    return show(connection, asking, name)


@router.put(
    "/{name}/parts",
    summary="Say what is in the van",
    responses=problem.responses(401, 403, 404, 422),
)
def load(
    connection: Transaction,
    asking: Dispatcher,
    name: Name,
    parts: dict[str, Annotated[int, Field(ge=0, le=van.MOST)]],
) -> dict[str, int]:
    """Set the parts and how many of each; what is not named is not there any more."""
    _for(connection, asking, name)
    van.load(connection, name, parts)
    errand.ask(connection)
    return van.stock(connection, [name])[name]


@router.get("/{name}/absences", summary="List absences", responses=problem.responses(401, 403, 404))
def absences(
    connection: Transaction, asking: Dispatcher, house: Served, name: Name
) -> list[Absence]:
    """Absences that are not over, the next first."""
    _for(connection, asking, name)
    now = house.clock.now()
    found = absence.between(connection, [name], now, now + absence.LONGEST)
    return [Absence.model_validate(each) for each in found]


@router.post(
    "/{name}/absences",
    status_code=201,
    summary="Note an absence",
    responses=problem.responses(401, 403, 404, 422),
)
def be_away(
    connection: Transaction, asking: Dispatcher, name: Name, asked: AbsenceAsked
) -> Absence:
    """Note when a technician does not work; visits that nobody agreed to go to others."""
    _for(connection, asking, name)
    span = Span(asked.begins_at, asked.ends_at)
    number = absence.record(connection, name, span, reason=asked.reason, actor=asking.name)
    errand.ask(connection)
    return Absence(id=number, **asked.model_dump())


@router.delete(
    "/{name}/absences/{absence_id}",
    status_code=204,
    summary="Take an absence back",
    responses=problem.responses(401, 403, 404),
)
def be_back(
    connection: Transaction, asking: Dispatcher, name: Name, absence_id: AbsenceId
) -> Response:
    """Forget an absence."""
    _for(connection, asking, name)
    absence.forget(connection, name, absence_id)
    errand.ask(connection)
    return Response(status_code=204)


def _for(connection: Connection, asking: User, name: str) -> technician.Technician:
    found = technician.get(connection, name)
    _check_seen(asking, found.region, name)
    return found


def _check_seen(asking: User, region: str, name: str) -> None:
    if not asking.sees(region):
        raise NotFoundError(f"there is no technician {name!r}")


def _shown(found: technician.Technician, parts: dict[str, int]) -> Technician:
    known = {name: value for name, value in vars(found).items() if name != "levels"}
    return Technician(**known | {"skills": found.level_of, "parts": parts})
