"""What a Python team writes first: paho-mqtt, json, and an INSERT of 500 rows with psycopg."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from queue import Empty, SimpleQueue

import paho.mqtt.client as mqtt
import psycopg
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.broker_limit import FILTER
from benchmarks.peers import readings
from benchmarks.peers.peer import Peer, Place

BATCH = 500
WAIT_S = 0.2
STATEMENT = (
    f"INSERT INTO {readings.TABLE} ({', '.join(readings.COLUMNS)})"
    f" VALUES ({', '.join(['%s'] * len(readings.COLUMNS))}) ON CONFLICT DO NOTHING"
)


def _find(_: Path | None) -> Path:
    return Path(sys.executable)


def _command(program: Path, place: Place) -> list[str]:
    return [str(program), "-m", "benchmarks.peers.plain_python", str(place.port), place.url]


PEER = Peer(
    name="paho-mqtt and psycopg",
    acknowledges="after the commit",
    install="comes with us",
    find=_find,
    command=_command,
    frames=readings.json_frames,
)


def main(port: int, url: str) -> None:
    """Store what comes, 500 at a time or what came in a while, and acknowledge it then."""
    arrived: SimpleQueue[mqtt.MQTTMessage] = SimpleQueue()
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, "bench-python", clean_session=False, manual_ack=True
    )
    client.on_connect = _subscribe
    client.on_message = lambda _client, _data, message: arrived.put(message)
    client.connect("127.0.0.1", port)
    client.loop_start()
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        while True:
            if messages := _batch(arrived):
                rows = [json.loads(message.payload) for message in messages]
                cursor.executemany(
                    STATEMENT, [[row[name] for name in readings.COLUMNS] for row in rows]
                )
                connection.commit()
                for message in messages:
                    client.ack(message.mid, message.qos)


def _subscribe(client: mqtt.Client, *_: object) -> None:
    client.subscribe(FILTER, qos=1)


def _batch(arrived: SimpleQueue[mqtt.MQTTMessage]) -> list[mqtt.MQTTMessage]:
    messages: list[mqtt.MQTTMessage] = []
    try:
        while len(messages) < BATCH:
            messages.append(arrived.get(timeout=WAIT_S))
    except Empty:
        pass
    return messages


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    main(int(sys.argv[1]), sys.argv[2])
