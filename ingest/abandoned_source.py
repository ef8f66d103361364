"""What waits in a session that nobody will take up again: nothing new comes to it, all else does.

It is known to be empty when the broker says so: MQTT keeps the order, so an answer that comes
after everything was acknowledged, and with no message before it, has none behind it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import paho.mqtt.client as mqtt

from ingest.mqtt_session import MqttSession
from ingest.source import Message
from runtime.broker import BrokerAddress
from runtime.clock import Clock


class AbandonedSource:
    """The messages of a session that has left every one of `filters`."""

    def __init__(
        self, address: BrokerAddress, client_id: str, filters: Sequence[str], clock: Clock
    ) -> None:
        self._filters = list(filters)
        self._guard = threading.Lock()
        self._question: int | None = None
        self._answered = threading.Event()
        self._outstanding = 0
        self._taken = 0
        # A question of an earlier connection has no answer any more: asked again at each.
        self._session = MqttSession(address, client_id, clock, self.ask)
        self._session.client.on_unsubscribe = self._on_unsubscribe

    @property
    def ready(self) -> bool:
        """Never: what is published from now on goes to others."""
        return False

    @property
    def taken(self) -> int:
        """How many messages it has handed out."""
        return self._taken

    @property
    def outstanding(self) -> int:
        """How many of them are not acknowledged."""
        return self._outstanding

    @property
    def answered(self) -> bool:
        """Whether the last question has its answer."""
        return self._answered.is_set()

    def start(self) -> None:
        """Connect in the background; paho tries again until it succeeds."""
        self._session.start()

    def ask(self) -> None:
        """Ask the broker to answer behind everything that it has for us; a new question counts."""
        with self._guard:
            self._answered.clear()
            self._question = self._session.client.unsubscribe(self._filters)[1]

    def take(self, limit: int, timeout_s: float) -> list[Message]:
        """The next messages: as soon as there are `limit`, or those there after `timeout_s`."""
        messages = self._session.take(limit, timeout_s)
        self._taken += len(messages)
        self._outstanding += len(messages)
        return messages

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Acknowledge those of the present connection; the broker sends the others again."""
        self._session.acknowledge(messages)
        self._outstanding -= len(messages)

    def close(self) -> None:
        """Leave; the broker keeps what was not acknowledged."""
        self._session.close()

    def _on_unsubscribe(
        self, _client: mqtt.Client, _userdata: object, packet_id: int, *_rest: object
    ) -> None:
        with self._guard:
            if packet_id == self._question:
                self._answered.set()
