"""The one problem that every type has: the appliance is not heard of any more."""

from __future__ import annotations

from devices.catalogue.appliance_type import ApplianceType, Problem, Severity, Text

OFFLINE = "offline"

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
)


def problem_of(description: ApplianceType, name: str) -> Problem:
    """Give the problem `name` of a type, or the one that all types share."""
    return _PROBLEM if name == OFFLINE else description.problems[name]
