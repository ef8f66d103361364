"""Messages from an MQTT broker: QoS 1, a persistent session, acknowledged only when told so."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from typing import Any

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.reasoncodes import ReasonCode

from ingest.bulk_client import BulkClient
from ingest.inbox import Inbox
from ingest.source import Message
from runtime import broker
from runtime.broker import BrokerAddress
from runtime.clock import Clock

INBOX_MESSAGES = 24_000
INBOX_BYTES = 32 * 1024 * 1024
RECEIVE_BUFFER_BYTES = 512 * 1024
"""A few thousand messages, so that one read finds many; more would only hide that we are behind."""
QOS = 1
_log = structlog.get_logger()


class MqttSource:
    """Receives in paho's thread and hands out in the caller's."""

    def __init__(
        self,
        address: BrokerAddress,
        client_id: str,
        filters: Sequence[str],
        clock: Clock,
        unwanted: Sequence[str] = (),
    ) -> None:
        self._address = address
        self._filters = filters
        self._unwanted = unwanted
        self._inbox = Inbox(INBOX_MESSAGES, INBOX_BYTES)
        self._subscribed = threading.Event()
        self._client = BulkClient.to(address, client_id)
        self._client.clock = clock
        self._client.deliver = self._inbox.put
        self._client.has_room = self._inbox.wait_for_room
        self._client.on_socket_open = _bound_receive_buffer
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect

    @property
    def ready(self) -> bool:
        """Whether we are connected and the broker has confirmed our subscriptions."""
        return self._subscribed.is_set()

    @property
    def waiting(self) -> int:
        """How many messages have come and are not taken yet."""
        return len(self._inbox)

    def start(self) -> None:
        """Connect in the background; paho tries again until it succeeds."""
        self._client.connect_async(self._address.host, self._address.port, broker.KEEP_ALIVE_S)
        self._client.loop_start()

    def take(self, limit: int, timeout_s: float) -> list[Message]:
        """The next messages: as soon as there are `limit`, or those there after `timeout_s`."""
        return self._inbox.take(limit, timeout_s)

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Acknowledge those of the present connection; the broker sends the others again."""
        self._client.acknowledge([message.token for message in messages])

    def close(self) -> None:
        """Leave; the broker keeps the session and what was not acknowledged."""
        self._inbox.close()
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(
        self,
        client: mqtt.Client,
        _userdata: object,
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: object,
    ) -> None:
        if reason.is_failure:
            _log.warning("the broker refused us", broker=self._address.host, reason=str(reason))
            return
        self._client.opened()
        # Also where the broker remembers the session: it may lack a filter that is new.
        client.subscribe([(each, QOS) for each in self._filters])
        if self._unwanted:
            # Only now: between the two nothing may fall through. What comes twice is stored once.
            client.unsubscribe(list(self._unwanted))

    def _on_connect_fail(self, _client: mqtt.Client, _userdata: object) -> None:
        _log.warning(
            "cannot reach the broker, trying again",
            broker=f"{self._address.host}:{self._address.port}",
        )

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
