"""What admins do with scores that should not count: list and remove them."""

import re
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import (
    Event,
    LeaderboardScore,
    Member,
    Player,
    PlayerEventStats,
    ScoreSubmission,
    WeeklyRun,
)
from bot.domain.clock import Clock
from bot.domain.events import EventInfo
from bot.domain.moderation import LoggedSubmission, RemovalResult
from bot.domain.ratings import RatingScale
from bot.domain.servers import PlayerName
from bot.domain.text import clean_reason
from bot.domain.weeks import Week
from bot.errors import NothingToRemove
from bot.services.events import describe, find_event
from bot.services.ratings import (
    Recalculation,
    best_first,
    count_personal_best,
    count_weekly_best,
    is_personal_best,
    is_weekly_best,
    logged_bests,
)
from bot.services.servers import Actor, begin_action, record, require_admin

MOST_LISTED = 25
_KEY = re.compile("[0-9]{1,18}")


class RemovalService:
    """Removes submissions; the log keeps them, with the admin, the time and the reason."""

    def __init__(self, database: Database, clock: Clock, scale: RatingScale, recalculation: Recalculation) -> None:
        """Rate by `scale`, and request a `recalculation` when a personal best changes."""
        self._database = database
        self._clock = clock
        self._scale = scale
        self._recalculation = recalculation

    async def removable(self, actor: Actor, event_name: str, player: int) -> tuple[LoggedSubmission, ...]:
        """Return the latest 25 submissions of a player to an event, without removed ones, the latest first."""

        def work(session: Session) -> tuple[LoggedSubmission, ...]:
            require_admin(session, actor)
            event = find_event(session, actor.guild_id, event_name)
            latest = _log_of(event, player).order_by(ScoreSubmission.id.desc()).limit(MOST_LISTED)
            style = describe(event).style
            return tuple(
                LoggedSubmission(row.id, style, row.score, Week.from_code(row.week_number), row.submitted_at)
                for row in session.scalars(latest)
            )

        return await self._database.read(work)

    async def remove(
        self,
        actor: Actor,
        event_name: str,
        player: int,
        submission: str | None = None,
        reason: str | None = None,
    ) -> RemovalResult:
        """Remove a submission, and derive the player's bests from the rest of the log.

        A week that was run keeps its results; admins can undo the run and run the week again without the score.

        Args:
            actor: the admin.
            event_name: the event.
            player: Discord's id of the player.
            submission: the key of a submission, as suggested; None for the personal best.
            reason: the reason, for the log.

        Raises:
            NothingToRemove: the player has no such submission to the event.
        """

        def work(session: Session) -> RemovalResult:
            begin_action(session, actor)
            event = find_event(session, actor.guild_id, event_name, lock=True)
            removed = _find(session, event, player, submission)
            return self._remove(session, actor, event, removed, clean_reason(reason))

        result = await self._database.write(work)
        if result.was_personal_best:
            self._recalculation.request(result.event.id)
        return result

    def _remove(
        self, session: Session, actor: Actor, event: Event, removed: ScoreSubmission, reason: str | None
    ) -> RemovalResult:
        info, now = describe(event), self._clock()
        player = session.get_one(Player, removed.player_id)
        member = session.get_one(Member, (player.id, event.guild_id))
        of_week = WeeklyRun.event_id == event.id, WeeklyRun.week_number == removed.week_number
        run_at = session.scalar(sa.select(WeeklyRun.ran_at).where(*of_week))
        removed.removed_by, removed.removal_reason = actor.discord_id, reason
        # The removal comes after the run that counted the score, even if the clock was set back since.
        removed.removed_at = now if run_at is None else max(now, run_at + timedelta(microseconds=1))
        logged_in_week = ScoreSubmission.week_number == removed.week_number
        of_board = is_weekly_best(event.id, removed.week_number)
        before, after = _restore_best(session, info, player, of_board, logged_in_week)
        if before != after:
            count_weekly_best(session, event, removed.week_number, before, after)
        before, after = _restore_best(session, info, player, is_personal_best(event.id))
        if before != after:
            count_personal_best(session, event, before, after)
        if after is None:
            self._unrate(session, event, player)
        detail = f"submission {removed.id}: {info.style.show(removed.score)} of {player.discord_id}"
        record(session, actor, "remove score", detail, at=now, event_id=event.id, reason=reason)
        return RemovalResult(
            event=info,
            player=PlayerName(player.discord_id, member.display_name),
            score=removed.score,
            week=Week.from_code(removed.week_number),
            week_is_closed=run_at is not None,
            was_personal_best=before != after,
            personal_best=after,
            reason=reason,
        )

    def _unrate(self, session: Session, event: Event, player: Player) -> None:
        """Clear the all-time Elo of a player without a personal best; archived weeks go on counting."""
        ratings = PlayerEventStats
        of_player = sa.select(ratings).where(ratings.event_id == event.id, ratings.player_id == player.id)
        row = session.scalars(of_player).one()
        row.all_time_leaderboard_elo = None
        if row.weeks_participated:
            row.calculated_event_elo = self._scale.event_elo(None, row.weekly_elo_average)


def _log_of(event: Event, discord_id: int) -> sa.Select[ScoreSubmission]:
    log = ScoreSubmission
    player = Player.discord_id == sa.literal(discord_id, sa.BigInteger)
    return (
        sa.select(log)
        .join(Player, Player.id == log.player_id)
        .where(player, log.event_id == event.id, log.removed_at.is_(None))
    )


def _find(session: Session, event: Event, discord_id: int, submission: str | None) -> ScoreSubmission:
    log = ScoreSubmission
    if submission is None:
        order = (best_first(log.score, describe(event).direction), log.id)
        wanted = _log_of(event, discord_id).order_by(*order)
    elif _KEY.fullmatch(submission.strip()):
        wanted = _log_of(event, discord_id).where(log.id == sa.literal(int(submission), sa.BigInteger))
    else:
        raise NothingToRemove
    found = session.scalars(wanted.limit(1)).one_or_none()
    if found is None:
        raise NothingToRemove
    return found


def _restore_best(
    session: Session,
    event: EventInfo,
    player: Player,
    condition: sa.ColumnElement[bool],
    *of_log: sa.ColumnElement[bool],
) -> tuple[float | None, float | None]:
    """Set a current best to the best of the log, and return the old and the new score."""
    stored = sa.select(LeaderboardScore).where(LeaderboardScore.player_id == player.id, condition)
    row = session.scalars(stored).one_or_none()
    if row is None:
        return None, None
    of_player = ScoreSubmission.player_id == player.id
    found = session.execute(logged_bests(event.id, event.direction, of_player, *of_log)).one_or_none()
    before = row.score
    if found is None:
        session.delete(row)
        return before, None
    _, row.score, row.submitted_at = found
    return before, row.score
