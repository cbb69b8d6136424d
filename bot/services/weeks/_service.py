"""What admins do with weeks: see what is pending, preview, run, undo."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Event, LeaderboardScore, ScoreType, WeeklyRun
from bot.domain.clock import Clock
from bot.domain.ratings import RatingScale
from bot.domain.weekly_runs import PendingWeek, UndoResult, WeeklyRunResult
from bot.domain.weeks import Week
from bot.errors import NothingToUndo, WeekClosedAlready, WeekClosedEarly, WeekNotBegun, WeekNotRunnable
from bot.services.events import describe, find_event
from bot.services.servers import Actor, record, refuse_repetition, require_admin
from bot.services.weeks._lookup import current_week
from bot.services.weeks._report import report
from bot.services.weeks._run import run_week, undo_run


class WeeklyProcessingService:
    """Closes weeks, each of an event at most once, and takes a run back."""

    def __init__(self, database: Database, clock: Clock, scale: RatingScale) -> None:
        """Rate by the constants of `scale`."""
        self._database = database
        self._clock = clock
        self._scale = scale

    async def pending(self, guild_id: int, event_name: str) -> tuple[PendingWeek, ...]:
        """Return the weeks of an event that can be run, oldest first; the current one last.

        Raises:
            EventNotFound: the server has no such leaderboard event.
        """

        def work(session: Session) -> tuple[PendingWeek, ...]:
            event = find_event(session, guild_id, event_name)
            return _pending(session, event, current_week(session, guild_id, self._clock()))

        return await self._database.read(work)

    async def run(self, actor: Actor, event_name: str, week: str | None = None) -> tuple[WeeklyRunResult, ...]:
        """Run a week, or every finished week that still has scores, or, where there is none, the current one.

        Each week is a transaction of its own, oldest first. Which weeks are meant is settled before the first:
        of two admins who ask at once, the second finds the week run, and does not close the next one.

        Args:
            actor: who asks.
            event_name: the event.
            week: such as 2026-W47; None for what is due.

        Raises:
            EventNotFound: the server has no such leaderboard event.
            InvalidSetting: `week` is no week.
            WeekNotRunnable: it was run already, has not begun or has no scores; or nothing is due.
        """
        done: list[WeeklyRunResult] = []
        for due in await self._plan(actor, event_name, week):

            def work(session: Session, due: Week = due) -> WeeklyRunResult:
                return self._run(session, actor, event_name, due)

            try:
                done.append(await self._database.write(work))
            except WeekNotRunnable:
                if not done:
                    raise
        return tuple(done)

    async def preview(self, actor: Actor, event_name: str, week: str | None = None) -> tuple[WeeklyRunResult, ...]:
        """Return what `run` would, and write nothing: the runs are made, and rolled back.

        Raises:
            As `run`.
        """
        due = await self._plan(actor, event_name, week)

        def work(session: Session) -> tuple[WeeklyRunResult, ...]:
            with session.begin_nested() as runs:
                done = [self._run(session, actor, event_name, week) for week in due]
                runs.rollback()
            return tuple(done)

        return await self._database.write(work)

    async def undo(self, actor: Actor, event_name: str) -> UndoResult:
        """Take back the latest run of an event: its scores are open again, averages those of the runs left.

        Raises:
            EventNotFound: the server has no such leaderboard event.
            NothingToUndo: the event has no run.
        """

        def work(session: Session) -> UndoResult:
            require_admin(session, actor)
            event = find_event(session, actor.guild_id, event_name, lock=True)
            refuse_repetition(session, actor)
            latest = sa.select(WeeklyRun).where(WeeklyRun.event_id == event.id).order_by(WeeklyRun.id.desc()).limit(1)
            run = session.scalar(latest)
            if run is None:
                raise NothingToUndo
            players = undo_run(session, event, run, self._scale)
            week = Week.from_code(run.week_number)
            record(session, actor, "weekly undo", f"{week}", at=self._clock(), event_id=event.id)
            return UndoResult(describe(event), week, players, run.ran_at)

        return await self._database.write(work)

    async def _plan(self, actor: Actor, event_name: str, week: str | None) -> tuple[Week, ...]:
        def work(session: Session) -> tuple[Week, ...]:
            require_admin(session, actor)
            # Weeks that this command has closed already are not due any more: it would close the one after them.
            refuse_repetition(session, actor)
            event = find_event(session, actor.guild_id, event_name)
            if week is not None:
                return (Week.parse(week),)
            current = current_week(session, actor.guild_id, self._clock())
            pending = _pending(session, event, current)
            finished = tuple(due.week for due in pending if due.is_finished)
            return finished or (current,)

        return await self._database.read(work)

    def _run(self, session: Session, actor: Actor, event_name: str, week: Week) -> WeeklyRunResult:
        now = self._clock()
        event = find_event(session, actor.guild_id, event_name, lock=True)
        current = current_week(session, actor.guild_id, now)
        _check_runnable(session, event, week, current)
        run = run_week(session, event, week, self._scale, now, actor.discord_id)
        record(session, actor, "weekly reset", f"{week}, {run.field_size} players", at=now, event_id=event.id)
        return report(session, event, run, closed_early=week == current)


def _pending(session: Session, event: Event, current: Week) -> tuple[PendingWeek, ...]:
    week_number = sa.type_coerce(LeaderboardScore.week_number, sa.Integer)
    weeks = session.execute(
        sa.select(week_number, sa.func.count())
        .where(
            LeaderboardScore.event_id == event.id,
            LeaderboardScore.score_type == ScoreType.WEEKLY,
            LeaderboardScore.week_number <= current.code,
        )
        .group_by(LeaderboardScore.week_number)
        .order_by(LeaderboardScore.week_number)
    )
    return tuple(PendingWeek(Week.from_code(code), players, is_finished=code < current.code) for code, players in weeks)


def _check_runnable(session: Session, event: Event, week: Week, current: Week) -> None:
    if week > current:
        raise WeekNotBegun(str(week), str(current))
    ran_at = session.scalar(
        sa.select(WeeklyRun.ran_at).where(WeeklyRun.event_id == event.id, WeeklyRun.week_number == week.code)
    )
    if ran_at is None:
        return
    if week == current:
        raise WeekClosedEarly(str(week), ran_at, str(week.next()))
    raise WeekClosedAlready(str(week), ran_at)
