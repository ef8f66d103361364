"""An appliance's side of the broker: MQTT 5, which says why something is refused."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

DEADLINE_S = 60.0


class Device:
    """One connection; each answer of the broker can be waited for."""

    def __init__(self, user: str, secret: str | None, client_id: str | None = None) -> None:
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=user if client_id is None else client_id,
            protocol=mqtt.MQTTv5,
            reconnect_on_failure=False,
        )
        self.client.connect_timeout = DEADLINE_S
        self.client.username_pw_set(user, secret)
        self.client.on_connect = lambda _c, _u, _f, reason, _p: self._entered.put(reason)
        self.client.on_publish = lambda _c, _u, _m, reason, _p: self._published.put(reason)
        self.client.on_subscribe = lambda _c, _u, _m, reasons, _p: self._subscribed.put(reasons)
        self.client.on_message = lambda _c, _u, message: self._heard.put(message.topic)
        self.client.on_disconnect = self._on_disconnect
        self._entered: queue.SimpleQueue[ReasonCode] = queue.SimpleQueue()
        self._published: queue.SimpleQueue[ReasonCode] = queue.SimpleQueue()
        self._subscribed: queue.SimpleQueue[list[ReasonCode]] = queue.SimpleQueue()
        self._heard: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.left: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def enter(self, port: int) -> str:
        """Connect, and return what the broker says to it."""
        self.client.connect("localhost", port)
        self.client.loop_start()
        return str(self._entered.get(timeout=DEADLINE_S))

    def publish(self, topic: str, payload: bytes) -> str:
        """Publish with QoS 1, and return what the broker says to it."""
        self.client.publish(topic, payload, qos=1)
        return str(self._published.get(timeout=DEADLINE_S))

    def subscribe(self, topic: str) -> None:
        """Subscribe with QoS 1, and wait until the broker has."""
        self.client.subscribe(topic, qos=1)
        self._subscribed.get(timeout=DEADLINE_S)

    def hear(self) -> str:
        """The topic of the next message that comes."""
        return self._heard.get(timeout=DEADLINE_S)

    def _on_disconnect(self, *_: Any) -> None:  # noqa: ANN401 - paho passes five things
        self.left.put(True)  # noqa: FBT003 - what matters is that there is one


@contextmanager
def device(
    user: str, secret: str | None, *, authority: Path | None = None, client_id: str | None = None
) -> Iterator[Device]:
    """A device that is not connected yet; over TLS if an authority is given."""
    made = Device(user, secret, client_id)
    if authority is not None:
        made.client.tls_set(ca_certs=str(authority))
    try:
        yield made
    finally:
        made.client.disconnect()
        made.client.loop_stop()
        # Its callbacks refer to us: without this, paho's sockets wait for the collector.
        del made.client
