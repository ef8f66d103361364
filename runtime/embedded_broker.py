"""An MQTT broker of our own, for the demo and tests: amqtt in a thread, on loopback.

It keeps nothing over a restart and gives up on a message that is not acknowledged within five
seconds; a service runs Mosquitto or another real broker.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from amqtt.broker import Broker

from runtime.errors import ConfigurationError

START_TIMEOUT_S = 15.0
SEND_BUFFER_BYTES = 65_536


@contextmanager
def running(port: int = 0) -> Iterator[str]:
    """Run a broker on 127.0.0.1 (on a free port for 0); yield its URL."""
    logging.getLogger("amqtt").setLevel(logging.CRITICAL)
    logging.getLogger("transitions").setLevel(logging.CRITICAL)
    chosen = port or _free_port()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    started = threading.Event()
    thread = threading.Thread(
        target=loop.run_until_complete,
        args=(_serve(chosen, started, stop),),
        name="embedded-broker",
        daemon=True,
    )
    thread.start()
    try:
        if not started.wait(START_TIMEOUT_S):
            raise ConfigurationError(
                f"the embedded broker did not start on port {chosen}",
                hint="is the port taken? set HEARTHWATCH_MQTT_URL to use a broker that runs",
            )
        # Sessions of clients with a name are kept while they are away; anonymous ones are not.
        yield f"mqtt://hearthwatch:embedded@127.0.0.1:{chosen}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


async def _serve(port: int, started: threading.Event, stop: asyncio.Event) -> None:
    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
            "plugins": {
                "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}
            },
        }
    )
    await broker.start()
    for server in broker._servers.values():  # noqa: SLF001 - it offers no way to set this
        for listener in server.instance.sockets:
            # Connections inherit it. What waits here is lost if it is not acknowledged in time.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    started.set()
    await stop.wait()
    await broker.shutdown()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
