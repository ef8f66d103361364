"""What a customer sees of a consumable: how long it lasts, how we know, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from api import forecast, history, wording
from api.forecast import Supply
from api.history import Resolution
from api.house import House
from api.my import plot
from api.my.plot import Plot
from api.my.visitor import Visitor
from customers import ownership
from devices import appliance
from devices.appliance import Appliance
from devices.catalogue.appliance_type import ApplianceType
from runtime.errors import NotFoundError
from storage.pool import Connection
from tickets.answers import replacement
from tickets.answers.my_link import ExpiredLinkError
from tickets.writing import reminder

HISTORY = timedelta(days=60)


@dataclass(frozen=True)
class ConsumableMatter:
    """Everything that the page says of one consumable, in the reader's language."""

    device: Appliance
    name: str
    title: str
    appliance: str
    how_to: str
    part_number: str
    order_at: str
    earliest: str
    latest: str
    """Between which days it runs out; empty where nobody knows."""
    used: int | None
    """Per cent of the rating."""
    replaced: str
    """The day on which they said that they replaced it."""
    plot: Plot | None


def find(
    connection: Connection, house: House, visitor: Visitor, device_id: int, name: str
) -> tuple[Appliance, ApplianceType, datetime]:
    """The appliance, its type and since when it is theirs; ExpiredLinkError if it is not."""
    since = ownership.since(connection, device_id, visitor.link.household_id)
    found = appliance.by_ids(connection, [device_id]).get(device_id)
    if since is None or found is None:
        raise ExpiredLinkError("this is not about an appliance of yours any more")
    description = house.catalogue.get(found.type)
    if description is None or name not in description.consumables:
        raise NotFoundError("there is no such page")
    return found, description, since


def of(
    connection: Connection, house: House, visitor: Visitor, device_id: int, name: str
) -> ConsumableMatter:
    """What to show of a consumable now."""
    device, description, since = find(connection, house, visitor, device_id, name)
    consumable = description.consumables[name]
    language = visitor.language
    known = forecast.lasting(connection, device_id)
    estimate = next((each for each in known if each.consumable == name), None)
    told_at = replacement.last(connection, device_id, name)
    earliest, latest = _range(estimate, visitor)
    return ConsumableMatter(
        device=device,
        name=name,
        title=consumable.title.language(language),
        appliance=wording.type_title(house.catalogue, device.type, language),
        how_to=consumable.how_to.language(language),
        part_number=consumable.part_number,
        order_at=reminder.reorder_link(consumable.part_number),
        earliest=earliest,
        latest=latest,
        used=round(100 * min(max(estimate.used, 0.0), 1.0)) if estimate else None,
        replaced=visitor.reader.day(told_at) if told_at and told_at >= since else "",
        plot=_plot(connection, house, visitor, description, device, name, since),
    )


def _range(estimate: Supply | None, visitor: Visitor) -> tuple[str, str]:
    if estimate is None or estimate.days_left is None:
        return "", ""
    days = (estimate.days_low, estimate.days_high)
    ends = [
        estimate.at + timedelta(days=max(each if each is not None else estimate.days_left, 0.0))
        for each in days
    ]
    return visitor.reader.day(ends[0]), visitor.reader.day(ends[1])


def _plot(
    connection: Connection,
    house: House,
    visitor: Visitor,
    description: ApplianceType,
    device: Appliance,
    name: str,
    since: datetime,
) -> Plot | None:
    """What the appliance said of it lately, and where it counts as spent."""
    worn = description.consumables[name].wear
    metric = description.metrics[worn.metric]
    now = house.clock.now()
    start = max(since, now - HISTORY)
    days = history.read(
        connection, description, device.id, [worn.metric], start, now, Resolution.DAY
    )
    # A day that began before it was theirs is not shown: it holds hours of somebody else's.
    points = [each for each in days.points[worn.metric] if each.time >= since]
    title = metric.title.language(visitor.language)
    return plot.draw(title, metric.unit, points, [worn.spent], visitor.reader.zone)
