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
from concurrent.futures import Future
from contextlib import contextmanager

from amqtt.broker import Broker
from amqtt.errors import BrokerError

from runtime.errors import ConfigurationError

START_TIMEOUT_S = 60.0
END_TIMEOUT_S = 10.0
SEND_BUFFER_BYTES = 65_536


@contextmanager
def running(port: int = 0) -> Iterator[str]:
    """Run a broker on 127.0.0.1 (on a free port for 0); yield its URL."""
    logging.getLogger("amqtt").setLevel(logging.CRITICAL)
    logging.getLogger("transitions").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    listening: Future[int] = Future()
    thread = threading.Thread(
        target=loop.run_until_complete,
        args=(_serve(port, listening, stop),),
        name="embedded-broker",
        daemon=True,
    )
    thread.start()
    try:
        chosen = _await_start(listening, port)
        # Sessions of clients with a name are kept while they are away; anonymous ones are not.
        yield f"mqtt://hearthwatch:embedded@127.0.0.1:{chosen}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def _await_start(listening: Future[int], port: int) -> int:
    """The port that the broker listens on, as soon as it does."""
    try:
        return listening.result(START_TIMEOUT_S)
    except (BrokerError, TimeoutError) as error:
        raise ConfigurationError(
            f"the embedded broker did not start on port {port}",
            hint="is the port taken? set HEARTHWATCH_MQTT_URL to use a broker that runs",
        ) from error


class _Tidy(Broker):  # type: ignore[misc]  # amqtt ships no type information
    """The broker, which closes every client's socket, even of one that never said who it is."""

    def __init__(self, config: dict[str, object]) -> None:
        super().__init__(config)
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        """Serve one connection until its end."""
        self._connections[writer] = asyncio.current_task()
        try:
            await super().stream_connected(reader, writer, listener_name)
        finally:
            writer.close()
            del self._connections[writer]

    async def end(self) -> None:
        """Shut down, and wait until the connections that are left have ended."""
        await self.shutdown()
        serving = [each for each in self._connections.values() if each]
        for writer in self._connections:
            writer.close()
        if serving:
            await asyncio.wait(serving, timeout=END_TIMEOUT_S)
        # A socket is closed one turn of the loop after its writer.
        await asyncio.sleep(0)


async def _serve(port: int, listening: Future[int], stop: asyncio.Event) -> None:
    broker = _Tidy(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
            "plugins": {
                "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}
            },
        }
    )
    try:
        await broker.start()
    except BrokerError as error:
        listening.set_exception(error)
        return
    (server,) = broker._servers.values()  # noqa: SLF001 - it offers no way to ask and set this
    (listener,) = server.instance.sockets
    # Connections inherit it. What waits here is lost if it is not acknowledged in time.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    listening.set_result(listener.getsockname()[1])
    await stop.wait()
    await broker.end()
