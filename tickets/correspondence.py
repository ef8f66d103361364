"""Writes to customers: of a problem that opened a ticket, of a consumable near its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_timedelta

from alerts import evidence, notice
from alerts.alert import FIRING, AlertChange
from alerts.notice import Draft
from customers import contact, household, ownership
from customers.contact import Contact
from devices import appliance
from devices.appliance import Appliance
from devices.catalogue.appliance_type import ApplianceType, Consumable
from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import problem_of
from models.serving.wear import ConsumableEstimate
from storage.pool import Connection
from tickets import letter
from tickets.opening import Opened


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
    drafts = []
    for ticket in opened:
        reader = _reader(connection, ticket.household_id)
        if reader is not None:
            cause = first[ticket.device_id, ticket.problem]
            device = appliances[ticket.device_id]
            description = catalogue[device.type]
            drafts.append(_of_ticket(connection, ticket, cause, device, description, reader))
    return len(notice.write(connection, drafts, at))


def _of_ticket(
    connection: Connection,
    ticket: Opened,
    cause: AlertChange,
    device: Appliance,
    description: ApplianceType,
    reader: Contact,
) -> Draft:
    problem = problem_of(description, ticket.problem)
    written = letter.write(
        "problem",
        reader.language,
        name=reader.name,
        appliance=description.title.language(reader.language),
        serial=device.serial,
        title=problem.title.language(reader.language),
        advice=problem.advice.language(reader.language),
        seen=evidence.sentence(cause.evidence, description, reader.language),
        ticket=ticket.id,
    )
    return Draft(
        key=f"ticket:{ticket.id}:opened",
        contact_id=reader.id,
        device_id=device.id,
        purpose="service",
        language=reader.language,
        subject=written.subject,
        body=written.body,
        allowed=problem.safety or "service" in contact.consents(connection, reader.id),
    )


def remind(
    connection: Connection,
    description: ApplianceType,
    estimates: Sequence[ConsumableEstimate],
    at: datetime,
) -> int:
    """Remind households of consumables near their end, once each; return how many were queued."""
    due = [each for each in estimates if _is_due(each, description.consumables)]
    ids = [each.device_id for each in due]
    appliances = appliance.by_ids(connection, ids)
    households = ownership.households_of(connection, ids)
    drafts = []
    for each in due:
        reader = _reader(connection, households.get(each.device_id))
        if reader is not None:
            device = appliances[each.device_id]
            drafts.append(_of_consumable(connection, each, device, description, reader, at))
    return len(notice.write(connection, drafts, at))


def _is_due(estimate: ConsumableEstimate, consumables: Mapping[str, Consumable]) -> bool:
    left = estimate.days_left
    return left is not None and left <= consumables[estimate.consumable].remind_days


def _of_consumable(
    connection: Connection,
    estimate: ConsumableEstimate,
    device: Appliance,
    description: ApplianceType,
    reader: Contact,
    at: datetime,
) -> Draft:
    consumable = description.consumables[estimate.consumable]
    zone = ZoneInfo(household.get(connection, reader.household_id).time_zone)
    locale = "zh_Hans_CN" if reader.language.lower().startswith("zh") else "en_GB"
    left = max(estimate.days_left or 0.0, 0.0)
    ends = [
        at + timedelta(days=max(days or left, 0.0))
        for days in (estimate.days_low, estimate.days_high)
    ]
    earliest, latest = (
        format_date(end.astimezone(zone), "d MMMM", locale)
        if locale == "en_GB"
        else format_date(end.astimezone(zone), "M月d日", locale)
        for end in ends
    )
    written = letter.write(
        "consumable",
        reader.language,
        name=reader.name,
        item=consumable.title.language(reader.language),
        appliance=description.title.language(reader.language),
        serial=device.serial,
        days_left=left,
        days=format_timedelta(
            timedelta(days=max(round(left), 1)), granularity="day", threshold=14, locale=locale
        ),
        earliest=earliest,
        latest=latest,
        how_to=consumable.how_to.language(reader.language),
        part_number=consumable.part_number,
    )
    return Draft(
        key=f"consumable:{device.id}:{estimate.consumable}:{estimate.installed_at:%Y-%m-%dT%H}",
        contact_id=reader.id,
        device_id=device.id,
        purpose="reminders",
        language=reader.language,
        subject=written.subject,
        body=written.body,
        allowed="reminders" in contact.consents(connection, reader.id),
    )


def _reader(connection: Connection, household_id: int | None) -> Contact | None:
    """The household's primary contact, if there is one."""
    if household_id is None:
        return None
    people = contact.of_household(connection, household_id)
    return people[0] if people else None
