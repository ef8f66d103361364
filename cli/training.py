"""The command that fits the models of a fleet, and lets serve what is better than before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cli import scoring, shelf
from cli.start import AsJson, begin, out, print_json
from devices.catalogue import folder
from storage import database, pool

if TYPE_CHECKING:
    from models.promotion.succession import Ruled

FORCED = "asked for by `hearthwatch train --promote`"


def train(
    appliance_type: Annotated[str | None, typer.Option("--type", help="Only this type.")] = None,
    days: Annotated[
        float | None,
        typer.Option(help="Length of the history to learn from; without it as it is set.", min=0),
    ] = None,
    *,
    promote: Annotated[
        bool, typer.Option("--promote", help="Let what is fitted serve without a comparison.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why --promote; it goes to the audit.")] = FORCED,
    as_json: AsJson = False,
) -> None:
    """Fit the models of each type on its recent history; what is better than before serves.

    Example: hearthwatch train --type refrigerator --days 60
    """
    from models.promotion import release
    from models.promotion.retraining import Plan

    settings = begin()
    plan = Plan.of(settings)
    forced = shelf.decision(reason) if promote else None
    asked = scoring.wanted(
        folder.load(settings.catalogue), [appliance_type] if appliance_type else None
    )
    types = {each.type: each for each in asked}
    told: dict[str, object] = {}
    with database.opened(settings) as url, pool.connect(url) as connection:
        scoring.refuse_old(connection)
        until = scoring.reached(connection)
        start = until - (plan.history if days is None else timedelta(days=days))
        for name, ruled in release.rule_on_all(
            connection, types, start, until, until, frozen=plan.frozen, forced=forced
        ):
            out.print(_table(name, ruled))
            told[name] = [_row(each) for each in ruled]
    if as_json:
        print_json(told)


def _table(name: str, ruled: list[Ruled]) -> Table:
    serve = sum(each.ruling.serves for each in ruled)
    table = Table(
        "model", "is", "why", title=f"{name}: {serve} of {len(ruled)} models go into service"
    )
    for each in ruled:
        table.add_row(each.model.name, each.model.state, each.ruling.reason)
    return table


def _row(ruled: Ruled) -> dict[str, object]:
    model, ruling = ruled.model, ruled.ruling
    return {
        "id": model.id,
        "model": model.name,
        "state": model.state,
        "serves": ruling.serves,
        "why": ruling.reason,
    }
