"""What a customer reads: letters by occasion and language, from templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
)

from alerts.notices.delivery import MARK
from alerts.notices.grouping import spoken
from runtime import settings
from runtime.errors import HearthwatchError

FOLDER = Path(__file__).parent / "letters"
OCCASIONS: Mapping[str, str] = MappingProxyType(
    {
        "problem": "service",
        "safety": "service",
        "slots": "service",
        "question": "service",
        "appointment": "service",
        "moved": "service",
        "cancelled": "service",
        "on_the_way": "service",
        "resolved": "service",
        "rating": "service",
        "consumable": "reminders",
        "care_tip": "reminders",
    }
)
"""Every occasion on which we write, and the purpose that its reader must have agreed to."""


class LetterError(HearthwatchError):
    """A template that cannot be filled in: which one, and what is missing."""

    title = "Letter cannot be written"


@dataclass(frozen=True)
class Letter:
    """A subject line and a text, and the same in a sentence or two."""

    subject: str
    body: str
    short: str = ""


def write(
    occasion: str, language: str, facts: Mapping[str, object], *, own: Path | None = None
) -> Letter:
    """Fill in the templates of an occasion; a letter's first line is its subject.

    A language that we do not write falls back to English. `own` is the company's folder, whose
    templates go before ours. LetterError names the template and the variable that is missing.
    """
    own = own or _own_folder()
    name = f"{occasion}.{spoken(language)}"
    subject, _, body = _filled(f"{name}.txt", facts, own).partition("\n")
    if not subject.strip() or not body.strip():
        raise LetterError(f"letter {name}.txt: the first line is the subject, then comes the text")
    short = " ".join(_filled(f"{name}.short.txt", facts, own).split())
    return Letter(subject.strip(), body.strip() + "\n", short)


def _filled(name: str, facts: Mapping[str, object], own: Path | None) -> str:
    """A template with its facts; LetterError where there is none, or one of them is missing."""
    try:
        return _templates(own).get_template(name).render(my_link=MARK, **facts)
    except TemplateNotFound as error:
        raise LetterError(f"there is no letter {name}") from error
    except TemplateError as error:
        raise LetterError(
            f"letter {name}: {error.message}", hint="docs/notices.md lists every variable"
        ) from error


@cache
def _own_folder() -> Path | None:
    return settings.load().letters


@cache
def _templates(own: Path | None) -> Environment:
    folders = [FOLDER] if own is None else [own, FOLDER]
    # Letters are plain text: there is no markup to escape.
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - plain text, never shown as HTML without escaping
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["within"] = within
    return made


def within(title: str) -> str:
    """A title as it stands within a sentence: `Water filter` is small there, `RO membrane` is not.

    >>> within("Water filter"), within("RO membrane")
    ('water filter', 'RO membrane')
    """
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
