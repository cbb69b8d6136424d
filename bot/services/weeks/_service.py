"""Let admins list, preview, run and undo weeks."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.database import Database, rolled_back
from bot.database.models import Event, LeaderboardScore, ScoreType, WeeklyRun
from bot.domain.audit import Action, WeekDetail
from bot.domain.clock import Clock
from bot.domain.jobs import JobKind
from bot.domain.ratings import RatingScale
from bot.domain.weeks import PendingWeek, UndoResult, Week, WeeklyRunResult
from bot.errors import (
    NothingToUndo,
    NotTheLatestRun,
    WeekClosedAnew,
    WeekNotOver,
    WeekNotRunnable,
    WeekOpenAlready,
    WeekWithoutScores,
)
from bot.services.events import describe, find_event
from bot.services.posts import refresh_posts
from bot.services.servers import Actor, begin_action, current_week, load_settings, record, require_admin
from bot.services.weeks._again import undo_run
from bot.services.weeks._follow_up import award_roles, refresh_results
from bot.services.weeks._lookup import check_runnable, find_next_close, find_run
from bot.services.weeks._run import close_week

T = TypeVar("T")


class WeeklyProcessingService:
    """Runs the weeks of an event, each at most once, and undoes the latest run."""

    def __init__(self, database: Database, clock: Clock, scale: RatingScale) -> None:
        self._database = database
        self._clock = clock
        self._scale = scale

    async def pending(self, guild_id: int, event_name: str) -> tuple[PendingWeek, ...]:
        """Return the weeks of an event that can be run, the oldest first; the last one is the current week."""

        def work(session: Session) -> tuple[PendingWeek, ...]:
            event = find_event(session, guild_id, event_name)
            return _pending(session, event, current_week(session, guild_id, self._clock()))

        return await self._database.read(work)

    async def run(
        self, actor: Actor, event: str | int, week: str | None = None, *, early: bool = False
    ) -> tuple[WeeklyRunResult, ...]:
        """Run one week, or all finished weeks with scores; if there are none, the current week.

        Each week has its own transaction, oldest first. The list of weeks is fixed before the first transaction: if two
        admins run the same week at once, the second gets an error and runs no further week. If Discord delivers one
        command twice, the delivery that runs the first week runs them all.

        Args:
            actor: the admin.
            event: the name of the event, or its key.
            week: such as 2026-W47; None for all due weeks.
            early: whether the admin has confirmed closing a week that is not over.

        Raises:
            InvalidSetting: `week` is not a week.
            WeekNotOver: only the current week can be run, and the admin has not confirmed that.
            WeekNotRunnable: the week has a run, has not begun or has no scores; or no week is due.
        """
        done: list[WeeklyRunResult] = []
        weeks = await self._plan(actor, event, week)
        for due in weeks:

            def work(session: Session, due: Week = due) -> WeeklyRunResult:
                if not done:
                    begin_action(session, actor)
                return self._run(session, actor, event, due, weeks[-1], early=early)

            try:
                done.append(await self._database.write(work))
            except WeekNotRunnable:
                if not done:
                    raise
        return tuple(done)

    async def preview(
        self, actor: Actor, event: str | int, week: str | None, see: Callable[[Session, tuple[Week, ...]], T]
    ) -> T:
        """Close the weeks that `run` would close after confirmation, or raise what it would raise; roll that back.

        Returns:
            The result of `see`, which looks at the weeks while they are closed.
        """
        weeks = await self._plan(actor, event, week)

        def work(session: Session) -> T:
            with rolled_back(session):
                for due in weeks:
                    self._run(session, actor, event, due, due, early=True)
                return see(session, weeks)

        return await self._database.write(work)

    async def undo(
        self, actor: Actor, event: str | int, week: str | None = None, ran_at: datetime | None = None
    ) -> UndoResult:
        """Undo the latest run of an event, as `undo_run` does.

        Args:
            actor: the admin.
            event: the name of the event, or its key.
            week: the week that must have the latest run, such as 2026-W47; None for any.
            ran_at: when that run was made; None for any time.

        Raises:
            NothingToUndo: the event has no run.
            WeekOpenAlready: that week has no run.
            WeekClosedAnew: the run of that week was made at another time.
            NotTheLatestRun: that week has a run, but a later week has one too.
        """

        def work(session: Session) -> UndoResult:
            begin_action(session, actor)
            found = find_event(session, actor.guild_id, event, lock=True)
            run = _undoable(session, found, None if week is None else Week.parse(week))
            if ran_at not in (None, run.ran_at):
                raise WeekClosedAnew(str(Week.from_code(run.week_number)))
            reopened = Week.from_code(run.week_number)
            players, called_back = undo_run(session, found, run, self._scale)
            now = self._clock()
            record(session, actor, Action.REOPEN_WEEK, WeekDetail(str(reopened)), at=now, event_id=found.id)
            refresh_posts(session, [found.id], now, JobKind.FINAL, JobKind.BOARD)
            refresh_results(session, [run], now)
            award_roles(session, found, now)
            closes_at = find_next_close(session, actor.guild_id, reopened, now)
            return UndoResult(describe(found), reopened, players, called_back, run.ran_at, closes_at)

        return await self._database.write(work)

    async def _plan(self, actor: Actor, event: str | int, week: str | None) -> tuple[Week, ...]:
        def work(session: Session) -> tuple[Week, ...]:
            require_admin(session, actor)
            found = find_event(session, actor.guild_id, event)
            if week is not None:
                return (Week.parse(week),)
            current = current_week(session, actor.guild_id, self._clock())
            finished = tuple(due.week for due in _pending(session, found, current) if due.is_finished)
            return finished or (current,)

        return await self._database.read(work)

    def _run(
        self, session: Session, actor: Actor, event: str | int, week: Week, last: Week, *, early: bool
    ) -> WeeklyRunResult:
        now = self._clock()
        found = find_event(session, actor.guild_id, event, lock=True)
        zone = load_settings(session, actor.guild_id).time_zone
        current = Week.at(now, zone)
        check_runnable(session, found, week, current)
        if week == current and not early:
            if all(due.is_finished for due in _pending(session, found, current)):
                raise WeekWithoutScores(str(week))
            next_week = str(week.next()) if describe(found).has_week(week.next().code) else None
            raise WeekNotOver(str(week), found.name, found.id, week.ends_at(zone), next_week)
        run = close_week(session, actor, found, week, self._scale, now, last=last)
        return WeeklyRunResult(describe(found), week, run.ran_at)


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


def _undoable(session: Session, event: Event, week: Week | None) -> WeeklyRun:
    """Return the latest run of an event; check that it is that of `week`, if one is given."""
    if week is not None and find_run(session, event.id, week.code) is None:
        raise WeekOpenAlready(str(week))
    of_event = sa.select(WeeklyRun).where(WeeklyRun.event_id == event.id)
    run = session.scalar(of_event.order_by(WeeklyRun.id.desc()).limit(1))
    if run is None:
        raise NothingToUndo(event.name)
    latest = Week.from_code(run.week_number)
    if week not in (None, latest):
        raise NotTheLatestRun(str(week), str(latest))
    return run
