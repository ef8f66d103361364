"""One persistent session at an MQTT broker: paho's thread receives, and the caller's takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
_log = structlog.get_logger()


class MqttSession:
    """Takes up the session of `client_id`; what it is subscribed to is for its owner to say."""

    def __init__(
        self,
        address: BrokerAddress,
        client_id: str,
        clock: Clock,
        on_opened: Callable[[], None],
    ) -> None:
        self._address = address
        self._on_opened = on_opened
        self._inbox = Inbox(INBOX_MESSAGES, INBOX_BYTES)
        self.client = BulkClient.to(address, client_id)
        self.client.clock = clock
        self.client.deliver = self._inbox.put
        self.client.has_room = self._inbox.wait_for_room
        self.client.on_connect = self._on_connect
        self.client.on_connect_fail = self._on_connect_fail

    @property
    def waiting(self) -> int:
        """How many messages have come and are not taken yet."""
        return len(self._inbox)

    def start(self) -> None:
        """Connect in the background; paho tries again until it succeeds."""
        self.client.connect_async(self._address.host, self._address.port, broker.KEEP_ALIVE_S)
        self.client.loop_start()

    def take(self, limit: int, timeout_s: float) -> list[Message]:
        """The next messages: as soon as there are `limit`, or those there after `timeout_s`."""
        return self._inbox.take(limit, timeout_s)

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Acknowledge those of the present connection; the broker sends the others again."""
        self.client.acknowledge([message.token for message in messages])

    def close(self) -> None:
        """Leave; the broker keeps the session and what was not acknowledged."""
        self._inbox.close()
        self.client.disconnect()
        self.client.loop_stop()

    def _on_connect(
        self,
        _client: mqtt.Client,
        _userdata: object,
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: object,
    ) -> None:
        if reason.is_failure:
            _log.warning("the broker refused us", broker=self._address.host, reason=str(reason))
            return
        self.client.opened()
        self._on_opened()

    def _on_connect_fail(self, _client: mqtt.Client, _userdata: object) -> None:
        _log.warning(
            "cannot reach the broker, trying again",
            broker=f"{self._address.host}:{self._address.port}",
        )
