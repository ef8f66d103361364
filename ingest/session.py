"""Whether the broker keeps a session of some name, and how one is ended for good.

To ask is to connect under the name, which cuts off whoever is connected by it: it is for the names
of workers that are gone.
"""

from __future__ import annotations

import queue
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.reasoncodes import ReasonCode

from runtime import broker
from runtime.broker import BrokerAddress
from runtime.errors import HearthwatchError

ANSWER_S = 10.0
_Answer = tuple[mqtt.ConnectFlags, ReasonCode]


class BrokerAwayError(HearthwatchError):
    """The broker does not answer, or refuses us."""

    status = 503
    title = "The broker is out of reach"


def exists(address: BrokerAddress, client_id: str) -> bool:
    """Whether the broker keeps a session of that name; what waits in it stays there."""
    present = _visit(address, client_id, persistent=True)
    if not present:
        end(address, client_id)  # asking has made one
    return present


def end(address: BrokerAddress, client_id: str) -> None:
    """End the session with its subscriptions and what waits in it, if there is one."""
    _visit(address, client_id, persistent=False)


def _visit(address: BrokerAddress, client_id: str, *, persistent: bool) -> bool:
    """Connect and leave; return whether there was a session to take up."""
    # What the broker sends meanwhile must not be acknowledged.
    client = broker.client_of(
        mqtt.Client, address, client_id, persistent=persistent, manual_ack=True
    )
    answers: queue.SimpleQueue[_Answer] = queue.SimpleQueue()

    def answered(
        _client: mqtt.Client,
        _userdata: Any,  # noqa: ANN401 - paho's signature
        flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: object,
    ) -> None:
        answers.put((flags, reason))

    client.on_connect = answered
    try:
        client.connect(address.host, address.port, broker.KEEP_ALIVE_S)
        client.loop_start()
        flags, reason = answers.get(timeout=ANSWER_S)
    except (OSError, queue.Empty) as error:
        raise BrokerAwayError(
            f"no answer from {address.host}:{address.port}: {error or 'it takes too long'}"
        ) from error
    finally:
        client.disconnect()
        client.loop_stop()
    if reason.is_failure:
        raise BrokerAwayError(f"{address.host}:{address.port} refuses us: {reason}")
    return flags.session_present
