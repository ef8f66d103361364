"""What a customer sees of a care tip: the tip itself, in full."""

from __future__ import annotations

from dataclasses import dataclass

from api import wording
from api.house import House
from api.my.visitor import Visitor
from customers import ownership
from devices import appliance
from runtime.errors import NotFoundError
from storage.pool import Connection
from tickets.answers.my_link import ExpiredLinkError
from tickets.writing import care_tip


@dataclass(frozen=True)
class TipMatter:
    """A tip in the reader's language, and the appliance that it is for."""

    appliance: str
    serial: str
    title: str
    tip: str


def of(
    connection: Connection, house: House, visitor: Visitor, device_id: int, name: str
) -> TipMatter:
    """What to show of a tip; ExpiredLinkError if the appliance is not theirs any more."""
    since = ownership.since(connection, device_id, visitor.link.household_id)
    found = appliance.by_ids(connection, [device_id]).get(device_id)
    if since is None or found is None:
        raise ExpiredLinkError("this is not about an appliance of yours any more")
    tip = care_tip.tips().get(found.type, {}).get(name)
    if tip is None:
        raise NotFoundError("there is no such page")
    return TipMatter(
        appliance=wording.type_title(house.catalogue, found.type, visitor.language),
        serial=found.serial,
        title=care_tip.heading(tip, visitor.language),
        tip=tip.tip.language(visitor.language),
    )
