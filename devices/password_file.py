"""Mosquitto's password file: how a secret is hashed there, and how the file is replaced whole."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

NAME = "passwords"
ROUNDS = 101
"""Mosquitto's own number. A stretched hash protects a guessable password; ours are 256 random
bits, and the broker has one thread for a whole fleet that signs in again after a restart."""
SALT_BYTES = 12


def hashed(secret: str) -> str:
    """The secret as Mosquitto 2 verifies it: PBKDF2 with SHA-512, `$7$rounds$salt$hash`."""
    salt = secrets.token_bytes(SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", secret.encode(), salt, ROUNDS)
    return f"$7${ROUNDS}${_base64(salt)}${_base64(digest)}"


def write(folder: Path, hashes: Mapping[str, str]) -> Path:
    """Replace `folder/passwords` by these users; the broker never sees half a file."""
    path = folder / NAME
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{user}:{hashes[user]}\n" for user in sorted(hashes))
        file.flush()
        os.fsync(file.fileno())
    return draft.replace(path)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
