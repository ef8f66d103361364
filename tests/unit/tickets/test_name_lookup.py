"""A host's name is looked up within a bound, whatever the name servers do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from runtime.errors import InvalidError
from tickets.outside import name_lookup
from tickets.outside.address_guard import Guard

Ending = threading.Event


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ending]:
    """Name servers that say nothing until the test is over."""
    over = threading.Event()

    def wait(*_args: object, **_named: object) -> list[object]:
        over.wait()
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", wait)
    yield over
    over.set()
    for thread in threading.enumerate():
        if thread.name == "name lookup":
            thread.join()


@pytest.mark.usefixtures("silence")
def test_a_name_server_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidError, match=r"within 0\.01 s where 'slow\.test'"):
        name_lookup.look_up("slow.test", 443, within_s=0.01)
    monkeypatch.setattr(name_lookup.look_up, "__defaults__", (0.01,))
    with pytest.raises(InvalidError, match=r"no name server said"):
        Guard().check("https://slow.test/hook")


def test_only_so_many_lookups_go_on_at_once_and_afterwards_there_is_room_again(
    silence: Ending, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = [each for each in threading.enumerate() if each.name == "name lookup"]
    for _ in range(name_lookup.AT_ONCE + 3):
        with pytest.raises(InvalidError, match="no name server said"):
            name_lookup.look_up("slow.test", 443, within_s=0.01)
    waiting = [each for each in threading.enumerate() if each.name == "name lookup"]
    assert len(waiting) - len(begun) == name_lookup.AT_ONCE
    silence.set()
    monkeypatch.undo()
    assert [str(each) for each in name_lookup.look_up("127.0.0.1", 443)] == ["127.0.0.1"]


def test_an_address_that_comes_twice_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [(0, 0, 0, "", ("192.0.2.1", 443)), (0, 0, 0, "", ("192.0.2.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: told)
    assert [str(each) for each in name_lookup.look_up("twice.test", 443)] == ["192.0.2.1"]


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 300 + ".test", "b\N{SNOWMAN}.invalid"])
def test_a_name_that_nobody_knows_is_refused_in_its_own_words(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_args: object, **_named: object) -> list[object]:
        raise socket.gaierror

    if "invalid" in host:
        monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(InvalidError, match="nobody knows the name"):
        name_lookup.look_up(host, 443)
