"""Compute Elos from scores, and keep stored Elos up to date."""

from bot.services.ratings._averages import count_averages, weekly_averages
from bot.services.ratings._bests import (
    best_first,
    best_of,
    counted_bests,
    counts_in,
    counts_of,
    has_type,
    is_better,
    is_of_event,
    is_personal_best,
    is_weekly_best,
    logged_best,
    logged_bests,
    was_counted,
)
from bot.services.ratings._expressions import event_elo_expression, number
from bot.services.ratings._fields import (
    count_field,
    count_personal_best,
    count_week,
    count_weekly_best,
    forget_week_statistics,
    store_week_statistics,
)
from bot.services.ratings._locks import open_lock, redis_failure
from bot.services.ratings._methods import (
    MOST_MEASURED,
    measure_field,
    rate,
    rating_of,
    rating_parameters,
    shown_field,
    stored_field,
    weight_parameters,
)
from bot.services.ratings._recalculation import LeaderboardScoringService, recalculate
from bot.services.ratings._recalculator import Recalculation, Recalculator

__all__ = [
    "MOST_MEASURED",
    "LeaderboardScoringService",
    "Recalculation",
    "Recalculator",
    "best_first",
    "best_of",
    "count_averages",
    "count_field",
    "count_personal_best",
    "count_week",
    "count_weekly_best",
    "counted_bests",
    "counts_in",
    "counts_of",
    "event_elo_expression",
    "forget_week_statistics",
    "has_type",
    "is_better",
    "is_of_event",
    "is_personal_best",
    "is_weekly_best",
    "logged_best",
    "logged_bests",
    "measure_field",
    "number",
    "open_lock",
    "rate",
    "rating_of",
    "rating_parameters",
    "recalculate",
    "redis_failure",
    "shown_field",
    "store_week_statistics",
    "stored_field",
    "was_counted",
    "weekly_averages",
    "weight_parameters",
]
