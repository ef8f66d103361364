"""What the generator sends is what those at the other end can read."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks import fleet
from benchmarks.fleet import DIGITS, METRICS, Frames
from benchmarks.peers import readings
from devices.catalogue.folder import Catalogue

TIME_MS = "1767225600123"
LEAST_BYTES = 310
DEVICES = 3


def test_our_frames_are_messages_of_the_wire(catalogue: Catalogue) -> None:
    topic, payload = _message(fleet.frames(catalogue, DEVICES), 1)

    message = json.loads(payload)
    assert topic == "appliances/B0000001/telemetry"
    assert message["ts"] == int(TIME_MS)
    assert len(message["values"]) == METRICS


def test_flat_frames_name_device_time_and_values() -> None:
    topic, payload = _message(readings.json_frames(DEVICES, LEAST_BYTES), 2)

    message = json.loads(payload)
    assert topic == "appliances/B0000002/telemetry"
    assert list(message) == ["ts", "device", *readings.VALUES]
    assert (message["ts"], message["device"]) == (int(TIME_MS), 2)


def test_collectd_s_frames_give_seconds_and_then_each_value() -> None:
    topic, payload = _message(readings.collectd_frames(DEVICES, 0), 0)

    seconds, *values = payload.split(":")
    assert topic == "collectd/0000000/bench/readings"
    assert seconds == "1767225600.123"
    assert len(list(map(float, values))) == METRICS


@pytest.mark.parametrize("least_bytes", [0, LEAST_BYTES, 400])
def test_frames_have_one_length_and_at_least_what_is_asked(least_bytes: int) -> None:
    frames = readings.json_frames(DEVICES, least_bytes)

    assert frames.bytes.shape[0] == DEVICES
    assert frames.bytes.shape[1] >= least_bytes


def _message(frames: Frames, number: int) -> tuple[str, str]:
    """Topic and payload of a frame, with a time put in as the generator does."""
    frame = frames.bytes[number].copy()
    frame[frames.digits_at] = np.frombuffer(TIME_MS.encode(), dtype=np.uint8)
    assert len(frames.digits_at) == DIGITS
    assert frame[1] & 0x7F | frame[2].astype(int) << 7 == len(frame) - fleet.HEADER_BYTES
    whole = frame.tobytes()
    return whole[5 : frames.packet_id_at].decode(), whole[frames.packet_id_at + 2 :].decode()
