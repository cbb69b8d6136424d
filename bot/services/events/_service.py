"""Let admins manage events, and let users choose among them."""

from collections.abc import Callable
from datetime import datetime
from itertools import islice
from typing import TypeVar

from async_lru import alru_cache
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from bot.database.database import Database, rolled_back
from bot.database.models import Event, EventRole, LeaderboardScore, Member, ScoreSubmission, ScoreType
from bot.domain.announcements import final_key
from bot.domain.audit import Action, ChangeDetail, EventDetail, SeasonDetail
from bot.domain.clock import Clock
from bot.domain.events import BegunSeason, EventChange, EventInfo, EventState, EventSummary, SeasonPreview
from bot.domain.jobs import JobKind
from bot.domain.scores import ScoreDirection, ScoreFormat
from bot.domain.seasons import check_in_season
from bot.domain.text import name_key
from bot.domain.weeks import Week
from bot.errors import EventArchived, NothingToChange, SeasonChanged
from bot.services.events._lookup import (
    describe,
    find_event,
    find_meant_event,
    find_seasons,
    is_taking_scores,
    takes_scores,
)
from bot.services.events._options import EventOptions, apply, apply_defaults, apply_weeks, changes_by, values_of
from bot.services.events._seasons import begin_again
from bot.services.jobs import schedule
from bot.services.posts import refresh_posts
from bot.services.servers import Actor, begin_action, current_week, load_settings, record, require_admin

MAX_SUGGESTIONS = 25
KEPT_SECONDS = 1.0
"""How long the bot caches names, because Discord asks at every keystroke. Changes by other processes show after
that."""

T = TypeVar("T")


