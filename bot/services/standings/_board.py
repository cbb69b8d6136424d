"""A leaderboard of one event, open for reading: rows turned into standings."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.domain.events import EventInfo
from bot.domain.ratings import Field, RatingScale
from bot.domain.standings import Board, LeaderboardPage, Standing
from bot.domain.weeks import Week
from bot.services.standings._query import BoardQuery, BoardRow, Place, place_of, read_row_of, read_rows

PAGE_SIZE = 10


@dataclass(frozen=True, slots=True)
class OpenBoard:
    """A board, with what its Elos are computed from: a field, or, for event Elos, nothing but what is stored.

    Attributes:
        players: how many rows it has, which the field and the event know without counting.
    """

    event: EventInfo
    board: Board
    query: BoardQuery
    scale: RatingScale
    players: int
    field: Field | None = None
    week: Week | None = None

    def page(self, session: Session, page: int, viewer_id: int) -> LeaderboardPage:
        """Return a page of ten rows, and the viewer's own."""
        pages = max(1, -(-self.players // PAGE_SIZE))
        shown = min(max(page, 0), pages - 1)
        rows = read_rows(session, self.query, shown * PAGE_SIZE, PAGE_SIZE)
        on_page = (found for found in rows if found[1].discord_id == viewer_id)
        own = next(on_page, None) or self._find(session, viewer_id)
        return LeaderboardPage(
            event=self.event,
            board=self.board,
            week=self.week,
            standings=tuple(self._standing(place, row) for place, row in rows),
            page=shown,
            pages=pages,
            players=self.players,
            own=None if own is None else self._standing(*own),
            own_page=None if own is None else own[0].before // PAGE_SIZE,
        )

    def _find(self, session: Session, discord_id: int) -> tuple[Place, BoardRow] | None:
        row = read_row_of(session, self.query, discord_id)
        return None if row is None else (place_of(session, self.query, row), row)

    def _standing(self, place: Place, row: BoardRow) -> Standing:
        if self.field is not None:
            elo = self.scale.elo(row.score, self.field, self.event.direction)
            return Standing(place.rank, row.player, row.score, elo)
        elo_or_none = None if row.key is None else int(row.key)
        return Standing(place.rank, row.player, row.score, elo_or_none, row.all_time_elo, row.weekly_average)
