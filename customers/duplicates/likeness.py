"""Households that look like one: found by an errand and at imports, decided by a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from customers import contact, household
from customers.duplicates import neighbourhood, resemblance
from customers.duplicates.resemblance import Card, Pair
from customers.household import Household
from customers.secrecy import blind_index
from runtime.clock import Clock
from runtime.errors import NotFoundError
from storage import query, queue
from storage.pool import Connection, Pool

_SQL = query.beside(__file__)
SEARCH = "customers.duplicates.likeness.look"
EVERY_DAY = "40 3 * * *"
FEW = 20
"""Households for which the others are looked up, not gone through."""
MOST_NEAR = 50
PORTION = 2000
"""Households whose names and addresses are opened at a time."""


@dataclass(frozen=True)
class Alike:
    """Two households that look like one, by the ids that other systems know them by."""

    first_id: int
    second_id: int
    first_external_id: str
    second_external_id: str
    region: str
    """Of the first; `other_region` is that of the second."""
    other_region: str
    score: float
    reasons: list[str]
    found_at: datetime


def search(connection: Connection, at: datetime, regions: Sequence[str] | None = None) -> int:
    """Compare the households of `regions`, or all, and keep what is alike; return how many pairs.

    What no longer looks alike is forgotten, unless somebody decided on it.
    """
    cards = [each for homes in _portions(connection, regions) for each in _cards(connection, homes)]
    found = _alike(connection, cards)
    _keep(connection, found, at)
    connection.execute(
        _SQL["forget"],
        {
            "looked_at": [each.household_id for each in cards],
            "firsts": [each.first_id for each in found],
            "seconds": [each.second_id for each in found],
        },
    )
    return len(found)


def among(connection: Connection, household_ids: Sequence[int], at: datetime) -> list[Alike]:
    """What these look like, after a search of their regions; the likest first.

    Of a few, only those are looked at that share a number, an e-mail address or all words of the
    address with them; the errand compares them with all.
    """
    asked: dict[str, object] = {"household_ids": list(household_ids)}
    if len(household_ids) > FEW:
        rows = connection.execute(_SQL["regions_of"], asked).fetchall()
        search(connection, at, [str(row[0]) for row in rows])
    else:
        near = set(household_ids) | _near(connection, household_ids)
        homes = list(household.by_ids(connection, near).values())
        _keep(connection, _alike(connection, _cards(connection, homes)), at)
        ask(connection)
    return _listed(connection, "among", asked)


def ask(connection: Connection) -> None:
    """Have all households compared once the caller's transaction commits."""
    queue.defer_once(connection, SEARCH, SEARCH, timestamp=0)


def look(pool: Pool, clock: Clock, timestamp: int = 0) -> None:
    """The errand: compare all households."""
    del timestamp
    with pool.connection() as connection:
        search(connection, clock.now())


def page(
    connection: Connection, *, region: str | None = None, after: int = 0, limit: int = 100
) -> list[Alike]:
    """Pairs to decide on, the likest first, both of the region if one is named."""
    return _listed(connection, "page", {"region": region, "after": after, "limit": limit})


def of_household(connection: Connection, household_id: int) -> list[Alike]:
    """What a household looks like."""
    return _listed(connection, "among", {"household_ids": [household_id]})


def dismiss(connection: Connection, one: int, other: int, actor: str, at: datetime) -> None:
    """Note that these are two households; they are not brought up again.

    NotFoundError if nobody thought otherwise.
    """
    first, second = sorted((one, other))
    asked = {"first": first, "second": second, "actor": actor, "at": at}
    if connection.execute(_SQL["dismiss"], asked).rowcount == 0:
        raise NotFoundError(f"households {first} and {second} are not listed as alike")


def _listed(connection: Connection, name: str, asked: dict[str, object]) -> list[Alike]:
    with connection.cursor(row_factory=class_row(Alike)) as cursor:
        return cursor.execute(_SQL[name], asked).fetchall()


def _keep(connection: Connection, found: Sequence[Pair], at: datetime) -> None:
    connection.execute(
        _SQL["keep"],
        {
            "firsts": [each.first_id for each in found],
            "seconds": [each.second_id for each in found],
            "scores": [each.score for each in found],
            "reasons": [";".join(each.reasons) for each in found],
            "at": at,
        },
    )


def _alike(connection: Connection, cards: Sequence[Card]) -> list[Pair]:
    rows = connection.execute(_SQL["told_apart"]).fetchall()
    return neighbourhood.alike(cards, [(int(str(a)), int(str(b))) for a, b in rows])


def _portions(
    connection: Connection, regions: Sequence[str] | None
) -> Iterator[Sequence[Household]]:
    for region in [None] if regions is None else regions:
        last = 0
        while homes := household.page(connection, after_id=last, limit=PORTION, region=region):
            last = homes[-1].id
            yield homes


def _cards(connection: Connection, homes: Sequence[Household]) -> list[Card]:
    """What is compared of each: its own name and that of whom we call."""
    callers = contact.primary_of(connection, [home.id for home in homes])
    return [
        resemblance.card(
            home.id,
            home.region,
            [home.name, callers[home.id].name] if home.id in callers else [home.name],
            home.address,
            [callers[home.id].phone] if home.id in callers else [],
            [callers[home.id].email] if home.id in callers else [],
        )
        for home in homes
    ]


def _near(connection: Connection, household_ids: Sequence[int]) -> set[int]:
    """Households that share something exact with these, found without opening any."""
    callers = contact.primary_of(connection, household_ids)
    homes = household.by_ids(connection, household_ids)
    told = [("address", home.address) for home in homes.values()]
    told += [("phone", each.phone or "") for each in callers.values()]
    told += [("email", each.email or "") for each in callers.values()]
    found = [blind_index.find(connection, kind, text, MOST_NEAR) for kind, text in told if text]
    people = contact.by_ids(connection, {number for each in found for number in each.contact_ids})
    near = {number for each in found for number in each.household_ids}
    near |= {each.household_id for each in people.values()}
    rows = connection.execute(_SQL["standing"], {"household_ids": sorted(near)}).fetchall()
    return {int(str(row[0])) for row in rows}
