"""The broker's password file: what Mosquitto verifies, whole at any time, and private."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from devices import password_file


def test_a_hash_holds_what_verifies_the_secret() -> None:
    _, kind, rounds, salt, digest = password_file.hashed("s3cret").split("$")
    assert (kind, rounds) == ("7", "101")
    expected = hashlib.pbkdf2_hmac("sha512", b"s3cret", base64.b64decode(salt), 101)
    assert base64.b64decode(digest) == expected


def test_one_secret_is_never_hashed_the_same_twice() -> None:
    assert password_file.hashed("s3cret") != password_file.hashed("s3cret")


def test_the_file_is_replaced_whole_and_private(tmp_path: Path) -> None:
    (tmp_path / "passwords.new").write_text("left by a run that was killed")
    password_file.write(tmp_path, {"gone": "x"})
    path = password_file.write(tmp_path, {"RF-2": "b", "RF-1": "a"})
    assert path.read_text() == "RF-1:a\nRF-2:b\n"
    assert path.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [path]
