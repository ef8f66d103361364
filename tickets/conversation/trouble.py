"""Which ticket a customer's report belongs to: the open one of that trouble, or a new one.

A customer who calls twice about one appliance has one trouble: what the second call names is what
the first one was about.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from psycopg.errors import UniqueViolation

from devices.appliance import Appliance
from devices.catalogue.appliance_type import ApplianceType, Severity
from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import SHARED, has_problem, problem_of
from devices.catalogue.reported import CUSTOMER_REPORT
from runtime.errors import ConflictError, InvalidError
from storage import query
from storage.pool import Connection
from tickets import one_open, ticket
from tickets.conversation.caller import Told
from tickets.lifecycle import WITHOUT_VISIT
from tickets.one_open import Opened, Wanted
from tickets.routing import errand

_SQL = query.beside(__file__)


def ticket_for(
    connection: Connection,
    catalogue: Catalogue,
    device: Appliance,
    told: Told,
    actor: str,
    at: datetime,
) -> Opened:
    """The ticket that the report joins, or a new one; both in the caller's transaction."""
    description = catalogue.get(device.type)
    if description is None:
        raise ConflictError(
            f"the catalogue has no type {device.type!r}", hint="add it, or name the ticket"
        )
    name = _problem(description, told) or _going_on(connection, description, device)
    problem = problem_of(description, name)
    wanted = Wanted(
        device_id=device.id,
        problem=name,
        severity=Severity.CRITICAL if problem.safety else problem.severity,
        safety=problem.safety,
        at=at,
        trace=uuid4(),
        origin="customer",
        at_stake=problem.at_stake,
        actor=actor,
    )
    return one_open.ensure(connection, [_named(connection, wanted)])[0]


def _named(connection: Connection, wanted: Wanted) -> Wanted:
    """What is wanted, about the ticket in which the customer told of the same without its name.

    As long as no visit is planned that ticket takes the name; a planned one is joined as it is.
    People in danger do not wait for a visit that was planned for less.
    """
    if one_open.open_of(connection, wanted.device_id, wanted.problem) is not None:
        return wanted
    if _take_name(connection, wanted) or wanted.safety:
        return wanted
    unnamed = connection.execute(_SQL["unnamed"], {"device_id": wanted.device_id}).fetchone()
    return replace(wanted, problem=CUSTOMER_REPORT) if unnamed else wanted


def _take_name(connection: Connection, wanted: Wanted) -> bool:
    """Whether the problem has a ticket now: such a one without a visit, which is routed anew."""
    asked = {
        "device_id": wanted.device_id,
        "problem": wanted.problem,
        "states": sorted(WITHOUT_VISIT),
    }
    try:
        with connection.transaction():
            taken = connection.execute(_SQL["take_name"], asked).rowcount
    except UniqueViolation:
        return True  # An alert has opened one of its own meanwhile.
    if taken:
        errand.ask(connection)
    return bool(taken)


def _going_on(connection: Connection, description: ApplianceType, device: Appliance) -> str:
    """Whoever names no problem calls about what is going on, if anything is."""
    known = [
        each
        for each in ticket.page(connection, device_id=device.id, open_only=True)
        if has_problem(description, each.problem)
    ]
    first = min(known, key=lambda each: (-each.priority, each.id), default=None)
    return first.problem if first else CUSTOMER_REPORT


def _problem(description: ApplianceType, told: Told) -> str | None:
    """The problem that is told, or that a code points to; None where neither is."""
    if told.problem is not None:
        if not has_problem(description, told.problem):
            known = ", ".join(sorted([*description.problems, *SHARED]))
            raise InvalidError(
                f"a {description.type} has no problem {told.problem!r}", hint=f"one of: {known}"
            )
        return told.problem
    if told.code is None:
        return None
    code = description.fault_codes.get(told.code)
    if code is None:
        known = ", ".join(sorted(description.fault_codes))
        raise InvalidError(
            f"a {description.type} shows no code {told.code!r}", hint=f"one of: {known}"
        )
    return code.problem
