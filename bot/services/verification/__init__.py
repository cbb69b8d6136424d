"""Compare the database with its log, and repair either from the other."""

from bot.services.verification._comparison import excused_players, withdrawn_players
from bot.services.verification._log import add_ratings, add_to_log
from bot.services.verification._service import (
    Difference,
    LogRepair,
    RepairFailed,
    Verification,
    VerificationService,
    rebuild,
)

__all__ = [
    "Difference",
    "LogRepair",
    "RepairFailed",
    "Verification",
    "VerificationService",
    "add_ratings",
    "add_to_log",
    "excused_players",
    "rebuild",
    "withdrawn_players",
]
