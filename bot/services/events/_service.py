"""What admins do with events, and how users find them."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Event
from bot.domain.clock import Clock
from bot.domain.events import EventInfo, EventSummary
from bot.domain.ratings import ScoreDirection
from bot.domain.scores import ScoreFormat, ScoreStyle
from bot.domain.text import clean_event_name, clean_unit, name_key, visible
from bot.errors import BoundsSwapped, EventNameTaken, NothingToChange, UnitOfTimes
from bot.services.events._lookup import describe, find_event
from bot.services.events._names import EventNames, NamedEvent
from bot.services.servers import Actor, record, refuse_repetition, require_admin

MAX_SUGGESTIONS = 25
NOTHING = "none"
"""What an admin types to take a unit or a bound away."""


@dataclass(frozen=True, slots=True)
class EventOptions:
    """What an admin says about an event, as typed; None where nothing was said.

    Attributes:
        name: 1 to 100 characters.
        format: number or time.
        unit: shown behind numbers, or `none`.
        min_score: smallest score taken, in the event's format, or `none`.
        max_score: greatest score taken, likewise.
        is_active: whether the event takes scores.
    """

    name: str | None = None
    format: ScoreFormat | None = None
    unit: str | None = None
    min_score: str | None = None
    max_score: str | None = None
    is_active: bool | None = None


class EventService:
    """Events of a server: made, changed, put away, found."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Keep the database to work on and the clock to go by."""
        self._database = database
        self._clock = clock
        self._names = EventNames(self._read_names)

    async def create(self, actor: Actor, direction: ScoreDirection, options: EventOptions) -> EventInfo:
        """Make a leaderboard event in the actor's server.

        Raises:
            EventNameTaken: another event of the server has that name.
            InvalidName, InvalidScore, InvalidSetting: an option cannot be taken as typed.
        """

        def work(session: Session) -> EventInfo:
            require_admin(session, actor)
            refuse_repetition(session, actor)
            event = Event(guild_id=actor.guild_id, score_direction=direction, score_format=ScoreFormat.NUMBER)
            _apply(session, event, actor.guild_id, options)
            session.add(event)
            session.flush()
            session.refresh(event)
            detail = f"{event.name} ({direction})"
            record(session, actor, "event create", detail, at=self._clock(), event_id=event.id)
            return describe(event)

        return await self._change(actor, work)

    async def edit(self, actor: Actor, event_name: str, options: EventOptions) -> EventInfo:
        """Change what the options name, and nothing else; scores and the direction stay as they are.

        Raises:
            EventNotFound: the server has no such leaderboard event.
            EventNameTaken: another event of the server has the new name.
            InvalidName, InvalidScore, InvalidSetting: an option cannot be taken as typed, or there is none.
        """

        def work(session: Session) -> EventInfo:
            require_admin(session, actor)
            if options == EventOptions():
                raise NothingToChange
            event = find_event(session, actor.guild_id, event_name, lock=True)
            refuse_repetition(session, actor)
            _apply(session, event, actor.guild_id, options)
            record(session, actor, "event edit", _summary(options), at=self._clock(), event_id=event.id)
            return describe(event)

        return await self._change(actor, work)

    async def archive(self, actor: Actor, event_name: str) -> EventInfo:
        """Stop an event from taking scores; it can be read, and restored by `edit`.

        Raises:
            EventNotFound: the server has no such leaderboard event.
        """
        return await self.edit(actor, event_name, EventOptions(is_active=False))

    async def list(self, guild_id: int) -> tuple[EventSummary, ...]:
        """Return all leaderboard events of a server by name, the archived ones last."""

        def work(session: Session) -> tuple[EventSummary, ...]:
            events = session.scalars(
                select(Event).where(Event.guild_id == guild_id).order_by(Event.is_active.desc(), Event.name_key)
            )
            return tuple(EventSummary(describe(event), event.score_count) for event in events)

        return await self._database.read(work)

    async def suggest(self, guild_id: int, text: str, *, archived: bool = False) -> tuple[str, ...]:
        """Return the names of a server's events that contain `text`, ignoring case: at most 25, by name.

        What this process changed is there at once, what another one did within a second.

        Args:
            guild_id: the server.
            text: what has been typed so far.
            archived: whether archived events are offered too.
        """
        events, typed = await self._names.of(guild_id), name_key(text)
        found = (event.name for event in events if typed in event.key and (archived or event.is_active))
        return tuple(islice(found, MAX_SUGGESTIONS))

    async def _change(self, actor: Actor, work: Callable[[Session], EventInfo]) -> EventInfo:
        try:
            return await self._database.write(work)
        finally:
            # Also after an error: the database may have committed what it could not confirm any more.
            self._names.forget(actor.guild_id)

    async def _read_names(self, guild_id: int) -> tuple[NamedEvent, ...]:
        def work(session: Session) -> tuple[NamedEvent, ...]:
            rows = session.execute(
                select(Event.name_key, Event.name, Event.is_active)
                .where(Event.guild_id == guild_id)
                .order_by(Event.name_key)
            )
            return tuple(NamedEvent(*row) for row in rows)

        return await self._database.read(work)


def _apply(session: Session, event: Event, guild_id: int, options: EventOptions) -> None:
    if options.name is not None:
        name = clean_event_name(options.name)
        key = name_key(name)
        is_other = Event.id.is_distinct_from(event.id)
        taken = select(Event.id).where(Event.guild_id == guild_id, Event.name_key == key, is_other)
        with session.no_autoflush:
            if session.scalar(taken) is not None:
                raise EventNameTaken
        event.name, event.name_key = name, key
    if options.format is not None:
        event.score_format = options.format
    if options.unit is not None:
        event.score_unit = None if _is_nothing(options.unit) else clean_unit(options.unit)
    if event.score_format is ScoreFormat.TIME and event.score_unit is not None:
        raise UnitOfTimes
    style = ScoreStyle(event.score_format, event.score_unit)
    if options.min_score is not None:
        event.min_score = None if _is_nothing(options.min_score) else style.parse(options.min_score)
    if options.max_score is not None:
        event.max_score = None if _is_nothing(options.max_score) else style.parse(options.max_score)
    if event.min_score is not None and event.max_score is not None and event.min_score > event.max_score:
        raise BoundsSwapped
    if options.is_active is not None:
        event.is_active = options.is_active


def _is_nothing(text: str) -> bool:
    return text.strip().casefold() == NOTHING


def _summary(options: EventOptions) -> str:
    changes = {name: getattr(options, name) for name in options.__slots__}
    return visible(", ".join(f"{name}: {value}" for name, value in changes.items() if value is not None))
