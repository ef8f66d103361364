"""Commands on the keys of personal data: made, rotated, copied apart from the backup."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.start import AsJson, begin, errors, out, print_json
from runtime import clock
from runtime.errors import InvalidError
from storage import database, pool
from storage.pool import Connection

PORTION = 1_000


def new_key(
    name: Annotated[str, typer.Option(help="What to call it; a name is used once.")] = "",
) -> None:
    """Print a new master key, as HEARTHWATCH_MASTER_KEYS wants it.

    Example: hearthwatch privacy new-key --name 2026
    """
    from storage import sealing

    settings = begin()
    called = name or f"{clock.from_setting(settings.clock).now():%Y-%m-%d}"
    out.print(f"{called}:{sealing.new_key()}", markup=False)


def rotate(*, as_json: AsJson = False) -> None:
    """Wrap all keys by the first of HEARTHWATCH_MASTER_KEYS; the others may then be taken out.

    Example: HEARTHWATCH_MASTER_KEYS=2027:...,2026:... hearthwatch privacy rotate
    """
    from customers.secrecy import data_key, master_keys

    ring = master_keys.current()
    total = 0
    with opened() as (connection, _):
        while number := data_key.rewrap(connection, ring, PORTION):
            connection.commit()
            total += number
            errors.print(f"{total:,} keys wrapped by {ring.current}", markup=False)
        left = data_key.masters(connection)
    out.print(f"all {sum(left.values()):,} keys are wrapped by {ring.current}", markup=False)
    if as_json:
        print_json({"rewrapped": total, "keys": left})


def copy_keys(
    to: Annotated[Path, typer.Option("--to", help="File that is put in place of the last copy.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Copy the wrapped keys, which backups leave out. Keep the newest copy only.

    Example: hearthwatch privacy keys-copy --to /backup/hearthwatch-keys.json
    """
    from customers.secrecy import data_key

    with opened() as (connection, _):
        keys = data_key.copy(connection)
    draft = to.with_name(f"{to.name}.new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(keys), encoding="utf-8")
    draft.replace(to)
    out.print(f"copied {len(keys):,} keys to {to}", markup=False)
    if as_json:
        print_json({"keys": len(keys)})


def load_keys(
    file: Annotated[Path, typer.Argument(help="What `keys-copy` wrote.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Bring the keys back after a restore; a key that was destroyed stays destroyed.

    Example: hearthwatch privacy keys-load /backup/hearthwatch-keys.json
    """
    from customers.secrecy import data_key

    keys = read_json(file)
    if not isinstance(keys, list):
        raise InvalidError(f"{file} holds no keys", hint="name a file that `keys-copy` wrote")
    with opened() as (connection, _):
        number = data_key.load(connection, keys)
    out.print(f"loaded {number:,} keys", markup=False)
    if as_json:
        print_json({"keys": number})


@contextmanager
def opened() -> Iterator[tuple[Connection, datetime]]:
    """A connection to the database, and what the time is."""
    settings = begin()
    with database.opened(settings) as url, pool.connect(url) as connection:
        yield connection, clock.from_setting(settings.clock).now()


def read_json(file: Path) -> object:
    """What a file holds; InvalidError says why it cannot be read."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidError(f"cannot read {file}: {error.strerror}", hint="name a file") from error
    except ValueError as error:
        raise InvalidError(f"{file} is no JSON", hint="name the file as it was written") from error
