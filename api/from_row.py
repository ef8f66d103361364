"""How an answer is made of a row: by the fields that both have."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class FromRow(BaseModel):
    """An answer that `model_validate` reads from the attributes of a row."""

    model_config = ConfigDict(from_attributes=True)
