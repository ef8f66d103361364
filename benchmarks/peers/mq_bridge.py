"""mq-bridge from PyPI (Rust): MQTT to COPY of flat JSON."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

from benchmarks.broker_limit import FILTER
from benchmarks.peers import readings
from benchmarks.peers.peer import Peer, Place

SCRIPT = """import logging
import signal
import sys

from mq_bridge import Route, init_logging

logging.basicConfig()
init_logging("warn")
route = Route.from_file(sys.argv[1])
signal.signal(signal.SIGTERM, lambda *_: route.stop())
route.start()
route.join()
"""
BATCH = 5000
CONCURRENCY = 2
"""The fastest here of 512, 5,000 and 16,000 with one, two and four tasks."""
IN_FLIGHT = 65_535
QUEUE = 65_535


def _find(tools: Path | None) -> Path | None:
    if tools is not None and (python := tools / "mq-bridge" / "bin" / "python").exists():
        return python
    return Path(sys.executable) if importlib.util.find_spec("mq_bridge") else None


def _command(program: Path, place: Place) -> list[str]:
    script, route = place.folder / "run.py", place.folder / "route.json"
    script.write_text(SCRIPT)
    columns = ", ".join(readings.COLUMNS)
    values = ", ".join(f"${{payload:{each}}}" for each in readings.COLUMNS)
    route.write_text(
        json.dumps(
            {
                "input": {
                    "mqtt": {
                        "url": f"tcp://127.0.0.1:{place.port}",
                        "topic": FILTER,
                        "client_id": "bench-mq-bridge",
                        "qos": 1,
                        "protocol": "v3",
                        "max_inflight": IN_FLIGHT,
                        "queue_capacity": QUEUE,
                    }
                },
                "output": {
                    "sqlx": {
                        "url": place.address(),
                        "table": readings.TABLE,
                        "insert_query": (
                            f"INSERT INTO {readings.TABLE} ({columns}) VALUES ({values})"
                        ),
                        "bulk_copy": True,
                    }
                },
                "batch_size": BATCH,
                "concurrency": CONCURRENCY,
            }
        )
    )
    return [str(program), str(script), str(route)]


PEER = Peer(
    name="mq-bridge",
    acknowledges="after the commit",
    install="python3 -m venv TOOLS/mq-bridge && TOOLS/mq-bridge/bin/pip install mq-bridge",
    find=_find,
    command=_command,
    frames=readings.json_frames,
    backlog=60_000,
)
"""It needs flat JSON, and no duplicates: COPY knows no ON CONFLICT."""
