"""Commands that measure: figures with their limit, from the same run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
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
    rate: Annotated[
        float | None, typer.Option(help="Messages a second; without it as many as go through.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(help="URL of a server to make a database on; without it an embedded one."),
    ] = None,
    tools: Annotated[Path | None, typer.Option(help="Folder of the other tools' programs.")] = None,
    *,
    peers: Annotated[
        bool, typer.Option("--peers", help="Measure other tools likewise, one after the other.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Messages a second from publishing to committed rows, beside the broker's and database's own.

    Example: hearthwatch bench ingest --for 60 --workers 2 --json
    """
    from benchmarks import ingest as measured

    begin()
    figures = asdict(
        measured.run(
            measured.Plan(
                seconds,
                workers,
                rate=rate,
                database_url=database,
                peers=peers,
                tools=tools.resolve() if tools else None,
                tell=lambda what: errors.print(f"measuring {what} ..."),
            )
        )
    )
    _print_figures(figures)
    if as_json:
        print_json(figures)


@app.command()
def storage(
    readings: Annotated[
        int, typer.Option(min=1, help="About how many values of metrics to store.")
    ] = 10_000_000,
    database: Annotated[
        list[str] | None,
        typer.Option(help="A server to measure on as well, by its URL; may be given again."),
    ] = None,
    *,
    embedded: Annotated[bool, typer.Option(help="Measure on an embedded PostgreSQL.")] = True,
    plans: Annotated[bool, typer.Option(help="Print how each question was answered.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bytes a reading on each tier, and how long the product's most frequent questions take.

    On a server that is given it makes a database of its own, and drops it.

    Example: hearthwatch bench storage --database postgresql://localhost/postgres --json
    """
    from benchmarks import storage as measured
    from benchmarks import storage_page

    begin()
    outcome = measured.run(readings, database or [], with_embedded=embedded, tell=errors.print)
    for line in storage_page.lines(outcome, with_plans=plans):
        out.print(line)
    if as_json:
        print_json(storage_page.without_plans(outcome))


@app.command()
def tickets(
    devices: Annotated[int, typer.Option(min=6, help="Appliances of the simulated fleet.")] = 300,
    seed: Annotated[int, typer.Option(help="The same seed plays the same story.")] = 7,
    seasons: Annotated[
        int, typer.Option(min=1, help="36 days each, in which a quarter of them breaks.")
    ] = 2,
    *,
    as_json: AsJson = False,
) -> None:
    """Which failures of a simulated fleet are ticketed a day ahead, and what is called for nothing.

    The real rollups, models, rules, tickets, verdicts and weekly retraining, fed as fast as the
    machine can: 300 appliances and two seasons take about an hour.

    Example: hearthwatch bench tickets --devices 120 --seasons 1 --json
    """
    from benchmarks import tickets as measured

    begin()
    outcome = measured.run(
        measured.Plan(devices=devices, seed=seed, seasons=seasons, tell=errors.print)
    )
    figures = asdict(outcome)
    _print_figures(figures)
    if as_json:
        print_json(figures)


@app.command()
def customers(
    number: Annotated[
        int, typer.Option("--customers", min=2, help="Half of them told of twice.")
    ] = 10_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same people.")] = 7,
    *,
    as_json: AsJson = False,
) -> None:
    """How long customers take to come in, and how many duplicates among them are found.

    Example: hearthwatch bench customers --customers 10000 --json
    """
    from benchmarks import customers as measured

    begin()
    figures = asdict(measured.run(number, seed))
    _print_figures(figures)
    if as_json:
        print_json(figures)


@app.command()
def routing(
    tickets: Annotated[int, typer.Option(min=1, help="Tickets that want a visit.")] = 200,
    technicians: Annotated[int, typer.Option(min=1, help="Who could go.")] = 30,
    days: Annotated[int, typer.Option(min=1, help="How far ahead visits are set.")] = 5,
    seed: Annotated[int, typer.Option(help="The same seed makes the same region.")] = 7,
    *,
    as_json: AsJson = False,
) -> None:
    """What visits cost that are given out all at once, beside one ticket after the other.

    Example: hearthwatch bench routing --tickets 200 --technicians 30 --json
    """
    from benchmarks import routing as measured

    begin()
    figures = asdict(measured.run(tickets, technicians, days, seed))
    _print_figures(figures)
    if as_json:
        print_json(figures)


@app.command("routing-week")
def routing_week(
    a_day: Annotated[int, typer.Option(min=1, help="Tickets that are opened a day.")] = 40,
    technicians: Annotated[int, typer.Option(min=1, help="Who could go.")] = 12,
    seed: Annotated[int, typer.Option(help="The same seed plays the same week.")] = 7,
    *,
    as_json: AsJson = False,
) -> None:
    """How many tickets of a week would have needed a dispatcher, and why.

    Example: hearthwatch bench routing-week --a-day 40 --technicians 12 --json
    """
    from benchmarks import routing_week as measured

    begin()
    figures = asdict(measured.run(a_day, technicians, seed=seed))
    _print_figures(figures)
    if as_json:
        print_json(figures)


@app.command()
def desk(
    households: Annotated[
        int, typer.Option(min=100, help="All else follows: three tickets and 20 events each.")
    ] = 2_000,
    repeats: Annotated[int, typer.Option(min=1, help="Times that each page is asked for.")] = 10,
    *,
    as_json: AsJson = False,
) -> None:
    """How long a service desk's pages, lists and errands take once it is large.

    Fills a database of its own: for 100,000 households that alone took 18 minutes, and 3 GB.

    Example: hearthwatch bench desk --households 20000 --json
    """
    from benchmarks import desk as measured

    begin()
    figures = asdict(measured.run(households, repeats, tell=errors.print))
    _print_figures(figures)
    if as_json:
        print_json(figures)


@app.command()
def score(
    devices: Annotated[int, typer.Option(min=16, help="Appliances of one type.")] = 10_000,
    processes: Annotated[int, typer.Option(min=1, help="So many at once.")] = 2,
    chunk: Annotated[int, typer.Option(min=1, help="Devices held in memory at once.")] = 1000,
    database: Annotated[
        str | None,
        typer.Option(help="URL of a server to make a database on; without it an embedded one."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Devices a second that are read, judged and written, beside the predict call alone.

    Each has a week of hourly rollups of all metrics of a type, and boosted trees judge it.

    Example: hearthwatch bench score --devices 40000 --json
    """
    from benchmarks import score as measured

    begin()
    plan = measured.Plan(devices, processes, chunk, database, tell=errors.print)
    figures = asdict(measured.run(plan))
    _print_figures(figures)
    if as_json:
        print_json(figures)


def _print_figures(figures: Mapping[str, object], under: str = "") -> None:
    for name, value in figures.items():
        if isinstance(value, dict) and any(isinstance(each, dict) for each in value.values()):
            _print_figures(value, f"{name}: ")
        else:
            out.print(f"{under + name:>26}  {value}")
