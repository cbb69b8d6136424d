"""Compose the results of an event's weeks from the archive."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from bot.database.database import Database
from bot.database.models import Event, Member, Player, Post, WeeklyResult, WeeklyRun
from bot.domain.announcements import (
    LEAST_CLIMB,
    MOST_ON_PODIUM,
    Announced,
    Climb,
    Reopened,
    Results,
    WeekWinner,
    find_chase,
    podium_of,
    read_key,
    results_key,
)
from bot.domain.audit import ITSELF
from bot.domain.clock import Clock
from bot.domain.events import EventInfo
from bot.domain.jobs import JobKind
from bot.domain.posts import Draft
from bot.domain.servers import PlayerName, ServerSettings
from bot.domain.standings import PODIUM, Standing
from bot.domain.weeks import Week
from bot.services.announcements._announcements import Announcements
from bot.services.events import describe, find_event
from bot.services.servers import Actor, load_settings
from bot.services.standings import find_leaders, read_results
from bot.services.weeks import WeeklyProcessingService, open_week


class ResultAnnouncements(Announcements):
    """The results of closed weeks: one announcement or answer for all weeks of an event that were closed together."""

    def __init__(self, database: Database, clock: Clock, weeks: WeeklyProcessingService) -> None:
        super().__init__(database, clock)
        self._weeks = weeks

    async def draft(self, key: str) -> Draft[Results | Reopened] | None:
        """Return what the announcement currently says; None if the event is gone.

        If its last week was reopened and then closed together with a later week, whose announcement has that news, an
        existing announcement shows the results of its last week again.
        """
        event_id, code = read_key(key)

        def work(session: Session) -> Draft[Results | Reopened] | None:
            event = session.get(Event, event_id)
            if event is None:
                return None
            settings, last = load_settings(session, event.guild_id), Week.from_code(code)
            runs = _closed_together(session, event_id, code)
            content = _content(session, event, settings, last, runs or _runs_of(session, event_id, [last]))
            news_at = max((run.ran_at for run in runs), default=None)
            return replace(self._draft(session, event, content, is_news=bool(runs)), news_at=news_at)

        return await self._database.read(work)

    async def answer(self, guild_id: int, event_id: int, weeks: Sequence[Week]) -> Results | Reopened | Announced:
        """Return the answer to an admin who has closed weeks of an event, oldest first.

        If the server announces results in a channel, the answer names only that channel.

        Raises:
            EventNotFound: the server has no such event.
        """

        def work(session: Session) -> Results | Reopened | Announced:
            event, settings = find_event(session, guild_id, event_id), load_settings(session, guild_id)
            runs = _runs_of(session, event_id, weeks)
            if settings.announcement_channel_id is None:
                return _content(session, event, settings, weeks[-1], runs)
            earlier = _posted_in(session, event_id, weeks[-1], runs)
            channel_id = settings.announcement_channel_id if earlier is None else earlier
            return Announced(describe(event), weeks[-1], channel_id, is_again=earlier is not None)

        return await self._database.read(work)

    async def preview(self, actor: Actor, event: str | int, week: str | None = None) -> Results:
        """Return the results of the weeks that `WeeklyProcessingService.run` would close, and raise what it raises."""

        def see(session: Session, weeks: Sequence[Week]) -> Results:
            found, settings = find_event(session, actor.guild_id, event), load_settings(session, actor.guild_id)
            return _report(session, found, settings, _runs_of(session, found.id, weeks))

        return await self._weeks.preview(actor, event, week, see)


def _posted_in(session: Session, event_id: int, last: Week, runs: Sequence[WeeklyRun]) -> int | None:
    """Return the channel that has had the results of weeks since before their present runs; None for none."""
    post = sa.select(Post.channel_id).where(Post.kind == JobKind.RESULTS, Post.key == results_key(event_id, last))
    closed_at = max((run.ran_at for run in runs), default=None)
    return session.scalar(post.where(Post.message_id.is_not(None), Post.posted_at < closed_at))


def _closed_together(session: Session, event_id: int, code: int) -> Sequence[WeeklyRun]:
    together = sa.func.coalesce(WeeklyRun.closed_with, WeeklyRun.week_number) == code
    of_event = sa.select(WeeklyRun).where(WeeklyRun.event_id == event_id, together)
    return session.scalars(of_event.order_by(WeeklyRun.week_number)).all()


def _runs_of(session: Session, event_id: int, weeks: Iterable[Week]) -> Sequence[WeeklyRun]:
    codes = WeeklyRun.week_number.in_([week.code for week in weeks])
    of_event = sa.select(WeeklyRun).where(WeeklyRun.event_id == event_id, codes)
    return session.scalars(of_event.order_by(WeeklyRun.week_number)).all()


def _content(
    session: Session, event: Event, settings: ServerSettings, last: Week, runs: Sequence[WeeklyRun]
) -> Results | Reopened:
    return _report(session, event, settings, runs) if runs else Reopened(describe(event), last)


def _report(session: Session, event: Event, settings: ServerSettings, runs: Sequence[WeeklyRun]) -> Results:
    last, week = runs[-1], Week.from_code(runs[-1].week_number)
    later = sa.exists().where(WeeklyRun.event_id == event.id, WeeklyRun.week_number > last.week_number)
    leaders = () if session.scalar(sa.select(later)) else find_leaders(session, event, PODIUM)
    info, zone = describe(event), settings.time_zone
    following = open_week(session, event.id, max(week.next(), Week.at(last.ran_at, zone)), at=last.ran_at)
    return Results(
        event=info,
        week=week,
        earlier=tuple(_winner(session, event, run) for run in runs[:-1] if run.field_size > 0),
        podium=_podium(session, event, last),
        players=last.field_size,
        leaders=leaders,
        climb=_climb(session, event, last),
        chase=find_chase(leaders),
        next_close=_next_close(info, settings, following),
        closes_itself=settings.closes_weeks,
        # The bot closes no week early. Its closes may seem early by a time zone that was chosen later.
        closed_early=last.ran_by != ITSELF and last.ran_at < week.ends_at(zone),
        ran_at=last.ran_at,
    )


def _next_close(event: EventInfo, settings: ServerSettings, week: Week) -> datetime | None:
    if not event.has_week(week.code):
        return None
    return week.ends_at(settings.time_zone) + (settings.grace if settings.closes_weeks else timedelta(0))


def _podium(session: Session, event: Event, run: WeeklyRun) -> tuple[Standing, ...]:
    return podium_of(read_results(session, run.id, event.guild_id, 0, MOST_ON_PODIUM))


def _winner(session: Session, event: Event, run: WeeklyRun) -> WeekWinner:
    best = _podium(session, event, run)[0]
    return WeekWinner(Week.from_code(run.week_number), best.player, best.score)


def _climb(session: Session, event: Event, run: WeeklyRun) -> Climb | None:
    """Return who has climbed most since the run before; of equal climbs, the one who is now better placed."""
    runs = sa.select(WeeklyRun.id).where(WeeklyRun.event_id == event.id, WeeklyRun.week_number < run.week_number)
    before_id = session.scalar(runs.order_by(WeeklyRun.week_number.desc()).limit(1))
    before, now = aliased(WeeklyResult), aliased(WeeklyResult)
    rise = before.rank - now.rank
    ranks = [sa.type_coerce(one.rank, sa.Integer).label(label) for one, label in ((before, "earlier"), (now, "later"))]
    risen = (
        sa.select(Player.discord_id, Member.display_name, *ranks)
        .select_from(now)
        .join(before, before.player_id == now.player_id)
        .join(Player, Player.id == now.player_id)
        .join(Member, (Member.player_id == Player.id) & (Member.guild_id == event.guild_id))
        .where(now.run_id == run.id, before.run_id == before_id, rise >= LEAST_CLIMB)
        .order_by(rise.desc(), now.rank, Player.id)
        .limit(1)
    )
    found = None if before_id is None else session.execute(risen).one_or_none()
    return None if found is None else Climb(PlayerName(found[0], found[1]), found[2], found[3])
