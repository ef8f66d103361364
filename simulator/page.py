"""Reads the forms of a page as a browser does: where they lead, and what may be filled in. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """A form of a page."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    """What is sent as it stands: hidden fields, and fields with a value."""
    choices: dict[str, list[str]] = field(default_factory=dict)
    """The values of each group of radio buttons and of each list."""

    @property
    def leads_to(self) -> str:
        """The last part of its address, which says what it does."""
        return self.action.partition("?")[0].rstrip("/").rsplit("/", 1)[-1]


def forms(text: str) -> Sequence[Form]:
    """The forms that send something, in the order of the page."""
    reader = _Reader()
    reader.feed(text)
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._list = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form" and told.get("method", "").lower() == "post":
            self._form = Form(told.get("action", ""))
            self.found.append(self._form)
        elif self._form is not None:
            self._take(self._form, tag, told)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._list = ""

    def _take(self, form: Form, tag: str, told: dict[str, str]) -> None:
        name, value = told.get("name", ""), told.get("value", "")
        if tag == "select":
            self._list = name
        elif tag == "option" and self._list and value:
            form.choices.setdefault(self._list, []).append(value)
        elif tag in {"input", "button"} and name:
            kind = told.get("type", "text")
            if kind == "radio" or tag == "button":
                form.choices.setdefault(name, []).append(value)
            elif kind == "checkbox":
                if "checked" in told:
                    form.fields[name] = value or "on"
            else:
                form.fields[name] = value
        elif tag == "textarea" and name:
            form.fields[name] = ""
