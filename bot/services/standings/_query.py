"""Query leaderboards: pages, ranks, and the place of one player.

An index holds the key that orders a board. A query finds the keys of a page in the index; a second one reads the rows
with these keys and orders them by time. No query sorts or joins all rows of an event.

SQLAlchemy takes longer to build such a statement than a database takes to execute it. The statements of every board are
therefore built once per shape of a board, and executed with the values of each board.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.dialect import UtcDateTime
from bot.database.models import Event, LeaderboardScore, Member, Player, PlayerEventStats
from bot.database.streams import AnySelect
from bot.domain.rules import Method
from bot.domain.scores import ScoreDirection
from bot.domain.servers import PlayerName
from bot.domain.weeks import Week
from bot.services.ratings import best_first, is_better, is_personal_best, is_weekly_best

_EVENT, _WEEK, _MIN_WEEKS = (sa.bindparam(name, type_=sa.Integer()) for name in ("event_id", "week", "min_weeks"))
_GUILD, _USER = (sa.bindparam(name, type_=sa.BigInteger()) for name in ("guild_id", "discord_id"))
_OFFSET, _LIMIT = (sa.bindparam(name, type_=sa.BigInteger()) for name in ("offset", "limit"))
_AT, _PLAYER = sa.bindparam("at", type_=UtcDateTime()), sa.bindparam("player_id", type_=sa.Integer())


class BoardRow(NamedTuple):
    """One row of a board; the board is ordered by `key`."""

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
        equal: how many rows have the same key, including this one; 1 where the board does not count them.
    """

    before: int
    rank: int | None
    equal: int = 1


@dataclass(frozen=True, eq=False)
class BoardShape:
    """The statements of an ordered list of players: by `key`, then by time; players without a key come last.

    Attributes:
        keys: the table with the keys; its index alone suffices to count rows and to find a page.
        best: the condition that joins a personal best to `keys`; None if `keys` holds the scores itself.
        condition: selects the rows of the board.
        has_key: selects the rows with a key; None if all rows have one.
        before_key: the column that precedes the key in the index and is equal in all rows, or None. Queries order by it
            too, because PostgreSQL does not treat a column that is NULL in all rows as constant.
        direction: whether higher or lower keys are better.
    """

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

    @property
    def ranked(self) -> sa.ColumnElement[bool]:
        """The condition for rows with a key."""
        return self.condition if self.has_key is None else sa.and_(self.condition, self.has_key)

    @property
    def lacks_key(self) -> sa.ColumnElement[bool]:
        """The condition for rows without a key."""
        return sa.false() if self.has_key is None else sa.and_(self.condition, sa.not_(self.has_key))

    def better_than(self, key: float | sa.BindParameter[Any]) -> sa.ColumnElement[bool]:
        """Return the condition for better keys."""
        return is_better(self.key, key, self.direction)

    @property
    def earlier(self) -> sa.ColumnElement[bool]:
        """The condition for rows that precede another row with the same key; its time and player are parameters."""
        is_earlier = sa.tuple_(LeaderboardScore.submitted_at, self.player_id) < sa.tuple_(_AT, _PLAYER)
        return is_earlier if self.best is None else sa.exists().where(self.best, is_earlier)

    def by_key(self, direction: ScoreDirection) -> list[sa.ColumnElement[Any]]:
        """Return the order of the keys in the index, beginning with the best in a direction."""
        columns = [self.key] if self.before_key is None else [self.before_key, self.key]
        return [best_first(column, direction) for column in columns]


@cache
def _shape_of_scores(direction: ScoreDirection, *, is_weekly: bool) -> BoardShape:
    table = LeaderboardScore.__table__
    return BoardShape(
        keys=table,
        best=None,
        condition=is_weekly_best(_EVENT, _WEEK) if is_weekly else is_personal_best(_EVENT),
        has_key=None,
        before_key=table.c.week_number,
        key=table.c.score,
        direction=direction,
        player_id=table.c.player_id,
        all_time_elo=sa.null(),
        weekly_average=sa.null(),
        weeks=sa.literal(0),
    )


@cache
def _shape_of_event_elos(*, asks_for_weeks: bool) -> BoardShape:
    scores, stats = LeaderboardScore.__table__, PlayerEventStats.__table__
    all_time_elo, event_elo = stats.c.all_time_leaderboard_elo, stats.c.calculated_event_elo
    has_key = sa.and_(event_elo.is_not(None), all_time_elo.is_not(None))
    if asks_for_weeks:
        has_key = sa.and_(has_key, stats.c.weeks_participated >= _MIN_WEEKS)
    return BoardShape(
        keys=stats,
        best=sa.and_(scores.c.player_id == stats.c.player_id, is_personal_best(_EVENT)),
        condition=stats.c.event_id == _EVENT,
        has_key=has_key,
        before_key=None,
        key=event_elo,
        direction=ScoreDirection.HIGH,
        player_id=stats.c.player_id,
        all_time_elo=all_time_elo,
        weekly_average=sa.case((stats.c.weeks_participated > 0, stats.c.weekly_elo_average)),
        weeks=stats.c.weeks_participated,
    )


