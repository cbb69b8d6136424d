"""The statements of a recalculation. Building them anew each time would take a quarter longer at 1,000 players."""

from collections.abc import Mapping

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Double,
    Executable,
    FromClause,
    Integer,
    Select,
    SQLColumnExpression,
    Update,
    and_,
    any_,
    bindparam,
    case,
    func,
    null,
    select,
    true,
    update,
)

from bot.database.models import Event, LeaderboardScore, PlayerEventStats, ScoreSubmission
from bot.database.rows import Columns, RowsStatement, is_in_file
from bot.services.ratings._expressions import elo_expression, event_elo_expression, is_personal_best

_EVENT = bindparam("of_event", type_=Integer())
_SINCE = bindparam("since_submission", type_=BigInteger())
_SCORES, _STATS, _LOG = LeaderboardScore, PlayerEventStats, ScoreSubmission


def _bests(event_id: SQLColumnExpression[int], *conditions: ColumnElement[bool]) -> Select[int, int, int]:
    rated = select(_SCORES.event_id, _SCORES.player_id, elo_expression(_SCORES.score).label("elo"))
    return rated.where(is_personal_best(event_id), *conditions)


def _write(rated: Select[int, int, int]) -> Update:
    bests = rated.subquery()
    return (
        update(_STATS)
        .where(
            _STATS.event_id == bests.c.event_id,
            _STATS.player_id == bests.c.player_id,
            _STATS.all_time_leaderboard_elo.is_distinct_from(bests.c.elo),
        )
        .values(
            all_time_leaderboard_elo=bests.c.elo,
            calculated_event_elo=case(
                (_STATS.weeks_participated > 0, event_elo_expression(bests.c.elo, _STATS.weekly_elo_average))
            ),
            updated_at=func.now(),
        )
    )


WRITE_ELOS = _write(_bests(_EVENT))
"""Writes the all-time Elos that differ from those of the field, and the event Elos that follow from them."""

# Nothing is added to the event, so that the log is searched by its key, not by the event, of which it may all be.
_NEW = and_(_LOG.id > _SINCE, _LOG.event_id + 0 == _EVENT)
WRITE_ELOS_OF_SUBMITTERS = _write(_bests(_LOG.event_id, _SCORES.player_id == _LOG.player_id, _NEW))
"""Writes those of players who have submitted since."""


def _write_between(bands: FromClause) -> Executable:
    # By the event that a band names: so SQLite looks up the scores of each band, not the bands of each score.
    rated = _bests(bands.c.event_id, _SCORES.score >= bands.c.low, _SCORES.score <= bands.c.high)
    if is_in_file(bands):
        return _write(rated)
    # PostgreSQL has to be told, and would read all ratings if it did not expect few players.
    of_band = rated.offset(0).lateral()
    players = select(of_band.c.player_id).select_from(bands.join(of_band, true())).scalar_subquery()
    return _write(_bests(_EVENT, _SCORES.player_id == any_(func.array(players, type_=ARRAY(Integer)))))


_BANDS: Columns = {"event_id": Integer(), "low": Double(), "high": Double()}
WRITE_ELOS_BETWEEN = RowsStatement("bands", _BANDS, _write_between)
"""Writes those of players whose scores lie within bands, which are wider than what JSON takes from a fraction."""

RATE_WITHOUT_BEST = (
    update(_STATS)
    .where(
        _STATS.event_id == _EVENT,
        _STATS.all_time_leaderboard_elo.is_(None),
        _STATS.weeks_participated > 0,
    )
    .values(calculated_event_elo=event_elo_expression(null(), _STATS.weekly_elo_average))
)
"""Writes the event Elos of those whose scores were all removed, and whose weeks go on counting."""

_ORDERED = (_SCORES.week_number, _SCORES.score)
"""Personal bests have no week, but PostgreSQL does not see from that that the index holds them in order."""
EXTREMES = select(
    *(
        select(_SCORES.score).where(is_personal_best(_EVENT)).order_by(*order).limit(1).scalar_subquery()
        for order in (_ORDERED, [column.desc() for column in _ORDERED])
    )
)
"""Finds the least and the greatest personal best."""

_NOTED = (
    *("elo_version", "elo_field_version"),
    *("elo_base", "elo_per_sigma"),
    *("elo_origin", "elo_mean", "elo_sd"),
)


def _noted(name: str) -> str:
    return f"noted_{name}"


NOTE = (
    update(Event)
    .where(Event.id == _EVENT)
    .values({name: bindparam(_noted(name), type_=Event.__table__.c[name].type) for name in _NOTED})
    .values(elo_submission_id=select(func.coalesce(func.max(_LOG.id), 0)).scalar_subquery())
)
"""Notes with an event what its stored Elos are of, and the newest submission, which they include."""


def note_parameters(event_id: int, noted: Mapping[str, int | float]) -> dict[str, int | float]:
    """Return the parameters of `NOTE`, by the names of the columns."""
    return {"of_event": event_id, **{_noted(name): noted[name] for name in _NOTED}}