class EventService:
    """Creates, edits, archives, lists and suggests the events of a server."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._names = alru_cache(maxsize=None, ttl=KEPT_SECONDS)(self._read_names)

    async def create(self, actor: Actor, direction: ScoreDirection, options: EventOptions) -> EventSummary:
        """Create an event in the actor's server.

        Raises:
            EventNameTaken: another event of the server has that name.
            InvalidName, InvalidScore, InvalidSetting: an option is invalid.
        """

        def work(session: Session) -> EventSummary:
            begin_action(session, actor)
            event = Event(guild_id=actor.guild_id, score_direction=direction, score_format=ScoreFormat.NUMBER)
            now = self._clock()
            apply_defaults(session, event)
            apply(session, event, options, now)
            session.add(event)
            session.flush()
            session.refresh(event)
            detail = EventDetail(direction, event.score_format)
            record(session, actor, Action.CREATE_EVENT, detail, at=now, event_id=event.id)
            _schedule_final(session, event, now)
            info, week = describe(event), current_week(session, actor.guild_id, now).code
            return EventSummary(info, 0, week, is_open=info.has_week(week))

        return await self._change(actor, work)

    async def edit(self, actor: Actor, event_name: str, options: EventOptions) -> EventChange:
        """Change the given options of an event; existing scores outside new bounds stay.

        Raises:
            EventNameTaken: another event of the server has the new name.
            InvalidName, InvalidScore, InvalidSetting: an option is invalid, or no option was given.
        """

        def work(session: Session) -> EventChange:
            begin_action(session, actor)
            if options == EventOptions():
                raise NothingToChange
            event = find_event(session, actor.guild_id, event_name, lock=True)
            before, channel_before, values = describe(event), event.default_channel_id, values_of(event)
            now = self._clock()
            apply(session, event, options, now)
            detail = ChangeDetail(changes_by(options, values, values_of(event)), event.score_format)
            record(session, actor, Action.EDIT_EVENT, detail, at=now, event_id=event.id)
            refresh_posts(session, [event.id], now)
            if before.last_week != event.last_week:
                _schedule_final(session, event, now)
            changed = describe(event)
            has_new_bounds = options.min_score is not None or options.max_score is not None
            outside = _count_outside(session, changed) if has_new_bounds else 0
            week, channel = current_week(session, actor.guild_id, now), event.default_channel_id
            is_open = is_taking_scores(session, event, week)
            return EventChange(before, changed, week.code, is_open, outside, channel_before, channel)

        return await self._change(actor, work)

    async def archive(self, actor: Actor, event_name: str) -> EventChange:
        """Stop an event from taking scores; `edit` can reactivate it."""
        return await self.edit(actor, event_name, EventOptions(is_active=False))

    async def preview_season(
        self, actor: Actor, event: str | int, first_week: str | None = None, last_week: str | None = None
    ) -> SeasonPreview:
        """Return what `begin_again` would do, or raise what it would raise; roll everything back."""

        def work(session: Session) -> SeasonPreview:
            require_admin(session, actor)
            now = self._clock()
            with rolled_back(session):
                archived, again = _begin(session, actor, event, first_week, last_week, now)
                return _preview(session, archived, again, current_week(session, actor.guild_id, now))

        return await self._database.write(work)

    async def begin_again(
        self,
        actor: Actor,
        event: str | int,
        first_week: str | None = None,
        last_week: str | None = None,
        *,
        after: str | None = None,
    ) -> BegunSeason:
        """Begin a new season of an event: without scores, with the same rules and the same name.

        The previous season is archived under its own name, with everything that belongs to it.

        Args:
            actor: the admin.
            event: the name or the key of the event.
            first_week: the first week of the new season; None for the earliest possible one.
            last_week: the last week of the new season; None for no end.
            after: the last closed week that the confirmation showed, such as 2026-W47; None if there was no
                confirmation.

        Raises:
            SeasonPast, SeasonOpen, SeasonHasHeld, SeasonEmpty: the event cannot begin a new season.
            SeasonChanged: its last closed week is not `after`.
            InvalidSetting: a week is not valid, or the new season would already be over.
        """

        def work(session: Session) -> BegunSeason:
            begin_action(session, actor)
            now = self._clock()
            archived, again = _begin(session, actor, event, first_week, last_week, now)
            if after is not None and archived.last_week != Week.parse(after).code:
                raise SeasonChanged(again.name)
            detail = SeasonDetail(again.season, archived.season, archived.name)
            record(session, actor, Action.BEGIN_AGAIN, detail, at=now, event_id=again.id)
            refresh_posts(session, [archived.id], now)
            for one in (archived, again):
                _schedule_final(session, one, now)
            if again.board_channel_id is not None:
                schedule(session, JobKind.BOARD, str(again.id), now)
            return BegunSeason(describe(archived), describe(again), current_week(session, actor.guild_id, now).code)

        return await self._change(actor, work)

    async def list(self, guild_id: int) -> tuple[EventSummary, ...]:
        """Return all events of a server by name, with the archived ones last."""

        def work(session: Session) -> tuple[EventSummary, ...]:
            week = current_week(session, guild_id, self._clock())
            of_guild = select(Event, takes_scores(week)).where(Event.guild_id == guild_id)
            found = session.execute(of_guild.order_by(Event.is_active.desc(), Event.name_key))
            return tuple(
                EventSummary(describe(event), event.score_count, week.code, is_open) for event, is_open in found
            )

        return await self._database.read(work)

    async def seasons(self, guild_id: int, event: str) -> tuple[EventInfo, ...]:
        """Return all seasons of an event, the latest first. The name of any season finds them.

        Raises:
            EventNotFound: the server has no such event.
        """

        def work(session: Session) -> tuple[EventInfo, ...]:
            return tuple(map(describe, find_seasons(session, find_meant_event(session, guild_id, event))))

        return await self._database.read(work)

    async def current_week(self, guild_id: int) -> Week:
        """Return the current week in the time zone of a server."""
        return await self._database.read(lambda session: current_week(session, guild_id, self._clock()))

    async def name_of(self, guild_id: int, event_id: int) -> str:
        """Return the name of an event of a server.

        Raises:
            EventNotFound: the server has no such event.
        """
        return await self._database.read(lambda session: find_event(session, guild_id, event_id).name)

    async def taking_scores(self, guild_id: int, event_id: int) -> EventInfo:
        """Return an event of a server, provided that it takes scores.

        Raises:
            EventNotFound: the server has no such event.
            EventArchived: it is archived.
            EventNotBegun, EventEnded: it takes no scores for the week that a score would count for.
        """

        def work(session: Session) -> EventInfo:
            event = find_event(session, guild_id, event_id)
            if not event.is_active:
                raise EventArchived(event.name)
            info, week = describe(event), current_week(session, guild_id, self._clock())
            if not is_taking_scores(session, event, week):
                zone = load_settings(session, guild_id).time_zone
                check_in_season(info, week, zone)
                # An admin has closed the last week early.
                check_in_season(info, week.next(), zone)
            return info

        return await self._database.read(work)

    async def suggest(self, guild_id: int, text: str, least: EventState = EventState.OPEN) -> tuple[str, ...]:
        """Return the names of up to 25 events of a server that contain `text`, ignoring case.

        They come by name, with the archived ones last, so that past seasons crowd no active event out.
        Changes through this service show at once; other changes, such as an import, show within a second.

        Args:
            guild_id: the server.
            text: the text that the user has typed so far.
            least: the least open state of the events to suggest.
        """
        events, typed = await self._names(guild_id), name_key(text)
        found = (name for key, name, state in events if typed in key and state >= least)
        return tuple(islice(found, MAX_SUGGESTIONS))

    async def _change(self, actor: Actor, work: Callable[[Session], T]) -> T:
        try:
            return await self._database.write(work)
        finally:
            # Invalidate after an error too: the database may have committed without confirming it.
            self._names.cache_invalidate(actor.guild_id)

    async def _read_names(self, guild_id: int) -> tuple[tuple[str, str, int], ...]:
        """Return key, name and `EventState` of each event of a server."""

        def work(session: Session) -> tuple[tuple[str, str, int], ...]:
            is_open = takes_scores(current_week(session, guild_id, self._clock()))
            states = (is_open, EventState.OPEN.value), (Event.is_active, EventState.KEPT.value)
            names = select(Event.name_key, Event.name, case(*states, else_=EventState.ARCHIVED.value))
            ordered = names.where(Event.guild_id == guild_id).order_by(Event.is_active.desc(), Event.name_key)
            # Every keystroke of a user searches them, and tuples are faster than rows.
            return tuple((*row,) for row in session.execute(ordered))

        return await self._database.read(work)


def _begin(
    session: Session, actor: Actor, event: str | int, first_week: str | None, last_week: str | None, now: datetime
) -> tuple[Event, Event]:
    """Begin a new season of an event; return the archived event and the new one."""
    archived = find_event(session, actor.guild_id, event, lock=True)
    again = begin_again(session, archived, now)
    apply_weeks(session, again, EventOptions(first_week=first_week, last_week=last_week), now)
    return archived, again


def _preview(session: Session, archived: Event, again: Event, week: Week) -> SeasonPreview:
    """Describe an archived season and the new season `again`, with the scores that moved to it.

    `week` is the current week.
    """
    log = ScoreSubmission
    withdrawn = select(Member.player_id).where(Member.guild_id == archived.guild_id, Member.withdrawn_at.is_not(None))
    counted = log.event_id == archived.id, log.removed_at.is_(None), log.player_id.not_in(withdrawn)
    scores = select(func.count()).where(*counted)
    roles = select(EventRole.role_id).where(EventRole.event_id == again.id).order_by(EventRole.id)
    return SeasonPreview(
        describe(archived),
        describe(again),
        archived.score_count,
        session.execute(scores).scalar_one(),
        tuple(session.scalars(roles)),
        again.board_channel_id,
        again.default_channel_id,
        week.code,
    )


def _schedule_final(session: Session, event: Event, now: datetime) -> None:
    """Schedule the announcement of the final podium, if the event has a last week."""
    if event.last_week is not None:
        schedule(session, JobKind.FINAL, final_key(event.id, event.last_week), now)


def _count_outside(session: Session, event: EventInfo) -> int:
    """Count the personal bests that lie outside the bounds of an event."""
    bounds, best = event.bounds, LeaderboardScore
    is_below = best.score < bounds.least if bounds.takes_least else best.score <= bounds.least
    is_above = best.score > bounds.greatest if bounds.takes_greatest else best.score >= bounds.greatest
    bests = select(func.count()).where(best.event_id == event.id, best.score_type == ScoreType.ALL_TIME)
    return session.execute(bests.where(is_below | is_above)).scalar_one()
