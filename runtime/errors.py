"""The root of every error that a user may see: what is wrong and what to do about it."""

from __future__ import annotations


class HearthwatchError(Exception):
    """An error with a message for the user.

    `status` is the HTTP status the API answers with, `title` its short name in a problem
    document, and `hint` says what to do next.
    """

    status = 500
    title = "Internal error"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class ConfigurationError(HearthwatchError):
    """A setting, a file or a service that is not as it must be."""

    title = "Configuration error"


class NotFoundError(HearthwatchError):
    """Something that was asked for by its identifier does not exist."""

    status = 404
    title = "Not found"


class InvalidError(HearthwatchError):
    """A value that the caller sent cannot be accepted."""

    status = 422
    title = "Invalid value"


class ConflictError(HearthwatchError):
    """The request makes no sense in the state that the thing is in."""

    status = 409
    title = "Conflict"


class UnauthenticatedError(HearthwatchError):
    """No token, or one that does not hold."""

    status = 401
    title = "Not signed in"


class ForbiddenError(HearthwatchError):
    """A valid token whose role does not allow this."""

    status = 403
    title = "Not allowed"
