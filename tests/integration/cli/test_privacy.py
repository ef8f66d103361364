"""`hearthwatch privacy` and `hearthwatch audit`, from a new key to a replayed erasure."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from customers import contact, household
from customers.secrecy import master_keys
from runtime.errors import InvalidError
from storage import pool
from storage.sealing import Keyring

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture
def url(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with one family, and the environment of its commands."""
    monkeypatch.setenv("HEARTHWATCH_DATABASE_URL", database_url)
    monkeypatch.setenv("HEARTHWATCH_HOME", str(tmp_path / "home"))
    with pool.connect(database_url) as connection:
        home = household.upsert(connection, [household.Entry("H-1", "Lin", "8 Lotus Road")], NOW)
        entry = contact.Entry(home["H-1"], "C-1", "Lin Mei", "+8613800138000", None, "zh")
        contact.upsert(connection, [entry], NOW, source="import")
    return database_url


def _run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=True)


def _done(*words: str) -> dict[str, object]:
    result = _run(*words, "--json")
    assert result.exit_code == 0, (result.output, result.exception)
    told: dict[str, object] = json.loads(result.stdout.splitlines()[-1])
    return told


def _refused(*words: str) -> InvalidError:
    error = _run(*words).exception
    assert isinstance(error, InvalidError)
    return error


def _name(url: str) -> str:
    with pool.connect(url) as connection:
        return household.names(connection, [1])[1]


def test_everything_about_a_household_is_exported_once(url: str, tmp_path: Path) -> None:
    assert url
    folder = tmp_path / "export"
    assert _done("privacy", "export", "H-1", "--to", str(folder))["household"] == 1
    held = json.loads((folder / "export.json").read_text(encoding="utf-8"))
    assert held["contacts"][0]["name"] == "Lin Mei"
    assert "Lin Mei" in (folder / "export.zh.html").read_text(encoding="utf-8")
    assert "there already" in str(_refused("privacy", "export", "H-1", "--to", str(folder)))
    assert "no household" in str(_refused("privacy", "export", "H-9", "--to", str(folder)))
    assert _done("audit", "verify")["whole"] is True


def test_an_erasure_leaves_a_proof_that_finds_out_a_restore(url: str, tmp_path: Path) -> None:
    proof, keys = tmp_path / "proofs" / "H-1.json", tmp_path / "keys.json"
    assert _done("migrate")["done"] == []
    assert _done("privacy", "keys-copy", "--to", str(keys))["keys"] == 4
    with pool.connect(url) as connection:
        before = connection.execute(
            "SELECT name_sealed, external_id FROM hearthwatch.households"
        ).fetchone()
        kept = connection.execute("SELECT * FROM hearthwatch_keys.data_keys").fetchall()
    _done("privacy", "erase", "H-1", "--proof", str(proof), "--yes")
    assert _done("privacy", "verify-proof", str(proof))["valid"] is True
    assert "there already" in str(_refused("privacy", "erase", "H-1", "--proof", str(proof)))
    copies = tmp_path / "copies"
    for written in (1, 0):
        told = _done("privacy", "proofs", "--to", str(copies))
        assert told == {"proofs": 1, "written": written}
    assert json.loads((copies / "household-1.json").read_text()) == json.loads(proof.read_text())
    # A whole backup is restored, keys and all.
    assert before is not None
    with pool.connect(url) as connection:
        connection.execute(
            "UPDATE hearthwatch.households SET name_sealed = %s, external_id = %s,"
            " erased_at = NULL",
            before,
        )
        connection.execute("DELETE FROM hearthwatch_keys.data_keys")
        for row in kept:
            connection.execute(
                "INSERT INTO hearthwatch_keys.data_keys VALUES (%s, %s, %s, %s, %s, %s, %s)", row
            )
    assert _name(url) == "Lin"
    assert "there again" in str(_refused("privacy", "verify-proof", str(proof)))
    assert _done("privacy", "replay-erasures", str(proof.parent))["erased_again"] == ["H-1.json"]
    assert _done("privacy", "verify-proof", str(proof))["valid"] is True
    assert _name(url) == "[erased]"
    # An old copy of the keys brings nobody back either.
    _done("privacy", "keys-load", str(keys))
    assert _name(url) == "[erased]"


def test_a_proof_that_was_altered_is_refused(url: str, tmp_path: Path) -> None:
    assert url
    file = tmp_path / "H-1.json"
    _done("privacy", "erase", "H-1", "--proof", str(file), "--yes")
    proof = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**proof, "people": 7}), encoding="utf-8")
    assert "does not fit" in str(_refused("privacy", "verify-proof", str(file)))
    file.write_text("[]", encoding="utf-8")
    assert "no proof" in str(_refused("privacy", "verify-proof", str(file)))
    file.write_text("{", encoding="utf-8")
    assert "no JSON" in str(_refused("privacy", "verify-proof", str(file)))


def test_a_master_key_is_made_and_rotated(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _run("privacy", "new-key", "--name", "2027").stdout.strip()
    assert Keyring.parse(made).current == "2027"
    both = f"{made},{os.environ['HEARTHWATCH_MASTER_KEYS']}"
    monkeypatch.setenv("HEARTHWATCH_MASTER_KEYS", both)
    master_keys.use(None)
    try:
        told = _done("privacy", "rotate")
        assert told["keys"] == {"2027": 3}
        monkeypatch.setenv("HEARTHWATCH_MASTER_KEYS", made)
        master_keys.use(None)
        assert _name(url) == "Lin"
    finally:
        master_keys.use(None)


def test_a_broken_audit_trail_ends_with_one_and_names_the_link(url: str, tmp_path: Path) -> None:
    with pool.connect(url) as connection:
        for number in range(3):
            connection.execute(
                "INSERT INTO hearthwatch.audit (actor, action, subject) VALUES ('ada', 'x', %s)",
                (f"household:{number}",),
            )
    mark = tmp_path / "mark.json"
    mark.write_text(_run("audit", "checkpoint").stdout, encoding="utf-8")
    assert _done("audit", "verify", "--checkpoint", str(mark))["checked"] == 3
    with pool.connect(url) as connection:
        connection.execute("ALTER TABLE hearthwatch.audit DISABLE TRIGGER USER")
        connection.execute("UPDATE hearthwatch.audit SET actor = 'eve' WHERE link = 2")
    broken = _run("audit", "verify", "--json")
    assert broken.exit_code == 1
    assert json.loads(broken.stdout.splitlines()[-1])["broken"] == 2
    mark.write_text("{}", encoding="utf-8")
    assert "another key" in str(_refused("audit", "verify", "--checkpoint", str(mark)))
