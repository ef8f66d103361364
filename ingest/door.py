"""The ingest process: everything wired from the settings, until it is asked to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

import structlog

from devices.catalogue.folder import Catalogue
from devices.watermark import Tally
from ingest import orphan, retirement, session
from ingest.abandoned_source import AbandonedSource
from ingest.dialects.dialect import Dialect
from ingest.dialects.native import Native
from ingest.ingester import Ingester
from ingest.instant import Span
from ingest.migrated_sink import MigratedSink
from ingest.mqtt_source import MqttSource
from ingest.postgres_sink import PostgresSink
from ingest.sink import Sink
from ingest.source import Source
from ingest.spool import Spool
from ingest.spooling_sink import SpoolingSink
from ingest.validation import Validation
from ingest.worker_signs import WorkerSigns
from runtime import clock, worker_name
from runtime.broker import BrokerAddress
from runtime.settings import Settings
from runtime.stopping import Stop
from storage import database
from storage.own_connection import OwnConnection

DIALECTS: tuple[Dialect, ...] = (Native(),)
WORKER = worker_name.FIRST
STATEMENT_S = 15.0
"""A database that takes longer than this for a statement (a lock, a full disk) counts as away."""
GROUP = "hearthwatch"
"""The share group at the broker."""
_log = structlog.get_logger()


def run(
    settings: Settings,
    catalogue: Catalogue,
    stop: Stop,
    worker: str = WORKER,
    *,
    shared: bool = False,
) -> Tally:
    """Ingest until `stop` is set; return what was taken in.

    `worker` names the session at the broker: it must be the same after a restart, and differ
    between workers that run at once. Those that run at once are `shared`: the broker deals the
    readings out among them, and all else goes to the first.
    """
    wanted = filters(worker, shared=shared)
    # A session remembers what it subscribed to when it was of another kind.
    unwanted = _every_filter() - {*wanted}
    now = clock.from_setting(settings.clock)
    address, name = BrokerAddress.parse(settings.mqtt_url), orphan.client_id(worker)
    source = MqttSource(address, name, wanted, now, sorted(unwanted))

    def work(ingester: Ingester, sink: Sink) -> None:
        with WorkerSigns(worker, source, sink, ingester, now).shown():
            ingester.run(stop)

    return _take_in(settings, catalogue, worker, source, work)


def retire(settings: Settings, catalogue: Catalogue, stop: Stop, worker: str) -> Tally:
    """Store what a worker that will not come back left behind, and end its session for good.

    What is left when `stop` is set waits for the next time.
    """
    address, name = BrokerAddress.parse(settings.mqtt_url), orphan.client_id(worker)
    source = AbandonedSource(
        address, name, sorted(_every_filter()), clock.from_setting(settings.clock)
    )

    def work(ingester: Ingester, sink: Sink) -> None:
        if retirement.drain(source, ingester.step, stop):
            source.close()
            session.end(address, name)
            retirement.empty_spool(sink, ingester.step, stop)

    return _take_in(settings, catalogue, worker, source, work)


def _take_in(
    settings: Settings,
    catalogue: Catalogue,
    worker: str,
    source: Source,
    work: Callable[[Ingester, Sink], None],
) -> Tally:
    """Let `work` move messages from the source to the database; return what was taken in."""
    now = clock.from_setting(settings.clock)
    validation = Validation(
        catalogue, DIALECTS, Span(settings.earliest, timedelta(seconds=settings.ahead_s))
    )
    with (
        database.opened(settings) as url,
        closing(OwnConnection(url, statement_s=STATEMENT_S)) as connection,
    ):
        postgres = PostgresSink(connection, catalogue, validation, now, worker)
        migrated = MigratedSink(postgres, connection, catalogue)
        with _spooled(migrated, settings, worker, connection.cancel) as sink:
            ingester = Ingester(source, sink, now, idle_after_s=settings.idle_after_s)
            source.start()
            try:
                work(ingester, sink)
            finally:
                source.close()
        ingester.tally += sink.catch_up()
    _log.info("ingest has stopped", received=ingester.tally.received)
    return ingester.tally


@contextmanager
def _spooled(
    sink: Sink, settings: Settings, worker: str, give_up: Callable[[], None]
) -> Iterator[Sink]:
    """The sink, with the worker's spool before it unless the settings leave it out."""
    if settings.spool_mb == 0:
        yield sink
        return
    most_bytes = int(settings.spool_mb * 1024 * 1024)
    with (
        Spool(orphan.spool_folder(settings, worker), most_bytes) as spool,
        closing(SpoolingSink(sink, spool, give_up=give_up)) as spooling,
    ):
        yield spooling


def filters(worker: str, *, shared: bool) -> list[str]:
    """What a worker subscribes to."""
    bulk = [each for dialect in DIALECTS for each in dialect.bulk_filters]
    rest = [each for dialect in DIALECTS for each in dialect.filters if each not in bulk]
    if not shared:
        return [*bulk, *rest]
    dealt = [f"$share/{GROUP}/{each}" for each in bulk]
    return [*dealt, *rest] if worker == WORKER else dealt


def _every_filter() -> set[str]:
    """Whatever a worker of any kind may have subscribed to."""
    return {*filters(WORKER, shared=True), *filters(WORKER, shared=False)}
