"""What a customer reads: letters by occasion and language, from templates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parent / "letters"
LANGUAGES = ("en", "zh")

# Letters are plain text: there is no markup to escape.
_TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - plain text, never shown as HTML without escaping
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Letter:
    """A subject line and a text."""

    subject: str
    body: str


def write(occasion: str, language: str, **facts: object) -> Letter:
    """Fill in the template of an occasion; its first line is the subject.

    A language that we do not write falls back to English; a missing fact is an error.
    """
    spoken = "zh" if language.lower().startswith("zh") else "en"
    text = _TEMPLATES.get_template(f"{occasion}.{spoken}.txt").render(**facts)
    subject, _, body = text.partition("\n")
    return Letter(subject.strip(), body.strip() + "\n")
