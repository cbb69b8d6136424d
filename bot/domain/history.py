"""A player's submissions to an event, and an event's boards at a past time, both by the present log."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
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
"""How many scores, or rows of a board, are on a page."""
MOST_POINTS = 200
"""The most points of each kind in a graph."""
MOST_MIDDLES = 104
"""The most closed weeks whose middle a graph shows; it prefers the latest."""
TREND_SCORES, LEAST_TREND_SCORES = 5, 3
"""A trend compares the latest scores with equally many before them: five or, with few scores, at least three."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Removal:
    """The removal of a score.

    Attributes:
        at: the time of the removal, in UTC.
        by: Discord's id of the admin who removed it, or of the player who took it back.
        reason: the reason, not escaped; None if none was given.
    """

    at: datetime
    by: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A score that a player has submitted to an event.

    Attributes:
        id: the key of its row in the log; for a held score, in the table of held scores.
        score: in points or seconds.
        at: when it was made, in UTC.
        week: the week that it counts for; for a held score, the week in which it was made.
        proof: a link, not escaped; None if the player gave none.
        removal: the removal; None unless the score was removed.
        added_by: Discord's id of the admin who added it for the player; None for the player's own.
        is_imported: whether it came with an import.
        is_approved: whether it was the player's own and held, until an admin approved it.
        held: the state of a held score that does not count; None for a score in the log.
        was_best: whether it beat all earlier scores, among those that count at present; so does the first one.
        is_best: whether it is the present personal best.
        is_week_best: whether it is the best of its week, among the scores that count at present.
    """

    id: int
    score: float
    at: datetime
    week: Week
    proof: str | None = None
    removal: Removal | None = None
    added_by: int | None = None
    is_imported: bool = False
    is_approved: bool = False
    held: HeldState | None = None
    was_best: bool = False
    is_best: bool = False
    is_week_best: bool = False

    @property
    def counts(self) -> bool:
        """Whether the score may be a best: it is neither removed nor held."""
        return self.removal is None and self.held is None


@dataclass(frozen=True, slots=True)
class Trend:
    """A comparison of a player's latest counted scores with equally many before them.

    Attributes:
        scores: how many scores are in each half of the comparison, 3 to 5.
        average: the mean of the latest ones, in points or seconds.
        gain: by how much that is better than the mean of the earlier ones; negative if it is worse.
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
        score: the score that had the base Elo in that week, in points or seconds: the mean of all players' best scores,
            or their median under *robust*.
    """

    begins_at: datetime
    ends_at: datetime
    score: float


@dataclass(frozen=True, slots=True)
class HistoryGraph:
    """The data for the picture of a history; its times are in the server's time zone, which defines the days.

    Attributes:
        points: the scores that count, the earliest first; at most `MOST_POINTS`, chosen evenly, including the first and
            the last.
        bests: each score that beat all earlier ones, the earliest first, likewise bounded. Each is the best until the
            next point.
        middles: the middles of the weeks closed since the player's first score, the earliest first, at most
            `MOST_MIDDLES`; none under *ranks*, which has no middle.
        until: the end of the graph, which is the time of the request.
    """

    points: tuple[GraphPoint, ...]
    bests: tuple[GraphPoint, ...]
    middles: tuple[WeekMiddle, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of a player's submissions to an event.

    Attributes:
        entries: the scores of this page, the latest first, including removed ones, and held ones that the viewer may
            see.
        page: the number of this page, from 0 to `pages - 1`.
        pages: at least 1.
        scores: how many scores count, on all pages.
        first: the earliest score that counts; None if none counts.
        best: the present personal best; None if none counts.
        trend: None if fewer than six scores count.
        graph: the graph of the scores that count, on all pages.
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
    """A page of a board as it was at the end of a moment, by the present log.

    It has the scores made by then that count at present, rated among themselves by the present rules. The overall board
    has the weeks closed by then, with their present Elos, and only players who had a rank.

    Attributes:
        board: `ALL_TIME` or `OVERALL`.
        at: the last instant that counts, in UTC.
        page: the number of this page, from 0 to `pages - 1`; it may differ from the requested one.
        pages: at least 1.
        players: the number of rows on all pages.
        discord_id: Discord's id of the player whose row is `own`.
        own: the row of that player, on this page or another; None if they have none.
        closed_weeks: how many weeks of the event were closed by then; without any, there was no overall board.
    """

    event: EventInfo
    board: Board
    at: datetime
    standings: tuple[Standing, ...]
    page: int
    pages: int
    players: int
    discord_id: int
    own: Standing | None
    closed_weeks: int


def mark(entries: Iterable[HistoryEntry], direction: ScoreDirection) -> list[HistoryEntry]:
    """Return entries in the order of time, with bests marked; of equal scores, the first in the log is the best."""
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
    """Tell whether an entry is the better of two, or the earlier of equal ones."""
    if entry.score == other.score:
        return entry.id < other.id
    return direction.is_better(entry.score, other.score)


def trend_of(scores: Sequence[float], direction: ScoreDirection) -> Trend | None:
    """Return the trend of scores in the order of time; None for too few scores."""
    number = min(TREND_SCORES, len(scores) // 2)
    if number < LEAST_TREND_SCORES:
        return None
    # Sums of floats would differ in the last digit where the scores, as users see them, have equal sums.
    exact = [Decimal(repr(score)) for score in scores[-2 * number :]]
    latest, before = sum(exact[number:], Decimal(0)), sum(exact[:number], Decimal(0))
    return Trend(number, float(latest / number), direction.sign * float((latest - before) / number))


def graph_of(marked: Iterable[HistoryEntry], middles: Iterable[WeekMiddle], until: datetime, zone: str) -> HistoryGraph:
    """Return the graph of entries from `mark`, with the middles of weeks, up to a time, in a time zone."""
    counted = [entry for entry in marked if entry.counts]
    points = [GraphPoint(local_time(entry.at, zone), entry.score) for entry in counted]
    bests = [point for point, entry in zip(points, counted, strict=True) if entry.was_best]
    return HistoryGraph(_thinned(points), _thinned(bests), tuple(middles), local_time(until, zone))


def _thinned(points: Sequence[T]) -> tuple[T, ...]:
    """Return at most `MOST_POINTS` points, chosen evenly, including the first and the last."""
    last = len(points) - 1
    if last < MOST_POINTS:
        return tuple(points)
    return tuple(points[number * last // (MOST_POINTS - 1)] for number in range(MOST_POINTS))


class PastRanking:
    """The players of a past board, by score or event Elo; the order of ties is arbitrary.

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
            averages: for the overall board, the weekly averages at that time with the numbers of closed weeks, by
                player. A player with fewer weeks than the event requires, or without a best, has no rank. None for the
                all-time board.
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
        """Return the places, from 0, of the players who share a rank with a player, including that player."""
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
