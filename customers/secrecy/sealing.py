"""Seals and opens personal text: each household and each contact has a key of its own.

The keys of a whole page come in one query, and nothing is cached: a key that was destroyed opens
nothing any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from customers.secrecy import data_key, master_keys
from customers.secrecy.master_keys import use
from runtime.errors import ConflictError
from storage import sealing
from storage.pool import Connection
from storage.sealing import DataKey, UnreadableError

__all__ = [
    "ERASED", "Keys", "contact", "household", "keys_of", "open_", "open_bytes", "seal",
    "seal_bytes", "use",
]  # fmt: skip
ERASED = "[erased]"
"""What is read where the key was destroyed."""


def household(household_id: int) -> str:
    """The owner that a household's texts are sealed for."""
    return f"household:{household_id}"


def contact(contact_id: int) -> str:
    """The owner that a contact's texts are sealed for."""
    return f"contact:{contact_id}"


def seal(connection: Connection, owner: str, place: str, texts: Sequence[str]) -> list[bytes]:
    """Seal texts that will stand in a place, such as `notes.text_sealed`, for an owner.

    ConflictError if the owner was erased.
    """
    return [seal_bytes(connection, owner, place, text.encode()) for text in texts]


def seal_bytes(connection: Connection, owner: str, place: str, content: bytes) -> bytes:
    """Likewise a file's content."""
    return keys_of(connection, [owner], make=True).seal_bytes(owner, place, content)


def open_(
    connection: Connection, place: str, sealed: Sequence[tuple[str | None, bytes | None]]
) -> list[str | None]:
    """The texts of (owner, sealed) pairs in one query; None for None, ERASED without its key.

    UnreadableError for what was altered, or was sealed for another owner or place.
    """
    keys = keys_of(connection, (owner for owner, _ in sealed if owner))
    return [keys.open(owner, place, content) for owner, content in sealed]


def open_bytes(connection: Connection, owner: str, place: str, sealed: bytes) -> bytes | None:
    """A file's content, or None if its key was destroyed."""
    return keys_of(connection, [owner]).open_bytes(owner, place, sealed)


@dataclass(frozen=True)
class Keys:
    """The keys of some owners, as of one query; None stands for one that was destroyed."""

    _own: Mapping[str, DataKey | None]
    _held: Mapping[str, Mapping[bytes, DataKey | None]]

    def seal(self, owner: str, place: str, text: str | None) -> bytes | None:
        """Seal a text for an owner; None stays None."""
        return None if text is None else self.seal_bytes(owner, place, text.encode())

    def seal_bytes(self, owner: str, place: str, content: bytes) -> bytes:
        """Seal any content for an owner; ConflictError if the owner was erased."""
        return self.of(owner).seal(place, content)

    def of(self, owner: str) -> DataKey:
        """The key that seals for an owner; ConflictError if the owner was erased."""
        key = self._own.get(owner)
        if key is None:
            raise ConflictError(f"{owner} was erased", hint="use another customer's record")
        return key

    def open(self, owner: str | None, place: str, sealed: bytes | None) -> str | None:
        """The text, ERASED if its key was destroyed, None for None."""
        if owner is None or sealed is None:
            return None
        content = self.open_bytes(owner, place, sealed)
        return ERASED if content is None else content.decode()

    def open_bytes(self, owner: str, place: str, sealed: bytes) -> bytes | None:
        """The content, or None if its key was destroyed."""
        number = sealing.key_id(sealed)
        held = self._held.get(owner, {})
        if number not in held:
            raise UnreadableError(
                f"a value in {place} was not sealed for {owner}",
                hint="it was moved from another record, or the keys were not restored "
                "(docs/privacy.md)",
            )
        key = held[number]
        return None if key is None else key.open(place, sealed)


def keys_of(connection: Connection, owners: Iterable[str], *, make: bool = False) -> Keys:
    """The keys of these owners in one query; with `make`, those who have none get one."""
    wanted = set(owners)
    kept = data_key.of_holders(connection, wanted) if wanted else []
    missing = wanted - {each.owner for each in kept}
    if make and missing:
        data_key.make(connection, master_keys.current(), missing)
        kept = data_key.of_holders(connection, wanted)
    own: dict[str, DataKey | None] = {}
    held: dict[str, dict[bytes, DataKey | None]] = defaultdict(dict)
    for each in kept:
        key = _unwrapped(each)
        held[each.holder][each.id.bytes] = key
        if each.holder == each.owner:
            own[each.owner] = key
    return Keys(own, held)


def _unwrapped(kept: data_key.Kept) -> DataKey | None:
    if kept.wrapped is None:
        return None
    return master_keys.current().unwrap(kept.master, kept.wrapped, kept.id, kept.owner)
