"""Reminds customers of what runs out: with the days between which, how to replace it and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import quote

from alerts.draft import Draft
from alerts.notices import notice
from customers import ownership
from devices import appliance
from devices.appliance import Appliance
from devices.catalogue.appliance_type import ApplianceType, Consumable
from models.serving.wear import ConsumableEstimate
from runtime import settings
from storage.pool import Connection
from tickets.writing import addressee, drafting
from tickets.writing.addressee import Addressee
from tickets.writing.drafting import Matter

WAIT = timedelta(minutes=30)
"""Reminders of one home that come within so long become one letter."""


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
    installed = f"{estimate.installed_at:%Y-%m-%dT%H}"
    matter = Matter(
        "consumable",
        # models/history/life_history.sql takes the consumable out of this key.
        key=f"consumable:{device.id}:{estimate.consumable}:{installed}",
        about=f"consumable:{device.id}:{estimate.consumable}",
        wait=WAIT,
    )
    facts = _facts(estimate, description.consumables[estimate.consumable], reader, at)
    return drafting.draft(connection, reader, device, description, matter, **facts)


def _facts(
    estimate: ConsumableEstimate, consumable: Consumable, reader: Addressee, at: datetime
) -> dict[str, object]:
    left = max(estimate.days_left or 0.0, 0.0)
    earliest, latest = (
        reader.day(at + timedelta(days=max(days or left, 0.0)))
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
