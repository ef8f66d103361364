"""What the bulk client takes for granted of paho: the pinned version still has it."""

from __future__ import annotations

import inspect
import socket
import struct
import threading
from datetime import UTC, datetime

import paho.mqtt.client as mqtt
import pytest

from ingest import bulk_client
from ingest.bulk_client import BulkClient
from ingest.source import Message
from runtime.broker import BrokerAddress
from runtime.clock import SetClock

LOCAL = BrokerAddress.parse("mqtt://reader:secret@127.0.0.1:1883")


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("reconnect", ["self"]),
        ("loop_read", ["self", "max_packets"]),
        ("_packet_read", ["self"]),
        ("_packet_write", ["self"]),
        ("_packet_queue", ["self", "command", "packet", "mid", "qos", "info"]),
        ("_sock_recv", ["self", "bufsize"]),
        ("_loop_rc_handle", ["self", "rc"]),
    ],
)
def test_paho_still_has_the_methods_that_we_replace_or_call(
    name: str, parameters: list[str]
) -> None:
    assert list(inspect.signature(getattr(mqtt.Client, name)).parameters) == parameters


def test_paho_still_keeps_the_state_that_we_write() -> None:
    client = BulkClient.to(LOCAL, "contract")
    assert isinstance(client._ping_t, float)
    assert isinstance(client._last_bytes_received, float)
    assert isinstance(client._msgtime_mutex, type(threading.Lock()))


def test_paho_reads_a_frame_only_through_the_method_that_we_replace() -> None:
    assert ".recv(" not in inspect.getsource(mqtt.Client._packet_read)
    assert "self._sock_recv(" in inspect.getsource(mqtt.Client._packet_read)


def test_paho_forgets_packets_to_send_when_it_connects_anew() -> None:
    source = inspect.getsource(mqtt.Client.reconnect)
    assert source.index("self._out_packet.clear()") < source.index("self._create_socket()")


def test_acknowledgements_wait_until_the_broker_has_taken_the_connection() -> None:
    client = BulkClient.to(LOCAL, "contract")
    first = client._connection << 16
    client.acknowledge([first | 1])
    assert list(client._out_packet) == []


def test_only_what_the_present_connection_brought_is_acknowledged() -> None:
    client = BulkClient.to(LOCAL, "contract")
    client._connection = 3
    client.opened()
    client.acknowledge([2 << 16 | 1, None, 3 << 16 | 2, 4 << 16 | 3, 3 << 16 | 5])
    assert [bytes(each["packet"]) for each in client._out_packet] == [
        b"\x40\x02\x00\x02\x40\x02\x00\x05"
    ]


def test_rare_packets_and_messages_in_one_read_each_reach_their_place() -> None:
    client = BulkClient.to(LOCAL, "contract")
    delivered: list[Message] = []
    client.clock = SetClock(datetime(2026, 6, 1, tzinfo=UTC))
    client.deliver = delivered.extend
    heard: list[str] = []
    client.on_subscribe = lambda *_told: heard.append("subscribed")
    client.on_unsubscribe = lambda *_told: heard.append("unsubscribed")
    client._ping_t = 5.0
    publish = b"\x32\x06\x00\x01a\x00\x07x"
    suback, unsuback, pingresp = b"\x90\x03\x00\x01\x01", b"\xb0\x02\x00\x02", b"\xd0\x00"
    assert client._take_in(publish + suback + publish + pingresp + unsuback + publish[:3]) == 0
    assert client._take_in(publish[3:]) == 0
    assert [(each.topic, each.payload, each.token) for each in delivered] == [("a", b"x", 7)] * 3
    assert heard == ["subscribed", "unsubscribed"]
    assert client._ping_t == 0


def test_while_there_is_no_room_nothing_is_read_and_the_session_stays() -> None:
    client = BulkClient.to(LOCAL, "contract")
    client.has_room = lambda _timeout_s: False
    client._ping_t = 5.0
    assert client.loop_read() == 0
    assert client._ping_t == 0


def test_what_a_killed_broker_had_sent_is_taken_in_although_it_cannot_be_written_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bulk_client, "READ_BYTES", 1000)
    client = BulkClient.to(LOCAL, "contract")
    delivered: list[Message] = []
    client.clock = SetClock(datetime(2026, 6, 1, tzinfo=UTC))
    client.deliver = delivered.extend
    publish = b"\x32\x06\x00\x01a\x00\x07x"
    with socket.create_server(("127.0.0.1", 0)) as server:
        client._sock = socket.create_connection(server.getsockname())
        broker, _ = server.accept()
    client._sock.settimeout(0)
    broker.sendall(publish * 5000 + publish[:3])
    # What a kill does while acknowledgements wait to be read: a reset, and no orderly end.
    broker.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    broker.close()
    client.opened()
    client.acknowledge([1])
    assert len(delivered) == 5000
    assert client._sock is None
