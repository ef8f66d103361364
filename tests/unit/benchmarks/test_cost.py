"""What processes cost is found for a whole tree of them."""

from __future__ import annotations

import os
import subprocess
import sys

from benchmarks import cost

CHILD_OF_CHILD = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
print(child.pid, flush=True)
input()
"""
BUSY = """
import time
while time.process_time() < 0.3:
    pass
"""
BUSY_S = 0.2
"""Less than it was busy: the system counts in ticks."""


def test_a_child_s_child_belongs_to_its_root() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CHILD_OF_CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        grandchild = int(child.stdout.readline())

        assert {os.getpid(), child.pid, grandchild} <= set(cost.with_descendants(os.getpid()))
        assert cost.with_descendants(child.pid) == [child.pid, grandchild]


def test_what_a_child_used_still_counts_when_it_has_ended() -> None:
    before = cost.cpu_seconds([os.getpid()])

    subprocess.run([sys.executable, "-c", BUSY], check=True)

    assert cost.cpu_seconds([os.getpid()]) - before >= BUSY_S


def test_a_process_that_is_gone_costs_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()

    assert cost.cpu_seconds([child.pid]) == 0
    assert cost.resident_mb(child.pid) == 0


def test_a_process_that_is_no_postgresql_has_no_server() -> None:
    assert cost.server_pid(os.getpid()) is None
