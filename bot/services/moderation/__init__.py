"""Take scores that should not count out of the competition."""

from bot.services.moderation._service import RemovalService

__all__ = ["RemovalService"]
