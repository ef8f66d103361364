"""The SLA policy as a form holds it: rows of texts, which become a policy or say what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from runtime.errors import InvalidError
from tickets.sla.calendar import Place, Weekday, Weekly
from tickets.sla.policy import Policy, Promise

ELSEWHERE = "*"
"""The place of regions that are not named."""
_PARTS = re.compile(r"[,;，；、\s]+")


@dataclass(frozen=True)
class CalendarRow:
    """A calendar: hours as they are written, by weekday."""

    name: str
    hours: tuple[str, ...]
    always: bool = False
    """It knows no holidays."""


@dataclass(frozen=True)
class PromiseRow:
    """A promise and for whom it is; empty fields ask for nothing."""

    safety: str = ""
    severities: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()
    calendar: str = ""
    first_response: str = ""
    resolution: str = ""


@dataclass(frozen=True)
class PlaceRow:
    """Zone and days off of a region."""

    region: str
    time_zone: str = ""
    country: str = ""
    subdivision: str = ""
    closed_on: str = ""
    open_on: str = ""


@dataclass(frozen=True)
class Draft:
    """All that the form holds, and the version that it was begun with."""

    version: int
    calendars: Sequence[CalendarRow]
    promises: Sequence[PromiseRow]
    places: Sequence[PlaceRow]
    figures: Mapping[str, str] = field(default_factory=dict)
    """Thresholds by name."""

    @property
    def rows(self) -> Draft:
        """With an empty row of each kind to add one by."""
        return Draft(
            self.version,
            [*self.calendars, CalendarRow("", ("",) * len(Weekday))],
            [PromiseRow(), *self.promises],
            [*self.places, PlaceRow("")],
            self.figures,
        )


def of(version: int, policy: Policy) -> Draft:
    """What a form shows of a policy."""
    places = {**policy.regions, ELSEWHERE: policy.elsewhere}
    reviews = policy.reviews
    return Draft(
        version,
        [
            CalendarRow(name, _written(weekly), name in policy.round_the_clock)
            for name, weekly in policy.calendars.items()
        ],
        [_promise_row(each) for each in policy.promises],
        [_place_row(region, place) for region, place in places.items()],
        {
            "warn_at": f"{100 * policy.warn_at:g}",
            "days": str(reviews.days),
            "fewest": str(reviews.fewest),
            "nps_below": f"{reviews.nps_below:g}",
            "csat_below": f"{100 * reviews.csat_below:g}",
        },
    )


def _written(weekly: Weekly) -> tuple[str, ...]:
    return tuple(", ".join(weekly.get(day, ())) for day in Weekday)


def _promise_row(promise: Promise) -> PromiseRow:
    return PromiseRow(
        {None: "", True: "yes", False: "no"}[promise.safety],
        frozenset(promise.severity or ()),
        frozenset(promise.tier or ()),
        promise.calendar,
        str(promise.first_response_minutes),
        str(promise.resolution_minutes),
    )


def _place_row(region: str, place: Place) -> PlaceRow:
    return PlaceRow(
        region,
        place.time_zone or "",
        place.country or "",
        place.subdivision or "",
        ", ".join(map(str, place.closed_on)),
        ", ".join(map(str, place.open_on)),
    )


def policy(draft: Draft) -> Policy:
    """The policy that a form asks for; InvalidError says in which of its fields what is wrong."""
    calendars = [each for each in draft.calendars if each.name.strip()]
    places = {each.region.strip(): _place(each) for each in draft.places if each.region.strip()}
    _check_once("calendar", [each.name.strip() for each in calendars])
    _check_once("region", [each.region.strip() for each in draft.places if each.region.strip()])
    document = {
        "calendars": {each.name.strip(): _weekly(each) for each in calendars},
        "round_the_clock": [each.name.strip() for each in calendars if each.always],
        "elsewhere": places.pop(ELSEWHERE, {}),
        "regions": places,
        "promises": [_promise(each) for each in draft.promises if _is_filled(each)],
        "warn_at": _share(draft, "warn_at"),
        "reviews": {
            "days": draft.figures.get("days", ""),
            "fewest": draft.figures.get("fewest", ""),
            "nps_below": draft.figures.get("nps_below", ""),
            "csat_below": _share(draft, "csat_below"),
        },
    }
    try:
        return Policy.model_validate(document)
    except ValidationError as error:
        raise InvalidError("; ".join(map(_told, error.errors()[:5]))) from error


def _is_filled(row: PromiseRow) -> bool:
    return bool(row.first_response.strip() or row.resolution.strip())


def _check_once(what: str, names: Sequence[str]) -> None:
    twice = sorted({each for each in names if names.count(each) > 1})
    if twice:
        raise InvalidError(f"there are two rows of the {what} {', '.join(twice)}")


def _weekly(row: CalendarRow) -> dict[str, list[str]]:
    written = zip(Weekday, row.hours, strict=True)
    return {day: _parts(text) for day, text in written if text.strip()}


def _place(row: PlaceRow) -> dict[str, Any]:
    return {
        "time_zone": row.time_zone.strip() or None,
        "country": row.country.strip().upper() or None,
        "subdivision": row.subdivision.strip().upper() or None,
        "closed_on": _parts(row.closed_on),
        "open_on": _parts(row.open_on),
    }


def _promise(row: PromiseRow) -> dict[str, Any]:
    return {
        "safety": {"yes": True, "no": False}.get(row.safety),
        "severity": sorted(row.severities) or None,
        "tier": sorted(row.tiers) or None,
        "calendar": row.calendar,
        "first_response_minutes": row.first_response.strip(),
        "resolution_minutes": row.resolution.strip(),
    }


def _parts(text: str) -> list[str]:
    return [part for part in _PARTS.split(text.strip()) if part]


def _share(draft: Draft, name: str) -> float:
    written = draft.figures.get(name, "")
    try:
        return float(written) / 100
    except ValueError as error:
        raise InvalidError(f"{name}: {written!r} is no percentage") from error


def _told(wrong: Mapping[str, Any]) -> str:
    """Where something is wrong, counted as people do, and what."""
    place: Iterable[int | str] = wrong["loc"]
    where = ", ".join(str(part + 1) if isinstance(part, int) else part for part in place)
    what = str(wrong["msg"]).removeprefix("Value error, ")
    return f"{where}: {what}" if where else what
