"""Turn scores into Elos, and keep the stored ones up to date."""

from bot.services.ratings._expressions import (
    best_first,
    count_field,
    elo_expression,
    elo_parameters,
    event_elo_expression,
    event_elo_parameters,
    has_type,
    is_personal_best,
    is_weekly_best,
    number,
)
from bot.services.ratings._fields import (
    count_personal_best,
    count_weekly_best,
    forget_week_statistics,
    statistics_of,
    store_statistics,
    store_week_statistics,
    week_statistics_of,
)
from bot.services.ratings._locks import ProcessLock, RecalculationLock
from bot.services.ratings._logged_bests import current_best, logged_bests
from bot.services.ratings._recalculation import recalculate
from bot.services.ratings._recalculator import Recalculation, Recalculator
from bot.services.ratings._service import LeaderboardScoringService

__all__ = [
    "LeaderboardScoringService",
    "ProcessLock",
    "Recalculation",
    "RecalculationLock",
    "Recalculator",
    "best_first",
    "count_field",
    "count_personal_best",
    "count_weekly_best",
    "current_best",
    "elo_expression",
    "elo_parameters",
    "event_elo_expression",
    "event_elo_parameters",
    "forget_week_statistics",
    "has_type",
    "is_personal_best",
    "is_weekly_best",
    "logged_bests",
    "number",
    "recalculate",
    "statistics_of",
    "store_statistics",
    "store_week_statistics",
    "week_statistics_of",
]
