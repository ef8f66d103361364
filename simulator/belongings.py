"""What simulated people bought before, and what covers their appliances, drawn by seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from customers import plan, purchase, value
from devices.appliance import Appliance
from devices.catalogue.folder import Catalogue
from storage.pool import Connection

WARRANTY = timedelta(days=3 * 365)
"""From the day on which an appliance was put in."""
LOOKS_BACK_DAYS = 3 * 365
A_YEAR = 0.7
"""Purchases of a home in a year, for each of its appliances."""
BUYS = {"standard": 0.6, "silver": 1.0, "gold": 1.6, "platinum": 2.4}
"""How much more than others a tier buys."""
CARE_PLAN = {"standard": 0.08, "silver": 0.2, "gold": 0.45, "platinum": 0.8}
"""Share of a tier's appliances that have a plan."""
PLAN_LASTS = timedelta(days=365)
PRICE, CURRENCY = Decimal("19.90"), "EUR"


@dataclass(frozen=True)
class Owned:
    """An appliance, whose it is, and of which tier they are."""

    appliance: Appliance
    household_id: int
    tier: str


def record(
    connection: Connection,
    catalogue: Catalogue,
    owned: Sequence[Owned],
    seed: int,
    at: datetime,
) -> None:
    """Put purchases, warranties and plans on record, and reckon what each home is worth."""
    rng = np.random.default_rng([seed, 95])
    supplies = {
        name: sorted(each.part_number for each in description.consumables.values())
        for name, description in catalogue.items()
    }
    purchases = [bought for each in owned for bought in _bought(each, supplies, rng, at)]
    purchase.record(connection, purchases, source="simulated shop")
    covers = [cover for each in owned for cover in _covers(each, rng, at)]
    plan.record(connection, covers)
    value.recompute(connection, at)


def _bought(
    each: Owned, supplies: Mapping[str, Sequence[str]], rng: np.random.Generator, at: datetime
) -> Iterator[purchase.Entry]:
    """What its people bought for an appliance until now."""
    parts = supplies.get(each.appliance.type, ())
    since = each.appliance.installed_on or at.date()
    days = min((at.date() - since).days, LOOKS_BACK_DAYS)
    for number in range(int(rng.poisson(A_YEAR * BUYS[each.tier] * days / 365))):
        quantity, ago = int(rng.integers(1, 3)), float(rng.uniform(1, days))
        part = int(rng.integers(len(parts))) if parts else None
        if part is not None:
            yield purchase.Entry(
                external_id=f"{each.appliance.serial}-{number + 1}",
                household_id=each.household_id,
                part_number=parts[part],
                amount=quantity * PRICE,
                currency=CURRENCY,
                bought_at=at - timedelta(days=ago),
                quantity=quantity,
                device_id=each.appliance.id,
            )


def _covers(each: Owned, rng: np.random.Generator, at: datetime) -> Iterator[plan.Entry]:
    """Its warranty, and a plan for some."""
    serial, since = each.appliance.serial, each.appliance.installed_on or at.date()
    yield plan.Entry(
        external_id=f"W-{serial}",
        device_id=each.appliance.id,
        household_id=None,
        kind="warranty",
        name="Maker's warranty",
        starts_on=since,
        ends_on=since + WARRANTY,
        covers=frozenset({"parts", "labour"}),
    )
    ago = timedelta(days=int(rng.integers(1, 360)))
    if rng.random() < CARE_PLAN[each.tier]:
        starts_on = max((at - ago).date(), since)
        yield plan.Entry(
            external_id=f"P-{serial}",
            device_id=each.appliance.id,
            household_id=each.household_id,
            kind="plan",
            name="Care plan",
            starts_on=starts_on,
            ends_on=starts_on + PLAN_LASTS,
            covers=frozenset({"parts", "labour", "travel"}),
        )
