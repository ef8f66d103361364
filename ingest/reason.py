"""Why a message was put aside: the fixed words that dead letters are counted by."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """One word a cause; docs/formats/wire.md says what to do about each."""

    TOPIC_UNKNOWN = "topic_unknown"
    TOPIC_MALFORMED = "topic_malformed"
    DEVICE_UNKNOWN = "device_unknown"
    DEVICE_RETIRED = "device_retired"
    PAYLOAD_TOO_LARGE = "payload_too_large"
    EMPTY = "empty"
    NOT_JSON = "not_json"
    WRONG_SHAPE = "wrong_shape"
    TIME_INVALID = "time_invalid"
    TIME_TOO_OLD = "time_too_old"
    TIME_TOO_FAR_AHEAD = "time_too_far_ahead"
    VALUE_NOT_NUMBER = "value_not_number"
    VALUE_NOT_WHOLE = "value_not_whole"
    VALUE_NOT_FINITE = "value_not_finite"
    VALUE_OUT_OF_RANGE = "value_out_of_range"
    CODE_UNKNOWN = "code_unknown"
    COMMAND_UNKNOWN = "command_unknown"
    CONFLICTING_DUPLICATE = "conflicting_duplicate"
    NOT_STORABLE = "not_storable"


class RefusedError(Exception):
    """A message, or a part of it, that cannot be accepted."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
