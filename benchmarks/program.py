"""A program that runs while something is measured, and is ended after."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

END_S = 60.0


@contextmanager
def running(
    command: Sequence[str],
    journal: Path,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run it, all that it prints in `journal`; one that does not end when asked to is killed."""
    with journal.open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def last_words(journal: Path, most: int) -> str:
    """The end of what it printed."""
    return journal.read_text(errors="replace")[-most:].strip()
