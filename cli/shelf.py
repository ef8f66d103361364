"""Commands on the model shelf: what is there, what serves, and why that changed."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cli.start import AsJson, begin, out, print_json
from devices.catalogue import folder
from runtime.errors import InvalidError
from storage import database, pool
from storage.pool import Connection

if TYPE_CHECKING:
    from models.version import Decision, Model

group = typer.Typer(no_args_is_help=True, help="Versions of models, and which of them serve.")
MOST_FACT = 200
"""Characters that `show` prints of a fact; --json prints all."""

ModelId = Annotated[int, typer.Argument(help="Number of the model, as `models list` shows it.")]
Reason = Annotated[str, typer.Option(help="Why; it goes to the audit with your name.")]
TypeName = Annotated[str | None, typer.Option("--type", help="Only this appliance type.")]


@group.command("list")
def list_models(
    appliance_type: TypeName = None,
    *,
    serving: Annotated[bool, typer.Option("--serving", help="Only champions.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show every version on the shelf, by type and family, the newest first.

    Example: hearthwatch models list --type refrigerator
    """
    with _opened() as connection:
        from models import shelf

        found = shelf.versions(connection, appliance_type)
    shown = [each for each in found if each.serving or not serving]
    table = Table("id", "type", "model", "state", "trained", "learned from", "devices")
    for each in shown:
        span = f"{each.span_from:%Y-%m-%d} to {each.span_until:%Y-%m-%d}"
        trained = f"{each.trained_at:%Y-%m-%d %H:%M}"
        number, devices = str(each.id), str(each.devices)
        table.add_row(number, each.type, each.name, each.state, trained, span, devices)
    out.print(table)
    if as_json:
        print_json({"models": [_row(each) for each in shown]})


@group.command("show")
def show_model(model_id: ModelId, *, as_json: AsJson = False) -> None:
    """Show one version: what it learned from, what it needs, and how its trial stands.

    Example: hearthwatch models show 12
    """
    with _opened() as connection:
        from alerts.judges import shadow
        from models import shelf

        found = shelf.get(connection, model_id)
        trial = shadow.compare(connection, model_id)
    table = Table(title=f"{found.name} of {found.type}: {found.state}", show_header=False)
    for name, value in {**_row(found), **found.facts}.items():
        table.add_row(name, str(value)[:MOST_FACT])
    if trial is not None:
        span = f"from {trial.since:%Y-%m-%d %H:%M} to {trial.until:%Y-%m-%d %H:%M}"
        table.add_row("trial", span)
        table.add_row("  would have raised", str(trial.would_raise))
        table.add_row("  the champion raised", str(trial.raised))
        table.add_row("  both", str(trial.both_raise))
    out.print(table)
    if as_json:
        told = asdict(trial) if trial else None
        print_json({**_row(found), "facts": found.facts, "trial": told})


@group.command("promote")
def promote_model(model_id: ModelId, reason: Reason, *, as_json: AsJson = False) -> None:
    """Let a version serve instead of its family's champion.

    Example: hearthwatch models promote 12 --reason "half the false alarms in its trial"
    """
    _move(model_id, "champion", reason, as_json=as_json)


@group.command("shadow")
def shadow_model(model_id: ModelId, reason: Reason, *, as_json: AsJson = False) -> None:
    """Let a version score beside the champion; what it would raise is kept, and told nobody.

    Example: hearthwatch models shadow 12 --reason "trained on a whole summer"
    """
    _move(model_id, "shadow", reason, as_json=as_json)


@group.command("retire")
def retire_model(model_id: ModelId, reason: Reason, *, as_json: AsJson = False) -> None:
    """End a trial, or put a candidate aside.

    Example: hearthwatch models retire 12 --reason "no better than the champion"
    """
    _move(model_id, "retired", reason, as_json=as_json)


@group.command("rollback")
def roll_back_model(model_id: ModelId, reason: Reason, *, as_json: AsJson = False) -> None:
    """Take a champion out of service; the one before it serves again.

    Example: hearthwatch models rollback 12 --reason "tickets about nothing since Monday"
    """
    with _opened() as connection:
        from models.promotion import release

        catalogue = folder.load(begin().catalogue)
        restored = release.rollback(connection, catalogue, model_id, decision(reason))
    _tell(restored, as_json=as_json)


@group.command("drift")
def show_drift(
    appliance_type: TypeName = None,
    limit: Annotated[int, typer.Option(help="Show so many, the greatest first.", min=1)] = 30,
    *,
    now: Annotated[bool, typer.Option("--measure", help="Measure first; takes a while.")] = False,
    as_json: AsJson = False,
) -> None:
    """How far what the champions see, and what they say, has moved since their training.

    Example: hearthwatch models drift --type refrigerator --measure
    """
    with _opened() as connection:
        from models import drift

        if now:
            _measure(connection, appliance_type)
        found = drift.latest(connection, type_name=appliance_type, limit=limit)
    table = Table("type", "model", "what", "of", "index", "level", "hours then", "now")
    for each in found:
        table.add_row(
            each.type,
            f"{each.family} v{each.version}",
            each.name if each.kind == "input" else "score",
            f"{each.part} {each.part_name}".strip(),
            f"{each.stability_index:.3f}",
            each.level,
            str(each.values_then),
            str(each.values_now),
        )
    out.print(table)
    if as_json:
        print_json({"drift": [{**asdict(each), "level": each.level} for each in found]})


def _measure(connection: Connection, type_name: str | None) -> None:
    from devices import watermark
    from models import drift

    catalogue = folder.load(begin().catalogue)
    if type_name is not None and type_name not in catalogue:
        raise InvalidError(f"there is no type {type_name!r}", hint=f"one of {', '.join(catalogue)}")
    reached = watermark.current(connection)
    if reached is None:
        return
    for name in catalogue if type_name is None else [type_name]:
        drift.measure(connection, catalogue[name], reached)
        connection.commit()


def _move(model_id: int, state: str, reason: str, *, as_json: bool) -> None:
    with _opened() as connection:
        from models.promotion import release
        from models.version import State

        catalogue = folder.load(begin().catalogue)
        moved = release.move(connection, catalogue, model_id, State(state), decision(reason))
    _tell(moved, as_json=as_json)


def _tell(moved: Model, *, as_json: bool) -> None:
    out.print(f"{moved.name} of {moved.type} is {moved.state} now")
    if as_json:
        print_json(_row(moved))


def _row(model: Model) -> dict[str, object]:
    fields = asdict(model)
    fields.pop("facts")
    return {**fields, "metrics": list(model.metrics)}


def decision(reason: str) -> Decision:
    """Of whoever runs the command; InvalidError without a reason."""
    from models.version import Decision

    if not reason.strip():
        raise InvalidError("a reason is needed", hint="say why with --reason")
    return Decision(getpass.getuser(), reason)


@contextmanager
def _opened() -> Iterator[Connection]:
    """A connection to the database, which commits unless something fails."""
    with database.opened(begin()) as url, pool.connect(url) as connection:
        yield connection
