"""Seasons: the weeks in which an event takes scores, and how many of them are left."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.events import EventInfo
from bot.domain.text import MAX_EVENT_NAME, shorten
from bot.domain.weeks import Week
from bot.errors import EventEnded, EventNotBegun


@dataclass(frozen=True, slots=True)
class Season:
    """A season of an event, as its boards show it.

    Attributes:
        number: from 1.
        begins_at: when its first week begins, in UTC; None if the season has begun.
        ends_at: when its last week ends, in UTC; None for no end.
        weeks_left: for how many more weeks it takes scores; None for no end.
        has_ended: whether it takes no more scores and has no week left to close.
    """

    number: int
    begins_at: datetime | None
    ends_at: datetime | None
    weeks_left: int | None
    has_ended: bool

    @classmethod
    def of(cls, event: EventInfo, week: Week, zone: str, *, has_open_scores: bool) -> "Season":
        """Return the season of an event.

        Args:
            event: the event.
            week: the week that a score would count for at present.
            zone: the time zone of the server.
            has_open_scores: whether an open week has scores.
        """
        first, last = _week(event.first_week), _week(event.last_week)
        begins_at = None if first is None or week >= first else first.begins_at(zone)
        if last is None:
            return cls(event.season, begins_at, None, None, has_ended=False)
        left = last.weeks_since(week if first is None else max(week, first)) + 1
        has_ended = left <= 0 and not has_open_scores
        return cls(event.season, begins_at, last.ends_at(zone), max(left, 0), has_ended)


def check_in_season(event: EventInfo, week: Week, zone: str) -> None:
    """Check that an event takes scores for a week.

    Args:
        event: the event.
        week: the week that the score would count for.
        zone: the time zone of the server.

    Raises:
        EventNotBegun: the week is before the first week of the event.
        EventEnded: the week is after the last week of the event.
    """
    first, last = _week(event.first_week), _week(event.last_week)
    if first is not None and week < first:
        raise EventNotBegun(event.name, first.begins_at(zone))
    if last is not None and week > last:
        raise EventEnded(event.name, str(last))


def name_of_season(event: str, number: int, again: int = 1) -> str:
    """Return the name under which a season of an event is archived.

    Args:
        event: the name of the event.
        number: the number of the season.
        again: which variant of the name to return, from 1, if the ones before it are taken.
    """
    suffix = f" · season {number}" + ("" if again == 1 else f" ({again})")
    return shorten(event, MAX_EVENT_NAME - len(suffix)) + suffix


def _week(code: int | None) -> Week | None:
    return None if code is None else Week.from_code(code)
