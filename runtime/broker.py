"""The MQTT broker: its address, and a paho client that is ready to connect to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from runtime.errors import ConfigurationError

PORTS = {"mqtt": 1883, "mqtts": 8883}
KEEP_ALIVE_S = 30
Kind = TypeVar("Kind", bound=mqtt.Client)


@dataclass(frozen=True)
class BrokerAddress:
    """Where the broker listens and who we are to it."""

    host: str
    port: int
    tls: bool
    user: str | None
    password: str | None

    @classmethod
    def parse(cls, url: str) -> BrokerAddress:
        """Read `mqtt[s]://[user:password@]host[:port]`."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ConfigurationError(
                f"HEARTHWATCH_MQTT_URL is {url!r}", hint="use mqtt://user:password@host:1883"
            )
        return cls(
            host=parts.hostname,
            port=parts.port or PORTS[parts.scheme],
            tls=parts.scheme == "mqtts",
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


def client(address: BrokerAddress, client_id: str, *, persistent: bool) -> mqtt.Client:
    """A paho client for MQTT 3.1.1 that reconnects by itself; `persistent` keeps the session."""
    return client_of(mqtt.Client, address, client_id, persistent=persistent)


def client_of(
    kind: type[Kind],
    address: BrokerAddress,
    client_id: str,
    *,
    persistent: bool,
    manual_ack: bool = False,
) -> Kind:
    """Such a client of a class of its own; with `manual_ack` it acknowledges only when told to."""
    made = kind(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=not persistent,
        manual_ack=manual_ack,
        reconnect_on_failure=True,
    )
    if address.user is not None:
        made.username_pw_set(address.user, address.password)
    if address.tls:
        made.tls_set()
    made.reconnect_delay_set(min_delay=1, max_delay=30)
    return made
