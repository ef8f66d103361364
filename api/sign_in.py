"""Checks a name and a password, however they came, and notes who signed in."""

from __future__ import annotations

from fastapi import Request

from api import audit, user
from api.attempts import Attempts
from api.user import User
from runtime.errors import UnauthenticatedError
from storage.pool import Connection


def with_password(request: Request, connection: Connection, name: str, password: str) -> User:
    """The user, or UnauthenticatedError; TooManyAttemptsError after many failures."""
    attempts: Attempts = request.app.state.attempts
    address = request.client.host if request.client else ""
    attempts.check(name, address)
    try:
        found = user.authenticate(connection, name, password)
    except UnauthenticatedError:
        attempts.failed(name, address)
        raise
    attempts.succeeded(name, address)
    audit.record(connection, found.name, "signed in", address)
    return found
