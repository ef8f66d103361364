"""The `hearthwatch` command: each sub-command starts a door or does one errand."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated

import typer
from psycopg.errors import UndefinedColumn, UndefinedTable

from cli import (
    audit,
    bench,
    credentials,
    doctor,
    doors,
    evaluate,
    keys,
    privacy,
    records,
    scoring,
    shelf,
    training,
    trial,
)
from cli.start import errors
from runtime.errors import ConfigurationError, HearthwatchError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(*, asked: bool) -> None:
    if asked:
        typer.echo(f"hearthwatch {version('hearthwatch')}")
        raise typer.Exit


@app.callback()
def hearthwatch(
    *,
    _: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda asked: _show_version(asked=asked),
            is_eager=True,
            help="Show the version and exit.",
        ),
    ] = False,
) -> None:
    """Watches connected home appliances and calls for service before they fail."""


TRY = "Try it out"
RUN = "Run it"
KEEP = "Records"

app.command(rich_help_panel=TRY)(trial.demo)
app.command(rich_help_panel=TRY)(trial.simulate)
app.command(rich_help_panel=TRY)(trial.replay)
app.command(rich_help_panel=TRY)(trial.grade)
app.command(rich_help_panel=TRY)(evaluate.evaluate)
app.command(rich_help_panel=RUN)(doors.migrate)
app.command(rich_help_panel=RUN)(doors.up)
app.command(rich_help_panel=RUN)(doors.ingest)
app.command(rich_help_panel=RUN)(doors.watch)
app.command(rich_help_panel=RUN)(doors.work)
app.command(rich_help_panel=RUN)(doors.serve)
app.command(rich_help_panel=RUN)(training.train)
app.command(rich_help_panel=RUN)(scoring.score)
app.command(rich_help_panel=RUN)(doors.broker)
app.command(rich_help_panel=RUN)(doctor.doctor)
app.add_typer(bench.app, name="bench", rich_help_panel=RUN)
app.add_typer(shelf.group, name="models", rich_help_panel=RUN)
app.add_typer(records.imports, name="import", rich_help_panel=KEEP)
app.add_typer(records.dead_letters, name="dead-letters", rich_help_panel=KEEP)
app.add_typer(records.users, name="user", rich_help_panel=KEEP)
app.add_typer(keys.group, name="key", rich_help_panel=KEEP)
app.add_typer(credentials.group, name="credentials", rich_help_panel=KEEP)
app.add_typer(privacy.group, name="privacy", rich_help_panel=KEEP)
app.add_typer(audit.group, name="audit", rich_help_panel=KEEP)


def main() -> None:
    """Run the command; an error that a user can mend is told in two lines."""
    try:
        app()
    except HearthwatchError as error:
        _tell(error)
        sys.exit(1)
    except (UndefinedTable, UndefinedColumn) as error:
        _tell(
            ConfigurationError(
                f"the database is not what this version needs: {error.diag.message_primary}",
                hint="run `hearthwatch migrate`, then this again",
            )
        )
        sys.exit(1)


def _tell(error: HearthwatchError) -> None:
    errors.print(f"[bold red]{error.title}:[/]", end=" ")
    errors.print(error.message, markup=False)
    if error.hint:
        errors.print("[bold]What to do:[/]", end=" ")
        errors.print(error.hint, markup=False)
