"""What an event looks like outside, and the signatures that go with it (Standard Webhooks)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from standardwebhooks.webhooks import Webhook

from tickets.outside.feed import Told


def body_of(told: Told) -> bytes:
    """An event as JSON: the same bytes however often it is sent."""
    message = {
        "type": told.kind,
        "timestamp": told.at.isoformat(),
        "data": {
            "position": told.position,
            "subject": told.subject,
            "trace": str(told.trace) if told.trace else None,
            "region": told.region,
            "facts": dict(told.facts),
        },
    }
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def signed(message_id: str, body: bytes, secrets: Sequence[str], at: datetime) -> Mapping[str, str]:
    """The headers by which a receiver knows the message, its age and that it is ours.

    A body that is not text cannot be signed. `at` is the wall's time, in UTC.
    """
    text = body.decode()
    signatures = [Webhook(secret).sign(message_id, at, text) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
