"""Compare the database with its log, and repair one from the other."""

from bot.services.verification._comparison import excused_players, withdrawn_players
from bot.services.verification._log import add_scores
from bot.services.verification._service import (
    LogRepair,
    RepairFailed,
    Verification,
    VerificationService,
    rebuild,
)

__all__ = [
    "LogRepair",
    "RepairFailed",
    "Verification",
    "VerificationService",
    "add_scores",
    "excused_players",
    "rebuild",
    "withdrawn_players",
]
