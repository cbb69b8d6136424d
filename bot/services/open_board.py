"""A leaderboard of one event, open for reading: rows turned into standings."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ratings import Field, RatingScale
from bot.domain.results import Board, EventInfo, LeaderboardPage, Standing
from bot.domain.weeks import Week
from bot.services.standings import (
    BoardQuery,
    BoardRow,
    count_rows,
    rank_of,
    ranks_of_page,
    read_row_of,
    read_rows,
)

PAGE_SIZE = 10


@dataclass(frozen=True, slots=True)
class OpenBoard:
    """A board, with what its Elos are computed from: a field, or, for event Elos, nothing but what is stored."""

    event: EventInfo
    board: Board
    query: BoardQuery
    scale: RatingScale
    field: Field | None = None
    week: Week | None = None

    async def page(self, session: AsyncSession, page: int, viewer_id: int) -> LeaderboardPage:
        """Return a page of ten rows, and the viewer's own."""
        players = await count_rows(session, self.query)
        pages = max(1, -(-players // PAGE_SIZE))
        shown = min(max(page, 0), pages - 1)
        rows = await read_rows(session, self.query, shown * PAGE_SIZE, PAGE_SIZE)
        first_rank = await rank_of(session, self.query, rows[0].key) if rows else None
        ranks = ranks_of_page(rows, first_rank, shown * PAGE_SIZE)
        own = await read_row_of(session, self.query, viewer_id)
        return LeaderboardPage(
            event=self.event,
            board=self.board,
            week=self.week,
            standings=tuple(self._standing(row, rank) for row, rank in zip(rows, ranks, strict=True)),
            page=shown,
            pages=pages,
            players=players,
            own=None if own is None else await self._ranked(session, own),
            own_page=None
            if own is None
            else await count_rows(session, self.query, self.query.before(own)) // PAGE_SIZE,
        )

    async def standing_of(self, session: AsyncSession, discord_id: int) -> Standing | None:
        """Return the row of one player, or None."""
        row = await read_row_of(session, self.query, discord_id)
        return None if row is None else await self._ranked(session, row)

    async def _ranked(self, session: AsyncSession, row: BoardRow) -> Standing:
        return self._standing(row, await rank_of(session, self.query, row.key))

    def _standing(self, row: BoardRow, rank: int | None) -> Standing:
        if self.field is not None:
            elo = self.scale.elo(row.score, self.field, self.event.direction)
            return Standing(rank, row.player, row.score, elo)
        elo_or_none = None if row.key is None else int(row.key)
        return Standing(rank, row.player, row.score, elo_or_none, row.all_time_elo, row.weekly_average)
