"""Commands that run the platform: one process each, or all of them on one machine.

What only one door needs is imported in its command: a worker that starts again must not wait for
the libraries of the console.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated

import typer

from cli.start import AsJson, begin, errors, out, print_json, stopping
from customers.secrecy import master_keys, sealed_store
from devices import telemetry_table
from devices.catalogue import folder
from runtime import clock, embedded_broker, metrics, worker_name
from runtime.broker import PORTS
from runtime.errors import ConfigurationError, InvalidError
from runtime.settings import Settings
from storage import database, migration, pool
from storage.pool import Pool


def migrate(*, as_json: AsJson = False) -> None:
    """Bring the database up to date: schema, and the tables that the catalogue needs.

    Example: hearthwatch migrate
    """
    settings = begin()
    catalogue = folder.load(settings.catalogue)
    with database.opened(settings) as url, pool.connect(url) as connection:
        done = [
            *migration.migrate(connection),
            *telemetry_table.ensure(connection, catalogue),
            *telemetry_table.compress(
                connection, catalogue, timedelta(days=settings.compress_after_days)
            ),
        ]
        connection.commit()
        done += sealed_store.ensure(connection)
    for line in done or ["nothing to do: the database is up to date"]:
        out.print(line)
    if as_json:
        print_json({"done": done})


def ingest(
    worker: Annotated[str, typer.Option(help="Name of this worker's session.")] = worker_name.FIRST,
    workers: Annotated[int, typer.Option(min=1, help="So many processes share the telemetry.")] = 1,
    *,
    retire: Annotated[
        bool, typer.Option("--retire", help="Only store what this worker left behind, for good.")
    ] = False,
) -> None:
    """Take messages from the broker into the database, until stopped.

    Example: HEARTHWATCH_MQTT_URL=mqtt://broker:1883 hearthwatch ingest
    """
    from ingest import door
    from ingest import workers as crew

    names = crew.names(workers)
    if not retire and worker not in names and (workers > 1 or crew.is_numbered(worker)):
        raise InvalidError(
            f"--worker {worker} does not go with --workers {workers}",
            hint=f"leave --worker out, or choose a name that is not like {worker_name.FIRST}",
        )
    settings, stop = begin(), stopping()
    if retire:
        door.retire(settings, folder.load(settings.catalogue), stop, worker)
    else:
        crew.run(settings, names if worker in names else [worker], stop)


def watch() -> None:
    """Judge what came in, and open tickets, until stopped.

    Example: hearthwatch watch
    """
    from tickets import watch as judging

    settings = begin()
    metrics.expose(settings, "watch")
    with _migrated(settings) as (_, connections):
        judging.run(
            judging.Watch(
                pool=connections,
                catalogue=folder.load(settings.catalogue),
                clock=clock.from_setting(settings.clock),
                late_after=timedelta(seconds=settings.late_after_s),
            ),
            stopping(),
        )


def work() -> None:
    """Run queued errands, such as sending notices, until stopped.

    Example: hearthwatch work
    """
    from tickets import errands
    from tickets.errands import Orders
    from tickets.outside import courier
    from tickets.outside.delivery import Sender

    settings = begin()
    metrics.expose(settings, "work")
    with _migrated(settings) as (url, connections):
        now = clock.from_setting(settings.clock)
        types = folder.load(settings.catalogue)
        stop, sender = stopping(), Sender.of(settings, connections, types)
        with courier.running(sender, stop):
            errands.run(url, connections, now, stop, Orders.of(settings, types))


def serve() -> None:
    """Serve the API and the console, until stopped.

    Example: HEARTHWATCH_PORT=8080 hearthwatch serve
    """
    from api import door

    settings = begin()
    master_keys.current()
    door.run(settings, folder.load(settings.catalogue), stopping())


def up() -> None:
    """Run everything on this machine, with embedded parts for what is not set, until stopped.

    Example: hearthwatch up
    """
    from api import user
    from cli import platform, world_time

    settings, stop = begin(), stopping()
    if "database_url" not in settings.model_fields_set:
        world_time.refuse(settings.home)
    with platform.opened(settings, broker_port=PORTS["mqtt"]) as opened:
        platform.start_ingest(opened, stop)
        for name in ("watch", "work"):
            opened.children.start(name, name)
        platform.start_serving(opened, stop)
        errors.print(f"console: {opened.base_url}/console/   broker: {opened.settings.mqtt_url}")
        with opened.pool.connection() as connection:
            if not user.any_known(connection):
                errors.print("nobody can sign in yet: hearthwatch user add NAME --role admin")
        while not stop.wait(1.0):
            opened.children.check()


def broker(
    port: Annotated[int, typer.Option(help="Port to listen on, on 127.0.0.1.")] = 1883,
) -> None:
    """Run a small MQTT broker for trying things out; a service uses Mosquitto or another.

    Example: hearthwatch broker --port 1883
    """
    begin()
    stop = stopping()
    with embedded_broker.running(port) as url:
        errors.print(f"listening at {url}")
        stop.wait()


@contextmanager
def _migrated(settings: Settings) -> Iterator[tuple[str, Pool]]:
    """The database's URL and a pool on it; refuses one that lacks migrations, and no keys."""
    master_keys.current()
    with database.opened(settings) as url:
        connections = pool.open_pool(url)
        try:
            with connections.connection() as connection:
                missing = migration.pending(connection)
            if missing:
                raise ConfigurationError(
                    f"the database lacks {', '.join(missing)}", hint="run `hearthwatch migrate`"
                )
            yield url, connections
        finally:
            connections.close()
