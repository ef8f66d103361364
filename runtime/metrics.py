"""What the processes count, for Prometheus, and where it can be read."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from prometheus_client import Counter, Gauge, Histogram

from runtime import vital_page, worker_name
from runtime.errors import ConfigurationError
from runtime.settings import Settings

MESSAGES_RECEIVED = Counter(
    "hearthwatch_ingest_messages_received_total", "Messages read from the broker"
)
READINGS_STORED = Counter("hearthwatch_ingest_readings_stored_total", "Rows committed", ["type"])
READINGS_DUPLICATE = Counter(
    "hearthwatch_ingest_readings_duplicate_total", "Rows already stored with the same values"
)
DEAD_LETTERED = Counter("hearthwatch_ingest_dead_letters_total", "Messages kept aside", ["reason"])
COMMIT_SECONDS = Histogram("hearthwatch_ingest_commit_seconds", "Time to store one batch")
BATCH_MESSAGES = Histogram(
    "hearthwatch_ingest_batch_messages",
    "Messages in a batch",
    buckets=(1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000),
)
# By worker, so that one which has nothing to tell yet shows no zero.
LAG_SECONDS = Gauge(
    "hearthwatch_ingest_lag_seconds", "Now less the event time of the last batch", ["worker"]
)
INBOX_MESSAGES = Gauge(
    "hearthwatch_ingest_inbox_messages", "Messages read and not yet taken into a batch", ["worker"]
)
MESSAGES_SPOOLED = Counter(
    "hearthwatch_ingest_messages_spooled_total", "Messages put on disk while the database was away"
)
SPOOL_MESSAGES = Gauge(
    "hearthwatch_ingest_spool_messages", "Messages on disk that wait for the database", ["worker"]
)
SPOOL_BYTES = Gauge("hearthwatch_ingest_spool_bytes", "Disk that they take", ["worker"])
SPOOL_AGE_SECONDS = Gauge(
    "hearthwatch_ingest_spool_age_seconds", "Since the oldest of them arrived", ["worker"]
)
DEGRADED = Gauge(
    "hearthwatch_ingest_degraded", "1 while the database is away or messages wait", ["worker"]
)

ALERT_CHANGES = Counter(
    "hearthwatch_watch_alert_changes_total",
    "Changes of alerts (raised, joined, eased, cleared) by kind of finding",
    ["change", "kind"],
)
TICKETS_OPENED = Counter("hearthwatch_watch_tickets_opened_total", "Tickets opened", ["severity"])
STEP_SECONDS = Histogram(
    "hearthwatch_watch_step_seconds",
    "Time of one round of judging everything new",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
)
NOTICES_SENT = Counter("hearthwatch_work_notices_sent_total", "Notices sent", ["channel"])

JUDGING = ("watch", "work")
log = structlog.get_logger()


def port(settings: Settings, process: str) -> int:
    """The port of a process's metrics, or 0 for none.

    `watch` has the first, `work` the next, then `ingest-1`, `ingest-2` and so on, so that all fit
    on one machine. A worker with another name has ingest-1's.
    """
    if settings.metrics_port == 0:
        return 0
    if process in JUDGING:
        return settings.metrics_port + JUDGING.index(process)
    return settings.metrics_port + len(JUDGING) + (worker_name.number(process) or 1) - 1


def expose(settings: Settings, process: str) -> Callable[[], None]:
    """Show this process's metrics over HTTP if the settings say where; return what ends it."""
    chosen = port(settings, process)
    if chosen == 0:
        return lambda: None
    try:
        end = vital_page.serve(settings.host, chosen)
    except OSError as error:
        raise ConfigurationError(
            f"cannot show metrics on {settings.host}:{chosen}: {error.strerror}",
            hint="set HEARTHWATCH_METRICS_PORT to the first of a few free ports, or to 0",
        ) from error
    log.info("metrics", address=f"http://{settings.host}:{chosen}/metrics")
    return end
