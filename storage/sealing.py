"""How a text is sealed: AES-256-GCM by a data key, which a master key of this process wraps.

What is sealed says which data key it needs and is bound to the place it was sealed for: put
elsewhere it does not open.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from runtime.errors import ConfigurationError, HearthwatchError

KEY_BYTES = 32
NONCE_BYTES = 12
ID_BYTES = 16
_FORM = b"\x01"
"""The first byte of everything sealed, so that another form can be told from this one."""
_HEAD = len(_FORM) + ID_BYTES + NONCE_BYTES
_ENTRY = re.compile(r"([A-Za-z0-9._-]{1,40}):([A-Za-z0-9+/=_-]+)")
HINT = (
    "set HEARTHWATCH_MASTER_KEYS to `name:key`, the key 32 random bytes in Base64 "
    "(`hearthwatch privacy new-key` prints one); keep it outside the database and its backups"
)


class UnreadableError(HearthwatchError):
    """Something sealed that does not open: altered, moved, or of another key."""

    title = "Cannot be opened"


@dataclass(frozen=True)
class DataKey:
    """The key of one owner."""

    id: UUID
    owner: str
    key: bytes = field(repr=False)

    @classmethod
    def make(cls, owner: str) -> DataKey:
        """A new key for an owner."""
        return cls(uuid4(), owner, AESGCM.generate_key(256))

    def seal(self, place: str, content: bytes) -> bytes:
        """Seal what stands in a place, such as `contacts.phone`."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self.key).encrypt(nonce, content, _bound(self.owner, place))
        return _FORM + self.id.bytes + nonce + sealed

    def open(self, place: str, sealed: bytes) -> bytes:
        """What was sealed; UnreadableError if anything of it was altered."""
        if key_id(sealed) != self.id.bytes:
            raise UnreadableError(f"a value in {place} was sealed by another key")
        nonce, rest = sealed[_HEAD - NONCE_BYTES : _HEAD], sealed[_HEAD:]
        return _open(self.key, nonce, rest, _bound(self.owner, place), place)

    def mark_key(self, kind: str) -> bytes:
        """A key for the blind index of one kind of value."""
        return self._derived(f"blind index {kind}")

    def signing_seed(self) -> bytes:
        """What a signer's key is made of."""
        return self._derived("signatures")

    def _derived(self, purpose: str) -> bytes:
        info = f"hearthwatch {purpose}".encode()
        return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=info).derive(self.key)


def key_id(sealed: bytes) -> bytes:
    """The id of the data key that opens this; UnreadableError if it was not sealed."""
    if len(sealed) < _HEAD or not sealed.startswith(_FORM):
        raise UnreadableError("this was not sealed, or was cut off")
    return bytes(sealed[len(_FORM) : len(_FORM) + ID_BYTES])


def mark(key: bytes, text: str) -> bytes:
    """What a blind index holds of a text: equal texts have equal marks, and nothing else shows."""
    return hmac.digest(key, text.encode(), "sha256")[:16]


@dataclass(frozen=True)
class Keyring:
    """The master keys of a process by name; the first wraps, all unwrap."""

    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Keyring:
        """From `name:key` pairs with commas between them; ConfigurationError says what is wrong."""
        keys: dict[str, bytes] = {}
        for part in filter(None, re.split(r"[,\s]+", text)):
            name, key = _entry(part)
            if name in keys:
                raise ConfigurationError(f"there are two master keys {name!r}", hint=HINT)
            keys[name] = key
        if not keys:
            raise ConfigurationError("there is no master key", hint=HINT)
        return cls(keys)

    @property
    def current(self) -> str:
        """The name of the key that wraps."""
        return next(iter(self.keys))

    def wrap(self, data_key: DataKey) -> tuple[str, bytes]:
        """The name of the master key, and the data key wrapped by it."""
        nonce = os.urandom(NONCE_BYTES)
        bound = _wrapping(self.current, data_key.id, data_key.owner)
        wrapped = AESGCM(self.keys[self.current]).encrypt(nonce, data_key.key, bound)
        return self.current, _FORM + nonce + wrapped

    def unwrap(self, master: str, wrapped: bytes, number: UUID, owner: str) -> DataKey:
        """A data key; ConfigurationError if its master key is not here."""
        if master not in self.keys:
            raise ConfigurationError(
                f"the key of {owner} is wrapped by the master key {master!r}, which is not here",
                hint=f"add {master}:... to HEARTHWATCH_MASTER_KEYS, after the current key",
            )
        nonce = wrapped[len(_FORM) : len(_FORM) + NONCE_BYTES]
        rest = wrapped[len(_FORM) + NONCE_BYTES :]
        bound = _wrapping(master, number, owner)
        return DataKey(number, owner, _open(self.keys[master], nonce, rest, bound, "data_keys"))


def new_key() -> str:
    """A new master key as the setting wants it."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def _entry(part: str) -> tuple[str, bytes]:
    found = _ENTRY.fullmatch(part)
    if not found:
        raise ConfigurationError("a master key is not of the form `name:key`", hint=HINT)
    try:
        key = base64.b64decode(found[2].replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error as error:
        raise ConfigurationError(f"the master key {found[1]!r} is no Base64", hint=HINT) from error
    if len(key) != KEY_BYTES:
        raise ConfigurationError(
            f"the master key {found[1]!r} has {len(key)} bytes, not {KEY_BYTES}", hint=HINT
        )
    return found[1], key


def _bound(owner: str, place: str) -> bytes:
    return f"hearthwatch sealed\0{owner}\0{place}".encode()


def _wrapping(master: str, number: UUID, owner: str) -> bytes:
    return f"hearthwatch data key\0{master}\0{number}\0{owner}".encode()


def _open(key: bytes, nonce: bytes, sealed: bytes, bound: bytes, place: str) -> bytes:
    try:
        return AESGCM(key).decrypt(nonce, sealed, bound)
    except (InvalidTag, ValueError) as error:
        raise UnreadableError(
            f"a value in {place} does not open: it was altered, or moved from where it was sealed",
            hint="restore the row from a backup; `hearthwatch audit verify` tells of changes",
        ) from error
