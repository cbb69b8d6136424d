"""Parse and apply the options of an event, as admins type them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import exists, inspect, select, update
from sqlalchemy.orm import Session

from bot.database.models import Event, ScoreSubmission, WeeklyRun
from bot.domain.audit import Value, id_text
from bot.domain.events import ALARM_ELO, GREATEST_ALARM
from bot.domain.rules import Method
from bot.domain.scores import ScoreBounds, ScoreDirection, ScoreFormat, ScoreStyle
from bot.domain.text import clean_event_name, clean_unit, name_key
from bot.domain.weeks import Week
from bot.errors import (
    AlarmBoundsSwapped,
    AlarmUnreadable,
    Bound,
    BoundsSwapped,
    DirectionFixed,
    EventNameTaken,
    InvalidBound,
    InvalidScore,
    LogarithmImpossible,
    UnitOfNewTimes,
    UnitOfTimes,
)
from bot.services.events._seasons import set_weeks
from bot.services.servers import load_settings

LONGEST_ALARM = 6
NOTHING = "none"
"""What an admin types to clear a unit or a bound."""


@dataclass(frozen=True, slots=True)
class EventOptions:
    """The options of an event as an admin typed them; None for options left out.

    Attributes:
        name: 1 to 100 characters.
        format: number or time.
        unit: the text shown after numbers, or `none`.
        min_score: the lowest score that the event takes, in its format, or `none` for the default.
        max_score: the highest score that the event takes, in its format, or `none` for the default.
        is_active: whether the event takes scores.
        direction: whether higher or lower scores are better; with scores, it changes only with the rules.
        default_channel_id: the channel where players need not name the event; naming the current one unsets it.
        first_week: the first week of the event, such as 2026-W47, or `none`.
        last_week: the last week of the event, likewise.
        alarm: how many points of Elo a score may move another player before it is held, or `none`.
        alarm_min: the lowest score that is not held, in the event's format, or `none` for no such bound.
        alarm_max: the highest score that is not held, likewise.
        locale: the admin's language on Discord, such as "de", which decides how to read bounds; not an option itself.
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


def apply(session: Session, event: Event, options: EventOptions, now: datetime) -> None:
    """Change the given options of a new or a locked event.

    Raises:
        EventNameTaken: another event of the server has that name.
        InvalidName, InvalidScore, InvalidSetting: an option is invalid.
    """
    if options.name is not None:
        _rename(session, event, options.name)
    _apply_style(event, options)
    _apply_bounds(event, options)
    _apply_alarm(event, options)
    if options.direction not in (None, event.score_direction):
        _change_direction(session, event)
    if options.is_active is not None:
        event.is_active = options.is_active
    if options.default_channel_id is not None:
        _move_default(session, event, options.default_channel_id)
    apply_weeks(session, event, options, now)


def apply_defaults(session: Session, event: Event) -> None:
    """Give a new event the server's default method and attendance, and the usual alarm."""
    settings = load_settings(session, event.guild_id)
    event.method, event.attendance, event.alarm_elo = settings.method, settings.attendance, ALARM_ELO


def _rename(session: Session, event: Event, typed: str) -> None:
    name = clean_event_name(typed)
    key = name_key(name)
    is_other = Event.id.is_distinct_from(event.id)
    other = select(Event.name).where(Event.guild_id == event.guild_id, Event.name_key == key, is_other)
    with session.no_autoflush:
        taken = session.scalar(other)
    if taken is not None:
        raise EventNameTaken(taken)
    event.name, event.name_key = name, key


def _apply_style(event: Event, options: EventOptions) -> None:
    if options.format is not None:
        event.score_format = options.format
    if options.unit is not None:
        event.score_unit = None if _is_nothing(options.unit) else clean_unit(options.unit)
    if event.score_format is ScoreFormat.TIME and event.score_unit is not None:
        raise UnitOfTimes(event.score_unit) if inspect(event).persistent else UnitOfNewTimes


def _move_default(session: Session, event: Event, channel_id: int) -> None:
    """Make an event the default of a channel in place of any other; if it already is, unset it."""
    if event.default_channel_id == channel_id:
        event.default_channel_id = None
        return
    session.execute(update(Event).where(Event.default_channel_id == channel_id).values(default_channel_id=None))
    event.default_channel_id = channel_id


def apply_weeks(session: Session, event: Event, options: EventOptions, now: datetime) -> None:
    """Change the first and the last week of an event where options give them; see `set_weeks`."""
    if options.first_week is None and options.last_week is None:
        return
    first, last = _week(options.first_week, event.first_week), _week(options.last_week, event.last_week)
    with session.no_autoflush:
        set_weeks(session, event, first, last, now)


def _week(text: str | None, stored: int | None) -> Week | None:
    """Return the week that an admin typed; the stored week if they typed none."""
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
    """Reverse the direction of an event, unless scores have already been compared by it."""
    counts = exists().where(ScoreSubmission.event_id == event.id, ScoreSubmission.removed_at.is_(None))
    has_run = exists().where(WeeklyRun.event_id == event.id)
    if session.scalar(select(counts | has_run)):
        raise DirectionFixed(event.name, event.score_direction.opposite)
    event.score_direction = event.score_direction.opposite


def _is_nothing(text: str) -> bool:
    return text.strip().casefold() == NOTHING


def values_of(event: Event) -> dict[str, Value]:
    """Return the value of each option of an event, by the option's name, as the audit log stores it."""
    weeks = {"first_week": event.first_week, "last_week": event.last_week}
    return {
        "name": event.name,
        "format": event.score_format,
        "unit": event.score_unit,
        "min_score": event.min_score,
        "max_score": event.max_score,
        "is_active": event.is_active,
        "direction": event.score_direction,
        "default_channel_id": id_text(event.default_channel_id),
        **{name: None if code is None else str(Week.from_code(code)) for name, code in weeks.items()},
        "alarm": event.alarm_elo,
        "alarm_min": event.alarm_min,
        "alarm_max": event.alarm_max,
    }


def changes_by(
    options: EventOptions, before: Mapping[str, Value], after: Mapping[str, Value]
) -> dict[str, tuple[Value, Value]]:
    """Return the values of the options that an admin gave, before and after, even if they are equal."""
    return {name: (value, after[name]) for name, value in before.items() if getattr(options, name) is not None}
