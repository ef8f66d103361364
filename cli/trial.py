"""Commands to try it out: the demo, a simulated fleet, recorded data, the scorecard."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cli.start import AsJson, begin, errors, out, print_json, stopping
from devices.catalogue import folder
from runtime import clock
from runtime.broker import BrokerAddress
from runtime.errors import InvalidError
from storage import database, pool

if TYPE_CHECKING:
    from cli.demo import Wish
    from cli.demo_outcome import Outcome
    from simulator.recorded import Score
    from simulator.scorer import Scorecard

DRAIN_TIMEOUT_S = 60.0

Seed = Annotated[int, typer.Option(help="Same seed, same fleet, same fate.", min=0, max=9999)]
Devices = Annotated[int, typer.Option(help="Number of appliances.", min=1, max=100_000)]


def demo(
    seconds: Annotated[
        float | None,
        typer.Option(
            "--for",
            help="End by itself after so many seconds; at least half of them are played, "
            "however long it took to prepare.",
            min=60,
        ),
    ] = None,
    devices: Devices = 60,
    speed: Annotated[
        float, typer.Option(help="How many times faster than the wall time runs.", min=0.001)
    ] = 12_000.0,
    seed: Seed = 1,
    truth_file: Annotated[
        Path | None, typer.Option("--truth", help="Where the hidden truth is written at the end.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Everything on embedded parts, with a simulated fleet that has hidden faults.

    Example: hearthwatch demo --for 120 --devices 60 --seed 7 --json
    """
    from cli import demo as story
    from simulator.fleet import PHYSICS

    settings = begin()
    if devices < len(PHYSICS):
        errors.print(f"note: {devices} appliances do not cover all {len(PHYSICS)} types")
    wish = story.Wish(
        devices=devices,
        seed=seed,
        speed=speed,
        seconds=seconds,
        truth=truth_file or Path(f"demo-{seed}.truth.json"),
    )
    outcome = story.run(wish, settings, stopping(), lambda line: errors.print(line, markup=False))
    _show(outcome, wish)
    if as_json:
        print_json(outcome.as_json())


