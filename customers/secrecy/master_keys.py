"""The master keys of this process: given at its start, or else read from the settings once."""

from __future__ import annotations

from dataclasses import dataclass

from runtime import settings
from storage.sealing import Keyring


@dataclass
class _Held:
    ring: Keyring | None = None


_held = _Held()


def use(keyring: Keyring | None) -> None:
    """Use these in this process; with None, those of the settings."""
    _held.ring = keyring


def current() -> Keyring:
    """The master keys; ConfigurationError, with what to set, if there are none."""
    if _held.ring is None:
        _held.ring = Keyring.parse(settings.load().master_key_text())
    return _held.ring
