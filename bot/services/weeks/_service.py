"""What admins do with weeks: see what is pending, preview, run, undo."""

from datetime import datetime

from sqlalchemy import Integer, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.engine import Database
from bot.database.models import Event, LeaderboardScore, ScoreType, WeeklyRun
from bot.domain.ratings import RatingScale
from bot.domain.weekly_results import PendingWeek, UndoResult, WeeklyRunResult
from bot.domain.weeks import Week
from bot.errors import NothingToUndo, WeekNotRunnable
from bot.services.base import BaseService, Clock
from bot.services.events._lookup import describe, find_event
from bot.services.servers._authority import Actor, record, refuse_repetition, require_admin
from bot.services.weeks._lookup import current_week
from bot.services.weeks._report import report
from bot.services.weeks._run import run_week, undo_run


class WeeklyProcessingService(BaseService):
    """Closes weeks, each of an event at most once, and takes a run back."""

    def __init__(self, database: Database, clock: Clock, scale: RatingScale) -> None:
        """Rate by the constants of `scale`."""
        super().__init__(database, clock)
        self._scale = scale

    async def pending(self, guild_id: int, event_name: str) -> tuple[PendingWeek, ...]:
        """Return the weeks of an event that can be run, oldest first; the current one last.

        Raises:
            EventNotFound: the server has no such leaderboard event.
            Unavailable: the database did not answer.
        """

        async def work(session: AsyncSession) -> tuple[PendingWeek, ...]:
            event = await find_event(session, guild_id, event_name)
            return await _pending(session, event, await current_week(session, guild_id, self._clock()))

        return await self._read(work)

    async def run(self, actor: Actor, event_name: str, week: str | None = None) -> tuple[WeeklyRunResult, ...]:
        """Run a week, or every finished week that still has scores, or, where there is none, the current one.

        Each week is a transaction of its own, oldest first. Which weeks are meant is settled before the first:
        of two admins who ask at once, the second finds the week run, and does not close the next one.

        Args:
            actor: who asks.
            event_name: the event.
            week: such as 2026-W47; None for what is due.

        Raises:
            NotAllowed: the actor is no admin.
            AlreadyDone: this use of the command was delivered before.
            EventNotFound: the server has no such leaderboard event.
            InvalidSetting: `week` is no week.
            WeekNotRunnable: it was run already, has not begun or has no scores; or nothing is due.
            Unavailable: the database did not answer.
        """
        done: list[WeeklyRunResult] = []
        for due in await self._plan(actor, event_name, week):

            async def work(session: AsyncSession, due: Week = due) -> WeeklyRunResult:
                return await self._run(session, actor, event_name, due)

            try:
                done.append(await self._write(work))
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

        async def work(session: AsyncSession) -> tuple[WeeklyRunResult, ...]:
            async with session.begin_nested() as runs:
                done = [await self._run(session, actor, event_name, week) for week in due]
                await runs.rollback()
            return tuple(done)

        return await self._write(work)

    async def undo(self, actor: Actor, event_name: str) -> UndoResult:
        """Take back the latest run of an event: its scores are open again, averages those of the runs left.

        Raises:
            NotAllowed: the actor is no admin.
            AlreadyDone: this use of the command was delivered before.
            EventNotFound: the server has no such leaderboard event.
            NothingToUndo: the event has no run.
            Unavailable: the database did not answer.
        """

        async def work(session: AsyncSession) -> UndoResult:
            await require_admin(session, actor)
            event = await find_event(session, actor.guild_id, event_name, lock=True)
            await refuse_repetition(session, actor)
            latest = select(WeeklyRun).where(WeeklyRun.event_id == event.id).order_by(WeeklyRun.id.desc()).limit(1)
            run = await session.scalar(latest)
            if run is None:
                raise NothingToUndo
            players = await undo_run(session, event, run, self._scale)
            week = Week.from_code(run.week_number)
            record(session, actor, "weekly undo", f"{week}", at=self._clock(), event_id=event.id)
            return UndoResult(describe(event), week, players, run.ran_at)

        return await self._write(work)

    async def _plan(self, actor: Actor, event_name: str, week: str | None) -> tuple[Week, ...]:
        async def work(session: AsyncSession) -> tuple[Week, ...]:
            await require_admin(session, actor)
            # Weeks that this command has closed already are not due any more: it would close the one after them.
            await refuse_repetition(session, actor)
            event = await find_event(session, actor.guild_id, event_name)
            if week is not None:
                return (Week.parse(week),)
            current = await current_week(session, actor.guild_id, self._clock())
            pending = await _pending(session, event, current)
            finished = tuple(due.week for due in pending if due.is_finished)
            return finished or (current,)

        return await self._read(work)

    async def _run(self, session: AsyncSession, actor: Actor, event_name: str, week: Week) -> WeeklyRunResult:
        now = self._clock()
        event = await find_event(session, actor.guild_id, event_name, lock=True)
        current = await current_week(session, actor.guild_id, now)
        await _check_runnable(session, event, week, current)
        run = await run_week(session, event, week, self._scale, now, actor.discord_id)
        record(session, actor, "weekly reset", f"{week}, {run.field_size} players", at=now, event_id=event.id)
        return await report(session, event, run, closed_early=week == current)


async def _pending(session: AsyncSession, event: Event, current: Week) -> tuple[PendingWeek, ...]:
    week_number = type_coerce(LeaderboardScore.week_number, Integer)
    weeks = await session.execute(
        select(week_number, func.count())
        .where(
            LeaderboardScore.event_id == event.id,
            LeaderboardScore.score_type == ScoreType.WEEKLY,
            LeaderboardScore.week_number <= current.code,
        )
        .group_by(LeaderboardScore.week_number)
        .order_by(LeaderboardScore.week_number)
    )
    return tuple(PendingWeek(Week.from_code(code), players, is_finished=code < current.code) for code, players in weeks)


async def _check_runnable(session: AsyncSession, event: Event, week: Week, current: Week) -> None:
    if week > current:
        raise WeekNotRunnable(f"{week} has not begun yet. It is {current} now.")
    ran_at = await session.scalar(
        select(WeeklyRun.ran_at).where(WeeklyRun.event_id == event.id, WeeklyRun.week_number == week.code)
    )
    if ran_at is not None:
        raise WeekNotRunnable(_already_run(week, current, ran_at))


def _already_run(week: Week, current: Week, ran_at: datetime) -> str:
    sentence = f"{week} was closed already, on {ran_at:%Y-%m-%d at %H:%M} UTC."
    if week == current:
        return f"{sentence} Scores submitted since then count for {week.next()}, which has not begun yet."
    return sentence
