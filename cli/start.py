"""What every command does first: read the settings, say how to log, catch the signals."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from runtime import logs, settings
from runtime.settings import Settings
from runtime.stopping import Stop

AsJson = Annotated[bool, typer.Option("--json", help="Print one machine-readable line last.")]

out = Console(soft_wrap=True, highlight=False)
"""What a command answers."""
errors = Console(stderr=True, soft_wrap=True, highlight=False)
"""How it goes meanwhile, and what went wrong."""


def begin() -> Settings:
    """The settings of this process, with its logs set up."""
    chosen = settings.load()
    logs.configure(chosen.log_level, as_json=chosen.log_json)
    return chosen


def stopping() -> Stop:
    """A stop that Ctrl-C and SIGTERM set."""
    return Stop().on_signals()


def print_json(fields: dict[str, object]) -> None:
    """One line of JSON on standard output, whatever the terminal's width."""
    typer.echo(json.dumps(fields, ensure_ascii=False, default=str))
