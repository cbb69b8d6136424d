"""Build leaderboards of open and closed weeks, page by page."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass

from sqlalchemy.orm import Session

from bot.database.models import Event
from bot.domain.events import EventInfo
from bot.domain.methods import Rating, z_of_rank
from bot.domain.pages import turn_to
from bot.domain.ratings import Field, RatingScale
from bot.domain.rules import Method
from bot.domain.standings import Board, LeaderboardPage, Standing
from bot.domain.weeks import Week
from bot.services.events import describe
from bot.services.ratings import rating_of, shown_field
from bot.services.standings._archive import read_result_of, read_results
from bot.services.standings._query import BoardQuery, BoardRow, Place, find_row, read_rows

PAGE_SIZE = 10

Placed = tuple[int, Standing]
"""A row of a board, and how many rows the board lists before it."""


@dataclass(frozen=True, slots=True)
class ShownBoard(ABC):
    """A leaderboard of one event.

    Attributes:
        players: how many rows the board has.
        week: the week of a weekly board, else None.
        is_past: whether that week is over.
    """

    event: EventInfo
    board: Board
    players: int
    _: KW_ONLY
    week: Week | None = None
    is_past: bool = False

    def page(self, session: Session, page: int | None, viewer_id: int) -> LeaderboardPage:
        """Return a page and the viewer's own row; without a page number, the page with that row."""
        if page is None:
            found = self._find(session, viewer_id)
            page = 0 if found is None else found[0] // PAGE_SIZE
        shown, pages = turn_to(page, self.players, PAGE_SIZE)
        standings = self._read(session, shown * PAGE_SIZE)
        own = next((one for one in standings if one.player.discord_id == viewer_id), None)
        if own is None and (found := self._find(session, viewer_id)) is not None:
            own = found[1]
        return LeaderboardPage(
            event=self.event,
            board=self.board,
            week=self.week,
            standings=tuple(standings),
            page=shown,
            pages=pages,
            players=self.players,
            own=own,
            is_past=self.is_past,
        )

    @abstractmethod
    def _read(self, session: Session, offset: int) -> Sequence[Standing]:
        """Read the rows of a page in order."""

    @abstractmethod
    def _find(self, session: Session, discord_id: int) -> Placed | None:
        """Read the row of one player."""


@dataclass(frozen=True, slots=True)
class OpenBoard(ShownBoard):
    """A leaderboard that new scores may change.

    Attributes:
        rating: how the event rates.
        field: the field that its Elos are relative to; None on the overall board, whose Elos are stored.
    """

    query: BoardQuery
    rating: Rating
    field: Field | None

    def _read(self, session: Session, offset: int) -> Sequence[Standing]:
        return [self.standing(*found) for found in read_rows(session, self.query, offset, PAGE_SIZE)]

    def _find(self, session: Session, discord_id: int) -> Placed | None:
        found = self.find(session, discord_id)
        return None if found is None else (found[0].before, self.standing(*found))

    def find(self, session: Session, discord_id: int) -> tuple[Place, BoardRow] | None:
        """Return the row of a user and its place; None if the user has none."""
        return find_row(session, self.query, discord_id)

    def standing(self, place: Place, row: BoardRow) -> Standing:
        """Return a row as users see it."""
        if self.field is not None:
            return Standing(place.rank, row.player, row.score, self._elo(place, row, self.field))
        halves = row.all_time_elo, row.weekly_average
        if row.key is not None:
            return Standing(place.rank, row.player, row.score, int(row.key), *halves)
        if row.weekly_average is None:
            return Standing(place.rank, row.player, row.score, None, *halves)
        elo = self.rating.event_elo(row.all_time_elo, row.weekly_average)
        weeks_left = max(0, self.rating.rules.min_weeks - row.weeks)
        return Standing(place.rank, row.player, row.score, elo, *halves, weeks_left)

    def _elo(self, place: Place, row: BoardRow, field: Field) -> int:
        if self.rating.rules.method is not Method.RANKS or place.rank is None:
            return self.rating.elo(row.score, field)
        mean_rank = place.rank + (place.equal - 1) / 2
        return self.rating.scale.elo_of(z_of_rank(mean_rank, field.size))


@dataclass(frozen=True, slots=True)
class ClosedBoard(ShownBoard):
    """The leaderboard of a closed week, as archived by its run."""

    run_id: int

    def _read(self, session: Session, offset: int) -> Sequence[Standing]:
        return read_results(session, self.run_id, self.event.guild_id, offset, PAGE_SIZE)

    def _find(self, session: Session, discord_id: int) -> Placed | None:
        return read_result_of(session, self.run_id, self.event.guild_id, discord_id)


def open_all_time(session: Session, event: Event, scale: RatingScale) -> OpenBoard:
    """Return the all-time board of an event."""
    rating, statistics = rating_of(event, scale), event.statistics
    # Under *ranks*, which needs no field, this is the field of the statistics.
    field = shown_field(session, rating, event) or statistics.field
    query = BoardQuery.of_scores(event)
    return OpenBoard(describe(event), Board.ALL_TIME, statistics.count, query, rating, field)


def find_best(session: Session, event: Event, discord_id: int, scale: RatingScale) -> Standing | None:
    """Return the row of a user on the all-time board of an event; None without a personal best in it."""
    board = open_all_time(session, event, scale)
    own = board.find(session, discord_id)
    return None if own is None else board.standing(*own)


def find_leaders(session: Session, event: Event, most: int) -> tuple[Standing, ...]:
    """Return the first rows of the overall board of an event, without players who have no rank."""
    rows = read_rows(session, BoardQuery.of_event_elos(event), 0, most)
    return tuple(
        Standing(place.rank, row.player, row.score, int(row.key), row.all_time_elo, row.weekly_average)
        for place, row in rows
        if row.key is not None
    )
