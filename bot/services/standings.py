"""Reading leaderboards: pages, ranks, and the place of one player."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, func, null, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.models import LeaderboardScore, Player, PlayerEventStats
from bot.domain.ratings import ScoreDirection
from bot.domain.results import PlayerName
from bot.services.rating_sql import is_personal_best


class BoardRow(NamedTuple):
    """One row of a board as it is read; `key` is what the board is ordered by."""

    player_id: int
    score: float
    submitted_at: datetime
    key: float | None
    all_time_elo: int | None
    weekly_average: float | None
    discord_id: int
    display_name: str

    @property
    def player(self) -> PlayerName:
        """The player as the world may know them."""
        return PlayerName(self.discord_id, self.display_name)


@dataclass(frozen=True, slots=True)
class BoardQuery:
    """An ordered list of players: by `key`, ties by time of submission; rows without a key come last."""

    source: FromClause
    condition: ColumnElement[bool]
    player_id: ColumnElement[int]
    key: ColumnElement[Any]
    descending: bool
    all_time_elo: ColumnElement[Any]
    weekly_average: ColumnElement[Any]

    @classmethod
    def of_scores(cls, condition: ColumnElement[bool], direction: ScoreDirection) -> "BoardQuery":
        """Order the scores that fulfil a condition, the best first."""
        table = LeaderboardScore.__table__
        high = direction is ScoreDirection.HIGH
        return cls(table, condition, table.c.player_id, table.c.score, high, null(), null())

    @classmethod
    def of_event_elos(cls, event_id: int) -> "BoardQuery":
        """Order everyone with stored ratings by event Elo, the highest first."""
        scores, stats = LeaderboardScore.__table__, PlayerEventStats.__table__
        best = and_(scores.c.player_id == stats.c.player_id, is_personal_best(event_id))
        average = case((stats.c.weeks_participated > 0, stats.c.weekly_elo_average))
        return cls(
            source=stats.join(scores, best),
            condition=stats.c.event_id == event_id,
            player_id=stats.c.player_id,
            key=stats.c.calculated_event_elo,
            descending=True,
            all_time_elo=stats.c.all_time_leaderboard_elo,
            weekly_average=average,
        )

    def better_than(self, key: float | None) -> ColumnElement[bool]:
        """Return the condition for rows with a better key."""
        if key is None:
            return self.key.is_not(None)
        return self.key > key if self.descending else self.key < key

    def before(self, row: BoardRow) -> ColumnElement[bool]:
        """Return the condition for rows that are listed before `row`."""
        scores = LeaderboardScore
        earlier = or_(
            scores.submitted_at < row.submitted_at,
            and_(scores.submitted_at == row.submitted_at, self.player_id < row.player_id),
        )
        return or_(self.better_than(row.key), and_(self.key.is_not_distinct_from(row.key), earlier))


async def count_rows(session: AsyncSession, board: BoardQuery, where: ColumnElement[bool] | None = None) -> int:
    """Count the rows of a board that fulfil a further condition."""
    statement = select(func.count()).select_from(board.source).where(board.condition)
    return (await session.execute(statement if where is None else statement.where(where))).scalar_one()


async def read_rows(session: AsyncSession, board: BoardQuery, offset: int, limit: int) -> list[BoardRow]:
    """Read some rows of a board in its order, from `offset`."""
    scores = LeaderboardScore
    key = board.key.desc() if board.descending else board.key
    order = (board.key.is_(None), key, scores.submitted_at, board.player_id)
    # The page is cut before the players' names are looked up.
    page = _columns(board).order_by(*order).offset(offset).limit(limit).subquery()
    statement = select(page, Player.discord_id, Player.display_name).join(Player, Player.id == page.c.player_id)
    page_key = page.c.key.desc() if board.descending else page.c.key
    ordered = statement.order_by(page.c.key.is_(None), page_key, page.c.submitted_at, page.c.player_id)
    return [BoardRow._make(row) for row in await session.execute(ordered)]


async def read_row_of(session: AsyncSession, board: BoardQuery, discord_id: int) -> BoardRow | None:
    """Read the row of one player, or None."""
    row = (
        await session.execute(
            _columns(board)
            .add_columns(Player.discord_id, Player.display_name)
            .join(Player, Player.id == board.player_id)
            .where(Player.discord_id == discord_id)
        )
    ).one_or_none()
    return None if row is None else BoardRow._make(row)


async def rank_of(session: AsyncSession, board: BoardQuery, key: float | None) -> int | None:
    """Return the standard competition rank of a key: one more than there are better ones; None for no key."""
    return None if key is None else 1 + await count_rows(session, board, board.better_than(key))


def ranks_of_page(rows: list[BoardRow], first_rank: int | None, offset: int) -> list[int | None]:
    """Return the rank of each row of a page, of which the first has `first_rank` and `offset` rows before it."""
    ranks: list[int | None] = []
    for index, row in enumerate(rows):
        if row.key is None:
            ranks.append(None)
        elif index == 0:
            ranks.append(first_rank)
        else:
            ranks.append(ranks[-1] if row.key == rows[index - 1].key else offset + index + 1)
    return ranks


def _columns(board: BoardQuery) -> Select[Any]:
    scores = LeaderboardScore
    return (
        select(
            board.player_id,
            scores.score,
            scores.submitted_at,
            board.key.label("key"),
            board.all_time_elo.label("all_time_elo"),
            board.weekly_average.label("weekly_average"),
        )
        .select_from(board.source)
        .where(board.condition)
    )
