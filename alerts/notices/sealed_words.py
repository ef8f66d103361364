"""The words of a notice as they are sealed: its subject, and both forms of its text in one."""

from __future__ import annotations

from alerts.notices.grouping import Text
from customers.secrecy.sealing import Keys

SUBJECT, BODY = "notices.subject_sealed", "notices.body_sealed"
"""What the words are sealed for."""
BREAK = "\f"
"""Stands between the whole form and the short one: a form feed, which nobody writes."""


def seal(keys: Keys, owner: str, words: Text) -> tuple[bytes | None, bytes | None]:
    """The subject and the text of a letter, sealed for its reader."""
    forms = [each.replace(BREAK, " ") for each in (words.body, words.short) if each]
    return (
        keys.seal(owner, SUBJECT, words.subject),
        keys.seal(owner, BODY, BREAK.join(forms)),
    )


def unseal(keys: Keys, owner: str, subject: bytes | None, body: bytes | None) -> Text:
    """What was sealed; empty where the words are gone."""
    whole, _, short = (keys.open(owner, BODY, body) or "").partition(BREAK)
    return Text(keys.open(owner, SUBJECT, subject) or "", whole, short)
