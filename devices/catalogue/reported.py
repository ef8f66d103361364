"""What a customer tells of that no signal names: a problem that every type has."""

from __future__ import annotations

from collections import Counter

from devices.catalogue.appliance_type import ApplianceType, Problem, Severity, Text

CUSTOMER_REPORT = "customer_report"


def problem(description: ApplianceType) -> Problem:
    """Give the problem as this type has it: it needs the skill that the type needs most often."""
    counted = Counter(skill for each in description.problems.values() for skill in each.skills)
    usual = min(counted, key=lambda skill: (-counted[skill], skill), default="electronics")
    return Problem(
        title=Text(en="Reported by the customer", zh="客户报修"),
        severity=Severity.MEDIUM,
        advice=Text(
            en="Please keep the appliance as it is; we will look at what you told us.",
            zh="请保持电器现状，我们会根据您的描述进行检查。",
        ),
        causes=(Text(en="Not known yet: see what the customer said", zh="原因待查，请看客户描述"),),
        skills=(usual,),
    )
