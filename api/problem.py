"""What a failed request is answered with: a problem document (RFC 9457), or a console page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg import DataError, OperationalError
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api.console import trouble
from api.my import trouble as my_trouble
from runtime.errors import HearthwatchError

MEDIA_TYPE = "application/problem+json"
log = structlog.get_logger()


class FieldError(BaseModel):
    """A field that cannot be accepted."""

    field: str = Field(examples=["query.limit"])
    message: str = Field(examples=["Input should be less than or equal to 500"])


class Problem(BaseModel):
    """A problem document."""

    type: str = "about:blank"
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["there is no ticket 7"])
    instance: str = Field(examples=["/v1/tickets/7"])
    hint: str | None = Field(default=None, description="What to do about it")
    errors: list[FieldError] | None = None


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's documentation: the failures that it may answer with."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def install(app: FastAPI) -> None:
    """Answer every failure of the app."""
    app.add_exception_handler(HearthwatchError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(PoolTimeout, _of_database)
    app.add_exception_handler(OperationalError, _of_database)
    app.add_exception_handler(DataError, _of_data)
    app.add_exception_handler(UnicodeEncodeError, _of_data)
    app.add_exception_handler(Exception, _of_anything)


def _answer(
    request: Request,
    status: int,
    detail: str,
    *,
    title: str | None = None,
    hint: str | None = None,
    errors: Sequence[FieldError] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    document = Problem(
        title=title or HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=request.url.path,
        hint=hint,
        errors=list(errors) if errors else None,
    )
    if request.url.path.startswith("/console"):
        return trouble.answer(request, status, document.title, detail, hint)
    if request.url.path.startswith("/my/"):
        return my_trouble.answer(request, status)
    return JSONResponse(
        document.model_dump(exclude_none=True), status, dict(headers or {}), MEDIA_TYPE
    )


def _of_ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, HearthwatchError)  # noqa: S101 - registered for this class only
    if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request failed", path=request.url.path, error=str(error))
        return _of_anything(request, error)
    headers = {"WWW-Authenticate": "Bearer"} if error.status == HTTPStatus.UNAUTHORIZED else None
    return _answer(
        request, error.status, error.message, title=error.title, hint=error.hint, headers=headers
    )


def _of_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    wrong = [
        FieldError(field=".".join(map(str, each["loc"])), message=each["msg"])
        for each in error.errors()
    ]
    detail = "; ".join(f"{each.field}: {each.message}" for each in wrong)
    return _answer(request, 422, detail, title="Invalid request", errors=wrong)


def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    return _answer(request, error.status_code, error.detail, headers=error.headers)


def _of_database(request: Request, error: Exception) -> Response:
    log.error("database away", path=request.url.path, error=str(error))
    return _answer(
        request,
        503,
        "the database does not answer",
        hint="try again in a moment",
        headers={"Retry-After": "5"},
    )


def _of_data(request: Request, error: Exception) -> Response:
    """A text that the database cannot hold, such as one with a NUL or half a character."""
    log.info("value refused by the database", path=request.url.path, error=str(error))
    return _answer(request, 422, "a value cannot be stored or looked up", title="Invalid value")


def _of_anything(request: Request, _error: Exception) -> Response:
    """What went wrong is for the log, where the server writes it; the caller learns that it did."""
    answer = _answer(
        request, 500, "something went wrong here; it is in the log", title="Internal error"
    )
    # The server cuts the connection after this: a client that is not told may ask again on it.
    answer.headers["Connection"] = "close"
    return answer
