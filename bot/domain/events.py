"""Events as the rest of the bot sees them, and which one a user means."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz import fuzz, process

from bot.domain.rules import DEFAULT_RULES, Rules
from bot.domain.scores import ScoreBounds, ScoreDirection, ScoreStyle
from bot.domain.text import MAX_EVENT_NAME, name_key
from bot.errors import AmbiguousScore, EventAmbiguous, EventUnknown, InvalidScore, ScoreInQuestion

MOST_NEAREST = 3
ALIKE = 70
"""From which likeness on, of 100, a name may be meant by another one: a letter or two are wrong, or words are."""

ALARM_ELO = 150
"""How far a score may move another player's Elo, unless an event says otherwise."""
GREATEST_ALARM = 100_000


class EventState(IntEnum):
    """What an event is there for now; each state has what those before it have."""

    ARCHIVED = 0
    """To be looked at."""
    KEPT = 1
    """To be managed, since it is not archived, also before its first week and after its last one."""
    OPEN = 2
    """To be played: it takes scores."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Which scores of an event are held until an admin has looked at them.

    Attributes:
        elo: those that would move another player by more points of Elo; None for none.
        least: smaller ones, in points or seconds; None for none.
        greatest: greater ones, likewise.
    """

    elo: int | None = ALARM_ELO
    least: float | None = None
    greatest: float | None = None

    def is_beyond(self, score: float) -> bool:
        """Tell whether a score lies outside the bounds."""
        is_below = self.least is not None and score < self.least
        return is_below or (self.greatest is not None and score > self.greatest)


NO_ALARM = Alarm(None)


@dataclass(frozen=True, slots=True)
class EventInfo:
    """An event of one server.

    Attributes:
        min_score: the smallest score that the event accepts, in points or seconds; None for the default.
        max_score: the greatest score that the event accepts, in points or seconds; None for the default.
        is_active: whether the event accepts scores; False for an archived event.
        rules: how it rates.
        season: the number of the season that the event is, from 1.
        first_week: the first week that it accepts scores for, as `Week.code`; None for any.
        last_week: the last one, likewise; None if it goes on.
        alarm: which scores are held.
    """

    id: int
    guild_id: int
    name: str
    direction: ScoreDirection
    style: ScoreStyle
    min_score: float | None
    max_score: float | None
    is_active: bool
    rules: Rules = DEFAULT_RULES
    season: int = 1
    first_week: int | None = None
    last_week: int | None = None
    alarm: Alarm = NO_ALARM

    def has_begun(self, week: int) -> bool:
        """Tell whether its first week has begun by a week, given as `Week.code`."""
        return self.first_week is None or week >= self.first_week

    def has_ended(self, week: int) -> bool:
        """Tell whether its last week is over by a week, likewise."""
        return self.last_week is not None and week > self.last_week

    def has_week(self, week: int) -> bool:
        """Tell whether a week, likewise, is one that it takes scores for until that is closed."""
        return self.is_active and self.has_begun(week) and not self.has_ended(week)

    @property
    def bounds(self) -> ScoreBounds:
        """The scores that the event takes."""
        return ScoreBounds.of(self.min_score, self.max_score)

    def read(self, text: str, locale: str | None = None) -> float:
        """Read a score as a user typed it; `locale` is the user's language on Discord.

        Raises:
            ScoreInQuestion: the text has several readings; those that the event takes are there to choose from.
            InvalidScore: the text is no score, or the event does not take this score.
        """
        try:
            return self._read(text, locale)
        except InvalidScore as refusal:
            refusal.event = self.name
            raise

    def check(self, score: float) -> None:
        """Check that the event takes a score, in points or seconds.

        Raises:
            ScoreOutOfBounds: it does not.
        """
        try:
            self.bounds.check(score, self.style)
        except InvalidScore as refusal:
            refusal.event = self.name
            raise

    def _read(self, text: str, locale: str | None) -> float:
        try:
            score = self.style.parse(text, locale)
        except AmbiguousScore as question:
            taken = tuple(one for one in question.readings if self.bounds.takes(one.score))
            if taken:
                raise ScoreInQuestion(question.typed, taken, question.unit, self.id) from None
            score = question.readings[0].score
        self.bounds.check(score, self.style)
        return score


@dataclass(frozen=True, slots=True)
class EventSummary:
    """An event as it is now.

    Attributes:
        players: how many have a personal best in it.
        week: the current week, as `Week.code`.
        is_open: whether it takes scores now.
    """

    event: EventInfo
    players: int
    week: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class BegunSeason:
    """An event that has begun again: the season that is archived, under its new name, and the new one.

    Attributes:
        week: the current week, as `Week.code`.
    """

    archived: EventInfo
    event: EventInfo
    week: int


@dataclass(frozen=True, slots=True)
class SeasonPreview:
    """What a new season of an event would archive, and what would go along.

    Attributes:
        archived: the season so far, as it would be.
        event: the new one; its key means nothing yet.
        players: how many have a personal best in the season so far.
        scores: how many submissions count in it.
        roles: Discord's ids of the roles that the new season would award.
        board_channel: the channel of its board; None for none.
        default_channel: the channel in which players need not name it; None for none.
    """

    archived: EventInfo
    event: EventInfo
    players: int
    scores: int
    roles: tuple[int, ...]
    board_channel: int | None
    default_channel: int | None


@dataclass(frozen=True, slots=True)
class EventChange:
    """An event before and after an edit.

    Attributes:
        week: the current week, as `Week.code`.
        is_open: whether it takes scores now.
        outside: the number of players whose personal best lies outside new bounds, and stays.
        channel_before: the channel in which players need not name the event, before the edit; None for none.
        channel: the same after the edit.
    """

    before: EventInfo
    event: EventInfo
    week: int
    is_open: bool
    outside: int
    channel_before: int | None = None
    channel: int | None = None


@dataclass(frozen=True, slots=True)
class EventChoices:
    """The events of a server that a score may be for.

    Attributes:
        events: those that take scores, by name.
        usual: the one that is meant without a name; None for none.
    """

    events: tuple[EventInfo, ...]
    usual: EventInfo | None


@dataclass(frozen=True, slots=True)
class RulesChange:
    """An event with other rules, and those that it had before."""

    before: Rules
    event: EventInfo


def meant_event(typed: str, names: Mapping[str, str]) -> str:
    """Return the only name that has `typed` as a part, ignoring case.

    Args:
        typed: the text of the user, which is no whole name.
        names: the names that can be meant, by their keys.

    Raises:
        EventAmbiguous: several names have it, or nothing was typed.
        EventUnknown: no name has it.
    """
    key = name_key(typed)
    candidates = [name for other, name in names.items() if key in other]
    if len(candidates) > 1 or (candidates and not key):
        raise EventAmbiguous(tuple(candidates))
    if not candidates:
        alike = process.extract(
            key[:MAX_EVENT_NAME], names.keys(), scorer=fuzz.WRatio, limit=MOST_NEAREST, score_cutoff=ALIKE
        )
        raise EventUnknown(typed, tuple(names[other] for other, _, _ in alike))
    return candidates[0]
