"""What admins do with events, and the event names that the bot suggests."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import islice
from typing import TypeVar

from async_lru import alru_cache
from sqlalchemy import and_, exists, func, select, update
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Event, LeaderboardScore, ScoreSubmission, ScoreType, WeeklyRun
from bot.domain.clock import Clock
from bot.domain.events import ALARM_ELO, GREATEST_ALARM, BegunSeason, EventChange, EventInfo, EventSummary
from bot.domain.jobs import JobKind
from bot.domain.rules import Method
from bot.domain.scores import ScoreBounds, ScoreDirection, ScoreFormat, ScoreStyle
from bot.domain.text import clean_event_name, clean_unit, name_key, visible
from bot.domain.weeks import Week
from bot.errors import (
    AlarmBoundsSwapped,
    AlarmUnreadable,
    Bound,
    BoundsSwapped,
    DirectionFixed,
    EventArchived,
    EventNameTaken,
    InvalidBound,
    InvalidScore,
    LogarithmImpossible,
    NothingToChange,
    UnitOfTimes,
)
from bot.services.events._lookup import describe, find_event, find_meant_event, find_seasons
from bot.services.events._seasons import begin_again, set_weeks
from bot.services.jobs import schedule
from bot.services.posts import refresh_posts
from bot.services.servers import Actor, begin_action, current_week, load_settings, record

MAX_SUGGESTIONS = 25
KEPT_SECONDS = 1.0
"""How long the bot caches names, since Discord asks at every keystroke; then users see changes by other processes."""
LONGEST_ALARM = 6
NOTHING = "none"
"""What an admin types to clear a unit or a bound."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EventOptions:
    """The options of an event as an admin typed them; None for options left out.

    Attributes:
        name: 1 to 100 characters.
        format: number or time.
        unit: the text shown after numbers, or `none`.
        min_score: the smallest score that the event takes, in its format, or `none` for the default.
        max_score: the greatest score that the event takes, in its format, or `none` for the default.
        is_active: whether the event takes scores.
        direction: which of two scores is better; changes only while the event has no scores.
        default_channel_id: the channel in which players need not name the event; the one that it has already takes it
            away.
        first_week: the first week that the event takes scores for, such as 2026-W47, or `none`.
        last_week: the last one, likewise.
        alarm: by how many points of Elo a score may move another player's before it is held, or `none`.
        alarm_min: the smallest score that is not held, in its format, or `none` for no such bound.
        alarm_max: the greatest score that is not held, likewise.
        locale: the admin's language on Discord, such as "de", which says how bounds may be meant; no option.
    """

    name: str | None = None
    format: ScoreFormat | None = None
    unit: str | None = None
    min_score: str | None = None
    max_score: str | None = None
    is_active: bool | None = None
    direction: ScoreDirection | None = None
    default_channel_id: int | None = None
    first_week: str | None = None
    last_week: str | None = None
    alarm: str | None = None
    alarm_min: str | None = None
    alarm_max: str | None = None
    locale: str | None = field(default=None, compare=False)


