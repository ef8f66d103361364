"""Commands on records: imports, dead letters, people who sign in."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.table import Table

from api import user
from cli.start import AsJson, begin, errors, out, print_json
from customers.imports import importing, importing_appliances, importing_plans, importing_purchases
from customers.imports.importing import CustomerReport
from devices import dead_letter
from devices.catalogue import folder
from runtime import clock
from runtime.broker import BrokerAddress
from runtime.csv_table import Report
from runtime.errors import HearthwatchError, InvalidError
from simulator.publisher import Publisher
from storage import database, pool

imports = typer.Typer(no_args_is_help=True, help="Take in customers and the like from CSV.")
dead_letters = typer.Typer(no_args_is_help=True, help="Messages that could not be stored.")
users = typer.Typer(no_args_is_help=True, help="People who sign in.")
DRAIN_TIMEOUT_S = 60.0
MOST_LISTED = 20

CsvFile = Annotated[Path, typer.Argument(help="CSV file; docs/formats/csv.md describes it.")]


@imports.command("customers")
def import_customers(file: CsvFile, *, as_json: AsJson = False) -> None:
    """Take in households and their contacts; known ones are updated by their id.

    Example: hearthwatch import customers customers.csv
    """
    settings = begin()
    with _opened(file) as lines, database.opened(settings) as url, pool.connect(url) as connection:
        now = clock.from_setting(settings.clock).now()
        report = importing.import_customers(connection, lines, now)
    _tell_of_customers(report)
    _tell(report, as_json=as_json)


@imports.command("purchases")
def import_purchases(file: CsvFile, *, as_json: AsJson = False) -> None:
    """Take in what households bought; known purchases are updated by their id.

    Example: hearthwatch import purchases purchases.csv
    """
    settings = begin()
    with _opened(file) as lines, database.opened(settings) as url, pool.connect(url) as connection:
        now = clock.from_setting(settings.clock).now()
        report = importing_purchases.import_purchases(connection, lines, now)
    _tell(report, as_json=as_json)


@imports.command("plans")
def import_plans(file: CsvFile, *, as_json: AsJson = False) -> None:
    """Take in warranties and plans on appliances; known ones are updated by their id.

    Example: hearthwatch import plans plans.csv
    """
    settings = begin()
    with _opened(file) as lines, database.opened(settings) as url, pool.connect(url) as connection:
        report = importing_plans.import_plans(connection, lines)
    _tell(report, as_json=as_json)


@imports.command("technicians")
def import_technicians(
    file: Annotated[Path, typer.Argument(help="CSV file; docs/routing.md describes it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Take in technicians: where they work, what they can do, when, and what is in the van.

    Example: hearthwatch import technicians technicians.csv
    """
    from tickets.routing import importing as importing_technicians

    settings = begin()
    catalogue = folder.load(settings.catalogue)
    with _opened(file) as lines, database.opened(settings) as url, pool.connect(url) as connection:
        now = clock.from_setting(settings.clock).now()
        report = importing_technicians.import_technicians(connection, catalogue, lines, now)
    _tell(report, as_json=as_json)


@imports.command("appliances")
def import_appliances(file: CsvFile, *, as_json: AsJson = False) -> None:
    """Take in appliances and whose they are; known serial numbers are updated.

    Example: hearthwatch import appliances appliances.csv
    """
    settings = begin()
    catalogue = folder.load(settings.catalogue)
    with _opened(file) as lines, database.opened(settings) as url, pool.connect(url) as connection:
        now = clock.from_setting(settings.clock).now()
        report = importing_appliances.import_appliances(connection, catalogue, lines, now)
    _tell(report, as_json=as_json)


