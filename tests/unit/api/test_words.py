"""The console speaks both of its languages, on every page, and lets nobody write into one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

import pytest
from jinja2 import Environment
from jinja2.ext import extract_from_ast
from markupsafe import Markup

from alerts.evidence import Kind
from alerts.notices import manner
from api.console import figures_page, pages, trace_page, words
from api.console.fleet_page import TRAITS
from api.user import Role
from customers.contact import PURPOSES
from customers.household import TIERS
from customers.member import ROLES
from customers.plan import COVERS
from devices.catalogue.appliance_type import Severity
from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import OFFLINE, problem_of
from models.version import State as ModelState
from runtime import errors
from tickets import lifecycle
from tickets.conversation.interaction import Channel
from tickets.lifecycle import State
from tickets.routing import dispatch
from tickets.sla import policy
from tickets.visits import visit
from tickets.writing import letter

TEMPLATES = sorted((pages.FOLDER / "templates").glob("*.html"))
CHANGES = ("raised", "joined", "eased", "cleared")
LEVELS = ("stable", "moderate", "major")
OF_NOTICES = ("queued", "sent", "withheld", "failed")
NAMES = frozenset(
    {
        *("Model promoted", "Model rolled back", "Model put in the shadow", "Model retired"),
        "Model not promoted",
        *("Ticket", "Appliance", "Customer", "Online", "Offline", "raised", "cleared"),
        *("Active", "Paused", "Disabled"),
    }
)
SAID_ELSEWHERE = [
    path
    for module in (dispatch, manner, letter, policy)
    for path in sorted(Path(module.__file__).parent.glob("*.py"))
] + [Path(lifecycle.__file__)]
"""What a form may be told when it is refused, and why a letter waits."""
PLACE = re.compile(r"%\((\w+)\)s")


def _in_template(path: Path) -> Iterator[str]:
    tree = Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
    for _, _, found in extract_from_ast(tree, gettext_functions=("_",)):
        told = found[0] if isinstance(found, tuple) else found
        if told is not None:
            yield told


def _in_code() -> Iterator[str]:
    """First arguments of calls of something named `say`."""
    for path in pages.FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                first = node.args[0] if node.func.attr == "say" and node.args else None
                yield from (
                    str(each.value)
                    for each in ast.walk(first or ast.Pass())
                    if isinstance(each, ast.Constant)
                )


def _shown() -> set[str]:
    """Names that pages write as words: of states, with a capital, and of purposes."""
    states = [*State, *visit.State, *ModelState, *Severity, *Role, *TIERS, *get_args(Kind)]
    states += [*OF_NOTICES, *ROLES, *get_args(Channel)]
    return (
        {name.replace("_", " ").capitalize() for name in [*states, *CHANGES, *LEVELS]}
        | NAMES
        | {*PURPOSES, *TRAITS, *COVERS}
        | {*trace_page.NAMES.values(), *trace_page.KINDS.values()}
        | {*figures_page.TITLES.values(), *figures_page.LISTED.values()}
        | {*figures_page.AXES.values()}
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_text_of_a_page_is_there_in_chinese(path: Path) -> None:
    assert [text for text in _in_template(path) if text not in words.chinese()] == []


def test_texts_in_code_and_names_of_states_are_there_in_chinese() -> None:
    missing = {*_in_code(), *_shown()} - set(words.chinese())
    assert missing == set()


def test_a_technicians_skills_are_there_in_chinese(catalogue: Catalogue) -> None:
    assert _skills(catalogue) - set(words.chinese()) == set()


def _skills(catalogue: Catalogue) -> set[str]:
    return {
        skill.replace("_", " ").capitalize()
        for each in catalogue.values()
        for problem in [*each.problems.values(), problem_of(each, OFFLINE)]
        for skill in problem.skills
    }


def test_no_translation_is_of_a_text_that_is_gone(catalogue: Catalogue) -> None:
    told = {text for path in TEMPLATES for text in _in_template(path)}
    written = _written([*pages.FOLDER.parent.rglob("*.py"), *SAID_ELSEWHERE, Path(errors.__file__)])
    gone = set(words.chinese()) - told - written - _shown() - _skills(catalogue)
    assert gone == set()


def _written(paths: Iterable[Path]) -> set[str]:
    """Every text that stands in code."""
    return {
        str(node.value)
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
    }


def test_a_translation_has_the_same_places_for_facts() -> None:
    for english, chinese in words.chinese().items():
        assert sorted(PLACE.findall(english)) == sorted(PLACE.findall(chinese)), english


def test_english_and_whatever_nobody_translated_stand_as_they_are() -> None:
    assert words.say("Queue", "en") == "Queue"
    assert words.say("Queue", "zh") == "工单队列"
    assert words.say("a reason of somebody's", "zh") == "a reason of somebody's"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ _(name) }}", "&lt;b&gt;"),
        ("{{ _('by %(name)s', name=name) }}", "操作人：&lt;b&gt;"),
        ("{{ _('by %(name)s', name=bold) }}", "操作人：<b>"),
        ("{{ _('100 % of it') }}", "100 % of it"),
    ],
)
def test_what_users_wrote_is_escaped(source: str, shown: str) -> None:
    environment = Environment(autoescape=True)
    environment.globals["_"] = words.say_here
    template = environment.from_string(source)
    assert template.render(lang="zh", name="<b>", bold=Markup("<b>")) == shown
