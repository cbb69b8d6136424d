"""Remove and restore scores; withdraw players, and bring them back."""

from bot.services.moderation._service import RemovalService
from bot.services.moderation._withdrawal import WithdrawalService

__all__ = ["RemovalService", "WithdrawalService"]
