"""A customer's privacy page: consents, who looked, the export, and forgetting for good."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from alerts.channels import installed
from api import audit, region
from api.access import check_role
from api.console import pages
from api.console.session import FilledIn, Session, SignedIn
from api.cursor import LARGEST_ID
from api.house import House, Served, Transaction
from api.routes.privacy import zipped
from api.user import Role
from customers import consent, contact
from customers.consent import Answer
from customers.household import Household
from customers.privacy import erasure, export_bundle, subject_export
from customers.privacy.erasure import Wish
from customers.privacy.personal_data import register
from runtime.errors import HearthwatchError, InvalidError
from storage.pool import Connection

router = APIRouter(prefix="/console/customers/{household_id}/privacy")
HouseholdId = Annotated[int, Path(ge=1, lt=LARGEST_ID)]
MOST_ENTRIES = 30
SOURCE = "console"


@router.get("")
def show(
    request: Request, connection: Transaction, asking: SignedIn, household_id: HouseholdId
) -> Response:
    """What is held, why, and who saw it."""
    check_role(asking.user, Role.DISPATCHER)
    found = region.household_for(connection, asking.user, household_id)
    audit.saw(connection, asking.user.name, [found.id], "privacy page")
    return _render(request, connection, asking, found)


def _render(
    request: Request,
    connection: Connection,
    asking: Session,
    found: Household,
    error: HearthwatchError | None = None,
) -> Response:
    people = contact.of_household(connection, found.id)
    return pages.render(
        request,
        "privacy.html",
        asking,
        status=error.status if error else 200,
        household=found,
        people=[(each, consent.log(connection, each.id)) for each in people],
        purposes=consent.PURPOSES,
        channels=installed.NAMES,
        held=register(),
        told=export_bundle.words(),
        acts=audit.page(connection, household_id=found.id, limit=MOST_ENTRIES),
        may_erase=asking.user.role.covers(Role.ADMIN),
        error=error,
    )


@router.post("/consents")
def answer(
    *,
    connection: Transaction,
    house: Served,
    asking: FilledIn,
    household_id: HouseholdId,
    contact_id: Annotated[int, Form(ge=1, lt=LARGEST_ID)],
    purpose: Annotated[str, Form(max_length=40)],
    granted: Annotated[bool, Form()],
    channel: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Take down what somebody agreed to or took back, on one channel if it is named."""
    check_role(asking.user, Role.DISPATCHER)
    found = region.household_for(connection, asking.user, household_id)
    if contact_id not in {each.id for each in contact.of_household(connection, found.id)}:
        raise InvalidError("this person is not of this household", hint="load the page again")
    if channel and channel not in installed.NAMES:
        raise InvalidError(f"there is no channel {channel!r}", hint=", ".join(installed.NAMES))
    given = Answer(contact_id, purpose, granted, channel or None, actor=asking.user.name)
    consent.record(connection, [given], house.clock.now(), source=SOURCE)
    return RedirectResponse(f"/console/customers/{found.id}/privacy", HTTPStatus.SEE_OTHER)


@router.post("/export")
def export(
    connection: Transaction, house: Served, asking: FilledIn, household_id: HouseholdId
) -> Response:
    """Everything that is held, as one archive."""
    check_role(asking.user, Role.ADMIN)
    found = region.household_for(connection, asking.user, household_id)
    held = subject_export.collect(connection, found.id, house.clock.now(), house.catalogue)
    audit.record(connection, asking.user.name, "customer.exported", f"household:{found.id}")
    name = f"household-{found.id}.zip"
    return _attached(zipped(export_bundle.files(held)), name, "application/zip")


@router.post("/erasure")
def erase(
    *,
    request: Request,
    connection: Transaction,
    house: Served,
    asking: FilledIn,
    household_id: HouseholdId,
    confirmed: Annotated[str, Form(max_length=100)] = "",
    force: Annotated[bool, Form()] = False,
) -> Response:
    """Forget the household for good; the answer is the signed proof, to be kept."""
    check_role(asking.user, Role.ADMIN)
    found = region.household_for(connection, asking.user, household_id)
    try:
        proof = _erased(connection, house, asking, found, confirmed=confirmed, force=force)
    except HearthwatchError as error:
        return _render(request, connection, asking, found, error)
    content = json.dumps(proof, indent=2).encode()
    return _attached(content, f"erasure-{found.id}.json", "application/json")


def _erased(
    connection: Connection,
    house: House,
    asking: Session,
    found: Household,
    *,
    confirmed: str,
    force: bool,
) -> erasure.Proof:
    if confirmed.strip() != found.external_id:
        raise InvalidError(
            "the number that was typed in is not this household's",
            hint=f"type {found.external_id} to confirm",
        )
    wish = Wish(found.id, asking.user.name, force)
    with connection.transaction():
        return erasure.erase(connection, wish, house.clock.now())


def _attached(content: bytes, name: str, media_type: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=media_type, headers=headers)
