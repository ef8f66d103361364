"""A master key for the length of a measurement, which nobody has afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from customers.secrecy import master_keys
from storage import sealing
from storage.sealing import Keyring


@contextmanager
def held() -> Iterator[None]:
    """Seal and open personal data by it in this process."""
    master_keys.use(Keyring.parse(f"bench:{sealing.new_key()}"))
    try:
        yield
    finally:
        master_keys.use(None)
