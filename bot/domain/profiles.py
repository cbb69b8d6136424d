"""Profiles of players over all events of a server, and comparisons of two players."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from bot.domain.events import EventInfo
from bot.domain.scores import ScoreDirection
from bot.domain.servers import PlayerName
from bot.domain.standings import PODIUM
from bot.domain.weeks import Week

MOST_EVENTS = 10
"""How many events a profile or a comparison shows."""
FEWEST_FOR_MEDALS = 2
"""The fewest players for a week with medals, so that there is somebody to beat."""


@dataclass(frozen=True, slots=True)
class ProfiledEvent:
    """A player's scores and ratings in one event.

    Attributes:
        event: the event, perhaps archived, or a past season.
        best: the personal best, in points or seconds.
        rank: the rank of `best`, from 1; ties share a rank.
        players: the number of players with a personal best in the event, at least 1.
        elo: the all-time Elo, which is that of `best`.
        event_elo: the event Elo of the overall board; None until the player has as many closed weeks as the event
            requires.
    """

    event: EventInfo
    best: float
    rank: int
    players: int
    elo: int
    event_elo: int | None


@dataclass(frozen=True, slots=True)
class ClosedWeek:
    """A closed week of an event with a score of the player.

    Attributes:
        rank: from 1; ties share a rank.
        players: the number of players with a score.
        elo: the weekly Elo; None for a week with too few players.
    """

    event: EventInfo
    week: Week
    rank: int
    players: int
    elo: int | None


@dataclass(frozen=True, slots=True)
class Medals:
    """How often a player finished a closed week, of any event, in the first, the second and the third place."""

    gold: int = 0
    silver: int = 0
    bronze: int = 0


@dataclass(frozen=True, slots=True)
class Streaks:
    """In how many consecutive weeks a player had a score in any event of the server.

    Attributes:
        running: the streak up to the current week, or up to the week before while the current one has no score yet; 0
            if it has ended.
        longest: the longest streak ever, at least `running`.
    """

    running: int = 0
    longest: int = 0


@dataclass(frozen=True, slots=True)
class ServerStanding:
    """The rank of a player in a server, by the sum of the event Elos in active events.

    Attributes:
        total: the sum.
        events: how many event Elos are in the sum, at least 1.
        rank: from 1; ties share a rank.
        players: how many players have such a sum.
    """

    total: int
    events: int
    rank: int
    players: int


@dataclass(frozen=True, slots=True)
class Profile:
    """A player's achievements in a server; removed scores, and events with no others, are left out.

    Attributes:
        player: the player, with the name in this server.
        events: the most important events, at most `MOST_EVENTS`: active ones first, then by event Elo, the highest
            first, then by name.
        more_events: how many further events there are.
        medals: the medals of rated weeks.
        best_week: the week with the highest weekly Elo, the latest of equal ones; None without a rated week.
        scores: how many submissions count, at least 1.
        since: when the first of them was made, in the server's time zone.
        standing: the rank in the server; None without an event Elo in an active event.
    """

    player: PlayerName
    events: tuple[ProfiledEvent, ...]
    more_events: int
    medals: Medals
    streaks: Streaks
    best_week: ClosedWeek | None
    scores: int
    since: datetime
    standing: ServerStanding | None


@dataclass(frozen=True, slots=True)
class HeadToHead:
    """How often each of two players was ahead, and how often they were tied."""

    first: int = 0
    second: int = 0
    tied: int = 0


@dataclass(frozen=True, slots=True)
class ComparedEvent:
    """An event in which both players have a personal best.

    Attributes:
        first: the first player's scores and ratings.
        second: the second player's scores and ratings.
        weeks: who was ahead in those closed weeks of this event in which both had a score.
    """

    first: ProfiledEvent
    second: ProfiledEvent
    weeks: HeadToHead

    @property
    def event(self) -> EventInfo:
        """The event."""
        return self.first.event

    @property
    def lead(self) -> int:
        """The player who leads by personal best: 1 for the first, -1 for the second, 0 for neither."""
        return lead_of(self.event.direction, self.first.best, self.second.best)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two players compared over the events of a server that both play.

    Attributes:
        first: the first player, perhaps the viewer.
        second: the second player.
        events: at least one and at most `MOST_EVENTS`, ordered as in a profile of the first player.
        more_events: how many further events there are.
        leads: who leads by personal best, in all of these events and not only in `events`.
        weeks: who was ahead in those closed weeks of all these events in which both had a score.
        event_id: the key of the event that was asked for; None for all.
        is_rival: whether the viewer follows the second player; None if the viewer is not the first player.
    """

    first: PlayerName
    second: PlayerName
    events: tuple[ComparedEvent, ...]
    more_events: int
    leads: HeadToHead
    weeks: HeadToHead
    event_id: int | None = None
    is_rival: bool | None = None


def count_medals(weeks: Iterable[ClosedWeek]) -> Medals:
    """Count the podium places of rated weeks with at least two players."""
    ranks = [week.rank for week in weeks if week.elo is not None and week.players >= FEWEST_FOR_MEDALS]
    return Medals(*(ranks.count(place) for place in range(1, PODIUM + 1)))


def best_of(weeks: Iterable[ClosedWeek]) -> ClosedWeek | None:
    """Return the week with the highest weekly Elo, the latest of equal ones; None if none is rated."""
    rated = [(week.elo, week.week, week) for week in weeks if week.elo is not None]
    return max(rated, key=lambda one: one[:2])[2] if rated else None


def count_streaks(played: Collection[Week], excused: Collection[Week], current: Week) -> Streaks:
    """Return the streaks of a player. An excused week without a score neither counts nor ends a streak.

    Args:
        played: the weeks for which the player has scores.
        excused: the weeks from which the player is excused in all events that had them.
        current: the current week. The last week of `played` may be later, if a week was closed early.
    """
    weeks = sorted(set(played))
    if not weeks:
        return Streaks()
    runs = [1]
    for earlier, later in pairwise(weeks):
        if _goes_on(earlier, later, excused):
            runs[-1] += 1
        else:
            runs.append(1)
    return Streaks(runs[-1] if _goes_on(weeks[-1], current, excused) else 0, max(runs))


def _goes_on(last: Week, until: Week, excused: Collection[Week]) -> bool:
    """Tell whether all weeks after one and before another are excused."""
    week = last.next()
    while week < until and week in excused:
        week = week.next()
    return week >= until


def lead_of(direction: ScoreDirection, first: float, second: float) -> int:
    """Return 1 if the first of two scores is better, -1 if the second one is, 0 if they are equal."""
    return direction.is_better(first, second) - direction.is_better(second, first)


def count_wins(leads: Iterable[int]) -> HeadToHead:
    """Count the leads: 1 stands for the first player, -1 for the second, 0 for neither."""
    found = list(leads)
    return HeadToHead(found.count(1), found.count(-1), found.count(0))
