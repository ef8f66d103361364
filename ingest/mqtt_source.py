"""Messages from an MQTT broker: QoS 1, a persistent session, acknowledged only when told so."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.reasoncodes import ReasonCode

from ingest.inbox import Inbox
from ingest.source import Message
from runtime import broker
from runtime.broker import BrokerAddress
from runtime.clock import Clock

INBOX_MESSAGES = 2000
INBOX_BYTES = 32 * 1024 * 1024
RECEIVE_BUFFER_BYTES = 64 * 1024
"""Small, so that few messages are under way: a broker may give up on one that waits too long."""
QOS = 1
_log = structlog.get_logger()


@dataclass(frozen=True)
class _Delivery:
    """One delivery of a message; its packet id means nothing on another connection."""

    connection: int
    packet_id: int
    qos: int


class MqttSource:
    """Receives in paho's thread and hands out in the caller's."""

    def __init__(
        self, address: BrokerAddress, client_id: str, filters: Sequence[str], clock: Clock
    ) -> None:
        self._address = address
        self._filters = filters
        self._clock = clock
        self._inbox = Inbox(INBOX_MESSAGES, INBOX_BYTES)
        self._subscribed = threading.Event()
        self._connection = 0
        self._connected = False
        self._guard = threading.Lock()
        self._client = broker.client(address, client_id, persistent=True, manual_ack=True)
        self._client.on_socket_open = _bound_receive_buffer
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message

    @property
    def ready(self) -> bool:
        """Whether we are connected and the broker has confirmed our subscriptions."""
        return self._subscribed.is_set()

    def start(self) -> None:
        """Connect in the background; paho tries again until it succeeds."""
        self._client.connect_async(self._address.host, self._address.port, broker.KEEP_ALIVE_S)
        self._client.loop_start()

    def take(self, limit: int, timeout_s: float) -> list[Message]:
        """The next messages: as soon as there are `limit`, or those there after `timeout_s`."""
        return self._inbox.take(limit, timeout_s)

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Acknowledge those of the present connection; the broker sends the others again."""
        with self._guard:
            for message in messages:
                delivery = message.token
                if (
                    self._connected
                    and isinstance(delivery, _Delivery)
                    and delivery.connection == self._connection
                ):
                    self._client.ack(delivery.packet_id, delivery.qos)

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
        with self._guard:
            self._connection += 1
            self._connected = True
        # Also where the broker remembers the session: it may lack a filter that is new.
        client.subscribe([(each, QOS) for each in self._filters])

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
        with self._guard:
            self._connected = False

    def _on_message(self, _client: mqtt.Client, _userdata: object, told: mqtt.MQTTMessage) -> None:
        self._inbox.put(
            Message(
                topic=_topic(told),
                payload=bytes(told.payload),
                received_at=self._clock.now(),
                token=_Delivery(self._connection, told.mid, told.qos),
                retained=told.retain,
            )
        )


def _topic(told: mqtt.MQTTMessage) -> str:
    """The topic as text; paho's own property raises for one that is not UTF-8."""
    raw: bytes = told._topic  # noqa: SLF001 - the only way to the bytes
    return raw.decode("utf-8", "backslashreplace")


def _bound_receive_buffer(_client: mqtt.Client, _userdata: object, sock: Any) -> None:  # noqa: ANN401 - a TCP or TLS socket
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
