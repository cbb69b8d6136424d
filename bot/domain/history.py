"""What a player has submitted to an event, and how its boards were at a time: both as the log tells it now."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import fmean
from typing import TypeVar

from bot.domain.clock import local_time
from bot.domain.events import EventInfo
from bot.domain.methods import Rating, elos_of
from bot.domain.reviews import HeldState
from bot.domain.scores import ScoreDirection
from bot.domain.servers import PlayerName
from bot.domain.standings import Board, Standing
from bot.domain.weeks import Week

PAGE_SIZE = 10
"""How many scores, or rows of a board, a page has."""
MOST_POINTS = 200
"""How many points a graph has of a kind, at most."""
MOST_MIDDLES = 104
"""Of how many closed weeks, the latest ones, a graph has the middle."""
TREND_SCORES, LEAST_TREND_SCORES = 5, 3
"""A trend compares so many scores with as many before them; it takes fewer where there are too few, down to three."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Removal:
    """The removal of a score.

    Attributes:
        at: when, in UTC.
        by: Discord's id of who removed it: the player's own if the player took it back.
        reason: why, not escaped; None if nobody said.
    """

    at: datetime
    by: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A score that a player has submitted to an event.

    Attributes:
        id: the key of its row in the log; of a held score, in the list of held scores.
        score: in points or seconds.
        at: when it was made, in UTC.
        week: the week that it counts for; of a held score, the week that it was made in.
        proof: a link, not escaped; None if the player gave none.
        removal: None for a score that nobody has removed.
        added_by: Discord's id of the admin who added it for the player; None for the player's own.
        is_imported: whether it came with an import.
        held: what became of a score that does not count, since no admin has approved it; None for a score of the log.
        was_best: whether it was better than all before it, among those that count now; so is the first one.
        is_best: whether it is the personal best now.
        is_week_best: whether it is the best of its week, among those that count now.
    """

    id: int
    score: float
    at: datetime
    week: Week
    proof: str | None = None
    removal: Removal | None = None
    added_by: int | None = None
    is_imported: bool = False
    held: HeldState | None = None
    was_best: bool = False
    is_best: bool = False
    is_week_best: bool = False

    @property
    def counts(self) -> bool:
        """Whether the score may be a best: nobody has removed it, and it is not held."""
        return self.removal is None and self.held is None


@dataclass(frozen=True, slots=True)
class Trend:
    """How the latest scores of a player that count compare with as many before them.

    Attributes:
        scores: how many of each are compared, 3 to 5.
        average: the mean of the latest ones, in points or seconds.
        gain: by how much that is better than the mean of those before; below 0 if it is worse.
    """

    scores: int
    average: float
    gain: float


@dataclass(frozen=True, slots=True)
class GraphPoint:
    """A score at a time; `score` is in points or seconds."""

    at: datetime
    score: float


@dataclass(frozen=True, slots=True)
class WeekMiddle:
    """The middle of the field in a closed week.

    Attributes:
        begins_at: when the week began, in UTC.
        ends_at: when it was over, in UTC.
        score: in points or seconds, what was rated with the base Elo in that week: the mean of the best scores of all
            who played, or under *robust* their median.
    """

    begins_at: datetime
    ends_at: datetime
    score: float


@dataclass(frozen=True, slots=True)
class HistoryGraph:
    """What a picture of a history draws; its times are in the server's time zone, which has the days.

    Attributes:
        points: the scores that count, the earliest first; at most `MOST_POINTS`, then evenly chosen, with the first and
            the last one.
        bests: the line of bests: each score that was better than all before it, the earliest first; likewise bounded.
            From each point on, up to the next one, its score was the best.
        middles: of the weeks closed since the player's first score, the earliest first, at most `MOST_MIDDLES`; none
            under *ranks*, which has no middle.
        until: up to when the graph goes: the time at which it was asked for.
    """

    points: tuple[GraphPoint, ...]
    bests: tuple[GraphPoint, ...]
    middles: tuple[WeekMiddle, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of what a player has submitted to an event.

    Attributes:
        entries: the scores of this page, the latest first, with removed ones, and held ones that the viewer may see.
        page: the number of this page, from 0 to `pages - 1`.
        pages: at least 1.
        scores: how many scores count, on all pages.
        first: the earliest of them; None if none counts.
        best: the personal best now; None if none counts.
        trend: None if fewer than six scores count.
        graph: of the scores that count, on all pages.
    """

    event: EventInfo
    player: PlayerName
    entries: tuple[HistoryEntry, ...]
    page: int
    pages: int
    scores: int
    first: HistoryEntry | None
    best: HistoryEntry | None
    trend: Trend | None
    graph: HistoryGraph


