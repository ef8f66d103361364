"""The publisher against a real broker."""

from __future__ import annotations

import queue
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from runtime import broker, embedded_broker
from runtime.broker import BrokerAddress
from runtime.errors import ConfigurationError
from simulator.publisher import Publisher, PublisherError
from tests.ports import free_port

DEADLINE_S = 60.0


@contextmanager
def listening(url: str, topic: str) -> Iterator[queue.Queue[bytes]]:
    """Payloads that arrive on a topic, from the moment that the broker confirmed it."""
    address = BrokerAddress.parse(url)
    heard: queue.Queue[bytes] = queue.Queue()
    subscribed = threading.Event()
    client = broker.client(address, f"listener-{uuid.uuid4().hex}", persistent=False)
    client.on_message = lambda _client, _data, message: heard.put(bytes(message.payload))
    client.on_subscribe = lambda *_arguments: subscribed.set()
    client.on_connect = lambda own, *_arguments: own.subscribe(topic, qos=1)
    client.connect(address.host, address.port)
    client.loop_start()
    try:
        assert subscribed.wait(DEADLINE_S)
        yield heard
    finally:
        client.disconnect()
        client.loop_stop()


def publisher_on(url: str, max_in_flight: int = 200) -> Publisher:
    return Publisher(BrokerAddress.parse(url), f"publisher-{uuid.uuid4().hex}", max_in_flight)


def test_what_is_published_arrives_in_order(broker_url: str) -> None:
    topic = f"test/{uuid.uuid4().hex}"
    with listening(broker_url, topic) as heard, publisher_on(broker_url) as publisher:
        for number in range(50):
            publisher.publish(topic, str(number).encode())
        assert publisher.drain(DEADLINE_S)
        arrived = [heard.get(timeout=DEADLINE_S) for _ in range(50)]
    assert arrived == [str(number).encode() for number in range(50)]


def test_every_acknowledgement_is_counted_across_threads(broker_url: str) -> None:
    with publisher_on(broker_url, max_in_flight=7) as publisher:

        def publish_some() -> None:
            for _ in range(40):
                publisher.publish("test/threads", b"x")

        threads = [threading.Thread(target=publish_some) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert publisher.drain(DEADLINE_S)
        assert publisher.published == 160


def test_a_broker_that_is_not_there_is_named_with_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match=r"127\.0\.0\.1:\d+.*HEARTHWATCH_MQTT_URL"):
        publisher_on(f"mqtt://127.0.0.1:{free_port()}").open()


def test_a_listener_that_never_answers_as_a_broker_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("simulator.publisher.CONNECT_TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(ConfigurationError, match="no answer"):
            publisher_on(f"mqtt://127.0.0.1:{port}").open()


def test_a_full_flight_makes_the_publisher_wait_and_closing_frees_it(broker_url: str) -> None:
    publisher = publisher_on(broker_url, max_in_flight=0).open()
    outcome: queue.Queue[BaseException] = queue.Queue()

    def publish() -> None:
        try:
            publisher.publish("test/full", b"x")
        except PublisherError as error:
            outcome.put(error)

    waiting = threading.Thread(target=publish)
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    publisher.close()
    waiting.join(DEADLINE_S)
    assert "closed" in str(outcome.get_nowait())
    assert publisher.published == 0


def test_a_broker_that_acknowledges_nothing_is_given_up(
    broker_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.publisher.PATIENCE_S", 0.1)
    with (
        publisher_on(broker_url, max_in_flight=0) as publisher,
        pytest.raises(PublisherError, match="acknowledged nothing"),
    ):
        publisher.publish("test/full", b"x")


def test_messages_published_while_the_broker_restarts_arrive_afterwards() -> None:
    port = free_port()
    with embedded_broker.running(port) as url:
        publisher = publisher_on(url).open()
        publisher.publish("test/restart", b"before")
        assert publisher.drain(DEADLINE_S)
    publisher.publish("test/restart", b"while away", retain=True)
    assert not publisher.drain(0.1)
    with embedded_broker.running(port) as url:
        assert publisher.drain(DEADLINE_S)
        assert publisher.published == 2
        with listening(url, "test/restart") as heard:
            assert heard.get(timeout=DEADLINE_S) == b"while away"
        publisher.close()
