"""Whose appliances they are: households, by the service organisation's own identifier."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from psycopg.rows import class_row

from customers.secrecy import blind_index, sealing
from customers.secrecy.blind_index import Marked
from customers.secrecy.sealing import Keys
from runtime.errors import InvalidError, NotFoundError
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
TIERS = ("standard", "silver", "gold", "platinum")


@dataclass(frozen=True)
class Household:
    """A customer's home; its name and address are opened for who asks."""

    id: int
    external_id: str
    name: str
    address: str
    region: str
    time_zone: str
    tier: str


@dataclass(frozen=True)
class Entry:
    """What is told of a household."""

    external_id: str
    name: str
    address: str = ""
    region: str = ""
    time_zone: str = "UTC"
    tier: str = "standard"


@dataclass(frozen=True)
class _Row:
    """A household as it is kept; a plain name or address is one not sealed yet."""

    id: int
    external_id: str
    name: str | None
    name_sealed: bytes | None
    address: str | None
    address_sealed: bytes | None
    region: str
    time_zone: str
    tier: str


def upsert(connection: Connection, entries: Sequence[Entry], at: datetime) -> dict[str, int]:
    """Add or update households by external id; return the id of each.

    Raises InvalidError for a time zone that nobody knows: letters and pages could not be written.
    """
    for zone in {entry.time_zone for entry in entries}:
        _check_zone(zone)
    rows = connection.execute(
        _SQL["upsert"],
        {
            "external_ids": [entry.external_id for entry in entries],
            "regions": [entry.region for entry in entries],
            "time_zones": [entry.time_zone for entry in entries],
            "tiers": [entry.tier for entry in entries],
            "at": at,
        },
    ).fetchall()
    ids = {str(external_id): int(str(number)) for external_id, number in rows}
    put(connection, {ids[each.external_id]: (each.name, each.address) for each in entries})
    return ids


def put(connection: Connection, named: Mapping[int, tuple[str, str]]) -> None:
    """Seal the name and the address of each household, in place of those it had."""
    owners = {number: sealing.household(number) for number in named}
    keys = sealing.keys_of(connection, owners.values(), make=True)
    connection.execute(
        _SQL["put"],
        {
            "ids": list(named),
            "names": [keys.seal(owners[n], "households.name_sealed", named[n][0]) for n in named],
            "addresses": [
                keys.seal(owners[n], "households.address_sealed", named[n][1]) for n in named
            ],
        },
    )
    marked = [Marked(number, "name", name) for number, (name, _) in named.items()]
    marked += [Marked(number, "address", address) for number, (_, address) in named.items()]
    blind_index.of_households(connection, marked)


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidError(
            f"there is no time zone {name!r}", hint="give an IANA name such as Asia/Shanghai"
        ) from error


def get(connection: Connection, household_id: int) -> Household:
    """One household; NotFoundError if there is none, or it was erased."""
    found = _opened(connection, "get", id=household_id)
    if not found:
        raise NotFoundError(f"no household has the id {household_id}")
    return found[0]


def by_ids(connection: Connection, household_ids: Collection[int]) -> dict[int, Household]:
    """Those of these households that there are or were; names of erased ones are gone."""
    if not household_ids:
        return {}
    found = _opened(connection, "by_ids", ids=list(household_ids))
    return {each.id: each for each in found}


def names(connection: Connection, household_ids: Collection[int]) -> dict[int, str]:
    """The name of each of these households."""
    return {number: each.name for number, each in by_ids(connection, household_ids).items()}


def page(
    connection: Connection, *, after_id: int = 0, limit: int = 100, region: str | None = None
) -> list[Household]:
    """Up to `limit` households with an id above `after_id`, by id; none erased or merged."""
    return _opened(connection, "page", after_id=after_id, limit=limit, region=region)


def _opened(connection: Connection, block: str, **asked: object) -> list[Household]:
    with connection.cursor(row_factory=class_row(_Row)) as cursor:
        rows = cursor.execute(_SQL[block], asked).fetchall()
    keys = sealing.keys_of(connection, (sealing.household(row.id) for row in rows))
    return [_household(row, keys) for row in rows]


def _household(row: _Row, keys: Keys) -> Household:
    owner = sealing.household(row.id)
    return Household(
        id=row.id,
        external_id=row.external_id,
        name=_known(keys.open(owner, "households.name_sealed", row.name_sealed), row.name),
        address=keys.open(owner, "households.address_sealed", row.address_sealed)
        or row.address
        or "",
        region=row.region,
        time_zone=row.time_zone,
        tier=row.tier,
    )


def _known(opened: str | None, plain: str | None) -> str:
    """What is sealed, else what is not sealed yet; of who was erased there is neither."""
    if opened is not None:
        return opened
    return sealing.ERASED if plain is None else plain


def by_external_ids(connection: Connection, external_ids: Collection[str]) -> dict[str, Household]:
    """Those of these external ids that are known, with the household that each means."""
    ids = ids_of(connection, sorted(external_ids))
    homes = by_ids(connection, set(ids.values()))
    return {name: homes[number] for name, number in ids.items() if number in homes}


def ids_of(connection: Connection, external_ids: Sequence[str]) -> dict[str, int]:
    """The ids of those external ids that are known."""
    rows = connection.execute(_SQL["ids_of"], {"external_ids": list(external_ids)}).fetchall()
    return {str(external_id): int(str(number)) for external_id, number in rows}
