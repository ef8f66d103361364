"""/v1/webhooks: where other systems are told of events."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api import audit, cursor, problem
from api.access import Admin
from api.from_row import FromRow
from api.house import House, Served, Transaction
from api.user import User
from runtime.errors import ForbiddenError
from storage.pool import Connection
from tickets.outside import endpoint, feed, mapping
from tickets.outside.address_guard import Guard
from tickets.outside.endpoint import Wanted

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])
EndpointId = Annotated[int, Path(ge=1, lt=cursor.LARGEST_ID)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,60}$")]
HeaderValue = Annotated[str, StringConstraints(pattern=r"^[\x20-\x7e]{1,4000}$")]
Headers = Annotated[dict[HeaderName, HeaderValue], Field(max_length=20)]
State = Literal["active", "paused"]


class Asked(BaseModel):
    """An endpoint that somebody registers."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"name": "erp", "url": "https://erp.example.com/in", "kinds": ["ticket.*"]}
            ]
        },
    )

    name: Name
    url: str
    kinds: list[str] = Field(
        default=["*"], max_length=50, description="Such as ticket.opened, ticket.* or *"
    )
    region: str | None = Field(default=None, description="null for every region")
    mapping: str | None = Field(default=None, description="null sends events as they are")
    headers: Headers = Field(
        default_factory=dict, description="Sent along and never shown, such as Authorization"
    )


class Change(BaseModel):
    """What shall be otherwise; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    url: str | None = None
    kinds: list[str] | None = Field(default=None, max_length=50)
    mapping: str | None = None
    headers: Headers | None = None
    state: State | None = None


class Endpoint(FromRow):
    """An endpoint as it stands."""

    id: int
    name: str
    url: str
    kinds: list[str]
    region: str | None
    mapping: str | None
    state: str = Field(description="active, paused or disabled")
    reason: str = Field(description="Why it was disabled")
    cursor: int = Field(description="Position up to which it was told, but for what waits")
    waiting: int
    abandoned: int = Field(description="Refused until we gave up; a replay tries them again")
    failures: int = Field(description="In a row, up to now")
    failing_since: datetime | None
    created_at: datetime
    created_by: str


class Registered(Endpoint):
    """A new endpoint with its secret, which is shown this once."""

    secret: str = Field(examples=["whsec_..."])


@router.get("", summary="List webhooks", responses=problem.responses(401, 403))
def index(connection: Transaction, asking: Admin) -> list[Endpoint]:
    """Every endpoint; a partner's administrator sees those of its region."""
    found = endpoint.all_of(connection, asking.region)
    return [Endpoint.model_validate(each) for each in found]


@router.post(
    "",
    status_code=201,
    summary="Register a webhook",
    responses=problem.responses(401, 403, 409, 422),
)
def create(connection: Transaction, asking: Admin, house: Served, asked: Asked) -> Registered:
    """Tell an address of what happens from now on; the answer holds the secret, this once."""
    if asking.region is not None and asked.region != asking.region:
        raise ForbiddenError(
            "you may register webhooks of your region", hint=f"give region {asking.region!r}"
        )
    _check_target(house, asked.url, asked.mapping)
    wanted = Wanted(
        name=asked.name,
        url=asked.url,
        kinds=feed.check_kinds(asked.kinds),
        region=asked.region,
        mapping=asked.mapping,
        headers=asked.headers,
    )
    made, secret = endpoint.add(connection, wanted, asking.name)
    note(connection, asking, "webhook registered", made)
    return Registered(**shown(connection, asking, made).model_dump(), secret=secret)


@router.get("/{endpoint_id}", summary="Get a webhook", responses=problem.responses(401, 403, 404))
def show(connection: Transaction, asking: Admin, endpoint_id: EndpointId) -> Endpoint:
    """One endpoint, how far it is and whether it fails."""
    return shown(connection, asking, endpoint_id)


@router.patch(
    "/{endpoint_id}", summary="Change a webhook", responses=problem.responses(401, 403, 404, 422)
)
def change(
    connection: Transaction,
    asking: Admin,
    house: Served,
    endpoint_id: EndpointId,
    asked: Change,
) -> Endpoint:
    """Set what is named; `state` active tries again at once, also one that was disabled."""
    found = shown(connection, asking, endpoint_id)
    given = asked.model_fields_set
    url = asked.url or found.url
    wanted = asked.mapping if "mapping" in given else found.mapping
    if given & {"url", "mapping"}:
        _check_target(house, url, wanted)
    kinds = found.kinds if asked.kinds is None else feed.check_kinds(asked.kinds)
    endpoint.change(
        connection,
        endpoint_id,
        url=url,
        kinds=kinds,
        mapping=wanted,
        state=asked.state or found.state,
    )
    if asked.headers is not None:
        endpoint.set_headers(connection, endpoint_id, asked.headers)
    note(connection, asking, "webhook changed", endpoint_id)
    return shown(connection, asking, endpoint_id)


@router.delete(
    "/{endpoint_id}",
    status_code=204,
    summary="Remove a webhook",
    responses=problem.responses(401, 403, 404),
)
def remove(connection: Transaction, asking: Admin, endpoint_id: EndpointId) -> None:
    """Tell it nothing more, and forget what waits for it."""
    shown(connection, asking, endpoint_id)
    endpoint.remove(connection, endpoint_id)
    note(connection, asking, "webhook removed", endpoint_id)


def shown(connection: Connection, asking: User, endpoint_id: int) -> Endpoint:
    """The endpoint; NotFoundError if there is none for this user."""
    return Endpoint.model_validate(endpoint.get(connection, endpoint_id, asking.region))


def _check_target(house: House, url: str, name: str | None) -> None:
    Guard.parse(house.settings.webhook_networks).check(url)
    if name is not None:
        mapping.find(mapping.load(house.settings.mappings), name)


def note(connection: Connection, asking: User, action: str, endpoint_id: int) -> None:
    """Keep in the audit who did what with an endpoint."""
    audit.record(connection, asking.name, action, f"webhook:{endpoint_id}")
