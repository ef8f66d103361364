"""Reads from what a carrier said whether another try makes sense, and whether the address is wrong.

Apprise tells success from failure and leaves the rest to its log; this is all there is. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from alerts.channels.channel import RefusedError

_REPLY = r"\(([45]\d\d), b['\"](?:([245]\.\d{1,3}\.\d{1,3})\b)?"
_RECIPIENT = re.compile(rf"^Socket Exception: \{{.*?: {_REPLY}")
_MAIL = re.compile(rf"^Socket Exception: {_REPLY}")
_WEB = re.compile(r"\berror=([1-5]\d\d)\b")
NO_MAILBOX = frozenset({"550", "551", "553"})
"""SMTP: no such mailbox, not here, not a name that is allowed."""
GONE = frozenset({"404", "410"})
"""HTTP: there is nobody at this address any more."""
BUSY = frozenset({"408", "425", "429"})


def read(lines: Iterable[str]) -> RefusedError:
    """What to make of a failure, from the lines of its log."""
    for line in lines:
        if found := _RECIPIENT.search(line):
            return _of_mail(*found.groups(), of_recipient=True)
        if found := _MAIL.search(line):
            return _of_mail(*found.groups(), of_recipient=False)
        if found := _WEB.search(line):
            return _of_web(found[1])
    return RefusedError("the carrier does not answer", lasting=False)


def _of_mail(code: str, detail: str | None, *, of_recipient: bool) -> RefusedError:
    """A full mailbox (5.2.2), a policy (5.7.1) or our own sender say nothing of the address."""
    reason = f"the mail server refused: {code}{f' {detail}' if detail else ''}"
    wrong = detail.startswith("5.1.") if detail else code in NO_MAILBOX
    lasting = code.startswith("5")
    return RefusedError(reason, lasting=lasting, address=lasting and of_recipient and wrong)


def _of_web(code: str) -> RefusedError:
    lasting = code.startswith("4") and code not in BUSY
    return RefusedError(f"the carrier answered {code}", lasting=lasting, address=code in GONE)
