"""What the processes count, for Prometheus."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

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
    buckets=(1, 10, 50, 100, 250, 500, 1000, 2500, 5000),
)
