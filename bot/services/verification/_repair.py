"""Writing what is derived as the log says, row by row, where it differs."""

from collections.abc import Mapping
from typing import TypeVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.database.models import LeaderboardScore, PlayerEventStats, ScoreType, WeeklyResult, WeeklyRun
from bot.domain.verification import Best, Derived
from bot.services.ratings import is_personal_best, is_weekly_best, store_statistics, store_week_statistics
from bot.services.verification._stored_event import StoredEvent

Key = TypeVar("Key", int, tuple[int, int])


def changed(stored: Mapping[Key, object], computed: Mapping[Key, object]) -> list[Key]:
    """Return the keys of what differs, is missing, or should not be there."""
    return [key for key in sorted(stored.keys() | computed.keys()) if stored.get(key, ...) != computed.get(key, ...)]


def repair(session: Session, stored: StoredEvent, computed: Derived) -> None:
    """Make the rows of a locked event what was computed; rows that are right are not touched."""
    if changed(stored.derived.personal_bests, computed.personal_bests):
        # By these a running bot tells whether the personal bests are those that it knows.
        stored.event.scores_version += 1
        stored.event.elo_version += 1
    # The next recalculation looks at everybody, whatever was changed past the bot.
    stored.event.elo_field_version = None
    stored.event.version += 1
    _repair_bests(session, stored, computed)
    store_statistics(stored.event, computed.statistics)
    for week_code, statistics in computed.week_statistics.items():
        store_week_statistics(stored.event, week_code, statistics)
    _repair_archive(session, stored, computed)
    _repair_ratings(session, stored, computed)
    session.flush()


def _repair_bests(session: Session, stored: StoredEvent, computed: Derived) -> None:
    event_id = stored.event.id
    for player_id in changed(stored.derived.personal_bests, computed.personal_bests):
        of_player = LeaderboardScore.player_id == player_id
        session.execute(delete(LeaderboardScore).where(of_player, is_personal_best(event_id)))
        _add_best(session, event_id, player_id, None, computed.personal_bests.get(player_id))
    for player_id, week in changed(stored.derived.weekly_bests, computed.weekly_bests):
        of_player = LeaderboardScore.player_id == player_id
        session.execute(delete(LeaderboardScore).where(of_player, is_weekly_best(event_id, week)))
        _add_best(session, event_id, player_id, week, computed.weekly_bests.get((player_id, week)))


def _add_best(session: Session, event_id: int, player_id: int, week: int | None, best: Best | None) -> None:
    if best is not None:
        session.add(
            LeaderboardScore(
                player_id=player_id,
                event_id=event_id,
                score_type=ScoreType.ALL_TIME if week is None else ScoreType.WEEKLY,
                week_number=week,
                score=best.score,
                submitted_at=best.submitted_at,
            )
        )


def _repair_archive(session: Session, stored: StoredEvent, computed: Derived) -> None:
    for week, run_id in stored.run_ids.items():
        field, results = computed.fields[week], computed.results[week]
        if field != stored.derived.fields[week]:
            run = session.get_one(WeeklyRun, run_id)
            run.field_size, run.field_origin, run.field_mean, run.field_sd = (
                field.size,
                field.origin,
                field.mean,
                field.sd,
            )
        for player_id in changed(stored.derived.results.get(week, {}), results):
            of_player = (WeeklyResult.run_id == run_id) & (WeeklyResult.player_id == player_id)
            session.execute(delete(WeeklyResult).where(of_player))
            if (result := results.get(player_id)) is not None:
                session.add(
                    WeeklyResult(
                        run_id=run_id,
                        player_id=player_id,
                        score=result.score,
                        submitted_at=result.submitted_at,
                        weekly_elo=result.weekly_elo,
                        rank=result.rank,
                    )
                )


def _repair_ratings(session: Session, stored: StoredEvent, computed: Derived) -> None:
    derived, ratings = stored.derived, PlayerEventStats
    wrong = {
        *changed(derived.averages, computed.averages),
        *changed(derived.all_time_elos, computed.all_time_elos),
        *changed(derived.event_elos, computed.event_elos),
    }
    for player_id in sorted(wrong):
        of_player = (ratings.event_id == stored.event.id) & (ratings.player_id == player_id)
        row = session.scalars(select(ratings).where(of_player)).one_or_none()
        if row is None:
            row = ratings(event_id=stored.event.id, player_id=player_id)
            session.add(row)
        average = computed.averages[player_id]
        row.weekly_elo_average, row.weeks_participated = average.average, average.weeks
        row.all_time_leaderboard_elo = computed.all_time_elos.get(player_id)
        row.calculated_event_elo = computed.event_elos.get(player_id)
