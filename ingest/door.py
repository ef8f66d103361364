"""The ingest process: everything wired from the settings, until it is asked to stop."""

from __future__ import annotations

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
from ingest.validation import Validation
from runtime import clock
from runtime.broker import BrokerAddress
from runtime.settings import Settings
from runtime.stopping import Stop
from storage import database, pool

DIALECTS: tuple[Dialect, ...] = (Native(),)
WORKER = "ingest-1"
_log = structlog.get_logger()


def run(settings: Settings, catalogue: Catalogue, stop: Stop, worker: str = WORKER) -> Tally:
    """Ingest until `stop` is set; return what was taken in.

    `worker` names the session at the broker: it must be the same after a restart, and differ
    between workers that run at once.
    """
    now = clock.from_setting(settings.clock)
    validation = Validation(
        catalogue, DIALECTS, Span(settings.earliest, timedelta(seconds=settings.ahead_s))
    )
    filters = [each for dialect in DIALECTS for each in dialect.filters]
    address = BrokerAddress.parse(settings.mqtt_url)
    source = MqttSource(address, f"hearthwatch-{worker}", filters, now)
    with database.opened(settings) as url, closing(pool.open_pool(url, most=2)) as connections:
        sink = PostgresSink(connections, catalogue, validation, now, worker)
        ingester = Ingester(source, sink, now, idle_after_s=settings.idle_after_s)
        source.start()
        try:
            ingester.run(stop)
        finally:
            source.close()
    _log.info("ingest has stopped", received=ingester.tally.received)
    return ingester.tally
