"""What the pages say that a machine can check: links, commands, faults, the life-cycle's table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer import Typer

from cli.main import app
from simulator.fault_plan import LOST_CONNECTION
from simulator.fleet import PHYSICS
from tickets.lifecycle import TRANSITIONS, State

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PAGE_IDS = [str(page.relative_to(ROOT)) for page in PAGES]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"\bhearthwatch ((?:[a-z]+(?:-[a-z]+)*)(?: [a-z]+(?:-[a-z]+)*)?)")
every_page = pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)


def _names(typer: Typer) -> list[str]:
    found = ((each.name, each.callback) for each in typer.registered_commands)
    return [name or str(getattr(callback, "__name__", "")) for name, callback in found]


def _commands() -> Iterator[str]:
    yield from _names(app)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            yield from (f"{group.name} {name}" for name in _names(group.typer_instance))


COMMANDS = set(_commands())
GROUPS = {each.split()[0] for each in COMMANDS if " " in each}


def _code(page: Path) -> str:
    """What stands between backticks or in blocks of shell."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", text)])


@every_page
def test_every_link_leads_to_a_file(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [link for link in LINK.findall(text) if not (page.parent / link).exists()] == []


@every_page
def test_every_command_exists(page: Path) -> None:
    told = {
        told if told.split()[0] in GROUPS else told.split()[0]
        for told in COMMAND.findall(_code(page))
    }
    assert told <= COMMANDS


def test_the_simulators_page_has_every_fault() -> None:
    text = (ROOT / "docs" / "simulator.md").read_text(encoding="utf-8")
    faults = [LOST_CONNECTION, *(fault for _, _, faults in PHYSICS.values() for fault in faults)]
    assert [fault.name for fault in faults if f"`{fault.name}`" not in text] == []


def test_the_table_of_a_tickets_life_is_the_codes() -> None:
    text = (ROOT / "docs" / "alerts-and-tickets.md").read_text(encoding="utf-8")
    rows = text.partition("| From | May become |\n|---|---|\n")[2].partition("\n\n")[0]
    told: dict[State, frozenset[State]] = {}
    for row in rows.splitlines():
        before, after = (
            [State(name) for name in re.findall(r"`(\w+)`", cell)] for cell in row.split("|")[1:3]
        )
        told |= dict.fromkeys(before, frozenset(after))
    assert told == TRANSITIONS