@dataclass(frozen=True, slots=True)
class BoardQuery:
    """One board: its shape, and the parameters of its statements.

    Attributes:
        shape: the statements.
        values: the parameters of the statements: the event, and the server whose display names the board shows.
        counts_equal: whether places include the number of rows with the same key.
    """

    shape: BoardShape
    values: Mapping[str, int]
    counts_equal: bool = False

    @classmethod
    def of_scores(cls, event: Event, week: Week | None = None) -> "BoardQuery":
        """Order the bests of an event, of one week or of all time, the best first."""
        shape = _shape_of_scores(event.score_direction, is_weekly=week is not None)
        values = {"event_id": event.id, "guild_id": event.guild_id}
        if week is not None:
            values["week"] = week.code
        return cls(shape, values, event.method is Method.RANKS)

    @classmethod
    def of_event_elos(cls, event: Event) -> "BoardQuery":
        """Order all players with a personal best by stored event Elo, the highest first.

        Players with fewer closed weeks than the event requires have no key. An event Elo is a key only together with a
        stored all-time Elo, which only players with a personal best have.
        """
        values = {"event_id": event.id, "guild_id": event.guild_id, "min_weeks": event.min_weeks}
        return cls(_shape_of_event_elos(asks_for_weeks=event.min_weeks > 1), values)

    def execute(self, session: Session, statement: AnySelect, **values: Any) -> sa.CursorResult[*tuple[Any, ...]]:
        """Execute a statement of this board, with further parameters if it has any."""
        return session.connection().execute(statement, {**self.values, **values})


def count_rows(session: Session, board: BoardQuery, *where: sa.ColumnElement[bool]) -> int:
    """Count the rows of a board that have a key and match further conditions."""
    count: int = board.execute(session, _count(board.shape.keys, board.shape.ranked, *where)).scalar_one()
    return count


def read_rows(session: Session, board: BoardQuery, offset: int, limit: int) -> list[tuple[Place, BoardRow]]:
    """Read `limit` rows of a board in order, from `offset`."""
    found = read_ranked_rows(session, board, offset, limit)
    if len(found) < limit and board.shape.has_key is not None:
        start = offset + len(found)
        ranked = start if found else count_rows(session, board)
        rest = {"offset": start - ranked, "limit": limit - len(found)}
        rows = map(BoardRow._make, board.execute(session, _rows_without_key(board.shape), **rest))
        found += [(Place(place, None), row) for place, row in enumerate(rows, start)]
    return found


def read_ranked_rows(session: Session, board: BoardQuery, offset: int, limit: int) -> list[tuple[Place, BoardRow]]:
    """Read at most `limit` rows with a key in order, from `offset`."""
    keys = board.execute(session, _page_of_keys(board.shape), offset=offset, limit=limit).scalars().all()
    return _read_ranked(session, board, keys, offset) if keys else []


def read_row_of(session: Session, board: BoardQuery, discord_id: int) -> BoardRow | None:
    """Read the row of one player, or None."""
    row = board.execute(session, _row_of(board.shape), discord_id=discord_id).one_or_none()
    return None if row is None else BoardRow._make(row)


def find_row(session: Session, board: BoardQuery, discord_id: int) -> tuple[Place, BoardRow] | None:
    """Return the place and the row of one player, or None."""
    row = read_row_of(session, board, discord_id)
    return None if row is None else (_place_of(session, board, row), row)


def next_rank(session: Session, board: BoardQuery, found: tuple[Place, BoardRow] | None) -> int:
    """Return the next rank above a row; 1 if no row is above it.

    Rows without a key count as below all ranks; so does a missing row.
    """
    shape, (rank, key) = board.shape, (None, None) if found is None else (found[0].rank, found[1].key)
    if rank is None or key is None:
        above, better = count_rows(session, board), shape.ranked
    else:
        above, better = rank - 1, sa.and_(shape.ranked, shape.better_than(key))
    if above == 0:
        return 1
    keys = sa.select(shape.key).select_from(shape.keys).where(better).order_by(*shape.by_key(shape.direction.opposite))
    next_key = board.execute(session, keys.limit(1)).scalar_one()
    return above + 1 - count_rows(session, board, shape.key == next_key)


def _place_of(session: Session, board: BoardQuery, row: BoardRow) -> Place:
    """Return the place of a row."""
    own = {"at": row.submitted_at, "player_id": row.player_id}
    if row.key is None:
        before, earlier = board.execute(session, _place_without_key(board.shape), **own).one()
        return Place(before + earlier, None)
    before, earlier = board.execute(session, _place(board.shape), **own, own_key=row.key).one()
    alike = count_rows(session, board, board.shape.key == row.key) if board.counts_equal else 1
    return Place(before + earlier, before + 1, alike)


