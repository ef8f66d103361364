"""Commands on the audit trail: is it as it was written, and a mark to hold it against later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.start import AsJson, begin, out, print_json
from runtime import clock
from runtime.errors import InvalidError
from storage import audit_chain, database, pool

group = typer.Typer(no_args_is_help=True, help="The audit trail: who saw or changed what.")


@group.command()
def verify(
    checkpoint: Annotated[
        Path | None, typer.Option(help="An earlier checkpoint: finds a cut-off end too.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Walk the chain of the audit trail; exit with 1 and name the first link that is broken.

    Example: hearthwatch audit verify --checkpoint monday.json
    """
    from customers.privacy import signing

    settings = begin()
    known = _read(checkpoint) if checkpoint else None
    with database.opened(settings) as url, pool.connect(url) as connection:
        found = audit_chain.verify(connection, signing.signer(connection), known)
    if found.whole:
        out.print(f"whole: {found.checked:,} entries, the last is {found.last.number}")
    else:
        out.print(f"[red]BROKEN[/] at link {found.broken}: it {found.reason}")
        out.print("the entries before it are as they were written; compare with a backup")
    if as_json:
        print_json({"whole": found.whole, "checked": found.checked, "broken": found.broken})
    if not found.whole:
        raise typer.Exit(1)


@group.command()
def checkpoint() -> None:
    """Print where the trail ends, signed; keep it where the database's owner cannot write.

    Example: hearthwatch audit checkpoint > monday.json
    """
    from customers.privacy import signing

    settings = begin()
    with database.opened(settings) as url, pool.connect(url) as connection:
        now = clock.from_setting(settings.clock).now()
        print_json(audit_chain.checkpoint(connection, signing.signer(connection), now))


def _read(file: Path) -> dict[str, object]:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidError(
            f"{file} is no checkpoint: {error}", hint="`hearthwatch audit checkpoint` prints one"
        ) from error
    if not isinstance(told, dict):
        raise InvalidError(f"{file} is no checkpoint", hint="`audit checkpoint` prints one")
    return told
