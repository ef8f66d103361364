"""Errands that must survive a crash: jobs in PostgreSQL, deferred in the caller's transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

import procrastinate

from runtime.stopping import Stop
from storage.pool import Connection

RETRY = procrastinate.RetryStrategy(max_attempts=8, exponential_wait=4)
POLL_S = 5.0
"""How often to look for jobs that no notification told of."""

Errand = Callable[..., object]


def defer(connection: Connection, task: str, **arguments: int | str) -> None:
    """Queue `task` to run once the caller's transaction commits; a rollback takes it back."""
    app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
    app.configure_task(task, allow_unknown=True, connection=connection).defer(**arguments)


def defer_once(connection: Connection, task: str, key: str, **arguments: int | str) -> bool:
    """Queue `task` unless one with this key still waits; whether it was queued."""
    app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
    asked = app.configure_task(task, allow_unknown=True, connection=connection, queueing_lock=key)
    try:
        with connection.transaction():
            asked.defer(**arguments)
    except procrastinate.exceptions.AlreadyEnqueued:
        return False
    return True


def work(
    url: str,
    errands: Mapping[str, Errand],
    stop: Stop,
    *,
    due: Mapping[str, str] | None = None,
    concurrency: int = 2,
) -> None:
    """Run queued jobs by task name until asked to stop; one that fails is tried again later.

    `due` tells by cron's five fields when an errand is queued by itself, with `timestamp`.
    """
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))
    for name, errand in errands.items():
        task = app.task(name=name, retry=RETRY)(errand)
        if due and name in due:
            # While the last one still waits, another would only do the same.
            app.periodic(cron=due[name], queueing_lock=name)(task)
    asyncio.run(_work(app, stop, concurrency))


async def _work(app: procrastinate.App, stop: Stop, concurrency: int) -> None:
    async with app.open_async():
        worker = asyncio.create_task(
            app.run_worker_async(
                concurrency=concurrency,
                install_signal_handlers=False,
                fetch_job_polling_interval=POLL_S,
                delete_jobs="successful",
            )
        )
        asked = asyncio.create_task(asyncio.to_thread(stop.wait))
        await asyncio.wait({worker, asked}, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker
