"""The ingest process: everything wired from the settings, until it is asked to stop."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import timedelta

import structlog

from devices.catalogue.folder import Catalogue
from devices.watermark import Tally
from ingest.dialects.dialect import Dialect
from ingest.dialects.native import Native
from ingest.ingester import Ingester
from ingest.instant import Span
from ingest.mqtt_source import MqttSource
from ingest.postgres_sink import PostgresSink
from ingest.sink import Sink
from ingest.spool import Spool
from ingest.spooling_sink import SpoolingSink
from ingest.validation import Validation
from runtime import clock
from runtime.broker import BrokerAddress
from runtime.settings import Settings
from runtime.stopping import Stop
from storage import database, pool

DIALECTS: tuple[Dialect, ...] = (Native(),)
WORKER = "ingest-1"
STATEMENT_S = 15.0
"""A database that takes longer than this for a statement (a lock, a full disk) counts as away."""
LEAVE_S = 0.5
"""What was on its way to a worker that leaves has come when so long nothing came."""
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
    now = clock.from_setting(settings.clock)
    validation = Validation(
        catalogue, DIALECTS, Span(settings.earliest, timedelta(seconds=settings.ahead_s))
    )
    wanted = filters(worker, shared=shared)
    # A session remembers what it subscribed to when it was of another kind.
    unwanted = {*filters(WORKER, shared=True), *filters(WORKER, shared=False)} - {*wanted}
    address = BrokerAddress.parse(settings.mqtt_url)
    source = MqttSource(address, f"hearthwatch-{worker}", wanted, now, sorted(unwanted))
    with (
        database.opened(settings) as url,
        closing(pool.open_pool(url, most=2, statement_s=STATEMENT_S)) as connections,
    ):
        sink = _spooling(
            PostgresSink(connections, catalogue, validation, now, worker), settings, worker
        )
        ingester = Ingester(source, sink, now, idle_after_s=settings.idle_after_s)
        source.start()
        try:
            ingester.run(stop)
            if shared and worker != WORKER:
                _leave(source, ingester)
        finally:
            source.close()
    _log.info("ingest has stopped", received=ingester.tally.received)
    return ingester.tally


def _spooling(sink: PostgresSink, settings: Settings, worker: str) -> Sink:
    """The sink, with the worker's spool before it unless the settings leave it out."""
    if settings.spool_mb == 0:
        return sink
    most_bytes = int(settings.spool_mb * 1024 * 1024)
    return SpoolingSink(sink, Spool(settings.home / "spool" / worker, most_bytes))


def _leave(source: MqttSource, ingester: Ingester) -> None:
    """Leave the share group with nothing left behind: fewer workers may start the next time.

    The first one stays subscribed, and the broker keeps for it what comes meanwhile.
    """
    source.leave()
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < LEAVE_S:
        before = ingester.tally.received
        if ingester.step():
            return
        if ingester.tally.received != before:
            quiet_since = time.monotonic()


def filters(worker: str, *, shared: bool) -> list[str]:
    """What a worker subscribes to."""
    bulk = [each for dialect in DIALECTS for each in dialect.bulk_filters]
    rest = [each for dialect in DIALECTS for each in dialect.filters if each not in bulk]
    if not shared:
        return [*bulk, *rest]
    dealt = [f"$share/{GROUP}/{each}" for each in bulk]
    return [*dealt, *rest] if worker == WORKER else dealt
