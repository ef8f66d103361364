from __future__ import annotations

from pathlib import Path

import pytest

from runtime import settings
from runtime.errors import ConfigurationError


def test_a_wrong_variable_is_named_with_what_it_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTHWATCH_PORT", "eighty")
    with pytest.raises(ConfigurationError, match=r"HEARTHWATCH_PORT: .*integer"):
        settings.load()


def test_catalogue_folders_are_separated_by_colons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTHWATCH_CATALOGUE", "one:two/three")
    assert settings.load().catalogue == (Path("one"), Path("two/three"))


def test_a_secret_is_made_once_and_only_its_owner_reads_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HEARTHWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HEARTHWATCH_SECRET_KEY", raising=False)
    secret = settings.load().secret()
    assert len(secret) >= 32
    assert settings.load().secret() == secret
    assert (tmp_path / "home" / "secret_key").stat().st_mode & 0o077 == 0


def test_a_short_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTHWATCH_SECRET_KEY", "too short")
    with pytest.raises(ConfigurationError, match="HEARTHWATCH_SECRET_KEY"):
        settings.load()
