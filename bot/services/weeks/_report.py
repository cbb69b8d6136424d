"""What a weekly run did, read for the users who are told."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, Member, Player, PlayerEventStats, WeeklyResult, WeeklyRun
from bot.domain import weekly_runs as results
from bot.domain.ratings import Field
from bot.domain.servers import PlayerName
from bot.domain.weeks import Week
from bot.services.events import describe

LISTED = 10


def report(session: Session, event: Event, run: WeeklyRun, *, closed_early: bool) -> results.WeeklyRunResult:
    """Return what a run of an event did, as it is told to users."""
    result = WeeklyResult
    of_run = _rows(event).where(result.run_id == run.id)
    # Those who are listed have these ranks, and nobody else is joined and sorted.
    best = of_run.add_columns(result.rank, result.score, result.weekly_elo).where(result.rank <= LISTED)
    podium = session.execute(best.order_by(result.rank, result.submitted_at, Player.id).limit(LISTED))
    missed = of_run.add_columns(sa.func.count().over()).where(result.score.is_(None))
    absent = session.execute(missed.order_by(Member.display_name, Player.id).limit(LISTED)).all()
    return results.WeeklyRunResult(
        event=describe(event),
        week=Week.from_code(run.week_number),
        field=Field(run.field_size, run.field_origin, run.field_mean, run.field_sd),
        podium=tuple(
            results.WeeklyResult(rank, PlayerName(discord_id, name), score, elo, event_elo)
            for discord_id, name, event_elo, rank, score, elo in podium
        ),
        penalties=tuple(
            results.Penalty(PlayerName(discord_id, name), event_elo) for discord_id, name, event_elo, _ in absent
        ),
        penalised=absent[0][-1] if absent else 0,
        closed_early=closed_early,
        missed_week_elo=run.missed_week_elo,
    )


def _rows(event: Event) -> sa.Select[int, str, int]:
    """Return the query for the players of archived results, with their event Elos."""
    result, stats = WeeklyResult, PlayerEventStats
    event_elo = sa.type_coerce(stats.calculated_event_elo, sa.Integer)
    return (
        sa.select(Player.discord_id, Member.display_name, event_elo)
        .join(result, result.player_id == Player.id)
        .join(Member, (Member.player_id == Player.id) & (Member.guild_id == event.guild_id))
        .join(stats, (stats.player_id == result.player_id) & (stats.event_id == event.id))
    )
