"""Query leaderboards: pages, ranks, and the place of one player.

An index holds the key that orders a board. A query finds the keys of a page in the index; a second one reads the rows
with these keys and orders them by time. No query sorts or joins all rows of an event.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.dialect import UtcDateTime
from bot.database.models import Event, LeaderboardScore, Member, Player, PlayerEventStats
from bot.domain.rules import Method
from bot.domain.scores import ScoreDirection
from bot.domain.servers import PlayerName
from bot.services.ratings import best_first, is_better, is_personal_best


class BoardRow(NamedTuple):
    """One row of a board; `key` orders the board."""

    player_id: int
    score: float
    submitted_at: datetime
    key: float | None
    all_time_elo: int | None
    weekly_average: float | None
    weeks: int
    discord_id: int
    display_name: str

    @property
    def player(self) -> PlayerName:
        """The player as users see them."""
        return PlayerName(self.discord_id, self.display_name)


class Place(NamedTuple):
    """The place of a row on its board.

    Attributes:
        before: how many rows the board lists before it.
        rank: one more than the number of better rows (standard competition ranking); None without a key.
        equal: how many rows have its key, this one included; 1 where the board does not count them.
    """

    before: int
    rank: int | None
    equal: int = 1


@dataclass(frozen=True, slots=True)
class BoardQuery:
    """An ordered list of players: by `key`, ties by time of submission; players without a key come last.

    Attributes:
        guild_id: the server whose display names the board shows.
        keys: the table with the keys; its index alone serves to count rows and to find a page.
        best: the condition that joins a personal best to `keys`; None if `keys` has the scores.
        condition: selects the rows of the board.
        has_key: selects the rows with a key; None if all rows have one.
        before_key: the column before the key in the index, equal in all rows, or None. Queries order by it too:
            PostgreSQL does not take a column that is NULL in all rows for constant.
        direction: whether greater or smaller keys are better.
        counts_equal: whether places tell how many rows have the same key.
    """

    guild_id: int
    keys: sa.FromClause
    best: sa.ColumnElement[bool] | None
    condition: sa.ColumnElement[bool]
    has_key: sa.ColumnElement[bool] | None
    before_key: sa.ColumnElement[Any] | None
    key: sa.ColumnElement[Any]
    direction: ScoreDirection
    player_id: sa.ColumnElement[int]
    all_time_elo: sa.ColumnElement[Any]
    weekly_average: sa.ColumnElement[Any]
    weeks: sa.ColumnElement[Any]
    counts_equal: bool = False

    @classmethod
    def of_scores(cls, event: Event, condition: sa.ColumnElement[bool]) -> "BoardQuery":
        """Order the scores of an event that fulfil a condition, the best first."""
        table = LeaderboardScore.__table__
        return cls(
            guild_id=event.guild_id,
            keys=table,
            best=None,
            condition=condition,
            has_key=None,
            before_key=table.c.week_number,
            key=table.c.score,
            direction=event.score_direction,
            player_id=table.c.player_id,
            all_time_elo=sa.null(),
            weekly_average=sa.null(),
            weeks=sa.literal(0),
            counts_equal=event.method is Method.RANKS,
        )

    @classmethod
    def of_event_elos(cls, event: Event) -> "BoardQuery":
        """Order all players with a personal best by stored event Elo, the highest first.

        Those with fewer closed weeks than the event asks for have no key. An event Elo is a key only beside a stored
        all-time Elo, which only players with a personal best have.
        """
        scores, stats = LeaderboardScore.__table__, PlayerEventStats.__table__
        best = sa.and_(scores.c.player_id == stats.c.player_id, is_personal_best(event.id))
        all_time_elo, event_elo = stats.c.all_time_leaderboard_elo, stats.c.calculated_event_elo
        has_key = sa.and_(event_elo.is_not(None), all_time_elo.is_not(None))
        if event.min_weeks > 1:
            has_key = sa.and_(has_key, stats.c.weeks_participated >= event.min_weeks)
        return cls(
            guild_id=event.guild_id,
            keys=stats,
            best=best,
            condition=stats.c.event_id == event.id,
            has_key=has_key,
            before_key=None,
            key=event_elo,
            direction=ScoreDirection.HIGH,
            player_id=stats.c.player_id,
            all_time_elo=all_time_elo,
            weekly_average=sa.case((stats.c.weeks_participated > 0, stats.c.weekly_elo_average)),
            weeks=stats.c.weeks_participated,
        )

    @property
    def ranked(self) -> sa.ColumnElement[bool]:
        """The condition for rows with a key."""
        return self.condition if self.has_key is None else sa.and_(self.condition, self.has_key)

    @property
    def by_key(self) -> list[sa.ColumnElement[Any]]:
        """The order of the keys in the index, the best first."""
        return self._by_key(self.direction)

    @property
    def by_key_reversed(self) -> list[sa.ColumnElement[Any]]:
        """The same order backwards, the worst first."""
        return self._by_key(self.direction.opposite)

    @property
    def lacks_key(self) -> sa.ColumnElement[bool]:
        """The condition for rows without a key."""
        return sa.false() if self.has_key is None else sa.and_(self.condition, sa.not_(self.has_key))

    def better_than(self, key: float) -> sa.ColumnElement[bool]:
        """Return the condition for better keys."""
        return is_better(self.key, key, self.direction)

    def earlier_than(self, row: BoardRow) -> sa.ColumnElement[bool]:
        """Return the condition for rows before `row` among those with the same key."""
        when = sa.tuple_(sa.literal(row.submitted_at, UtcDateTime), sa.literal(row.player_id, sa.Integer))
        is_earlier = sa.tuple_(LeaderboardScore.submitted_at, self.player_id) < when
        return is_earlier if self.best is None else sa.exists().where(self.best, is_earlier)

    def _by_key(self, direction: ScoreDirection) -> list[sa.ColumnElement[Any]]:
        columns = [self.key] if self.before_key is None else [self.before_key, self.key]
        return [best_first(column, direction) for column in columns]


def count_rows(session: Session, board: BoardQuery, *where: sa.ColumnElement[bool]) -> int:
    """Count the rows of a board with a key that fulfil further conditions."""
    return session.execute(_count(board.keys, board.ranked, *where)).scalar_one()


def read_rows(session: Session, board: BoardQuery, offset: int, limit: int) -> list[tuple[Place, BoardRow]]:
    """Read `limit` rows of a board in order, from `offset`."""
    found = read_ranked_rows(session, board, offset, limit)
    if len(found) < limit and board.has_key is not None:
        start = offset + len(found)
        ranked = start if found else count_rows(session, board)
        rows = _read(session, board, board.lacks_key, start - ranked, limit - len(found))
        found += [(Place(place, None), row) for place, row in enumerate(rows, start)]
    return found


def read_ranked_rows(session: Session, board: BoardQuery, offset: int, limit: int) -> list[tuple[Place, BoardRow]]:
    """Read at most `limit` rows with a key in order, from `offset`."""
    keys = sa.select(board.key).select_from(board.keys).where(board.ranked).order_by(*board.by_key)
    page = session.scalars(keys.offset(offset).limit(limit)).all()
    return _read_ranked(session, board, page, offset) if page else []


def read_row_of(session: Session, board: BoardQuery, discord_id: int) -> BoardRow | None:
    """Read the row of one player, or None."""
    named = _rows(board).add_columns(Player.discord_id, Member.display_name).where(board.condition)
    of_player = (
        named.join(Player, Player.id == board.player_id)
        .join(Member, _is_member(board, board.player_id))
        .where(Player.discord_id == discord_id)
    )
    row = session.execute(of_player).one_or_none()
    return None if row is None else BoardRow._make(row)


def find_row(session: Session, board: BoardQuery, discord_id: int) -> tuple[Place, BoardRow] | None:
    """Return the row of one player and its place, or None."""
    row = read_row_of(session, board, discord_id)
    return None if row is None else (_place_of(session, board, row), row)


def next_rank(session: Session, board: BoardQuery, found: tuple[Place, BoardRow] | None) -> int:
    """Return the next rank above a row; 1 if none is above it.

    Rows without a key are below all ranks, and so is None.
    """
    rank, key = (None, None) if found is None else (found[0].rank, found[1].key)
    if rank is None or key is None:
        above, better = count_rows(session, board), board.ranked
    else:
        above, better = rank - 1, sa.and_(board.ranked, board.better_than(key))
    if above == 0:
        return 1
    keys = sa.select(board.key).select_from(board.keys).where(better).order_by(*board.by_key_reversed)
    next_key = session.scalars(keys.limit(1)).one()
    return above + 1 - count_rows(session, board, board.key == next_key)


def _place_of(session: Session, board: BoardQuery, row: BoardRow) -> Place:
    """Return the place of a row."""
    better, equal = board.ranked, board.lacks_key
    if row.key is not None:
        better, equal = sa.and_(better, board.better_than(row.key)), sa.and_(board.ranked, board.key == row.key)
    count_better = _count(board.keys, better)
    count_earlier = _count(board.keys, equal, board.earlier_than(row))
    counts = session.execute(sa.select(count_better.scalar_subquery(), count_earlier.scalar_subquery()))
    before, earlier = counts.one()
    if row.key is None:
        return Place(before + earlier, None)
    alike = count_rows(session, board, board.key == row.key) if board.counts_equal else 1
    return Place(before + earlier, before + 1, alike)


def _read_ranked(
    session: Session, board: BoardQuery, keys: Sequence[float], offset: int
) -> list[tuple[Place, BoardRow]]:
    """Read the rows from `offset` on, given their keys in order."""
    better = _count_better_than_first(session, board, keys, offset)
    among = sa.and_(board.ranked, board.key.between(min(keys), max(keys)))
    equal = _count_equal(session, board, keys)
    found: list[tuple[Place, BoardRow]] = []
    rank = better + 1
    for before, row in enumerate(_read(session, board, among, offset - better, len(keys)), offset):
        if found and found[-1][1].key != row.key:
            rank = before + 1
        found.append((Place(before, rank, equal.get(row.key, 1)), row))
    return found


def _count_equal(session: Session, board: BoardQuery, keys: Sequence[float]) -> dict[float | None, int]:
    """Count the rows with each key of a page, where the board needs that; those at its ends go on on other pages."""
    if not board.counts_equal:
        return {}
    equal: dict[float | None, int] = dict(Counter(keys))
    return equal | {end: count_rows(session, board, board.key == end) for end in {keys[0], keys[-1]}}


def _count_better_than_first(session: Session, board: BoardQuery, keys: Sequence[float], offset: int) -> int:
    """Count the rows with a better key than the first row of the page at `offset`."""
    if offset == 0:
        return 0
    if keys[0] == keys[-1]:
        return count_rows(session, board, board.better_than(keys[0]))
    # The rows that tie with the first row end on this page; counting these few gives the number of better rows.
    return offset + keys.count(keys[0]) - count_rows(session, board, board.key == keys[0])


def _read(
    session: Session, board: BoardQuery, where: sa.ColumnElement[bool], offset: int, limit: int
) -> list[BoardRow]:
    """Read complete rows that fulfil a condition, in order, from `offset` among them."""
    order = (best_first(_key(board), board.direction), LeaderboardScore.submitted_at, board.player_id)
    # The subquery limits the rows before the joins look up names.
    page = _rows(board).where(where).order_by(*order).offset(offset).limit(limit).subquery()
    named = (
        sa.select(page, Player.discord_id, Member.display_name)
        .join(Player, Player.id == page.c.player_id)
        .join(Member, _is_member(board, page.c.player_id))
    )
    ordered = named.order_by(best_first(page.c.key, board.direction), page.c.submitted_at, page.c.player_id)
    return [BoardRow._make(row) for row in session.execute(ordered)]


def _rows(board: BoardQuery) -> sa.Select[Any]:
    return sa.select(
        board.player_id,
        LeaderboardScore.score,
        LeaderboardScore.submitted_at,
        _key(board).label("key"),
        board.all_time_elo.label("all_time_elo"),
        board.weekly_average.label("weekly_average"),
        board.weeks.label("weeks"),
    ).select_from(board.keys if board.best is None else board.keys.join(LeaderboardScore, board.best))


def _is_member(board: BoardQuery, player_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    return sa.and_(Member.guild_id == board.guild_id, Member.player_id == player_id)


def _key(board: BoardQuery) -> sa.ColumnElement[Any]:
    return board.key if board.has_key is None else sa.case((board.has_key, board.key))


def _count(source: sa.FromClause, *where: sa.ColumnElement[bool]) -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(source).where(*where)


def is_withdrawn(session: Session, guild_id: int, discord_id: int) -> bool:
    """Tell whether an admin has withdrawn a user from a server."""
    of_user = sa.select(Member.withdrawn_at).join(Player, Player.id == Member.player_id)
    of_user = of_user.where(Player.discord_id == discord_id, Member.guild_id == guild_id)
    return session.scalar(of_user) is not None
