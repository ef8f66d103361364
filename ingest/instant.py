"""When something happened: the time a message tells, if it can be true."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from ingest.dialects.dialect import NO_TIME
from ingest.reason import Reason, RefusedError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Span:
    """What times are believed: from a fixed day to a little ahead of arrival."""

    earliest: datetime
    ahead: timedelta

    def believed(self, told: object, arrived_at: datetime) -> datetime:
        """The instant in UTC; that of arrival when none is told. Raises RefusedError."""
        if told is NO_TIME or told is None:
            return arrived_at
        instant = read(told)
        if instant < self.earliest:
            raise RefusedError(Reason.TIME_TOO_OLD, f"{instant.isoformat()}{_hint(told)}")
        if instant > arrived_at + self.ahead:
            raise RefusedError(
                Reason.TIME_TOO_FAR_AHEAD,
                f"{instant.isoformat()} when it was {arrived_at.isoformat()}",
            )
        return instant


def read(told: object) -> datetime:
    """Epoch milliseconds or an RFC 3339 text as an instant in UTC. Raises RefusedError."""
    if isinstance(told, str):
        return _from_text(told)
    if isinstance(told, bool) or not isinstance(told, int | float) or not math.isfinite(told):
        raise RefusedError(
            Reason.TIME_INVALID, f"`ts` is neither epoch milliseconds nor RFC 3339: {told!r:.100}"
        )
    try:
        return EPOCH + timedelta(milliseconds=told)
    except OverflowError:
        reason = Reason.TIME_TOO_FAR_AHEAD if told > 0 else Reason.TIME_TOO_OLD
        raise RefusedError(reason, f"`ts` is {told!r:.100} milliseconds from 1970") from None


def _from_text(text: str) -> datetime:
    try:
        instant = msgspec.convert(text, datetime)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (msgspec.ValidationError, OverflowError):
        raise RefusedError(Reason.TIME_INVALID, f"{text!r:.100} is not RFC 3339") from None
    raise RefusedError(Reason.TIME_INVALID, f"{text!r} lacks its offset, such as Z or +08:00")


def _hint(told: object) -> str:
    """Ten digits are seconds: the commonest mistake."""
    seconds = isinstance(told, int | float) and 1e9 <= told < 1e10  # noqa: PLR2004 - 2001 to 2286
    return " (`ts` looks like seconds; milliseconds are expected)" if seconds else ""
