"""The command that scores a whole fleet at once."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.start import AsJson, begin, errors, out, print_json, stopping
from devices import watermark
from devices.catalogue import folder
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from runtime.errors import ConfigurationError, InvalidError
from runtime.stopping import Stop
from storage import database, migration, pool
from storage.pool import Connection

if TYPE_CHECKING:
    from models.serving.fleet_scoring import Errand, Tally

AT_ONCE = 1000


def score(
    types: Annotated[
        list[str] | None, typer.Argument(help="Types of appliance; without any, all.")
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option(help="As of this instant (UTC); without it the last hour that is complete."),
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, help="So many at once; without it one for each core.")
    ] = None,
    chunk: Annotated[
        int, typer.Option(min=1, max=100_000, help="Devices that are held in memory at once.")
    ] = AT_ONCE,
    dask: Annotated[
        str | None, typer.Option("--dask", help="Address of a Dask scheduler to work on.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Ask the serving models about every appliance now, and keep what they say.

    The same command goes on where an interrupted one of the same hour ended.

    Example: hearthwatch score refrigerator --processes 2 --json
    """
    settings, stop = begin(), stopping()
    chosen = wanted(folder.load(settings.catalogue), types)
    told: dict[str, object] = {}
    with database.opened(settings) as url, _workers(dask, processes) as (executor, workers):
        with pool.connect(url) as connection:
            refuse_old(connection)
            until = _until(connection, at)
        for description in chosen:
            if not stop.is_set():
                told[description.type] = _scored(
                    url, description, until, chunk, executor, workers, stop
                )
    for name, figures in told.items():
        out.print(f"{name}: {figures}")
    if stop.is_set():
        errors.print("stopped before the end; the same command goes on from here")
    if as_json:
        print_json({"at": until, "complete": not stop.is_set(), "types": told})


def wanted(catalogue: Catalogue, types: list[str] | None) -> list[ApplianceType]:
    """The types that were asked for, or all; InvalidError."""
    unknown = sorted(set(types or ()) - set(catalogue))
    if unknown:
        raise InvalidError(
            f"there is no type {', '.join(unknown)}", hint=f"one of {', '.join(catalogue)}"
        )
    return [description for name, description in catalogue.items() if not types or name in types]


def refuse_old(connection: Connection) -> None:
    """Raise ConfigurationError where the database lacks migrations."""
    missing = migration.pending(connection)
    if missing:
        raise ConfigurationError(
            f"the database lacks {', '.join(missing)}", hint="run `hearthwatch migrate`"
        )


def _until(connection: Connection, at: datetime | None) -> datetime:
    """The instant asked for, or the end of the last hour that is complete."""
    if at is not None:
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    return reached(connection).replace(minute=0, second=0, microsecond=0)


def reached(connection: Connection) -> datetime:
    """How far readings have come."""
    found = watermark.current(connection)
    if found is None:
        raise ConfigurationError("there are no readings yet", hint="run `hearthwatch ingest`")
    return found


@contextmanager
def _workers(address: str | None, processes: int | None) -> Iterator[tuple[Executor, int]]:
    from models.serving import scoring_run

    if address is not None:
        with scoring_run.on_dask(address) as cluster:
            yield cluster
        return
    count = processes or os.cpu_count() or 1
    with scoring_run.local(count) as executor:
        yield executor, count


def _scored(
    url: str,
    description: ApplianceType,
    until: datetime,
    size: int,
    executor: Executor,
    workers: int,
    stop: Stop,
) -> dict[str, object]:
    """Bring the type's rollup up to date, score what is left of it, and say what that took."""
    from devices import rollup
    from models.serving import fleet_scoring, scoring_run

    with pool.connect(url) as connection:
        while rollup.refresh(connection, description, until):
            connection.commit()
        models = fleet_scoring.models_of(connection, description)
        errand = fleet_scoring.Errand(url, description, models, until)
        left = fleet_scoring.begin(connection, errand, size) if models else []
    started = time.monotonic()
    with _progress() as progress:
        task = progress.add_task(description.type, total=sum(each.devices for each in left))
        tally = scoring_run.run(
            executor,
            workers,
            errand,
            left,
            stop,
            lambda each, _: progress.advance(task, each.devices),
        )
    return _figures(errand, tally, timedelta(seconds=time.monotonic() - started))


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TextColumn("devices"), TimeRemainingColumn(), console=errors)


def _figures(errand: Errand, tally: Tally, took: timedelta) -> dict[str, object]:
    seconds = max(took.total_seconds(), 1e-9)
    return {
        "models": len(errand.models),
        **{name: round(value, 2) for name, value in asdict(tally).items()},
        "seconds": round(seconds, 2),
        "devices_per_s": round(tally.devices / seconds),
    }
