"""Report a weekly run to users."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, Member, Player, PlayerEventStats, WeeklyResult, WeeklyRun
from bot.domain import weeks as results
from bot.domain.servers import PlayerName
from bot.domain.weeks import Week
from bot.services.events import describe

LISTED = 10


def report(session: Session, event: Event, run: WeeklyRun, *, closed_early: bool) -> results.WeeklyRunResult:
    """Return the podium and the penalties of a run, each of at most ten players."""
    result, stats = WeeklyResult, PlayerEventStats
    current_elo = sa.type_coerce(stats.calculated_event_elo, sa.Integer)
    of_run = (
        sa.select(Player.discord_id, Member.display_name, current_elo)
        .join(result, result.player_id == Player.id)
        .join(Member, (Member.player_id == Player.id) & (Member.guild_id == event.guild_id))
        .join(stats, (stats.player_id == result.player_id) & (stats.event_id == event.id))
        .where(result.run_id == run.id)
    )
    # The condition on the rank keeps the database from joining and sorting the other players.
    best = of_run.add_columns(result.rank, result.score, result.weekly_elo).where(result.rank <= LISTED)
    podium = session.execute(best.order_by(result.rank, result.submitted_at, Player.id).limit(LISTED))
    missed = of_run.add_columns(sa.func.count().over()).where(result.score.is_(None), result.weekly_elo.is_not(None))
    absent = session.execute(missed.order_by(Member.display_name, Player.id).limit(LISTED)).all()
    return results.WeeklyRunResult(
        event=describe(event),
        week=Week.from_code(run.week_number),
        field=run.field,
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
        is_rated=run.field_size >= event.min_field,
    )