@dataclass(frozen=True, slots=True)
class PastBoard:
    """A page of a board as it was at the end of a moment, as the log tells it now.

    It has the scores made up to then that count now, rated by the present rules among themselves. The overall board has
    the weeks closed by then, with the Elos that they have now, and only players who had a rank.

    Attributes:
        board: `ALL_TIME` or `OVERALL`.
        at: the last instant that counts, in UTC.
        page: the number of this page, from 0 to `pages - 1`, even if another one was asked for.
        pages: at least 1.
        players: how many rows all pages have.
        player_id: Discord's id of whose row is `own`.
        own: the row of that player, on this page or another; None if they had none.
        closed_weeks: how many weeks of the event were closed by then; without any there was no overall board.
    """

    event: EventInfo
    board: Board
    at: datetime
    standings: tuple[Standing, ...]
    page: int
    pages: int
    players: int
    player_id: int
    own: Standing | None
    closed_weeks: int


def mark(entries: Iterable[HistoryEntry], direction: ScoreDirection) -> list[HistoryEntry]:
    """Return entries in the order of time, with the marks of bests; of equal scores the first of the log is best."""
    in_time = sorted(entries, key=lambda entry: (entry.at, entry.id))
    record: float | None = None
    records, best_of = set(), dict[Week | None, HistoryEntry]()
    for entry in in_time:
        if not entry.counts:
            continue
        if record is None or direction.is_better(entry.score, record):
            record = entry.score
            records.add(entry.id)
        for scope in (None, entry.week):
            if scope not in best_of or _is_before(entry, best_of[scope], direction):
                best_of[scope] = entry
    return [
        replace(
            entry,
            was_best=entry.counts and entry.id in records,
            is_best=best_of.get(None) is entry,
            is_week_best=best_of.get(entry.week) is entry,
        )
        for entry in in_time
    ]


def _is_before(entry: HistoryEntry, other: HistoryEntry, direction: ScoreDirection) -> bool:
    """Tell whether an entry is the better one of two, or the first of equal ones."""
    if entry.score == other.score:
        return entry.id < other.id
    return direction.is_better(entry.score, other.score)


def trend_of(scores: Sequence[float], direction: ScoreDirection) -> Trend | None:
    """Return the trend of scores in the order of time; None for fewer than six."""
    number = min(TREND_SCORES, len(scores) // 2)
    if number < LEAST_TREND_SCORES:
        return None
    latest, before = fmean(scores[-number:]), fmean(scores[-2 * number : -number])
    return Trend(number, latest, direction.sign * (latest - before))


def graph_of(marked: Iterable[HistoryEntry], middles: Iterable[WeekMiddle], until: datetime, zone: str) -> HistoryGraph:
    """Return the graph of what `mark` has returned, with the middles of weeks, up to a time, in a time zone."""
    counted = [entry for entry in marked if entry.counts]
    points = [GraphPoint(local_time(entry.at, zone), entry.score) for entry in counted]
    bests = [point for point, entry in zip(points, counted, strict=True) if entry.was_best]
    return HistoryGraph(_thinned(points), _thinned(bests), tuple(middles), local_time(until, zone))


def _thinned(points: Sequence[T]) -> tuple[T, ...]:
    """Return at most `MOST_POINTS` of some points, evenly chosen, with the first and the last one."""
    last = len(points) - 1
    if last < MOST_POINTS:
        return tuple(points)
    return tuple(points[number * last // (MOST_POINTS - 1)] for number in range(MOST_POINTS))


class PastRanking:
    """The players of a board as it was at a time, by score or event Elo; ties are in no order of their own.

    Attributes:
        order: the keys of the players, the best first.
    """

    def __init__(
        self, rating: Rating, bests: Mapping[int, float], averages: Mapping[int, tuple[float, int]] | None = None
    ) -> None:
        """Rank players.

        Args:
            rating: how the event rates.
            bests: the best scores up to that time, by player.
            averages: on the overall board, the weekly averages then, and of how many closed weeks, by player: who has
                fewer than the event asks for, or no best, has no rank. None on the all-time board.
        """
        self._rating, self._bests, self._averages = rating, bests, averages
        self._field = rating.field_of(bests.values())
        if averages is None:
            self._keys = {player: -rating.direction.sign * best for player, best in bests.items()}
        else:
            all_time = elos_of(rating, self._field, bests)
            self._keys = {
                player: -rating.event_elo(all_time[player], average)
                for player, (average, weeks) in averages.items()
                if player in bests and weeks >= rating.rules.min_weeks
            }
        self.order = sorted(self._keys, key=self._keys.__getitem__)

    def __contains__(self, player: object) -> bool:
        return player in self._keys

    def tied(self, player: int) -> range:
        """Return the places, from 0, of those who share a rank with a player, the player included."""
        own = self._keys[player]
        first = bisect_left(self.order, own, key=self._keys.__getitem__)
        return range(first, bisect_right(self.order, own, lo=first, key=self._keys.__getitem__))

    def standing(self, player: int, name: PlayerName) -> Standing:
        """Return the row of a player."""
        rank, best = self.tied(player).start + 1, self._bests[player]
        all_time = self._rating.elo(best, self._field)
        if self._averages is None:
            return Standing(rank, name, best, all_time)
        average, _ = self._averages[player]
        return Standing(rank, name, best, self._rating.event_elo(all_time, average), all_time, average)
