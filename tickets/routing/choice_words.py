"""Tells why somebody goes, or nobody can, in a few sentences in either language. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

_PARTS = {
    "travel": ("driving", "路程"),
    "waiting": ("waiting until then", "等待时间"),
    "late": ("past the promised time", "超过承诺时间"),
    "parts": (
        "likely parts not in the van or meant for others",
        "可能需要的配件不在车上或已留作他用",
    ),
    "taken": ("parts that a later visit counts on", "占用后续上门所需的配件"),
    "skill": ("less practice with this", "熟练程度较低"),
    "balance": ("a day that is already full", "当天工作量"),
    "moving": ("changing a visit that was set", "更改已定的上门时间"),
}
_CHOICE = {
    "en": {
        "cost": "{technician} comes to {cost:.0f} minutes: {parts}.",
        "second": "Next best: {technician}, {at}, at {cost:.0f} minutes: {parts}.",
        "alone": "Nobody else who is able has time.",
        "part": "{name} {minutes:.0f}",
        "none": "nothing to add",
        "between": ", ",
    },
    "zh": {
        "cost": "{technician} 的成本相当于 {cost:.0f} 分钟：{parts}。",
        "second": "次优人选：{technician}，{at}，相当于 {cost:.0f} 分钟：{parts}。",
        "alone": "没有其他有能力的技师有空。",
        "part": "{name} {minutes:.0f}",
        "none": "无附加成本",
        "between": "，",
    },
}
_LEFT = {
    "en": {
        "no_technician": "No technician works in {region}.",
        "not_here": "{technician} does not work in {region}.",
        "no_type": "No technician of {region} knows {type}.",
        "no_skill": "No technician of {region} has the skill {skills}.",
        "not_then": "{technician} has no time as it was pinned, before {until}.",
        "too_far": "Everybody of {region} who is able lives more than {minutes:.0f} minutes away.",
        "no_time": "The {able} technicians of {region} who are able have no time before {until}.",
        "no_household": "Nobody knows in whose home the appliance is.",
        "by_hand": "Tickets of {region} are routed by hand.",
        "away": "{technician} is away on {at}, and the visit is settled.",
        "gone": "{technician} does not work here any more, and the visit on {at} is settled.",
        "missed": "{technician} did not set out to the visit on {at}.",
    },
    "zh": {
        "no_technician": "{region} 没有技师。",
        "not_here": "{technician} 不在 {region} 工作。",
        "no_type": "{region} 没有熟悉 {type} 的技师。",
        "no_skill": "{region} 没有技师具备 {skills} 技能。",
        "not_then": "{technician} 在 {until} 之前没有符合指定条件的时间。",
        "too_far": "{region} 有能力的技师距离都超过 {minutes:.0f} 分钟车程。",
        "no_time": "{region} 有能力的 {able} 名技师在 {until} 之前都没有空。",
        "no_household": "不知道这台家电在谁家。",
        "by_hand": "{region} 的工单由人工派单。",
        "away": "{technician} 在 {at} 不在岗，而该次上门已确定。",
        "gone": "{technician} 已不在此工作，而 {at} 的上门已确定。",
        "missed": "{technician} 未出发前往 {at} 的上门。",
    },
}
_SOMEBODY = {"en": "Whoever could go", "zh": "可派的技师"}
_NOWHERE = {"en": "appliances without a region", "zh": "未分区"}


def of_left(
    reason: str,
    facts: Mapping[str, Any],
    spoken: str,
    names: Mapping[str, str] | None = None,
) -> str:
    """Why nobody could be found; `names` gives types and skills in the reader's words."""
    told = names or {}
    return _LEFT[spoken][reason].format(
        region=facts.get("region") or _NOWHERE[spoken],
        technician=facts.get("technician") or _SOMEBODY[spoken],
        type=told.get(str(facts.get("type")), facts.get("type")),
        skills=_listed((told.get(each, each) for each in facts.get("skills", ())), spoken),
        minutes=facts.get("minutes", 0.0),
        able=facts.get("able", 0),
        until=_at(facts.get("until")),
        at=_at(facts.get("begins_at")),
    )


def of_choice(reasons: Mapping[str, Any], spoken: str) -> list[str]:
    """What spoke for the technician and the time, and what the best other would have cost."""
    if "cost" not in reasons:
        return []
    words = _CHOICE[spoken]
    second = reasons["runner_up"]
    return [
        _side(reasons, "cost", spoken),
        _side(second, "second", spoken) if second else words["alone"],
    ]


def _side(side: Mapping[str, Any], sentence: str, spoken: str) -> str:
    words = _CHOICE[spoken]
    place = list(_CHOICE).index(spoken)
    by_size = sorted(side["parts"].items(), key=lambda each: -each[1])
    parts = [
        words["part"].format(name=_PARTS[name][place], minutes=minutes)
        for name, minutes in by_size
        if round(minutes)
    ]
    return words[sentence].format(
        technician=side["technician"],
        cost=side["cost"],
        at=_at(side["begins_at"]),
        parts=_listed(parts, spoken) or words["none"],
    )


def _listed(names: Iterable[str], spoken: str) -> str:
    return _CHOICE[spoken]["between"].join(names)


def _at(instant: str | None) -> str:
    if instant is None:
        return "–"
    return f"{datetime.fromisoformat(instant).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
