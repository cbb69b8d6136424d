"""Add, remove and restore scores; withdraw players and bring them back; excuse players from weeks."""

from bot.services.moderation._addition import AdditionService
from bot.services.moderation._consequences import Foresight
from bot.services.moderation._corrections import Addition, Corrected, add_score, conclude, write_correction
from bot.services.moderation._excuses import ExcuseService
from bot.services.moderation._finding import name_submission
from bot.services.moderation._removal import RemovalService
from bot.services.moderation._withdrawal import WithdrawalService

__all__ = [
    "Addition",
    "AdditionService",
    "Corrected",
    "ExcuseService",
    "Foresight",
    "RemovalService",
    "WithdrawalService",
    "add_score",
    "conclude",
    "name_submission",
    "write_correction",
]
