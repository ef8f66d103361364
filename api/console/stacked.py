"""Lets a table read on a phone: each cell carries its column's heading, for the style to show.

A template wraps its table in `{% filter stacked %}`; on a wide screen nothing changes.
"""

from __future__ import annotations

from html.parser import HTMLParser

from markupsafe import Markup


def stacked(table: str) -> Markup:
    """The table with `data-label` on every cell of its body."""
    reader = _Labels()
    reader.feed(table)
    reader.close()
    return Markup("".join(reader.told))  # noqa: S704 - what a template has escaped already


class _Labels(HTMLParser):
    """Repeats what it reads, and remembers the headings until their cells come."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.told: list[str] = []
        self._headings: list[str] = []
        self._column = 0
        self._in_head = self._in_heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        written = self.get_starttag_text() or ""
        if tag == "thead":
            self._in_head = True
        elif tag == "tr":
            self._column = 0
        elif tag == "th" and self._in_head:
            self._in_heading = True
            self._headings.append("")
        elif self._in_heading:
            self._headings[-1] += " "
        elif tag == "td":
            written = self._labelled(written)
            self._column += int(dict(attrs).get("colspan") or 1)
        self.told.append(written)

    def _labelled(self, written: str) -> str:
        known = self._column < len(self._headings)
        label = self._headings[self._column].strip().replace('"', "&quot;") if known else ""
        return f'{written[:-1]} data-label="{label}">' if label else written

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "thead":
            self._in_head = False
        elif tag == "th":
            self._in_heading = False
        self.told.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._tell(data)

    def handle_entityref(self, name: str) -> None:
        self._tell(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._tell(f"&#{name};")

    def _tell(self, text: str) -> None:
        if self._in_heading:
            self._headings[-1] += text
        self.told.append(text)