class EventService:
    """Creates, edits, archives, lists and suggests the events of a server."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._names = alru_cache(maxsize=None, ttl=KEPT_SECONDS)(self._read_names)

    async def create(self, actor: Actor, direction: ScoreDirection, options: EventOptions) -> EventInfo:
        """Create an event in the actor's server.

        Raises:
            EventNameTaken: another event of the server has that name.
            InvalidName, InvalidScore, InvalidSetting: an option is invalid.
        """

        def work(session: Session) -> EventInfo:
            begin_action(session, actor)
            event = Event(guild_id=actor.guild_id, score_direction=direction, score_format=ScoreFormat.NUMBER)
            settings = load_settings(session, actor.guild_id)
            event.method, event.attendance = settings.method, settings.attendance
            event.alarm_elo, now = ALARM_ELO, self._clock()
            _apply(session, event, actor.guild_id, options, now)
            session.add(event)
            session.flush()
            session.refresh(event)
            detail = f"{event.name} ({direction})"
            record(session, actor, "event create", detail, at=now, event_id=event.id)
            _look_for_its_end(session, event, now)
            return describe(event)

        return await self._change(actor, work)

    async def edit(self, actor: Actor, event_name: str, options: EventOptions) -> EventChange:
        """Change the given options of an event; scores outside new bounds stay.

        Raises:
            EventNameTaken: another event of the server has the new name.
            InvalidName, InvalidScore, InvalidSetting: an option is invalid, or no option was given.
        """

        def work(session: Session) -> EventChange:
            begin_action(session, actor)
            if options == EventOptions():
                raise NothingToChange
            event = find_event(session, actor.guild_id, event_name, lock=True)
            before, channel_before = describe(event), event.default_channel_id
            now = self._clock()
            _apply(session, event, actor.guild_id, options, now)
            record(session, actor, "event edit", _summary(options), at=now, event_id=event.id)
            refresh_posts(session, [event.id], now)
            if before.last_week != event.last_week:
                _look_for_its_end(session, event, now)
            changed = describe(event)
            has_new_bounds = options.min_score is not None or options.max_score is not None
            outside = _count_outside(session, changed) if has_new_bounds else 0
            return EventChange(before, changed, outside, channel_before, event.default_channel_id)

        return await self._change(actor, work)

    async def archive(self, actor: Actor, event_name: str) -> EventChange:
        """Stop an event from taking scores; `edit` can reactivate it."""
        return await self.edit(actor, event_name, EventOptions(is_active=False))

    async def begin_again(
        self, actor: Actor, event_name: str, first_week: str | None = None, last_week: str | None = None
    ) -> BegunSeason:
        """Have an event begin again: without scores, by the same rules, and under the same name.

        The season so far is archived under a name of its own, with all that belongs to it.

        Args:
            actor: the admin.
            event_name: the name of the event.
            first_week: the first week of the new season; None for the first that the season so far has not had.
            last_week: the last one; None if it goes on.

        Raises:
            SeasonPast, SeasonOpen, SeasonEmpty: the event cannot begin again.
            InvalidSetting: a week is none, or the new season would be over.
        """

        def work(session: Session) -> BegunSeason:
            begin_action(session, actor)
            now = self._clock()
            event = find_event(session, actor.guild_id, event_name, lock=True)
            again = begin_again(session, event, now)
            _apply_weeks(session, again, EventOptions(first_week=first_week, last_week=last_week), now)
            detail = f"season {again.season}; season {event.season} is {event.name}"
            record(session, actor, "event begin-again", detail, at=now, event_id=again.id)
            refresh_posts(session, [event.id], now)
            for one in (event, again):
                _look_for_its_end(session, one, now)
            if again.board_channel_id is not None:
                schedule(session, JobKind.BOARD, str(again.id), now)
            return BegunSeason(describe(event), describe(again))

        return await self._change(actor, work)

    async def list(self, guild_id: int) -> tuple[EventSummary, ...]:
        """Return all events of a server by name, archived ones last."""

        def work(session: Session) -> tuple[EventSummary, ...]:
            events = session.scalars(
                select(Event).where(Event.guild_id == guild_id).order_by(Event.is_active.desc(), Event.name_key)
            )
            week = current_week(session, guild_id, self._clock()).code
            return tuple(EventSummary(describe(event), event.score_count, week) for event in events)

        return await self._database.read(work)

    async def seasons(self, guild_id: int, event: str) -> tuple[EventInfo, ...]:
        """Return all seasons of an event, the latest first, given its name or that of one of its seasons.

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
        """Return an event of a server that takes scores.

        Raises:
            EventNotFound: the server has no such event.
            EventArchived: it is archived.
        """

        def work(session: Session) -> EventInfo:
            event = describe(find_event(session, guild_id, event_id))
            if not event.is_active:
                raise EventArchived(event.name)
            return event

        return await self._database.read(work)

    async def suggest(self, guild_id: int, text: str, *, archived: bool = False) -> tuple[str, ...]:
        """Return the names of up to 25 events of a server that contain `text`, ignoring case, by name.

        Changes by this process show at once, changes by other processes within a second.

        Args:
            guild_id: the server.
            text: the text that the user has typed so far.
            archived: whether to include events that take no scores now: archived, ended, or not begun.
        """
        events, typed = await self._names(guild_id), name_key(text)
        found = (name for key, name, is_active in events if typed in key and (archived or is_active))
        return tuple(islice(found, MAX_SUGGESTIONS))

    async def _change(self, actor: Actor, work: Callable[[Session], T]) -> T:
        try:
            return await self._database.write(work)
        finally:
            # After an error too: the database may have committed without confirming it.
            self._names.cache_invalidate(actor.guild_id)

    async def _read_names(self, guild_id: int) -> tuple[tuple[str, str, bool], ...]:
        """Return the events of a server by key, and whether each takes scores this week."""

        def work(session: Session) -> tuple[tuple[str, str, bool], ...]:
            current = current_week(session, guild_id, self._clock()).code
            has_begun = func.coalesce(Event.first_week, current) <= current
            goes_on = func.coalesce(Event.last_week, current) >= current
            names = select(Event.name_key, Event.name, and_(Event.is_active, has_begun, goes_on))
            ordered = names.where(Event.guild_id == guild_id).order_by(Event.name_key)
            # Every key that a user types goes through them: tuples are quicker than rows.
            return tuple((*row,) for row in session.execute(ordered))

        return await self._database.read(work)


def _look_for_its_end(session: Session, event: Event, now: datetime) -> None:
    """Have it told how an event has ended, once it has."""
    if event.last_week is not None:
        schedule(session, JobKind.FINAL, str(event.id), now)


