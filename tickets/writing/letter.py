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
    """A subject line and a text."""

    subject: str
    body: str


def write(
    occasion: str, language: str, facts: Mapping[str, object], *, own: Path | None = None
) -> Letter:
    """Fill in the template of an occasion; its first line is the subject.

    A language that we do not write falls back to English. `own` is the company's folder, whose
    templates go before ours. LetterError names the template and the variable that is missing.
    """
    own = own or _own_folder()
    name = f"{occasion}.{spoken(language)}.txt"
    try:
        text = _templates(own).get_template(name).render(my_link=MARK, **facts)
    except TemplateNotFound as error:
        raise LetterError(f"there is no letter {name}") from error
    except TemplateError as error:
        raise LetterError(
            f"letter {name}: {error.message}", hint="docs/notices.md lists every variable"
        ) from error
    subject, _, body = text.partition("\n")
    if not subject.strip() or not body.strip():
        raise LetterError(f"letter {name}: the first line is the subject, then comes the text")
    return Letter(subject.strip(), body.strip() + "\n")


@cache
def _own_folder() -> Path | None:
    return settings.load().letters


@cache
def _templates(own: Path | None) -> Environment:
    folders = [FOLDER] if own is None else [own, FOLDER]
    # Letters are plain text: there is no markup to escape.
    return Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - plain text, never shown as HTML without escaping
        trim_blocks=True,
        lstrip_blocks=True,
    )
