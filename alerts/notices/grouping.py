"""Several reminders of one home become one letter. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.notices.manner import SERVICE

MORE = {"en": "{subject} (and {n} more)", "zh": "{subject}（另有{n}项提醒）"}


@dataclass(frozen=True)
class Text:
    """A subject line and a text, whose first paragraph greets the reader."""

    subject: str
    body: str
    short: str = ""
    """The same in a sentence or two."""


def may_share(purpose: str, *, safety: bool) -> bool:
    """Whether a notice may go out in one letter with others: service and danger stand alone."""
    return purpose != SERVICE and not safety


def join(texts: Sequence[Text], language: str) -> Text:
    """One letter of several: one greeting, then each under its own subject."""
    first, *others = texts
    if not others:
        return first
    greeting, _, rest = first.body.strip().partition("\n\n")
    parts = [greeting]
    for text, said in [(first, rest), *((each, _ungreeted(each)) for each in others)]:
        parts.append(f"— {text.subject} —\n\n{said.strip()}")
    subject = MORE[spoken(language)].format(subject=first.subject, n=len(others))
    shorts = [each.short for each in texts]
    return Text(subject, "\n\n".join(parts) + "\n", "\n".join(shorts) if all(shorts) else "")


def spoken(language: str) -> str:
    """The language that we write to a reader of `language`: Chinese, or else English."""
    return "zh" if language.lower().startswith("zh") else "en"


def _ungreeted(text: Text) -> str:
    return text.body.strip().partition("\n\n")[2]
