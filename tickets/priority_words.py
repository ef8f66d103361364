"""Tells the reasons of a priority in a sentence each, in either language. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from tickets.priority import Reason

_ENGLISH = {
    "safety": "Danger to people: comes before everything that is none",
    "severity": "Severity: {fact}",
    "forecast": "A failure within {days:.0f} days has a chance of {fact:.0f} %",
    "food": "Food may spoil",
    "water": "Water damage, or no clean water",
    "vulnerable": "Somebody in the household is vulnerable",
    "breached": "A promised time has passed",
    "reopened": "The trouble came back after a repair",
    "contacts": "The customer got in touch ({fact:.0f})",
    "waiting": "Open for {fact:.0f} days",
    "tier": "Tier: {fact}",
    "value": "Value score of the household: {fact:.0f} of 100",
    "plan": "Covered by a service plan",
    "warranty": "In warranty",
}
_CHINESE = {
    "safety": "危及人身安全，优先于其他一切工单",
    "severity": "严重程度：{fact}",
    "forecast": "{days:.0f} 天内发生故障的概率为 {fact:.0f} %",
    "food": "食物可能变质",
    "water": "可能漏水受损或无洁净用水",
    "vulnerable": "家中有需要特别照顾的人",
    "breached": "承诺时限已过",
    "reopened": "维修后问题再次出现",
    "contacts": "客户已联系 {fact:.0f} 次",
    "waiting": "已等待 {fact:.0f} 天",
    "tier": "客户等级：{fact}",
    "value": "家庭价值评分：{fact:.0f}（满分 100）",
    "plan": "有服务套餐",
    "warranty": "在保修期内",
}
_CHINESE_NAMES = {
    "low": "低",
    "medium": "中",
    "high": "高",
    "critical": "紧急",
    "silver": "银卡",
    "gold": "金卡",
    "platinum": "白金",
}


def read(reasons: Sequence[Mapping[str, object]]) -> list[Reason]:
    """Reasons from what the database's JSON gave."""
    return msgspec.convert(list(reasons), list[Reason])


def tell(reason: Reason, language: str) -> str:
    """Tell a reason, with what it adds: points of urgency, or per cent for who waits."""
    chinese = language.lower().startswith("zh")
    fact = reason.fact
    if chinese and isinstance(fact, str):
        fact = _CHINESE_NAMES.get(fact, fact)
    told = (_CHINESE if chinese else _ENGLISH)[reason.kind].format(fact=fact, days=reason.days)
    return f"{told}（{_gain(reason)}）" if chinese else f"{told} ({_gain(reason)})"


def _gain(reason: Reason) -> str:
    return f"+{100 * reason.share:.0f} %" if reason.share else f"+{reason.points:.0f}"
