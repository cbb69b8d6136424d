"""Remove scores that should not count."""

from bot.services.moderation._service import RemovalService

__all__ = ["RemovalService"]
