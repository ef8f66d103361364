"""Words of pages in the reader's language: English ones stand in the templates, Chinese in a file.

Texts of the catalogue and sentences of findings bring their languages along themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape


@dataclass(frozen=True)
class Translation:
    """The Chinese of one family of pages, a YAML file of texts by the English one."""

    file: Path

    @cached_property
    def _read(self) -> dict[str, str]:
        texts: dict[str, str] = yaml.safe_load(self.file.read_text(encoding="utf-8"))
        return texts

    def chinese(self) -> dict[str, str]:
        """Every text in Chinese, by the English one."""
        return self._read

    def say(self, text: str, spoken: str) -> str:
        """The text in a language; as it stands where nobody has translated it."""
        return self._read.get(text, text) if spoken == "zh" else text

    @pass_context
    def say_here(self, context: Context, text: object, **facts: object) -> Markup:
        """Say a text in the page's language, with `%(name)s` for each fact; both are escaped."""
        said = escape(self.say(str(text), str(context["lang"])))
        return said % facts if facts else said
