"""What the API tells of a household's value: the score, and the parts it comes from."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, Field

from customers.value import WEIGHTS, Value


class Fifth(BaseModel):
    """One part of the value score."""

    fifth: int = Field(ge=1, le=5, description="5: the fifth of the fleet that is worth most")
    weight: float


class ValueScore(BaseModel):
    """What the household is worth, and what that comes from."""

    score: float = Field(description="0 to 100")
    at: datetime
    days_since: int | None = Field(description="Since the last purchase or finished service")
    purchases: int
    services: int
    amount: Decimal
    currency: str
    recency: Fifth
    frequency: Fifth
    monetary: Fifth

    @classmethod
    def of(cls, value: Value) -> ValueScore:
        """The score with its parts."""
        parts = {
            name: Fifth(fifth=getattr(value, name), weight=weight)
            for name, weight in WEIGHTS.items()
        }
        return cls(
            score=value.score,
            at=value.at,
            days_since=value.days_since,
            purchases=value.purchases,
            services=value.services,
            amount=value.amount,
            currency=value.currency,
            **parts,
        )
