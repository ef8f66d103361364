"""Care tips: once a season one for an appliance of each home, while nothing is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import cast

import yaml
from pydantic import TypeAdapter

from alerts.draft import Draft
from alerts.notices import notice
from alerts.notices.notice import Notice
from devices import appliance
from devices.catalogue.folder import Catalogue
from devices.catalogue.part import Part, Text
from runtime.clock import Clock
from storage import query
from storage.pool import Connection, Pool
from tickets.writing import addressee, drafting
from tickets.writing.drafting import Matter

_SQL = query.beside(__file__)
TIPS = Path(__file__).with_name("care_tips.yaml")
SEASON = timedelta(days=90)
ADVISE = "tickets.writing.care_tip.advise"
EVERY_DAY = "20 9 * * *"
PORTION = 200
"""Homes that are written to in one transaction."""


class Tip(Part):
    """One tip in both languages; `months` are those in which it makes sense."""

    title: Text
    tip: Text
    months: tuple[int, ...] = tuple(range(1, 13))


@cache
def tips() -> Mapping[str, Mapping[str, Tip]]:
    """Every tip, by appliance type and name."""
    told = yaml.safe_load(TIPS.read_text(encoding="utf-8"))
    return TypeAdapter(dict[str, dict[str, Tip]]).validate_python(told)


def advise(pool: Pool, catalogue: Catalogue, clock: Clock, timestamp: int = 0) -> int:
    """Write the tips that are due, a portion of homes at a time; return how many."""
    del timestamp  # tells when the errand was due by the wall, which is not the world's time
    after, count = 0, 0
    while True:
        with pool.connection() as connection:
            found = _due(connection, clock.now(), after)
            count += len(
                notice.write(connection, _drafts(connection, catalogue, found, clock), clock.now())
            )
        if len(found) < PORTION:
            return count
        after = found[-1][0]


def _due(connection: Connection, at: datetime, after: int) -> list[tuple[int, int, list[str]]]:
    """Homes with an appliance of theirs and the keys of what they were told of it before."""
    asked = {"at": at, "since": at - SEASON, "after": after, "types": list(tips()), "most": PORTION}
    rows = connection.execute(_SQL["due"], asked).fetchall()
    return cast("list[tuple[int, int, list[str]]]", rows)


def _drafts(
    connection: Connection,
    catalogue: Catalogue,
    found: list[tuple[int, int, list[str]]],
    clock: Clock,
) -> list[Draft]:
    devices = appliance.by_ids(connection, [device for _, device, _ in found])
    readers = addressee.of_households(connection, {home for home, _, _ in found})
    drafts = []
    for home, number, told in found:
        device, reader = devices[number], readers.get(home)
        name = choose(device.type, told, clock.now().month)
        if reader is not None and name is not None and device.type in catalogue:
            matter = Matter("care_tip", f"tip:{number}:{name}", about=f"tip:{number}:{name}")
            tip = tips()[device.type][name]
            drafts.append(
                drafting.draft(
                    connection,
                    reader,
                    device,
                    catalogue[device.type],
                    matter,
                    tip_title=tip.title.language(reader.language),
                    tip=tip.tip.language(reader.language),
                )
            )
    return drafts


def overtaken(connection: Connection, waiting: Notice) -> str:
    """Why a tip that waited need not be told any more: where something is wrong, not now."""
    asked = {"household_id": waiting.household_id}
    found = connection.execute(_SQL["has_trouble"], asked).fetchone()
    return "a ticket of the home is open" if found else ""


def heading(tip: Tip, language: str) -> str:
    """A tip's title as it stands by itself."""
    told = tip.title.language(language)
    return told[:1].upper() + told[1:]


def choose(type_: str, told: list[str], month: int) -> str | None:
    """The first tip of a type that fits the month and was not told before."""
    names = {key.rpartition(":")[2] for key in told}
    fitting = (
        name
        for name, tip in tips().get(type_, {}).items()
        if month in tip.months and name not in names
    )
    return next(fitting, None)
