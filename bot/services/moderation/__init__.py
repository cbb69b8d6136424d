"""Add, remove and restore scores; withdraw players and bring them back; excuse them from weeks; review held scores."""

from bot.services.moderation._addition import AdditionService
from bot.services.moderation._excuses import ExcuseService
from bot.services.moderation._held import drop_held, refresh_decided
from bot.services.moderation._removal import RemovalService
from bot.services.moderation._review import ReviewService
from bot.services.moderation._review_posts import ReviewPosts
from bot.services.moderation._withdrawal import WithdrawalService

__all__ = [
    "AdditionService",
    "ExcuseService",
    "RemovalService",
    "ReviewPosts",
    "ReviewService",
    "WithdrawalService",
    "drop_held",
    "refresh_decided",
]
