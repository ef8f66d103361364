"""Messages from an MQTT broker: QoS 1, a persistent session, acknowledged only when told so."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from typing import Any

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.reasoncodes import ReasonCode

from ingest.mqtt_session import MqttSession
from ingest.source import Message
from runtime.broker import BrokerAddress
from runtime.clock import Clock

RECEIVE_BUFFER_BYTES = 512 * 1024
"""A few thousand messages, so that one read finds many; more would only hide that we are behind."""
QOS = 1
_log = structlog.get_logger()


class MqttSource:
    """Receives what is published under `filters`, and leaves the `unwanted` ones."""

    def __init__(
        self,
        address: BrokerAddress,
        client_id: str,
        filters: Sequence[str],
        clock: Clock,
        unwanted: Sequence[str] = (),
    ) -> None:
        self._filters = filters
        self._unwanted = unwanted
        self._subscribed = threading.Event()
        self._session = MqttSession(address, client_id, clock, self._subscribe)
        self._session.client.on_socket_open = _bound_receive_buffer
        self._session.client.on_subscribe = self._on_subscribe
        self._session.client.on_disconnect = self._on_disconnect

    @property
    def ready(self) -> bool:
        """Whether we are connected and the broker has confirmed our subscriptions."""
        return self._subscribed.is_set()

    @property
    def waiting(self) -> int:
        """How many messages have come and are not taken yet."""
        return self._session.waiting

    def start(self) -> None:
        """Connect in the background; paho tries again until it succeeds."""
        self._session.start()

    def take(self, limit: int, timeout_s: float) -> list[Message]:
        """The next messages: as soon as there are `limit`, or those there after `timeout_s`."""
        return self._session.take(limit, timeout_s)

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Acknowledge those of the present connection; the broker sends the others again."""
        self._session.acknowledge(messages)

    def close(self) -> None:
        """Leave; the broker keeps the session and what was not acknowledged."""
        self._session.close()

    def _subscribe(self) -> None:
        """Also where the broker remembers the session: it may lack a filter that is new."""
        self._session.client.subscribe([(each, QOS) for each in self._filters])
        if self._unwanted:
            # Only now: between the two nothing may fall through. What comes twice is stored once.
            self._session.client.unsubscribe(list(self._unwanted))

    def _on_subscribe(
        self,
        _client: mqtt.Client,
        _userdata: object,
        _packet_id: int,
        reasons: list[ReasonCode],
        _properties: object,
    ) -> None:
        refused = [
            each for each, reason in zip(self._filters, reasons, strict=False) if reason.is_failure
        ]
        if refused:
            _log.error("the broker refused a subscription", filters=refused)
            return
        self._subscribed.set()

    def _on_disconnect(self, _client: mqtt.Client, *_rest: object) -> None:
        self._subscribed.clear()


def _bound_receive_buffer(_client: mqtt.Client, _userdata: object, sock: Any) -> None:  # noqa: ANN401 - a TCP or TLS socket
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
