"""The words of customers' pages in their language; English ones stand in the templates."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

CHINESE = Path(__file__).parent / "zh.yaml"


@cache
def chinese() -> dict[str, str]:
    """Every text in Chinese, by the English one."""
    texts: dict[str, str] = yaml.safe_load(CHINESE.read_text(encoding="utf-8"))
    return texts


def say(text: str, spoken: str) -> str:
    """The text in a language; as it stands where nobody has translated it."""
    return chinese().get(text, text) if spoken == "zh" else text


@pass_context
def say_here(context: Context, text: object, **facts: object) -> Markup:
    """Say a text in the page's language, with `%(name)s` for each fact; both are escaped."""
    said = escape(say(str(text), str(context["lang"])))
    return said % facts if facts else said
