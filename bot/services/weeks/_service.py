"""What admins do with weeks: list pending ones, preview, run and undo."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Event, LeaderboardScore, ScoreType, WeeklyRun
from bot.domain.clock import Clock
from bot.domain.ratings import RatingScale
from bot.domain.weeks import PendingWeek, UndoResult, Week, WeeklyRunResult
from bot.errors import NothingToUndo, WeekClosedAlready, WeekClosedEarly, WeekNotBegun, WeekNotRunnable
from bot.services.events import describe, find_event
from bot.services.servers import Actor, begin_action, record, require_admin
from bot.services.weeks._lookup import current_week
from bot.services.weeks._report import report
from bot.services.weeks._run import run_week, undo_run


class WeeklyProcessingService:
    """Runs the weeks of an event, each at most once, and undoes the latest run."""

    def __init__(self, database: Database, clock: Clock, scale: RatingScale) -> None:
        self._database = database
        self._clock = clock
        self._scale = scale

    async def pending(self, guild_id: int, event_name: str) -> tuple[PendingWeek, ...]:
        """Return the weeks of an event that can be run, oldest first; the current week is the last."""

        def work(session: Session) -> tuple[PendingWeek, ...]:
            event = find_event(session, guild_id, event_name)
            return _pending(session, event, current_week(session, guild_id, self._clock()))

        return await self._database.read(work)

    async def run(self, actor: Actor, event_name: str, week: str | None = None) -> tuple[WeeklyRunResult, ...]:
        """Run one week, or all finished weeks with scores; if there are none, the current week.

        Each week has its own transaction, oldest first. The list of weeks is fixed before the first transaction: if
        two admins run the same week at once, the second gets an error and does not run the next week. Of two
        deliveries of one command, the one that runs the first week runs them all.

        Args:
            actor: the admin.
            event_name: the event.
            week: such as 2026-W47; None for all due weeks.

        Raises:
            InvalidSetting: `week` is not a week.
            WeekNotRunnable: the week was run already, has not begun or has no scores; or no week is due.
        """
        done: list[WeeklyRunResult] = []
        for due in await self._plan(actor, event_name, week):

            def work(session: Session, due: Week = due) -> WeeklyRunResult:
                if not done:
                    begin_action(session, actor)
                return self._run(session, actor, event_name, due)

            try:
                done.append(await self._database.write(work))
            except WeekNotRunnable:
                if not done:
                    raise
        return tuple(done)

    async def preview(self, actor: Actor, event_name: str, week: str | None = None) -> tuple[WeeklyRunResult, ...]:
        """Return what `run` would return, and raise what it would raise, but roll the runs back."""
        due = await self._plan(actor, event_name, week)

        def work(session: Session) -> tuple[WeeklyRunResult, ...]:
            with session.begin_nested() as runs:
                done = [self._run(session, actor, event_name, week) for week in due]
                runs.rollback()
            return tuple(done)

        return await self._database.write(work)

    async def undo(self, actor: Actor, event_name: str) -> UndoResult:
        """Undo the latest run of an event, as `undo_run` does.

        Raises:
            NothingToUndo: the event has no run.
        """

        def work(session: Session) -> UndoResult:
            begin_action(session, actor)
            event = find_event(session, actor.guild_id, event_name, lock=True)
            latest = sa.select(WeeklyRun).where(WeeklyRun.event_id == event.id).order_by(WeeklyRun.id.desc()).limit(1)
            run = session.scalar(latest)
            if run is None:
                raise NothingToUndo
            players, called_back = undo_run(session, event, run, self._scale)
            week = Week.from_code(run.week_number)
            record(session, actor, "weekly undo", f"{week}", at=self._clock(), event_id=event.id)
            return UndoResult(describe(event), week, players, called_back, run.ran_at)

        return await self._database.write(work)

    async def _plan(self, actor: Actor, event_name: str, week: str | None) -> tuple[Week, ...]:
        def work(session: Session) -> tuple[Week, ...]:
            require_admin(session, actor)
            event = find_event(session, actor.guild_id, event_name)
            if week is not None:
                return (Week.parse(week),)
            current = current_week(session, actor.guild_id, self._clock())
            finished = tuple(due.week for due in _pending(session, event, current) if due.is_finished)
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