@dead_letters.command("list")
def list_dead_letters(
    reason: Annotated[str | None, typer.Option(help="Only this reason.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what was put aside, oldest first, with the reason.

    Example: hearthwatch dead-letters list --reason value_out_of_range
    """
    settings = begin()
    with database.opened(settings) as url, pool.connect(url) as connection:
        letters = dead_letter.waiting(connection, reason=reason, limit=limit)
        counts = dead_letter.counts(connection)
    table = Table("id", "received", "topic", "reason", "detail")
    for letter in letters:
        received = f"{letter.received_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(str(letter.id), received, letter.topic, letter.reason, letter.detail[:120])
    out.print(table)
    if as_json:
        print_json({"waiting": counts})


@dead_letters.command("replay")
def replay_dead_letters(
    reason: Annotated[str | None, typer.Option(help="Only this reason.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 1000,
    *,
    as_json: AsJson = False,
) -> None:
    """Publish letters again, for instance after an appliance was registered.

    Example: hearthwatch dead-letters replay --reason device_unknown
    """
    settings = begin()
    address = BrokerAddress.parse(settings.mqtt_url)
    with database.opened(settings) as url, pool.connect(url) as connection:
        letters = dead_letter.waiting(connection, reason=reason, limit=limit)
        whole = [letter for letter in letters if letter.whole and _publishable(letter.topic)]
        with Publisher(address, "dead-letter-replay") as publisher:
            for letter in whole:
                publisher.publish(letter.topic, letter.payload)
            if not publisher.drain(DRAIN_TIMEOUT_S):
                raise HearthwatchError(
                    "the broker did not take all letters", hint="none is marked; run it again"
                )
        dead_letter.mark_replayed(connection, [letter.id for letter in whole])
    out.print(f"published {len(whole)} letters again; {len(letters) - len(whole)} cannot be")
    if as_json:
        print_json({"replayed": len(whole), "kept": len(letters) - len(whole)})


@users.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[user.Role, typer.Option(help="What this user may do.")] = user.Role.DISPATCHER,
    region: Annotated[str | None, typer.Option(help="See only this region (a partner).")] = None,
) -> None:
    """Add a user, or give a known one a new password and role.

    Example: hearthwatch user add maria --role dispatcher
    """
    settings = begin()
    password = os.environ.get("HEARTHWATCH_PASSWORD") or typer.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )
    with database.opened(settings) as url, pool.connect(url) as connection:
        user.add(connection, name, password, role, region)
    out.print(f"{name} may sign in as {role.value}")


@users.command("disable")
def disable_user(
    name: Annotated[str, typer.Argument(help="Who may not sign in any more.")],
) -> None:
    """Shut a user out at once.

    Example: hearthwatch user disable maria
    """
    settings = begin()
    with database.opened(settings) as url, pool.connect(url) as connection:
        user.disable(connection, name, clock.from_setting(settings.clock).now())
    out.print(f"{name} may not sign in any more")


def _publishable(topic: str) -> bool:
    """MQTT allows no publishing to an empty topic or to one with wildcards."""
    return bool(topic) and not any(each in topic for each in "+#\0")


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        raise InvalidError(f"cannot read {file}: {error.strerror}") from error


def _tell_of_customers(report: CustomerReport) -> None:
    out.print(f"read as {report.encoding}; cleaned {len(report.cleaned)} values")
    if report.cleaned:
        table = Table("line", "column", "from", "to")
        for change in report.cleaned[:MOST_LISTED]:
            table.add_row(str(change.line), change.field, change.before, change.after)
        out.print(table)
    if report.alike:
        out.print(f"duplicates to decide on at the console: {len(report.alike)}")
        table = Table("household", "looks like", "score", "by")
        for pair in report.alike[:MOST_LISTED]:
            names = pair.first_external_id, pair.second_external_id
            table.add_row(*names, f"{pair.score:.0f}", ", ".join(pair.reasons))
        out.print(table)


def _tell(report: Report, *, as_json: bool) -> None:
    out.print(f"accepted {report.accepted} rows, refused {len(report.refused)}")
    if report.refused:
        table = Table("line", "column", "value", "why it was refused")
        for each in report.refused[:MOST_LISTED]:
            table.add_row(str(each.line), each.field, each.value, each.reason)
        errors.print(table)
    if as_json:
        print_json(asdict(report))
    if report.refused:
        raise typer.Exit(2)
