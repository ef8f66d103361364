"""What a page is made of, for those who cannot see it: headings, fields and their labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

FIELDS = {"input", "select", "textarea"}
UNSEEN = {"hidden", "submit"}


@dataclass
class Outline:
    """Found on one page."""

    language: str | None = None
    headings: list[int] = field(default_factory=list)
    unlabelled: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.outline = Outline()
        self._within = 0
        self._meant: set[str] = set()
        self._unsure: list[tuple[str | None, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.outline.ids.append(str(given["id"]))
        if tag == "html":
            self.outline.language = given.get("lang")
        elif tag in {"h1", "h2", "h3", "h4"}:
            self.outline.headings.append(int(tag[1]))
        elif tag == "label":
            self._within += 1
            self._meant.add(given.get("for") or "")
        elif tag in FIELDS and given.get("type") not in UNSEEN:
            self._look(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self._within -= 1

    def _look(self, tag: str, given: dict[str, str | None]) -> None:
        if not self._within and not given.get("aria-label"):
            self._unsure.append((given.get("id"), f"{tag} {given.get('name')}"))

    def close(self) -> None:
        super().close()
        told = [what for name, what in self._unsure if name not in self._meant]
        self.outline.unlabelled.extend(told)


def of(page: str) -> Outline:
    """Read a page."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.outline
