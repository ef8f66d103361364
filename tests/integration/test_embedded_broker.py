"""The embedded broker says where it listens, or at once that it cannot."""

from __future__ import annotations

import gc
import socket

import pytest

from runtime import embedded_broker
from runtime.broker import BrokerAddress
from runtime.errors import ConfigurationError
from simulator.publisher import Publisher


def test_without_a_port_it_finds_one_and_listens_there() -> None:
    with embedded_broker.running() as one, embedded_broker.running() as another:
        assert one != another
        for url in (one, another):
            with Publisher(BrokerAddress.parse(url), "visitor"):
                pass


def test_who_leaves_without_a_word_or_stays_to_the_end_leaves_no_socket_open() -> None:
    with embedded_broker.running() as url:
        address = BrokerAddress.parse(url)
        socket.create_connection((address.host, address.port)).close()
        silent = socket.create_connection((address.host, address.port))
        loud = Publisher(address, "to-the-end").open()
    with silent:
        assert silent.recv(1) == b""
    loud.close()
    # A socket that is left open is a warning, and so an error of this test.
    gc.collect()


def test_a_taken_port_is_told_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(ConfigurationError, match=f"on port {port}"),
            embedded_broker.running(port),
        ):
            pytest.fail("somebody else listens there")
