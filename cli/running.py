"""What a platform on this machine runs on, for commands beside it that were not told.

`demo` and `up` choose a port for their broker, and a demo a time of its own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from runtime.settings import Settings

_FILE = "running.json"
TOLD = ("mqtt_url", "clock")


@contextmanager
def told(settings: Settings) -> Iterator[None]:
    """Say in the home, while this process is in here, what it runs on."""
    path = _path(settings)
    chosen = {name: getattr(settings, name) for name in TOLD}
    path.write_text(json.dumps({"pid": os.getpid(), "settings": chosen}), encoding="utf-8")
    path.chmod(0o600)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def beside(settings: Settings) -> Settings:
    """The settings, and what a platform that runs in the same home chose where they are silent."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads(_path(settings).read_text(encoding="utf-8"))
        if _alive(int(found["pid"])):
            silent = [name for name in TOLD if name not in settings.model_fields_set]
            return settings.model_copy(update={name: found["settings"][name] for name in silent})
    return settings


def _path(settings: Settings) -> Path:
    return settings.home / _FILE


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except ProcessLookupError:
        return False
    return True
