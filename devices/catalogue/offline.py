"""The problems of a type, those that every type has among them: such as not to be heard of."""

from __future__ import annotations

from devices.catalogue import reported
from devices.catalogue.appliance_type import ApplianceType, Phrases, Problem, Severity, Text

OFFLINE = "offline"
SHARED = frozenset({OFFLINE, reported.CUSTOMER_REPORT})
"""Problems that are in no description, because every type has them."""

_PROBLEM = Problem(
    title=Text(en="Not connected", zh="设备离线"),
    severity=Severity.LOW,
    advice=Text(
        en="Check that the appliance is switched on and that your Wi-Fi reaches it.",
        zh="请确认电器已通电，并检查家中无线网络信号是否正常。",
    ),
    causes=(
        Text(en="Power cut or appliance unplugged", zh="停电或电器未插电"),
        Text(en="Wi-Fi changed or out of reach", zh="无线网络更改或信号弱"),
        Text(en="Failed communication module", zh="通信模块故障"),
    ),
    skills=("electronics",),
    symptoms=Phrases(
        en=("no wifi", "offline in the app", "app does not find it", "connection lost"),
        zh=("连不上网", "无法联网", "离线", "手机连不上"),
    ),
)


def problem_of(description: ApplianceType, name: str) -> Problem:
    """Give the problem `name` of a type, or one of those that all types share."""
    if name == reported.CUSTOMER_REPORT:
        return reported.problem(description)
    return _PROBLEM if name == OFFLINE else description.problems[name]


def has_problem(description: ApplianceType, name: str) -> bool:
    """Whether `problem_of` knows the name."""
    return name in SHARED or name in description.problems
