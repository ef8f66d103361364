"""Runs a scoring of many chunks on whatever takes tasks: a thread, processes, a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager
from threading import Event

from models.fleet import Chunk
from models.serving import fleet_scoring
from models.serving.fleet_scoring import Errand, Tally, score_chunk

AHEAD = 2
"""Chunks on their way for each worker: none waits for the next, and none piles up."""
RETRIES = 3
"""A chunk whose worker died or lost the database is tried again so often on a cluster."""
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")

Tell = Callable[[Chunk, Tally], None]


def run(
    executor: Executor,
    workers: int,
    errand: Errand,
    chunks: Sequence[Chunk],
    stop: Event,
    tell: Tell,
) -> Tally:
    """Score the chunks, and tell of each that is done; when stopped, finish those begun."""
    waiting = iter(chunks)
    running: dict[Future[Tally], Chunk] = {}
    total = Tally()
    while True:
        while len(running) < AHEAD * workers and not stop.is_set():
            chunk = next(waiting, None)
            if chunk is None:
                break
            running[executor.submit(score_chunk, errand, chunk)] = chunk
        if not running:
            return total
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            tally = future.result()
            tell(running.pop(future), tally)
            total += tally


@contextmanager
def local(processes: int) -> Iterator[Executor]:
    """Take tasks in this process, or in so many others."""
    if processes == 1:
        with ThreadPoolExecutor(1) as thread:
            yield thread
        return
    # Processes share the cores already; set before they load the libraries that ask.
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_begin) as others:
        yield others


def _begin() -> None:
    """A terminal's Ctrl-C reaches all processes, and those that work finish their chunk."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    fleet_scoring.keep_connections()


@contextmanager
def on_dask(address: str) -> Iterator[tuple[Executor, int]]:
    """Take tasks on an existing cluster; also yields how many it works on at once."""
    from distributed import Client  # noqa: PLC0415 - only who asks for a cluster pays for it

    with Client(  # type: ignore[no-untyped-call]  # it has no types
        address, set_as_default=False
    ) as client:
        workers = sum(client.nthreads().values())
        yield client.get_executor(pure=False, retries=RETRIES), max(workers, 1)
