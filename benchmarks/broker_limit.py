"""How many messages a second the broker passes on when whoever takes them stores nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np

from benchmarks import load, mosquitto, wire
from benchmarks.fleet import Frames
from benchmarks.load import PUBACK_BYTES, SPAWNING, Pace, Shared
from benchmarks.mosquitto import Broker
from runtime.stopping import Stop

FILTER = "appliances/+/telemetry"
RAW, SUB = "raw consumer", "mosquitto_sub"
BACKLOG = 60_000
"""Below the broker's bound for one session."""
WARM_UP_S = 1.0
READ_BYTES = 1 << 16
BYTES_A_MESSAGE = 2
"""What mosquitto_sub prints here for each: one character and the end of the line."""


def measure(folder: Path, frames: Frames, seconds: float) -> dict[str, float]:
    """Messages a second by consumer; mosquitto_sub is left out where it is not installed."""
    consumers = {RAW: _raw}
    if shutil.which(SUB):
        consumers[SUB] = _mosquitto_sub
    return {
        name: _rate(folder / name.replace(" ", "-"), frames, seconds, consumer)
        for name, consumer in consumers.items()
    }


def _rate(
    folder: Path,
    frames: Frames,
    seconds: float,
    consumer: Callable[[Broker, Frames, Shared], AbstractContextManager[None]],
) -> float:
    shared = load.counters()
    with mosquitto.running(folder) as broker, consumer(broker, frames, shared):
        broker.wait_for_subscriptions(1)
        with load.running(broker.port, frames, shared, Pace(BACKLOG)):
            Stop().wait(WARM_UP_S)
            before, since = shared.taken.value, time.monotonic()
            Stop().wait(seconds)
            return float((shared.taken.value - before) / (time.monotonic() - since))


@contextmanager
def _raw(broker: Broker, frames: Frames, shared: Shared) -> Iterator[None]:
    """A socket that reads in bulk and answers at once."""
    consumer = SPAWNING.Process(target=_consume, args=(broker.port, frames, shared), daemon=True)
    consumer.start()
    try:
        yield
    finally:
        shared.enough.set()
        consumer.join()


def _consume(port: int, frames: Frames, shared: Shared) -> None:
    opened = wire.connect(port, "bench-consumer")
    wire.subscribe(opened, FILTER)
    length, at = frames.bytes.shape[1], frames.packet_id_at
    rest = b""
    opened.settimeout(0.2)
    while not shared.enough.is_set():
        try:
            rest += opened.recv(1 << 20)
        except TimeoutError:
            continue
        whole = len(rest) // length
        arrived = np.frombuffer(rest, dtype=np.uint8, count=whole * length).reshape(whole, length)
        answers = np.empty((whole, PUBACK_BYTES), dtype=np.uint8)
        answers[:, 0], answers[:, 1] = 0x40, 2
        answers[:, 2:] = arrived[:, at : at + 2]
        opened.sendall(answers.tobytes())
        rest = rest[whole * length :]
        shared.taken.value += whole
    opened.close()


@contextmanager
def _mosquitto_sub(broker: Broker, frames: Frames, shared: Shared) -> Iterator[None]:
    """The broker's own client on a persistent session; what it prints is counted."""
    del frames  # It reads any.
    command = [SUB, "-h", "127.0.0.1", "-p", str(broker.port), "-t", FILTER]
    # "-c" keeps the session; "-F" says what to print for each message.
    command += ["-q", "1", "-c", "-i", "bench-sub", "-F", "."]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        counting = threading.Thread(target=_count, args=(process, shared))
        counting.start()
        try:
            yield
        finally:
            process.terminate()
            counting.join()


def _count(process: subprocess.Popen[bytes], shared: Shared) -> None:
    if process.stdout is None:
        raise ValueError("its output is not kept")
    printed = 0
    while chunk := os.read(process.stdout.fileno(), READ_BYTES):
        printed += len(chunk)
        shared.taken.value = printed // BYTES_A_MESSAGE
