"""Commands on what appliances sign in to the broker with."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli.start import AsJson, begin, out, print_json
from devices import credentials, password_file
from devices.credentials import PLATFORM, Credential
from runtime import clock
from runtime.broker import BrokerAddress
from runtime.errors import InvalidError
from storage import database, pool

group = typer.Typer(no_args_is_help=True, help="What appliances sign in to the broker with.")

Serials = Annotated[list[str] | None, typer.Argument(help="Serial numbers.")]


@group.command("issue")
def issue(
    file: Annotated[Path, typer.Option("--to", help="New CSV file: serial,secret.")],
    serials: Serials = None,
    *,
    missing: Annotated[
        bool, typer.Option("--missing", help="Every appliance that never had one.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Give appliances a new secret; the file is the only place that has it.

    Example: hearthwatch credentials issue --missing --to secrets.csv
    """
    settings = begin()
    now = clock.from_setting(settings.clock).now()
    with database.opened(settings) as url, pool.connect(url) as connection:
        wanted = [*(serials or []), *(credentials.lacking(connection) if missing else [])]
        issued = credentials.issue(connection, list(dict.fromkeys(wanted)), now)
        # Before the commit: a secret that could not be handed out must not count.
        _write(file, issued)
    out.print(f"{len(issued)} new credentials in {file}; export them and tell the broker")
    if as_json:
        print_json({"issued": len(issued)})


@group.command("revoke")
def revoke(
    serials: Annotated[list[str], typer.Argument(help="Serial numbers.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Shut appliances out, from the next export on.

    Example: hearthwatch credentials revoke RF-1024
    """
    settings = begin()
    now = clock.from_setting(settings.clock).now()
    with database.opened(settings) as url, pool.connect(url) as connection:
        revoked = credentials.revoke(connection, serials, now)
    out.print(f"revoked {revoked} credentials; export them and tell the broker")
    if as_json:
        print_json({"revoked": revoked})


@group.command("export")
def export(
    folder: Annotated[
        Path, typer.Option("--mosquitto", help="Folder that Mosquitto reads `passwords` from.")
    ],
    platform: Annotated[
        list[Path] | None,
        typer.Option(help="File with an MQTT URL of the platform's own; its user may sign in."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Write the broker's password file: every appliance's hash, and the platform's own users.

    Example: hearthwatch credentials export --mosquitto broker --platform ingest.url
    """
    settings = begin()
    own = dict(_platform_user(path) for path in platform or [])
    with database.opened(settings) as url, pool.connect(url) as connection:
        appliances = credentials.hashes(connection)
    path = password_file.write(folder, appliances | own)
    out.print(f"{len(appliances)} appliances and {len(own)} of the platform's users in {path}")
    if as_json:
        print_json({"appliances": len(appliances), "platform": sorted(own)})


def _platform_user(path: Path) -> tuple[str, str]:
    """The name and the hashed password of the user in the URL that the file holds."""
    try:
        address = BrokerAddress.parse(path.read_text().strip())
    except OSError as error:
        raise InvalidError(f"cannot read {path}: {error.strerror}") from error
    if address.user not in PLATFORM or not address.password:
        raise InvalidError(
            f"{path} holds no user and password of the platform's",
            hint=f"mqtt://USER:PASSWORD@HOST with one of {', '.join(PLATFORM)}",
        )
    return address.user, password_file.hashed(address.password)


def _write(file: Path, issued: Sequence[Credential]) -> None:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise InvalidError(
            f"cannot make {file}: {error.strerror}", hint="name a file that does not exist yet"
        ) from error
    with os.fdopen(descriptor, "w", newline="") as opened:
        lines = csv.writer(opened, lineterminator="\n")
        lines.writerow(["serial", "secret"])
        lines.writerows([each.serial, each.secret] for each in issued)
