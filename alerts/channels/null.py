"""A channel that sends nothing: for installations and tests that must not reach anybody."""

from __future__ import annotations

from alerts.channels.channel import Parcel, Recipient


class Null:
    """Accepts every parcel and drops it."""

    def reaches(self, _recipient: Recipient) -> bool:
        """Everybody, as well as nobody."""
        return True

    def send(self, _parcel: Parcel) -> str:
        """Do nothing, and say so."""
        return "not sent: the channel is null"
