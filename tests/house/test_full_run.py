"""A full run skips nothing for want of a program; HEARTHWATCH_TEST_FULL says that it is one."""

from __future__ import annotations

import os
import shutil

import pytest

PROGRAMS = ("chromium", "mosquitto", "openssl")


@pytest.mark.skipif("HEARTHWATCH_TEST_FULL" not in os.environ, reason="not a full run")
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_full_run_has_every_program_that_tests_need(program: str) -> None:
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin")
    assert found, f"install {program}, or unset HEARTHWATCH_TEST_FULL"
