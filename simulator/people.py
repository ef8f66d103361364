"""The people who own the simulated appliances: households and contacts, drawn by seed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType

import numpy as np

from customers import contact, household, ownership, profile
from devices import appliance
from devices.appliance import Registration
from devices.catalogue.folder import Catalogue
from simulator import belongings
from simulator.belongings import Owned
from simulator.fleet import Group
from simulator.place import PLACES, SPREAD_DEGREES
from storage.pool import Connection

ENGLISH = (
    ["Amelia", "Oliver", "Isla", "George", "Ava", "Noah", "Freya", "Leo", "Grace", "Harry"],
    ["Baker", "Carter", "Doyle", "Evans", "Foster", "Hughes", "Marsh", "Price", "Reid", "Walsh"],
)
CHINESE = (
    ["伟", "芳", "娜", "敏", "静", "强", "磊", "洋", "艳", "杰"],
    ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"],
)
NO_TYPES: Catalogue = MappingProxyType({})
SHARE_VULNERABLE = 0.06
"""Homes with an infant, or somebody old or ill."""
TIERS = ("standard", "silver", "gold", "platinum")
TIER_SHARES = (0.55, 0.25, 0.15, 0.05)


def register(
    connection: Connection,
    groups: Sequence[Group],
    seed: int,
    at: datetime,
    catalogue: Catalogue = NO_TYPES,
) -> None:
    """Put the fleet, its households and their contacts on record, and what they have bought.

    `catalogue` tells what can be bought for which appliance.
    """
    rng = np.random.default_rng([seed, 99])
    serials = [(group.type, serial) for group in groups for serial in group.serials]
    homes = [_home(number, seed, rng) for number in range(max(len(serials) // 2, 1))]
    ids = household.upsert(connection, [home for home, _ in homes], at)
    contact.upsert(
        connection,
        [_contact(home, language, ids, rng) for home, language in homes],
        at,
        source="simulated fleet",
    )
    profile.record(connection, _profiles([home for home, _ in homes], ids, seed))
    owners = rng.integers(0, len(homes), len(serials))
    appliances = appliance.register(
        connection,
        [
            _registration(type_name, serial, homes[owner][0].region, at, rng)
            for (type_name, serial), owner in zip(serials, owners, strict=True)
        ],
        at,
    )
    by_serial = {each.serial: each for each in appliances}
    owned = [
        Owned(by_serial[serial], ids[homes[owner][0].external_id], homes[owner][0].tier)
        for (_, serial), owner in zip(serials, owners, strict=True)
    ]
    ownership.assign(connection, {each.appliance.id: each.household_id for each in owned}, at)
    belongings.record(connection, catalogue, owned, seed, at)


def _home(number: int, seed: int, rng: np.random.Generator) -> tuple[household.Entry, str]:
    region = list(PLACES)[int(rng.integers(len(PLACES)))]
    language, zone = PLACES[region].language, PLACES[region].time_zone
    first, family = _name(language, rng)
    chinese = language.startswith("zh")
    entry = household.Entry(
        external_id=f"H-{seed:04d}-{number + 1:05d}",
        name=f"{family}{first}家" if chinese else f"{family} household",
        address=f"{int(rng.integers(1, 180))} {'海景路' if chinese else 'Orchard Road'}, {region}",
        region=region,
        time_zone=zone,
        tier=str(rng.choice(TIERS, p=TIER_SHARES)),
    )
    return entry, language


def _profiles(
    homes: Sequence[household.Entry], ids: dict[str, int], seed: int
) -> list[profile.Entry]:
    """Where each home lies, and whether somebody frail lives there."""
    rng = np.random.default_rng([seed, 98])
    found = []
    for home in homes:
        north, east = SPREAD_DEGREES * rng.standard_normal(2)
        place = PLACES[home.region]
        found.append(
            profile.Entry(
                household_id=ids[home.external_id],
                vulnerable=bool(rng.random() < SHARE_VULNERABLE),
                country=place.country,
                latitude=place.latitude + float(north),
                longitude=place.longitude + float(east),
            )
        )
    return found


def _contact(
    home: household.Entry, language: str, ids: dict[str, int], rng: np.random.Generator
) -> contact.Entry:
    first, family = _name(language, rng)
    chinese = language.startswith("zh")
    number = int(rng.integers(10**7, 10**8))
    return contact.Entry(
        household_id=ids[home.external_id],
        external_id=f"C{home.external_id[1:]}",
        name=f"{family}{first}" if chinese else f"{first} {family}",
        phone=f"+86 138 {number}" if chinese else f"+44 7700 {number % 10**6:06d}",
        email=f"{home.external_id.lower()}@example.com",
        language=language,
        consents=frozenset({"service", "reminders"} if rng.random() < 0.9 else {"service"}),  # noqa: PLR2004 - nine of ten want reminders
    )


def _registration(
    type_name: str, serial: str, region: str, at: datetime, rng: np.random.Generator
) -> Registration:
    age = timedelta(days=int(rng.integers(100, 3000)))
    return Registration(
        serial=serial,
        type=type_name,
        model=f"{serial[:2]}{int(rng.integers(3, 9))}00",
        firmware=f"2.{int(rng.integers(0, 6))}.{int(rng.integers(0, 10))}",
        installed_on=date.fromordinal((at - age).date().toordinal()),
        region=region,
    )


def _name(language: str, rng: np.random.Generator) -> tuple[str, str]:
    first, family = CHINESE if language.startswith("zh") else ENGLISH
    return first[int(rng.integers(len(first)))], family[int(rng.integers(len(family)))]
