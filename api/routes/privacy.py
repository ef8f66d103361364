"""/v1/customers/{id}/...: what is held of a customer, what they agreed to, and forgetting them."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api import audit, cursor, problem, region
from api.access import Admin, Dispatcher
from api.from_row import FromRow
from api.house import Served, Transaction
from customers import consent, contact
from customers.consent import Answer
from customers.privacy import erasure, export_bundle, subject_export
from customers.privacy.erasure import Wish
from runtime.errors import NotFoundError

router = APIRouter(prefix="/v1/customers/{household_id}", tags=["privacy"])
HouseholdId = Annotated[int, Path(ge=1, lt=cursor.LARGEST_ID, examples=[5])]
Format = Literal["zip", "json", "html"]


@router.get(
    "/export",
    summary="Export everything about a customer",
    response_class=Response,
    responses=problem.responses(401, 403, 404, 409),
)
def export(
    connection: Transaction,
    house: Served,
    asking: Admin,
    household_id: HouseholdId,
    format_: Annotated[Format, Query(alias="format", description="zip has all of it")] = "zip",
    language: Annotated[Literal["en", "zh"], Query(description="of the HTML page")] = "en",
) -> Response:
    """All that is held: a zip of JSON, pages in both languages and files; or one of those alone."""
    found = region.household_for(connection, asking, household_id)
    held = subject_export.collect(connection, found.id, house.clock.now(), house.catalogue)
    audit.record(connection, asking.name, "customer.exported", f"household:{found.id}")
    if format_ == "json":
        return Response(export_bundle.as_json(held), media_type="application/json")
    if format_ == "html":
        return Response(export_bundle.page(held, language), media_type="text/html")
    name = f'attachment; filename="household-{found.id}.zip"'
    content = zipped(export_bundle.files(held))
    return Response(content, media_type="application/zip", headers={"Content-Disposition": name})


def zipped(files: dict[str, bytes]) -> bytes:
    """These files as one archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


class Erasure(BaseModel):
    """That a customer is to be forgotten."""

    model_config = ConfigDict(extra="forbid")

    force: bool = Field(default=False, description="Also while tickets are open")


@router.post(
    "/erasure",
    summary="Forget a customer",
    responses=problem.responses(401, 403, 404, 409, 422),
)
def erase(
    connection: Transaction, house: Served, asking: Admin, household_id: HouseholdId, asked: Erasure
) -> dict[str, object]:
    """Destroy the keys of a household and its people for good; the answer is the signed proof.

    Keep it outside the database: after a restore it is what the erasure is repeated by.
    """
    found = region.household_for(connection, asking, household_id)
    wish = Wish(found.id, asking.name, asked.force)
    return erasure.erase(connection, wish, house.clock.now())


class Consent(BaseModel):
    """An answer of a contact."""

    model_config = ConfigDict(extra="forbid")

    contact: str = Field(description="The contact's external id", examples=["C-000042"])
    purpose: str = Field(examples=["reminders"])
    granted: bool
    channel: str | None = Field(default=None, max_length=40, description="Without it, all")
    wording: str = Field(default="", max_length=200, description="The version of the words")
    source: str = Field(max_length=100, examples=["hotline"], description="Where it was given")


class Logged(FromRow):
    """An answer as it was logged."""

    contact: str
    at: datetime
    purpose: str
    channel: str | None
    granted: bool
    source: str
    wording: str
    actor: str


@router.get("/consents", summary="Get the consent log", responses=problem.responses(401, 403, 404))
def consents(
    connection: Transaction, asking: Dispatcher, household_id: HouseholdId
) -> list[Logged]:
    """Every answer of the household's people, oldest first; the latest of a purpose counts."""
    found = region.household_for(connection, asking, household_id)
    return [
        Logged(contact=person.external_id, **vars(entry))
        for person in contact.of_household(connection, found.id)
        for entry in consent.log(connection, person.id)
    ]


@router.post(
    "/consents",
    status_code=204,
    summary="Record an answer",
    responses=problem.responses(401, 403, 404, 422),
)
def answer(
    connection: Transaction,
    house: Served,
    asking: Dispatcher,
    household_id: HouseholdId,
    asked: Consent,
) -> None:
    """Take down what somebody agreed to or took back; repeating it changes nothing."""
    found = region.household_for(connection, asking, household_id)
    people = {each.external_id: each.id for each in contact.of_household(connection, found.id)}
    if asked.contact not in people:
        raise NotFoundError(f"household {found.id} has no contact {asked.contact!r}")
    given = Answer(
        people[asked.contact],
        asked.purpose,
        asked.granted,
        asked.channel,
        asked.wording,
        asking.name,
    )
    consent.record(connection, [given], house.clock.now(), source=asked.source)
