"""Read the board of a closed week from the results that its run archived."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Member, Player, WeeklyResult
from bot.database.streams import AnySelect
from bot.domain.servers import PlayerName
from bot.domain.standings import Standing

_RESULT = WeeklyResult
_ORDER = (_RESULT.rank, _RESULT.submitted_at, _RESULT.player_id)


def read_results(session: Session, run_id: int, guild_id: int, offset: int, limit: int) -> list[Standing]:
    """Read `limit` results of a closed week, the best first, from `offset`; players who missed it have no result."""
    # The subquery limits the rows before the joins look up names.
    page = _results(run_id).order_by(*_ORDER).offset(offset).limit(limit).subquery()
    ordered = _named(page, guild_id).order_by(page.c.rank, page.c.submitted_at, page.c.player_id)
    return [_standing(row) for row in session.execute(ordered)]


def read_result_of(session: Session, run_id: int, guild_id: int, discord_id: int) -> tuple[int, Standing] | None:
    """Return the result of one player in a closed week, and how many results come before it; None without a score."""
    of_player = sa.select(Player.id).where(Player.discord_id == discord_id)
    result = _results(run_id).where(_RESULT.player_id == of_player.scalar_subquery()).subquery()
    row = session.execute(_named(result, guild_id)).one_or_none()
    if row is None:
        return None
    earlier = sa.tuple_(*_ORDER) < sa.tuple_(
        *(sa.literal(value, column.type) for column, value in zip(_ORDER, row[1:4], strict=True))
    )
    before = session.execute(sa.select(sa.func.count()).where(*_took_part(run_id), earlier)).scalar_one()
    return before, _standing(row)


def _took_part(run_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return _RESULT.run_id == run_id, _RESULT.rank.is_not(None)


def _results(run_id: int) -> AnySelect:
    return sa.select(_RESULT.weekly_elo, *_ORDER, _RESULT.score).where(*_took_part(run_id))


def _named(results: sa.Subquery, guild_id: int) -> AnySelect:
    is_member = sa.and_(Member.guild_id == guild_id, Member.player_id == results.c.player_id)
    named = sa.select(*results.c, Player.discord_id, Member.display_name)
    return named.join(Player, Player.id == results.c.player_id).join(Member, is_member)


def _standing(row: sa.Row[Any]) -> Standing:
    return Standing(row.rank, PlayerName(row.discord_id, row.display_name), row.score, row.weekly_elo)
