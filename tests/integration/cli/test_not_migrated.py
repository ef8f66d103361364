"""What a command says on a database that nobody has migrated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import main
from tests.databases import copied


@pytest.fixture
def bare_url(server_url: str) -> Iterator[str]:
    with copied(server_url, "template0") as url:
        yield url


@pytest.mark.parametrize(
    "words", [("audit", "verify"), ("models", "list"), ("models", "show", "1")]
)
def test_a_command_says_that_the_database_must_be_migrated(
    bare_url: str,
    words: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HEARTHWATCH_DATABASE_URL", bare_url)
    monkeypatch.setenv("HEARTHWATCH_HOME", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["hearthwatch", *words])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 1
    told = capfd.readouterr().err
    assert "hearthwatch migrate" in told
    assert "Traceback" not in told
