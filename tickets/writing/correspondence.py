"""Writes to customers of what opened a ticket: of a fault that shows or is foretold, of danger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts import evidence
from alerts.alert import FIRING, AlertChange
from alerts.draft import Draft
from alerts.notices import notice
from devices import appliance
from devices.appliance import Appliance
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import problem_of
from storage.pool import Connection
from tickets.opening import Opened
from tickets.writing import addressee, drafting
from tickets.writing.addressee import Addressee
from tickets.writing.drafting import Matter


def tell_of_tickets(
    connection: Connection,
    catalogue: Catalogue,
    opened: Sequence[Opened],
    changes: Sequence[AlertChange],
    at: datetime,
) -> int:
    """Tell each household of its new tickets; return how many notices were queued."""
    first = {
        (change.device_id, change.problem): change
        for change in reversed(changes)
        if change.change in FIRING
    }
    appliances = appliance.by_ids(connection, [each.device_id for each in opened])
    readers = addressee.of_households(connection, {each.household_id for each in opened})
    drafts = [
        _of_ticket(
            connection,
            each,
            first[each.device_id, each.problem],
            appliances[each.device_id],
            catalogue[appliances[each.device_id].type],
            readers[each.household_id],
        )
        for each in opened
        if each.household_id in readers
    ]
    return len(notice.write(connection, drafts, at))


def _of_ticket(
    connection: Connection,
    opened: Opened,
    cause: AlertChange,
    device: Appliance,
    description: ApplianceType,
    reader: Addressee,
) -> Draft:
    problem = problem_of(description, opened.problem)
    matter = Matter(
        "safety" if problem.safety else "problem",
        key=f"ticket:{opened.id}:opened",
        about=f"ticket:{opened.id}",
        ticket_id=opened.id,
        trace=opened.trace,
        safety=problem.safety,
    )
    return drafting.draft(
        connection,
        reader,
        device,
        description,
        matter,
        title=problem.title.language(reader.language),
        advice=problem.advice.language(reader.language),
        seen=evidence.sentence(cause.evidence, description, reader.language),
        ticket=opened.id,
    )
