"""`hearthwatch key`: who asks the API without being a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table

from api import api_key, audit
from api.api_key import Wish
from api.user import Role
from cli.start import AsJson, begin, out, print_json
from runtime import clock
from storage import database, pool
from storage.pool import Connection

group = typer.Typer(no_args_is_help=True, help="Keys by which other systems ask the API.")
BY = "command line"


@group.command()
def add(
    name: Annotated[str, typer.Argument(help="What the system is called.")],
    role: Annotated[Role, typer.Option(help="What it may do.")] = Role.VIEWER,
    region: Annotated[str | None, typer.Option(help="It sees only this region.")] = None,
    days: Annotated[
        int | None, typer.Option(help="For so long; else until revoked.", min=1)
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it; it is not told again.

    Example: hearthwatch key add erp-north --role dispatcher --days 365
    """
    with _opened() as (connection, now):
        until = None if days is None else now + timedelta(days=days)
        made = api_key.add(connection, Wish(name, role, region, until), BY, now)
        audit.record(connection, BY, "api_key.added", f"api_key:{name}")
    out.print(made, markup=False)
    if as_json:
        print_json({"name": name, "key": made})


@group.command("list")
def every(*, as_json: AsJson = False) -> None:
    """Show every key: what it may do, and when it was last used.

    Example: hearthwatch key list
    """
    with _opened() as (connection, _):
        found = api_key.every(connection)
    table = Table("name", "role", "region", "made", "until", "last used")
    for each in found:
        until = each.revoked_at or each.expires_at
        table.add_row(
            each.name, each.role.value, each.region or "all", _day(each.created_at),
            f"{_day(until)}{' (revoked)' if each.revoked_at else ''}", _day(each.last_used_at),
        )  # fmt: skip
    out.print(table)
    if as_json:
        print_json({"keys": [vars(each) for each in found]})


@group.command()
def revoke(name: Annotated[str, typer.Argument(help="What the system is called.")]) -> None:
    """End a key at once.

    Example: hearthwatch key revoke erp-north
    """
    with _opened() as (connection, now):
        api_key.revoke(connection, name, now)
        audit.record(connection, BY, "api_key.revoked", f"api_key:{name}")
    out.print(f"{name} may not ask any more", markup=False)


def _day(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M}"


@contextmanager
def _opened() -> Iterator[tuple[Connection, datetime]]:
    settings = begin()
    with database.opened(settings) as url, pool.connect(url) as connection:
        yield connection, clock.from_setting(settings.clock).now()
