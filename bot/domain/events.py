"""Events as the rest of the bot sees them, and how to find the event that a user means."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from bot.domain.rules import DEFAULT_RULES, Rules
from bot.domain.scores import ScoreBounds, ScoreDirection, ScoreStyle
from bot.domain.text import MAX_EVENT_NAME, name_key
from bot.errors import AmbiguousScore, EventAmbiguous, EventUnknown, InvalidScore, ScoreInQuestion

MOST_NEAREST = 3
ALIKE = 70
"""The likeness, of 100, from which a mistyped name matches: one or two letters differ, or some words."""

ALARM_ELO = 150
"""The most points of Elo that a score may move another player, unless an event says otherwise."""
GREATEST_ALARM = 100_000


class EventState(IntEnum):
    """What users can do with an event; each state includes the abilities of the lower ones."""

    ARCHIVED = 0
    """Users can look at it."""
    KEPT = 1
    """Admins can manage it: it is not archived, but may be before its first or after its last week."""
    OPEN = 2
    """Players can submit scores."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """The rules by which an event's scores are held for review.

    Attributes:
        elo: hold scores that would move another player by more points of Elo than this; None for no limit.
        least: hold lower scores than this, in points or seconds; None for no bound.
        greatest: hold higher scores than this, likewise.
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
        min_score: the lowest score that the event accepts, in points or seconds; None for the default.
        max_score: the highest score that the event accepts, in points or seconds; None for the default.
        is_active: whether the event accepts scores; False for an archived event.
        rules: the rules by which it rates.
        season: the number of this season, from 1.
        first_week: the first week for which it accepts scores, as `Week.code`; None for no bound.
        last_week: the last such week; None for no end.
        alarm: the rules by which its scores are held.
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
        """Tell whether the event's first week has begun by a week, given as `Week.code`."""
        return self.first_week is None or week >= self.first_week

    def has_ended(self, week: int) -> bool:
        """Tell whether the event's last week is over by a week, given as `Week.code`."""
        return self.last_week is not None and week > self.last_week

    def has_week(self, week: int) -> bool:
        """Tell whether the event takes scores for a week, given as `Week.code`, as long as the week is not closed."""
        return self.is_active and self.is_in_season(week)

    def is_in_season(self, week: int) -> bool:
        """Tell whether a week, given as `Week.code`, is none before the event's first or after its last one."""
        return self.has_begun(week) and not self.has_ended(week)

    @property
    def bounds(self) -> ScoreBounds:
        """The scores that the event takes."""
        return ScoreBounds.of(self.min_score, self.max_score)

    def read(self, text: str, locale: str | None = None) -> float:
        """Parse a score as a user typed it; `locale` is the user's language on Discord.

        Raises:
            ScoreInQuestion: the text has several readings; the error offers those that the event takes.
            InvalidScore: the text is not a score, or the event does not take this score.
        """
        try:
            return self._read(text, locale)
        except InvalidScore as refusal:
            refusal.event = self.name
            raise

    def check(self, score: float) -> None:
        """Check that the event takes a score, in points or seconds.

        Raises:
            ScoreOutOfBounds: the event does not take the score.
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
    """The present state of an event.

    Attributes:
        players: the number of players with a personal best.
        week: the current week, as `Week.code`.
        is_open: whether it takes scores.
    """

    event: EventInfo
    players: int
    week: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class BegunSeason:
    """A new season of an event: the archived season under its new name, and the new event.

    Attributes:
        week: the current week, as `Week.code`.
    """

    archived: EventInfo
    event: EventInfo
    week: int


@dataclass(frozen=True, slots=True)
class SeasonPreview:
    """What a new season of an event would archive, and what it would take over.

    Attributes:
        archived: the previous season, as it would be archived.
        event: the new event; its key is meaningless.
        players: the number of players with a personal best in the previous season.
        scores: the number of submissions that count in the previous season.
        roles: Discord's ids of the roles that the new season would award.
        board_channel: the channel of the event's board; None for none.
        default_channel: the channel in which players need not name the event; None for none.
        week: the current week, as `Week.code`.
    """

    archived: EventInfo
    event: EventInfo
    players: int
    scores: int
    roles: tuple[int, ...]
    board_channel: int | None
    default_channel: int | None
    week: int


@dataclass(frozen=True, slots=True)
class EventChange:
    """An event before and after an edit.

    Attributes:
        week: the current week, as `Week.code`.
        is_open: whether it takes scores after the edit.
        outside: the number of players whose personal best lies outside the new bounds, and stays.
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
        usual: the event of a submission that names none; None if there is none.
    """

    events: tuple[EventInfo, ...]
    usual: EventInfo | None


@dataclass(frozen=True, slots=True)
class RulesChange:
    """An event before and after a change of its rules or of its direction."""

    before: EventInfo
    event: EventInfo


def meant_event(typed: str, names: Mapping[str, str]) -> str:
    """Return the only name that contains `typed`, ignoring case.

    Args:
        typed: the text of the user, which is not a whole name.
        names: the names that may be meant, by key.

    Raises:
        EventAmbiguous: several names contain the text, or the text is empty.
        EventUnknown: no name contains the text.
    """
    key = name_key(typed)
    candidates = [name for other, name in names.items() if key in other]
    if len(candidates) > 1 or (candidates and not key):
        raise EventAmbiguous(tuple(candidates))
    if not candidates:
        # This takes 3 MB, and is only needed for misspelt names.
        from rapidfuzz import fuzz, process

        alike = process.extract(
            key[:MAX_EVENT_NAME], names.keys(), scorer=fuzz.WRatio, limit=MOST_NEAREST, score_cutoff=ALIKE
        )
        raise EventUnknown(tuple(names[other] for other, _, _ in alike), typed)
    return candidates[0]
