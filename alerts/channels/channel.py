"""The shape of a channel, and what it is given to carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Recipient:
    """Who gets it; what is not known is empty."""

    name: str
    phone: str = ""
    email: str = ""
    external_id: str = ""
    """The company's own number for the person, for channels that know people by it."""


@dataclass(frozen=True)
class Parcel:
    """A letter as it leaves the house."""

    key: str
    """The same for every try, so that a receiver can tell a second copy from a second letter."""
    recipient: Recipient
    subject: str
    text: str
    html: str
    short: str = ""
    """One or two sentences and the link; empty where the text is all there is."""
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """A channel could not carry a parcel; the reason names nobody."""

    def __init__(self, reason: str, *, lasting: bool, address: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.lasting = lasting
        """Another try would end the same."""
        self.address = address
        """It is the address that is wrong: nothing else will reach it either."""


class Channel(Protocol):
    """Carries parcels to people."""

    def reaches(self, recipient: Recipient) -> bool:
        """Whether what it needs to know of the recipient is known."""
        ...

    def send(self, parcel: Parcel) -> str:
        """Send it; return what the record should say. RefusedError if it could not."""
        ...
