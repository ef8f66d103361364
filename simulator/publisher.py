"""Publishes to the broker with QoS 1, never more ahead of its acknowledgements than agreed.

A connection that breaks is taken up again by paho, which then repeats what was not acknowledged.
"""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any, Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from runtime import broker
from runtime.broker import KEEP_ALIVE_S, BrokerAddress
from runtime.errors import ConfigurationError, HearthwatchError

CONNECT_TIMEOUT_S = 10.0
PATIENCE_S = 120.0
"""Longer without one acknowledgement than a broker takes to restart."""


class PublisherError(HearthwatchError):
    """The broker takes no more messages."""

    status = 503
    title = "Cannot publish"


class Publisher:
    """One connection to the broker; any thread may publish."""

    def __init__(self, address: BrokerAddress, client_id: str, max_in_flight: int = 200) -> None:
        self._address = address
        self._max_in_flight = max_in_flight
        self._client = broker.client(address, client_id, persistent=False)
        # Ours is the only bound: behind its own, paho would queue messages without limit.
        self._client.max_inflight_messages = 0
        self._client.on_connect = self._on_connect
        self._client.on_publish = self._on_publish
        self._changed = threading.Condition()
        self._answer: ReasonCode | None = None
        self._in_flight = 0
        self._published = 0
        self._closed = False

    @property
    def published(self) -> int:
        """How many messages the broker has acknowledged."""
        with self._changed:
            return self._published

    def open(self) -> Self:
        """Connect and wait until the broker has accepted us; ConfigurationError if it does not."""
        try:
            self._client.connect(self._address.host, self._address.port, keepalive=KEEP_ALIVE_S)
        except OSError as error:
            raise self._unreachable(str(error)) from error
        self._client.loop_start()
        with self._changed:
            answered = self._changed.wait_for(lambda: self._answer is not None, CONNECT_TIMEOUT_S)
            answer = self._answer
        if not answered or answer is None:
            self.close()
            raise self._unreachable(f"no answer within {CONNECT_TIMEOUT_S:g} s")
        if answer.is_failure:
            self.close()
            raise self._unreachable(f"it refused us: {answer}")
        return self

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send a message; waits while the bound of unacknowledged ones is reached.

        Raises PublisherError once closed, or when nothing was acknowledged for PATIENCE_S.
        """
        self._take_place()
        sent = MQTTErrorCode.MQTT_ERR_QUEUE_SIZE
        # paho refuses a message id that a very old message still holds: take the next id.
        while sent == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
            sent = self._client.publish(topic, payload, qos=1, retain=retain).rc
        # MQTT_ERR_NO_CONN is no loss: paho keeps the message and sends it when connected again.

    def drain(self, timeout_s: float) -> bool:
        """Wait until every message is acknowledged; False if some are not by then."""
        with self._changed:
            return self._changed.wait_for(lambda: self._in_flight == 0, timeout_s)

    def close(self) -> None:
        """Disconnect at once; call `drain` before if every message must have arrived."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._client.disconnect()
        self._client.loop_stop()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _take_place(self) -> None:
        with self._changed:
            while not self._closed and self._in_flight >= self._max_in_flight:
                before = self._published
                self._changed.wait_for(self._may_go_on, PATIENCE_S)
                if self._in_flight >= self._max_in_flight and self._published == before:
                    break
            if self._closed:
                raise PublisherError("the connection to the broker was closed")
            if self._in_flight >= self._max_in_flight:
                raise PublisherError(
                    f"the broker acknowledged nothing for {PATIENCE_S:g} s",
                    hint="is it running, and is its disk full?",
                )
            self._in_flight += 1

    def _may_go_on(self) -> bool:
        return self._closed or self._in_flight < self._max_in_flight

    def _unreachable(self, reason: str) -> ConfigurationError:
        return ConfigurationError(
            f"cannot use the broker at {self._address.host}:{self._address.port}: {reason}",
            hint="start it, or set HEARTHWATCH_MQTT_URL",
        )

    def _on_connect(
        self,
        _client: mqtt.Client,
        _userdata: Any,  # noqa: ANN401 - paho's signature
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        with self._changed:
            self._answer = reason
            self._changed.notify_all()

    def _on_publish(
        self,
        _client: mqtt.Client,
        _userdata: Any,  # noqa: ANN401 - paho's signature
        _mid: int,
        _reason: ReasonCode,
        _properties: Properties,
    ) -> None:
        with self._changed:
            self._in_flight -= 1
            self._published += 1
            self._changed.notify_all()
