"""Files of the credentials commands: what is written, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli import credentials
from devices.credentials import Credential
from runtime.errors import ConfigurationError, InvalidError


def test_secrets_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "secrets.csv"
    credentials._write(file, [Credential("RF-1", "abc"), Credential("RF-2", "def")])
    assert file.read_text() == "serial,secret\nRF-1,abc\nRF-2,def\n"
    assert file.stat().st_mode & 0o077 == 0


def test_a_file_with_secrets_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "secrets.csv"
    file.write_text("RF-1's only copy")
    with pytest.raises(InvalidError, match="does not exist yet"):
        credentials._write(file, [Credential("RF-2", "def")])
    assert file.read_text() == "RF-1's only copy"


def test_a_user_of_the_platform_comes_from_its_url(tmp_path: Path) -> None:
    file = tmp_path / "ingest.url"
    file.write_text("mqtt://ingest:p%40ss@broker:1883\n")
    user, hashed = credentials._platform_user(file)
    assert user == "ingest"
    assert hashed.startswith("$7$")


@pytest.mark.parametrize(
    "url", ["mqtt://RF-1:secret@broker", "mqtt://ingest@broker", "mqtt://broker"]
)
def test_a_url_without_a_user_of_the_platform_is_refused(tmp_path: Path, url: str) -> None:
    file = tmp_path / "some.url"
    file.write_text(url)
    with pytest.raises(InvalidError, match="no user and password of the platform's"):
        credentials._platform_user(file)


def test_a_file_that_is_missing_or_holds_no_url_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="cannot read"):
        credentials._platform_user(tmp_path / "missing")
    (tmp_path / "odd").write_text("hello")
    with pytest.raises(ConfigurationError):
        credentials._platform_user(tmp_path / "odd")