def _read_ranked(
    session: Session, board: BoardQuery, keys: Sequence[float], offset: int
) -> list[tuple[Place, BoardRow]]:
    """Read the rows from `offset`, given their keys in order."""
    better = _count_better_than_first(session, board, keys, offset)
    equal = _count_equal(session, board, keys)
    page = {"least": min(keys), "most": max(keys), "offset": offset - better, "limit": len(keys)}
    rows = map(BoardRow._make, board.execute(session, _rows_between(board.shape), **page))
    found: list[tuple[Place, BoardRow]] = []
    rank = better + 1
    for before, row in enumerate(rows, offset):
        if found and found[-1][1].key != row.key:
            rank = before + 1
        found.append((Place(before, rank, equal.get(row.key, 1)), row))
    return found


def _count_equal(session: Session, board: BoardQuery, keys: Sequence[float]) -> dict[float | None, int]:
    """Count the rows with each key of a page, if the board needs that. Ties at its ends may continue on other pages."""
    if not board.counts_equal:
        return {}
    equal: dict[float | None, int] = dict(Counter(keys))
    return equal | {end: count_rows(session, board, board.shape.key == end) for end in {keys[0], keys[-1]}}


def _count_better_than_first(session: Session, board: BoardQuery, keys: Sequence[float], offset: int) -> int:
    """Count the rows with a better key than the first row of the page at `offset`."""
    if offset == 0:
        return 0
    if keys[0] == keys[-1]:
        return count_rows(session, board, board.shape.better_than(keys[0]))
    # The ties of the first row end on this page; counting these few gives the number of better rows.
    return offset + keys.count(keys[0]) - count_rows(session, board, board.shape.key == keys[0])


@cache
def _page_of_keys(shape: BoardShape) -> AnySelect:
    keys = sa.select(shape.key).select_from(shape.keys).where(shape.ranked).order_by(*shape.by_key(shape.direction))
    return keys.offset(_OFFSET).limit(_LIMIT)


@cache
def _rows_between(shape: BoardShape) -> AnySelect:
    least, most = (sa.bindparam(name, type_=shape.key.type) for name in ("least", "most"))
    return _page(shape, sa.and_(shape.ranked, shape.key.between(least, most)))


@cache
def _rows_without_key(shape: BoardShape) -> AnySelect:
    return _page(shape, shape.lacks_key)


@cache
def _row_of(shape: BoardShape) -> AnySelect:
    named = _rows(shape).add_columns(Player.discord_id, Member.display_name).where(shape.condition)
    joined = named.join(Player, Player.id == shape.player_id).join(Member, _is_member(shape.player_id))
    return joined.where(Player.discord_id == _USER)


@cache
def _place(shape: BoardShape) -> AnySelect:
    own = sa.bindparam("own_key", type_=shape.key.type)
    return _counts(shape, shape.better_than(own), sa.and_(shape.ranked, shape.key == own))


@cache
def _place_without_key(shape: BoardShape) -> AnySelect:
    return _counts(shape, sa.true(), shape.lacks_key)


def _counts(shape: BoardShape, better: sa.ColumnElement[bool], equal: sa.ColumnElement[bool]) -> AnySelect:
    """Count the rows with a better key than a given row, and the equal ones that precede it."""
    count_better, count_earlier = _count(shape.keys, shape.ranked, better), _count(shape.keys, equal, shape.earlier)
    return sa.select(count_better.scalar_subquery(), count_earlier.scalar_subquery())


def _page(shape: BoardShape, where: sa.ColumnElement[bool]) -> AnySelect:
    """Select complete rows that match a condition, in order, from an offset."""
    order = (best_first(_key(shape), shape.direction), LeaderboardScore.submitted_at, shape.player_id)
    # The subquery limits the rows before the joins look up names.
    page = _rows(shape).where(where).order_by(*order).offset(_OFFSET).limit(_LIMIT).subquery()
    named = (
        sa.select(page, Player.discord_id, Member.display_name)
        .join(Player, Player.id == page.c.player_id)
        .join(Member, _is_member(page.c.player_id))
    )
    return named.order_by(best_first(page.c.key, shape.direction), page.c.submitted_at, page.c.player_id)


def _rows(shape: BoardShape) -> AnySelect:
    return sa.select(
        shape.player_id,
        LeaderboardScore.score,
        LeaderboardScore.submitted_at,
        _key(shape).label("key"),
        shape.all_time_elo.label("all_time_elo"),
        shape.weekly_average.label("weekly_average"),
        shape.weeks.label("weeks"),
    ).select_from(shape.keys if shape.best is None else shape.keys.join(LeaderboardScore, shape.best))


def _is_member(player_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    return sa.and_(Member.guild_id == _GUILD, Member.player_id == player_id)


def _key(shape: BoardShape) -> sa.ColumnElement[Any]:
    return shape.key if shape.has_key is None else sa.case((shape.has_key, shape.key))


def _count(source: sa.FromClause, *where: sa.ColumnElement[bool]) -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(source).where(*where)
