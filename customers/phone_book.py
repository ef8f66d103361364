"""Whose phone number it is, told with its country or as people there dial it."""

from __future__ import annotations

from collections.abc import Iterator

from customers.imports import cleaning
from customers.imports.cleaning import UncleanError
from customers.secrecy import blind_index
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


def households(connection: Connection, phone: str, region: str | None = None) -> list[int]:
    """The households whose people have the number, by id; of one region if it is named.

    A number without `+` is read as one of each household's country, as imports read it.
    """
    found = set(_having(connection, phone, region))
    for country, number in _readings(connection, phone, region):
        having = _having(connection, number, region)
        found |= {home for home, living in having.items() if living == country}
    return sorted(found)


def _readings(connection: Connection, phone: str, region: str | None) -> Iterator[tuple[str, str]]:
    """What the number is in each country that households live in."""
    if cleaning.tidy(phone).startswith("+"):
        return
    rows = connection.execute(_SQL["countries"], {"region": region}).fetchall()
    for country in sorted({_country(*row) for row in rows} - {""}):
        try:
            yield country, cleaning.phone(phone, country)
        except UncleanError:
            continue  # Nobody has such a number there.


def _having(connection: Connection, phone: str, region: str | None) -> dict[int, str]:
    """The households whose people have just this number, and the country of each."""
    people = blind_index.find(connection, "phone", phone).contact_ids
    asked = {"contact_ids": people, "region": region}
    rows = connection.execute(_SQL["homes"], asked).fetchall()
    return {int(str(home)): _country(*lives) for home, *lives in rows}


def _country(told: object, time_zone: object) -> str:
    return str(told) or cleaning.country_of_zone(str(time_zone))
