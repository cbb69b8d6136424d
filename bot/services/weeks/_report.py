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
    """Return the podium of a run, of at most ten players."""
    result, stats = WeeklyResult, PlayerEventStats
    current_elo = sa.type_coerce(stats.calculated_event_elo, sa.Integer)
    # Whoever has a rank has a score.
    rank, score = sa.type_coerce(result.rank, sa.Integer), sa.type_coerce(result.score, sa.Double)
    best = (
        sa.select(Player.discord_id, Member.display_name, current_elo, rank, score, result.weekly_elo)
        .join(result, result.player_id == Player.id)
        .join(Member, (Member.player_id == Player.id) & (Member.guild_id == event.guild_id))
        .join(stats, (stats.player_id == result.player_id) & (stats.event_id == event.id))
        # The condition on the rank keeps the database from joining and sorting the other players.
        .where(result.run_id == run.id, result.rank <= LISTED)
        .order_by(result.rank, result.submitted_at, Player.id)
        .limit(LISTED)
    )
    return results.WeeklyRunResult(
        event=describe(event),
        week=Week.from_code(run.week_number),
        field=run.field,
        podium=tuple(
            results.WeeklyResult(rank, PlayerName(discord_id, name), score, elo, event_elo)
            for discord_id, name, event_elo, rank, score, elo in session.execute(best)
        ),
        closed_early=closed_early,
    )
