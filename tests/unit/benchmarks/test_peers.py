"""A tool is measured where it is installed, and is reached the way it understands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from psycopg import conninfo

from benchmarks.peers import collectd, mq_bridge, node_red, race
from benchmarks.peers.peer import Peer, Place


def test_a_tool_of_the_folder_is_found(tmp_path: Path) -> None:
    program = tmp_path / "collectd" / collectd.PROGRAM
    program.parent.mkdir(parents=True)
    program.touch()

    assert collectd.PEER.find(tmp_path) == program


@pytest.mark.parametrize("peer", [mq_bridge.PEER, node_red.PEER], ids=lambda each: each.name)
def test_a_tool_that_is_not_in_the_folder_is_not_found(peer: Peer, tmp_path: Path) -> None:
    assert peer.find(tmp_path) is None


def test_every_tool_says_how_it_is_installed() -> None:
    assert all(each.install and each.acknowledges for each in race.PEERS)
    assert len({each.name for each in race.PEERS}) == len(race.PEERS)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://someone:a%2Fb@127.0.0.1:6543/bench",
        "host=127.0.0.1 port=6543 user=someone password=a/b dbname=bench",
    ],
)
def test_a_server_s_address_says_the_same_as_its_url(url: str, tmp_path: Path) -> None:
    place = Place(tmp_path, 1883, url)

    assert conninfo.conninfo_to_dict(place.address()) == conninfo.conninfo_to_dict(url)


def test_an_address_of_a_socket_names_a_host_as_well(tmp_path: Path) -> None:
    place = Place(tmp_path, 1883, "postgresql://postgres:@/bench?host=/run/postgres")

    # psycopg takes the last host that is named, as the tools do.
    assert place.address().startswith("postgresql://postgres:@localhost:5432/bench?host=")
    assert conninfo.conninfo_to_dict(place.address())["host"] == "/run/postgres"


def test_node_red_is_not_found_without_node(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("node-red", "pg"):
        (tmp_path / "node-red" / "node_modules" / name).mkdir(parents=True)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert shutil.which("node") is None
    assert node_red.PEER.find(tmp_path) is None
