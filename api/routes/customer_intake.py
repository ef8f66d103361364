"""Customers, what they bought and what is covered, by CSV file or one by one; for dispatchers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from api import audit, csv_body, household_record, problem
from api.access import Dispatcher
from api.csv_body import CsvBody
from api.customer_answer import HouseholdDetail
from api.house import Served, Transaction
from api.instant import DayOrInstant
from api.intake_rows import of_customer, of_items
from customers import consent, household, member
from customers.imports import importing, importing_plans, importing_purchases
from customers.imports.importing import CustomerReport
from runtime.csv_table import Report
from runtime.errors import InvalidError

router = APIRouter(prefix="/v1", tags=["customers"])
ExternalId = Annotated[str, Path(min_length=1, max_length=200, examples=["H-000042"])]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Id = Annotated[str, Field(min_length=1, max_length=200)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class PersonAsked(_Asked):
    """A person of the household."""

    contact_id: Id = Field(description="Your own identifier", examples=["C-000042"])
    contact_name: Text = Field(examples=["Li Ming"])
    phone: str = Field(default="", max_length=100, examples=["010 5555 0199"])
    email: str = Field(default="", max_length=300)
    language: str = Field(default="en", examples=["zh-CN"])
    consents: list[str] = Field(
        default=[], description="What is not listed is withdrawn", examples=[["service"]]
    )
    role: str = Field(default="", description=f"One of {', '.join(member.ROLES)}")


class CustomerAsked(_Asked):
    """A household with its people, as one is told of it."""

    household_name: Text = Field(examples=["Li family"])
    address: str = Field(default="", max_length=500)
    region: str = Field(default="", max_length=200)
    time_zone: str = Field(default="UTC", examples=["Asia/Shanghai"])
    tier: str = Field(default="standard", description=f"One of {', '.join(household.TIERS)}")
    country: str = Field(default="", description="ISO 3166; else that of the time zone")
    vulnerable: bool | None = Field(default=None, description="null keeps what is known")
    latitude: float | None = None
    longitude: float | None = None
    people: list[PersonAsked] = Field(default=[], max_length=100)


class PurchaseAsked(_Asked):
    """Something that a household bought."""

    purchase_id: Id
    household_id: Id = Field(description="Your own identifier", examples=["H-000042"])
    part_number: Id
    amount: Decimal = Field(ge=0, max_digits=14, decimal_places=2, description="For all of it")
    currency: str = Field(pattern="^[A-Z]{3}$", examples=["EUR"])
    bought_at: DayOrInstant = Field(examples=["2026-10-01", "2026-10-01T09:30:00+01:00"])
    quantity: int = Field(default=1, ge=1, lt=1_000_000)
    serial: str = Field(default="", max_length=64, description="The appliance that it is for")


class PlanAsked(_Asked):
    """A warranty of an appliance, or a plan of its household."""

    plan_id: Id
    serial: Id
    kind: Literal["warranty", "plan"]
    name: Id = Field(examples=["Care Plus"])
    starts_on: date
    ends_on: date | None = None
    covers: list[Literal["parts", "labour", "consumables", "travel"]] = Field(min_length=1)
    household_id: str = Field(default="", description="Of a plan; a warranty has none")


@router.put(
    "/customers/{external_id}",
    summary="Add or update a customer",
    responses=problem.responses(401, 403, 422),
)
def put(
    response: Response,
    connection: Transaction,
    asking: Dispatcher,
    house: Served,
    external_id: ExternalId,
    asked: CustomerAsked,
) -> HouseholdDetail:
    """Keep a household by your own id for it; 201 if it is new.

    People that are not named stay. The id of a household that was merged means its survivor.
    """
    now = house.clock.now()
    known = household.ids_of(connection, [external_id])
    rows = of_customer(external_id, asked.model_dump(mode="json"))
    report = CustomerReport()
    ids = importing.take_in(
        connection, rows, report, now, asking.region, source=consent.API, actor=asking.name
    )
    _check(report)
    number = ids[external_id]
    audit.record(connection, asking.name, "customer changed", f"household:{number}")
    response.status_code = 200 if known else 201
    found = household.get(connection, number)
    return HouseholdDetail.of(household_record.of(connection, found, asking, now))


@router.post(
    "/customers/import",
    summary="Import customers",
    openapi_extra=csv_body.OPENAPI,
    responses=problem.responses(401, 403, 413, 422),
)
def import_customers(
    connection: Transaction, asking: Dispatcher, house: Served, content: CsvBody
) -> CustomerReport:
    """Take in a CSV file of households and contacts (docs/formats/csv.md).

    The report says what was cleaned, what was refused and why, and what looks like a duplicate.
    """
    report = importing.import_customers(
        connection, [content], house.clock.now(), region=asking.region, actor=asking.name
    )
    audit.record(connection, asking.name, f"imported {report.accepted} customers", "customers")
    return report


@router.post(
    "/purchases",
    status_code=201,
    summary="Record purchases",
    responses=problem.responses(401, 403, 422),
)
def record_purchases(
    connection: Transaction,
    asking: Dispatcher,
    house: Served,
    asked: Annotated[list[PurchaseAsked], Field(min_length=1, max_length=1000)],
) -> Report:
    """Keep purchases by your own ids for them: all, or none if one cannot be kept."""
    report = Report()
    importing_purchases.take_in(
        connection,
        of_items(asked, importing_purchases),
        report,
        house.clock.now(),
        region=asking.region,
        source="api",
    )
    return _check(report)


@router.post(
    "/purchases/import",
    summary="Import purchases",
    openapi_extra=csv_body.OPENAPI,
    responses=problem.responses(401, 403, 413, 422),
)
def import_purchases(
    connection: Transaction, asking: Dispatcher, house: Served, content: CsvBody
) -> Report:
    """Take in a CSV file of purchases (docs/formats/csv.md); the report says what was refused."""
    report = importing_purchases.import_purchases(
        connection, [content], house.clock.now(), region=asking.region
    )
    audit.record(connection, asking.name, f"imported {report.accepted} purchases", "customers")
    return report


@router.post(
    "/plans",
    status_code=201,
    summary="Record warranties and plans",
    responses=problem.responses(401, 403, 422),
)
def record_plans(
    connection: Transaction,
    asking: Dispatcher,
    asked: Annotated[list[PlanAsked], Field(min_length=1, max_length=1000)],
) -> Report:
    """Keep warranties and plans by your own ids for them: all, or none if one cannot be kept."""
    report = Report()
    rows = of_items(asked, importing_plans)
    importing_plans.take_in(connection, rows, report, region=asking.region)
    return _check(report)


@router.post(
    "/plans/import",
    summary="Import warranties and plans",
    openapi_extra=csv_body.OPENAPI,
    responses=problem.responses(401, 403, 413, 422),
)
def import_plans(connection: Transaction, asking: Dispatcher, content: CsvBody) -> Report:
    """Take in a CSV file of warranties and plans (docs/formats/csv.md)."""
    report = importing_plans.import_plans(connection, [content], region=asking.region)
    audit.record(connection, asking.name, f"imported {report.accepted} plans", "customers")
    return report


def _check(report: Report) -> Report:
    """Raise InvalidError, so that nothing is kept, if anything was refused."""
    for each in report.refused:
        raise InvalidError(
            f"item {each.line}: {each.field} {each.value!r} {each.reason}",
            hint="nothing was kept; correct it and send all again",
        )
    return report
