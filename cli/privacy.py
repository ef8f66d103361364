"""Commands on personal data: what is held about somebody, and how it is forgotten."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Annotated

import typer

from cli import privacy_keys
from cli.privacy_keys import opened, read_json
from cli.start import AsJson, out, print_json
from devices.catalogue import folder
from runtime import settings
from runtime.errors import InvalidError
from storage.pool import Connection

group = typer.Typer(no_args_is_help=True, help="Personal data: keys, export, erasure.")
group.command("new-key")(privacy_keys.new_key)
group.command()(privacy_keys.rotate)
group.command("keys-copy")(privacy_keys.copy_keys)
group.command("keys-load")(privacy_keys.load_keys)

Household = Annotated[str, typer.Argument(help="The household's external id.")]
ProofFile = Annotated[Path, typer.Argument(help="The proof that an erasure wrote.")]


@group.command()
def export(
    household: Household,
    to: Annotated[Path, typer.Option("--to", help="New folder for the export.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Write everything that is held about a household: JSON, pages to read, and files.

    Example: hearthwatch privacy export H-000042 --to lin-family
    """
    from customers.privacy import export_bundle, subject_export

    types = folder.load(settings.load().catalogue)
    with opened() as (connection, now):
        number = _known(connection, household)
        held = subject_export.collect(connection, number, now, types)
        _note(connection, "customer.exported", number)
    if to.exists():
        raise InvalidError(f"{to} is there already", hint="name a folder that is not there yet")
    to.mkdir(parents=True, mode=0o700)
    names = sorted(bundle := export_bundle.files(held))
    for name in names:
        (to / name).parent.mkdir(exist_ok=True)
        (to / name).write_bytes(bundle[name])
    out.print(f"wrote {', '.join(names)} into {to}", markup=False)
    if as_json:
        print_json({"household": number, "files": names})


@group.command()
def erase(
    household: Household,
    proof_to: Annotated[Path, typer.Option("--proof", help="New file for the signed proof.")],
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Also while tickets are open; they stay, unlinked.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Forget a household and its people for good. Keep the proof: a restore needs it.

    Example: hearthwatch privacy erase H-000042 --proof proofs/H-000042.json
    """
    from customers.privacy import erasure

    if proof_to.exists():
        raise InvalidError(f"{proof_to} is there already", hint="name a file that is not there yet")
    if not yes:
        typer.confirm(f"Forget {household} for good?", abort=True, err=True)
    with opened() as (connection, now):
        number = _known(connection, household)
        proof = erasure.erase(connection, erasure.Wish(number, _operator(), force), now)
        proof_to.parent.mkdir(parents=True, exist_ok=True)
        # Before the commit: without its proof nothing is erased.
        proof_to.write_text(json.dumps(proof, indent=2), encoding="utf-8")
    out.print(f"forgotten; the proof is in {proof_to}", markup=False)
    if as_json:
        print_json(proof)


@group.command("verify-proof")
def verify_proof(file: ProofFile, *, as_json: AsJson = False) -> None:
    """Check that a proof is ours and unchanged, and that what it says is gone is still gone.

    Example: hearthwatch privacy verify-proof proofs/H-000042.json
    """
    from customers.privacy import erasure, signing

    proof = _proof(file)
    with opened() as (connection, _):
        signing.signer(connection).check(proof)
        back = erasure.came_back(connection, proof)
    if back:
        raise InvalidError(
            f"the proof is ours, but a household that it names is there again ({back})",
            hint="run `hearthwatch privacy replay-erasures` with the folder of proofs",
        )
    out.print(f"ours and unchanged: {proof['people']} people, {proof['at']}", markup=False)
    if as_json:
        print_json({"valid": True, "at": proof["at"]})


@group.command("replay-erasures")
def replay_erasures(
    proofs: Annotated[Path, typer.Argument(help="Folder with the proofs of erasures.")],
    *,
    as_json: AsJson = False,
) -> None:
    """After a restore: erase again whoever the backup brought back.

    Example: hearthwatch privacy replay-erasures proofs
    """
    from customers.privacy import erasure

    files = sorted(proofs.glob("*.json"))
    if not files:
        raise InvalidError(f"there are no proofs in {proofs}", hint="name the folder with them")
    again = []
    with opened() as (connection, now):
        for file in files:
            if erasure.again(connection, _proof(file), now):
                again.append(file.name)
            connection.commit()
    out.print(f"{len(again)} of {len(files)} were back and are forgotten again", markup=False)
    if as_json:
        print_json({"proofs": len(files), "erased_again": again})


@group.command()
def proofs(
    to: Annotated[Path, typer.Option("--to", help="Folder; files that are there stay.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Write the proofs of all erasures, those made in the console too, for a place elsewhere.

    Example: hearthwatch privacy proofs --to proofs
    """
    from customers.privacy import erasure

    with opened() as (connection, _):
        found = erasure.proofs(connection)
    to.mkdir(parents=True, exist_ok=True)
    written = 0
    for proof in found:
        file = to / f"household-{proof['household_id']}.json"
        if not file.exists():
            file.write_text(json.dumps(proof, indent=2), encoding="utf-8")
            written += 1
    out.print(f"wrote {written} of {len(found)} proofs into {to}", markup=False)
    if as_json:
        print_json({"proofs": len(found), "written": written})


def _known(connection: Connection, external_id: str) -> int:
    from customers import household

    found = household.ids_of(connection, [external_id])
    if external_id not in found:
        raise InvalidError(
            f"no household has the id {external_id!r}", hint="give the id it was imported with"
        )
    return found[external_id]


def _note(connection: Connection, action: str, household_id: int) -> None:
    from api import audit

    audit.record(connection, _operator(), action, f"household:{household_id}")


def _operator() -> str:
    """Who runs the command, as the machine knows them."""
    return f"{getpass.getuser()} (command line)"


def _proof(file: Path) -> dict[str, object]:
    from customers.privacy.erasure import KIND

    proof = read_json(file)
    if not isinstance(proof, dict) or proof.get("kind") != KIND:
        raise InvalidError(f"{file} is no proof of an erasure", hint="`privacy erase` writes them")
    return proof
