"""How long things are kept: readings, letters, conversations, the trail of what was done."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class KeepingSettings(BaseSettings):
    """The part of the settings that says when something is too old; 0 is for never."""

    compress_after_days: int = Field(
        default=7,
        description="TimescaleDB Community compresses readings so old; 0 for never",
        ge=0,
    )
    keep_readings_days: int = Field(
        default=400,
        description="Readings older than this, against what was seen, are deleted; 0 keeps all",
        ge=0,
    )
    keep_hours_days: int = Field(
        default=1830,
        description="Likewise the hourly rollups",
        ge=0,
    )
    keep_dead_letters_days: int = Field(
        default=90,
        description="Refused messages that came longer ago are deleted; 0 keeps all",
        ge=0,
    )
    keep_events_days: int = Field(
        default=400,
        description="Events of the feed that were written longer ago are deleted; 0 keeps all",
        ge=0,
    )
    keep_attempts_days: int = Field(
        default=30,
        description="Likewise the log of what was sent to webhooks",
        ge=0,
    )
    keep_conversations_days: int = Field(
        default=1095,
        description="What customers said and notes on tickets are deleted so long after; 0 keeps",
        ge=0,
    )
    keep_notices_days: int = Field(default=730, description="Likewise the words of letters", ge=0)
    keep_attachments_days: int = Field(
        default=1095, description="Likewise files and photographs of tickets", ge=0
    )
    keep_comments_days: int = Field(
        default=730, description="Likewise the comments of ratings", ge=0
    )
    keep_ticket_links_days: int = Field(
        default=3650, description="Tickets that ended longer ago lose their household", ge=0
    )
    keep_audit_days: int = Field(
        default=1830, description="Entries of the audit trail are deleted so long after", ge=0
    )
