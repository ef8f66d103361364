"""Reminds customers of what runs out: with the days between which, how to replace it and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import quote

from psycopg.rows import class_row

from alerts.draft import Draft
from alerts.notices import notice
from alerts.notices.notice import Notice
from alerts.notices.renewal import AS_WRITTEN, Renewal
from customers import contact, ownership
from devices import appliance
from devices.appliance import Appliance
from devices.catalogue.appliance_type import ApplianceType, Consumable
from devices.catalogue.folder import Catalogue
from models.serving.wear import ConsumableEstimate
from runtime import settings
from storage import query
from storage.pool import Connection
from tickets.writing import addressee, drafting
from tickets.writing.addressee import Addressee
from tickets.writing.drafting import Matter

_SQL = query.beside(__file__)
WAIT = timedelta(minutes=30)
"""Reminders of one home that come within so long become one letter."""
HOUR = "%Y-%m-%dT%H"
"""How the key of a reminder names when the consumable was put in, in UTC."""
SAME = timedelta(days=1)
"""An installation within so long of the one that the key names is that one."""


def remind(
    connection: Connection,
    description: ApplianceType,
    estimates: Sequence[ConsumableEstimate],
    at: datetime,
) -> int:
    """Remind households of consumables near their end, once each; return how many notices."""
    due = [each for each in estimates if _is_due(each, description.consumables)]
    ids = [each.device_id for each in due]
    appliances = appliance.by_ids(connection, ids)
    households = ownership.households_of(connection, ids)
    readers = addressee.of_households(connection, set(households.values()))
    drafts = [
        _of_consumable(connection, each, appliances[each.device_id], description, reader, at)
        for each in due
        if (reader := readers.get(households.get(each.device_id)))
    ]
    return len(notice.write(connection, drafts, at))


def _is_due(estimate: ConsumableEstimate, consumables: Mapping[str, Consumable]) -> bool:
    left = estimate.days_left
    return left is not None and left <= consumables[estimate.consumable].remind_days


def _of_consumable(
    connection: Connection,
    estimate: ConsumableEstimate,
    device: Appliance,
    description: ApplianceType,
    reader: Addressee,
    at: datetime,
) -> Draft:
    installed = estimate.installed_at.astimezone(UTC).strftime(HOUR)
    matter = Matter(
        "consumable",
        # models/history/life_history.sql takes the consumable out of this key.
        key=f"consumable:{device.id}:{estimate.consumable}:{installed}",
        about=f"consumable:{device.id}:{estimate.consumable}",
        wait=WAIT,
    )
    facts = _facts(estimate, description.consumables[estimate.consumable], reader, at)
    return drafting.draft(connection, reader, device, description, matter, **facts)


def renew(connection: Connection, catalogue: Catalogue, waiting: Notice, at: datetime) -> Renewal:
    """A reminder that waited, by what is known now; dropped where there is a new one in."""
    _, consumable, installed = waiting.key.removeprefix("consumable:").split(":", 2)
    device = appliance.by_ids(connection, [waiting.device_id or 0])[waiting.device_id or 0]
    description = catalogue.get(device.type)
    if description is None or consumable not in description.consumables:
        return AS_WRITTEN
    known = _known(connection, device.id, consumable)
    if known is None or known.days_left is None:
        return Renewal("nobody can say any more how long it lasts")
    if known.installed_at > datetime.strptime(installed, HOUR).replace(tzinfo=UTC) + SAME:
        return Renewal("it has been replaced")
    person = contact.by_ids(connection, [waiting.contact_id])[waiting.contact_id]
    reader = addressee.of_contact(connection, person)
    return Renewal(draft=_of_consumable(connection, known, device, description, reader, at))


def _known(connection: Connection, device_id: int, consumable: str) -> ConsumableEstimate | None:
    asked = {"device_id": device_id, "consumable": consumable}
    with connection.cursor(row_factory=class_row(ConsumableEstimate)) as cursor:
        return cursor.execute(_SQL["known"], asked).fetchone()


def _facts(
    estimate: ConsumableEstimate, consumable: Consumable, reader: Addressee, at: datetime
) -> dict[str, object]:
    """What a letter of `at` says; an estimate that is older has lost the days since."""
    since = max((at - estimate.at) / timedelta(days=1), 0.0)
    left = max((estimate.days_left or 0.0) - since, 0.0)
    earliest, latest = (
        reader.day(at + timedelta(days=left if days is None else max(days - since, 0.0)))
        for days in (estimate.days_low, estimate.days_high)
    )
    return {
        "item": consumable.title.language(reader.language),
        "days_left": left,
        "days": reader.span(left),
        "earliest": earliest,
        "latest": latest,
        "how_to": consumable.how_to.language(reader.language),
        "part_number": consumable.part_number,
        "reorder_link": reorder_link(consumable.part_number),
    }


def reorder_link(part_number: str) -> str:
    """Where a part can be ordered; empty where the company has named no shop."""
    return _shop().replace("{part_number}", quote(part_number, safe=""))


@cache
def _shop() -> str:
    return settings.load().reorder_url or ""