def _apply(session: Session, event: Event, guild_id: int, options: EventOptions, now: datetime) -> None:
    if options.name is not None:
        name = clean_event_name(options.name)
        key = name_key(name)
        is_other = Event.id.is_distinct_from(event.id)
        other = select(Event.name).where(Event.guild_id == guild_id, Event.name_key == key, is_other)
        with session.no_autoflush:
            taken = session.scalar(other)
        if taken is not None:
            raise EventNameTaken(taken)
        event.name, event.name_key = name, key
    if options.format is not None:
        event.score_format = options.format
    if options.unit is not None:
        event.score_unit = None if _is_nothing(options.unit) else clean_unit(options.unit)
    if event.score_format is ScoreFormat.TIME and event.score_unit is not None:
        raise UnitOfTimes(event.score_unit)
    _apply_bounds(event, options)
    _apply_alarm(event, options)
    if options.direction not in (None, event.score_direction):
        _change_direction(session, event)
    if options.is_active is not None:
        event.is_active = options.is_active
    if options.default_channel_id is not None:
        _move_default(session, event, options.default_channel_id)
    _apply_weeks(session, event, options, now)


def _move_default(session: Session, event: Event, channel_id: int) -> None:
    """Make an event the default of a channel, in the place of any other, or take that from it."""
    if event.default_channel_id == channel_id:
        event.default_channel_id = None
        return
    session.execute(update(Event).where(Event.default_channel_id == channel_id).values(default_channel_id=None))
    event.default_channel_id = channel_id


def _apply_weeks(session: Session, event: Event, options: EventOptions, now: datetime) -> None:
    if options.first_week is None and options.last_week is None:
        return
    first, last = _week(options.first_week, event.first_week), _week(options.last_week, event.last_week)
    with session.no_autoflush:
        set_weeks(session, event, first, last, now)


def _week(text: str | None, stored: int | None) -> Week | None:
    """Return the week that an admin typed; the stored one if none was."""
    if text is None:
        return None if stored is None else Week.from_code(stored)
    return None if _is_nothing(text) else Week.parse(text)


def _apply_bounds(event: Event, options: EventOptions) -> None:
    style = ScoreStyle(event.score_format, event.score_unit)
    if options.min_score is not None:
        event.min_score = _bound(style, Bound.MIN, options.min_score, options.locale)
    if options.max_score is not None:
        event.max_score = _bound(style, Bound.MAX, options.max_score, options.locale)
    if event.min_score is not None and event.max_score is not None and event.min_score > event.max_score:
        raise BoundsSwapped
    rates_logarithms = event.uses_logarithm and event.method is Method.ROBUST
    if rates_logarithms and not ScoreBounds.of(event.min_score, event.max_score).are_positive:
        raise LogarithmImpossible(event.name)


def _apply_alarm(event: Event, options: EventOptions) -> None:
    style = ScoreStyle(event.score_format, event.score_unit)
    if options.alarm is not None:
        event.alarm_elo = None if _is_nothing(options.alarm) else _alarm_elo(options.alarm)
    if options.alarm_min is not None:
        event.alarm_min = _bound(style, Bound.ALARM_MIN, options.alarm_min, options.locale)
    if options.alarm_max is not None:
        event.alarm_max = _bound(style, Bound.ALARM_MAX, options.alarm_max, options.locale)
    if event.alarm_min is not None and event.alarm_max is not None and event.alarm_min > event.alarm_max:
        raise AlarmBoundsSwapped


def _alarm_elo(text: str) -> int:
    typed = text.strip()
    if (
        not typed.isascii()
        or not typed.isdecimal()
        or len(typed) > LONGEST_ALARM
        or not 0 < int(typed) <= GREATEST_ALARM
    ):
        raise AlarmUnreadable(text, GREATEST_ALARM)
    return int(typed)


def _bound(style: ScoreStyle, bound: Bound, text: str, locale: str | None) -> float | None:
    if _is_nothing(text):
        return None
    try:
        return style.parse(text, locale)
    except InvalidScore as reason:
        raise InvalidBound(bound, reason) from None


def _change_direction(session: Session, event: Event) -> None:
    """Turn the direction of an event round, unless scores were compared by it."""
    counts = exists().where(ScoreSubmission.event_id == event.id, ScoreSubmission.removed_at.is_(None))
    has_run = exists().where(WeeklyRun.event_id == event.id)
    if session.scalar(select(counts | has_run)):
        raise DirectionFixed(event.name, event.score_direction)
    event.score_direction = event.score_direction.opposite


def _count_outside(session: Session, event: EventInfo) -> int:
    """Count the personal bests that an event would not take any more."""
    bounds, best = event.bounds, LeaderboardScore
    is_below = best.score < bounds.least if bounds.takes_least else best.score <= bounds.least
    is_above = best.score > bounds.greatest if bounds.takes_greatest else best.score >= bounds.greatest
    bests = select(func.count()).where(best.event_id == event.id, best.score_type == ScoreType.ALL_TIME)
    return session.execute(bests.where(is_below | is_above)).scalar_one()


def _is_nothing(text: str) -> bool:
    return text.strip().casefold() == NOTHING


def _summary(options: EventOptions) -> str:
    changes = {option.name: getattr(options, option.name) for option in fields(options) if option.compare}
    return visible(", ".join(f"{name}: {value}" for name, value in changes.items() if value is not None))
