"""Commands that measure: figures with their limit, from the same run."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from cli.start import AsJson, begin, errors, out, print_json

app = typer.Typer(no_args_is_help=True, help="Measure what goes through, and what limits it.")


@app.callback()
def bench() -> None:
    """Measure on parts of its own; nothing of yours is touched."""


@app.command()
def ingest(
    seconds: Annotated[float, typer.Option("--for", help="How long to measure.")] = 60.0,
    workers: Annotated[int, typer.Option(min=1, help="Ingest processes.")] = 2,
    *,
    as_json: AsJson = False,
) -> None:
    """Messages a second from publishing to committed rows, beside the broker's and database's own.

    Example: hearthwatch bench ingest --for 60 --workers 2 --json
    """
    from benchmarks import ingest as measured  # noqa: PLC0415 - needed by nobody else

    begin()
    errors.print(f"measuring for about {seconds * 1.5 + 15:.0f} s on parts of its own ...")
    figures = asdict(measured.run(seconds, workers))
    for name, value in figures.items():
        out.print(f"{name:>20}  {value}")
    if as_json:
        print_json(figures)
