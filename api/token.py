"""Signed tokens: what a user shows instead of a password, each good for one purpose only."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlencode

import jwt

from runtime.clock import WallClock
from runtime.errors import UnauthenticatedError
from runtime.settings import Settings

ALGORITHM = "HS256"
ISSUER = "hearthwatch"


class Purpose(StrEnum):
    """Where a token is accepted; one for the API does not open the console."""

    API = "api"
    SESSION = "session"
    ENTER = "enter"


LIFETIMES = {
    Purpose.API: timedelta(hours=12),
    Purpose.SESSION: timedelta(hours=12),
    Purpose.ENTER: timedelta(hours=24),
}


def issue(settings: Settings, name: str, purpose: Purpose) -> str:
    """A token for the user `name`. Its times are the wall's, whatever clock the world has."""
    issued_at = WallClock().now()
    claims = {
        "iss": ISSUER,
        "aud": purpose.value,
        "sub": name,
        "iat": issued_at,
        "exp": issued_at + LIFETIMES[purpose],
        "jti": secrets.token_urlsafe(12),
    }
    return jwt.encode(claims, settings.secret(), algorithm=ALGORITHM)


def read(settings: Settings, token: str, purpose: Purpose) -> str:
    """The name of the user that a token was made for; UnauthenticatedError if it does not hold."""
    try:
        claims = jwt.decode(
            token,
            settings.secret(),
            algorithms=[ALGORITHM],
            audience=purpose.value,
            issuer=ISSUER,
            options={"require": ["exp", "sub", "aud", "iss"]},
        )
    except jwt.ExpiredSignatureError as error:
        raise UnauthenticatedError("the token has expired", hint="sign in again") from error
    except jwt.InvalidTokenError as error:
        raise UnauthenticatedError("the token is not valid", hint="sign in again") from error
    return str(claims["sub"])


def enter_url(settings: Settings, base_url: str, name: str) -> str:
    """A link that signs `name` in to the console for a day, so that a demo needs no password."""
    entry = urlencode({"token": issue(settings, name, Purpose.ENTER)})
    return f"{base_url.rstrip('/')}/console/enter?{entry}"


def form_token(settings: Settings, session: str) -> str:
    """What a form of this session carries, and another site cannot know."""
    key = settings.secret().encode()
    return hmac.new(key, b"form:" + session.encode(), hashlib.sha256).hexdigest()


def form_token_holds(settings: Settings, session: str, given: str) -> bool:
    """Whether a form came from a page of this session."""
    return hmac.compare_digest(form_token(settings, session).encode(), given.encode())