def simulate(
    devices: Devices = 60,
    speed: Annotated[
        float, typer.Option(help="How many times faster than the wall time runs.", min=0.001)
    ] = 1.0,
    seed: Seed = 1,
    seconds: Annotated[
        float | None, typer.Option("--for", help="End by itself after so many seconds.", min=0.001)
    ] = None,
    truth_file: Annotated[
        Path | None, typer.Option("--truth", help="Where the hidden truth is written at the end.")
    ] = None,
    *,
    register: Annotated[
        bool, typer.Option("--register", help="Put the fleet and its owners on record first.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """A simulated fleet that reports to the broker, faults and all, from now on.

    Example: HEARTHWATCH_MQTT_URL=mqtt://broker:1883 hearthwatch simulate --register --speed 60
    """
    from simulator import people, truth
    from simulator.broadcast import Broadcast
    from simulator.fleet import Fleet
    from simulator.publisher import Publisher

    settings, stop = begin(), stopping()
    world = clock.from_now(speed)
    fleet = Fleet(devices, seed, _quarter_after(world.start), world.start)
    if register:
        with database.opened(settings) as url, pool.connect(url) as connection:
            types = folder.load(settings.catalogue)
            people.register(connection, fleet.groups, seed, world.start, types)
    deadline = None if seconds is None else time.monotonic() + seconds

    def over() -> bool:
        return stop.is_set() or (deadline is not None and time.monotonic() > deadline)

    with Publisher(BrokerAddress.parse(settings.mqtt_url), f"simulator-{seed}") as publisher:
        broadcast = Broadcast(fleet, publisher, stop, over)
        while not over():
            broadcast.hour(world, speed)
        publisher.drain(DRAIN_TIMEOUT_S)
        published = publisher.published
    if truth_file is not None:
        truth.write(truth.of_groups(fleet.groups, world.start, fleet.at), truth_file)
    out.print(f"published {published:,} messages of {devices} appliances")
    if as_json:
        print_json({"published": published})


def _quarter_after(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0) + timedelta(minutes=15)


def replay(
    mapping_file: Annotated[
        Path, typer.Argument(help="YAML that maps recorded columns to a catalogue type.")
    ],
    data: Annotated[
        Path | None, typer.Option(help="Folder that the paths in the mapping start from.")
    ] = None,
    speed: Annotated[
        float | None, typer.Option(help="Times as fast as recorded; without it, at once.", min=0.1)
    ] = None,
    limit: Annotated[int | None, typer.Option(help="Publish so many messages.", min=1)] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Recorded data through the whole platform, over real MQTT; use a home or database of its own.

    Example: hearthwatch replay docs/examples/azure_pdm/replay.yaml --data recordings --json
    """
    from cli import replay as story
    from simulator import mapping

    settings = begin()
    plan = mapping.load(mapping_file, folder.load(settings.catalogue), data)
    with errors.status("replaying") as status:
        outcome = story.run(plan, settings, stopping(), status.update, speed=speed, limit=limit)
    table = Table(title=f"Replay of {mapping_file}", show_header=False)
    table.add_row("messages published", f"{outcome.published:,}")
    table.add_row("rows stored", f"{outcome.rows:,}")
    table.add_row("put aside, with a reason", f"{outcome.tally.dead_lettered:,}")
    table.add_row("alerts", str(outcome.alerts))
    table.add_row("tickets", str(outcome.tickets))
    if outcome.failures:
        table.add_row("recorded failures", str(outcome.failures))
    for score in outcome.scores:
        table.add_row(*_told(score))
    errors.print(table)
    if as_json:
        print_json(asdict(outcome))


def _told(score: Score) -> tuple[str, str]:
    return (
        f"failures with a finding in the {score.within_h:g} h before, after training",
        f"{score.failures_warned} of {score.failures}, by chance {score.warned_by_chance:.0%}",
    )


def grade(
    truth_file: Annotated[Path, typer.Argument(help="The truth that a demo wrote at its end.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Compare the tickets in the database with the hidden truth of a simulated run.

    Example: hearthwatch grade demo-7.truth.json
    """
    from simulator import scorer, truth

    settings = begin()
    if not truth_file.is_file():
        raise InvalidError(f"there is no file {truth_file}", hint="a demo writes it at its end")
    with database.opened(settings) as url, pool.connect(url) as connection:
        card = scorer.score(connection, truth.read(truth_file))
    out.print(_card_table(card))
    if as_json:
        print_json(asdict(card))


def _show(outcome: Outcome, wish: Wish) -> None:
    table = Table(title=f"{outcome.simulated_days:g} simulated days", show_header=False)
    tally = outcome.tally
    table.add_row("messages published", f"{outcome.published:,}")
    table.add_row("  stored", f"{tally.stored:,} ({tally.readings:,} readings)")
    table.add_row("  put aside, with a reason", f"{tally.dead_lettered:,}")
    if tally.duplicates:
        table.add_row("  stored before already", f"{tally.duplicates:,}")
    table.add_row("reminders to customers", str(outcome.reminders))
    if outcome.first_ticket_s is not None:
        table.add_row("first ticket seen after", f"{outcome.first_ticket_s:g} s")
    errors.print(table)
    errors.print(_service_table(outcome))
    errors.print(_card_table(outcome.card))
    errors.print(
        f"the truth is in {wish.truth}; compare again with: hearthwatch grade {wish.truth}"
    )


def _service_table(outcome: Outcome) -> Table:
    """The desk's own account; what nothing can be said of yet is left out."""
    table = Table(title="The service desk", show_header=False)
    week = outcome.week
    for title, counts in (
        ("tickets, by what opened them", week.origins),
        ("visits", week.visits),
        ("verdicts", week.verdicts),
        ("notices, by occasion and language", week.notices),
    ):
        if counts:
            told = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items())
            table.add_row(title, told)
    from cli.demo_outcome import FIGURES

    for name, value in outcome.figures.items():
        if value is not None:
            shown = f"{value:.0f}" if name == "nps" else f"{value:.0%}"
            table.add_row(FIGURES[name], shown)
    return table


def _card_table(card: Scorecard) -> Table:
    table = Table(title="Tickets against the hidden truth", show_header=False)
    table.add_row("faults that were in the fleet", str(card.faults_injected))
    table.add_row("  found by a ticket", str(card.faults_ticketed))
    table.add_row("faults that came to a failure", str(card.failures))
    table.add_row("  with a ticket before", str(card.failures_ticketed_before))
    table.add_row("faults that were repaired before that", str(card.prevented))
    if card.median_lead_h is not None:
        table.add_row("median warning before failure", f"{card.median_lead_h:g} h")
    table.add_row("tickets", str(card.tickets))
    table.add_row("  of appliances that had nothing", str(card.false_tickets))
    table.add_row("  for another problem than the true one", str(card.misnamed_tickets))
    return table
