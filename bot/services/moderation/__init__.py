"""Add, remove and restore scores; withdraw players and bring them back; excuse them from weeks; review held scores."""

from bot.services.moderation._addition import AdditionService
from bot.services.moderation._excuses import ExcuseService
from bot.services.moderation._review import ReviewService, drop_held
from bot.services.moderation._service import RemovalService
from bot.services.moderation._withdrawal import WithdrawalService

__all__ = ["AdditionService", "ExcuseService", "RemovalService", "ReviewService", "WithdrawalService", "drop_held"]
