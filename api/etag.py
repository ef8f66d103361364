"""Which version of a resource somebody saw: ETag, If-None-Match and If-Match."""

from __future__ import annotations

import hashlib
from typing import Annotated, TypeVar

from fastapi import Header, Request, Response
from pydantic import BaseModel

from runtime.errors import HearthwatchError

Resource = TypeVar("Resource", bound=BaseModel)
IfMatch = Annotated[str | None, Header(description="The ETag of the version that you saw")]


class PreconditionFailedError(HearthwatchError):
    """Somebody changed the resource since it was read."""

    status = 412
    title = "Changed in the meantime"


class PreconditionRequiredError(HearthwatchError):
    """A change without saying which version it is based on."""

    status = 428
    title = "If-Match is missing"


def of(resource: BaseModel) -> str:
    """A strong tag: another one as soon as anything in the resource differs."""
    return f'"{hashlib.sha256(resource.model_dump_json().encode()).hexdigest()[:20]}"'


def answer(request: Request, response: Response, resource: Resource) -> Resource | Response:
    """The resource with its tag, or 304 if the caller has it already."""
    tag = of(resource)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in _tags(request.headers.get("if-none-match")):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return resource


def check(resource: BaseModel, if_match: str | None) -> None:
    """Raise unless the caller saw the resource as it is now."""
    if if_match is None:
        raise PreconditionRequiredError(
            "say which version you saw", hint="send its ETag as If-Match"
        )
    tags = _tags(if_match)
    if of(resource) not in tags and "*" not in tags:
        raise PreconditionFailedError("it was changed since you read it", hint="read it again")


def _tags(header: str | None) -> set[str]:
    return {tag.strip() for tag in (header or "").split(",")}
