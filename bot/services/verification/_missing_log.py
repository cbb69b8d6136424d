"""Find stored scores that are missing from the log, and add them to it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.models import Event, Player, ScoreSubmission
from bot.database.rows import in_chunks
from bot.domain.verification import Ratings
from bot.domain.weeks import Week, counting_week
from bot.services.servers import load_settings
from bot.services.verification._comparison import NO_EVENT, Kind, Wrong
from bot.services.verification._log import add_to_log
from bot.services.weeks import closed_weeks


@dataclass(frozen=True, slots=True)
class MissingRow:
    """A row that the log should have.

    Attributes:
        week: the code of the week that the score counts for.
        made_in_week: the code of the week in which it was made.
    """

    event_id: int
    event: str
    player_id: int
    score: float
    submitted_at: datetime
    week: int
    made_in_week: int


def unexplained(session: Session, wrong: Iterable[Wrong]) -> list[Wrong]:
    """Return the values that a repair would destroy for good, because nothing in the log explains them.

    The log explains a score by a row of the player with that score or that time. It explains ratings by any row of the
    player.
    """
    found: list[Wrong] = []
    for event_id, of_event in groupby(wrong, key=lambda one: one.event_id):
        suspects = [one for one in of_event if one.stored is not None and _tells_something(one)]
        for some in in_chunks(suspects):
            known = _Known(session, event_id, {player_of(one) for one in some})
            found += [one for one in some if not known.explains(one)]
    return found


def missing_rows(session: Session, wrong: Iterable[Wrong]) -> list[MissingRow]:
    """Return the rows that the log needs to explain scores, in the order of their times.

    Weekly bests and results state their week. Any other personal best counts for the week in which it was made or, if
    that week's run did not include it, for the next week without a run.

    Args:
        session: the transaction.
        wrong: the findings of `unexplained`. Ratings, results without a run and results of unknown players yield no
            row.
    """
    rows: list[MissingRow] = []
    for event_id, of_event in groupby(wrong, key=lambda one: one.event_id):
        if event_id != NO_EVENT:
            rows += _rows_of(session, session.get_one(Event, event_id), list(of_event))
    ids = sorted({row.player_id for row in rows})
    existing: set[int] = set()
    for some in in_chunks(ids):
        existing.update(session.scalars(select(Player.id).where(Player.id.in_(some))))
    in_order = sorted(rows, key=lambda row: (row.submitted_at, row.event_id, row.player_id))
    return [row for row in in_order if row.player_id in existing]


def write(session: Session, rows: Sequence[MissingRow]) -> None:
    """Add rows to the log of locked events."""
    values = [
        {
            "player_id": row.player_id,
            "event_id": row.event_id,
            "score": row.score,
            "week_number": row.week,
            "made_in_week": row.made_in_week,
            "submitted_at": row.submitted_at,
        }
        for row in rows
    ]
    add_to_log(session, values)


class _Known:
    """The log entries of some players, in one event or in all."""

    def __init__(self, session: Session, event_id: int, players: Iterable[int]) -> None:
        log = ScoreSubmission
        rows = select(log.player_id, log.score, log.submitted_at).where(log.player_id.in_(players))
        if event_id != NO_EVENT:
            rows = rows.where(log.event_id == event_id)
        self._players: set[int] = set()
        self._scores: set[tuple[int, float | datetime]] = set()
        for player_id, score, submitted_at in session.execute(rows):
            self._players.add(player_id)
            self._scores |= {(player_id, score), (player_id, submitted_at)}

    def explains(self, one: Wrong) -> bool:
        player_id = player_of(one)
        if isinstance(one.stored, Ratings):
            return player_id in self._players
        told = {(player_id, one.stored.score), (player_id, one.stored.submitted_at)}
        return not told.isdisjoint(self._scores)


def _tells_something(one: Wrong) -> bool:
    """Tell whether a stored value differs from that of a player who has never played."""
    if isinstance(one.stored, Ratings):
        return one.stored != Ratings()
    return getattr(one.stored, "score", None) is not None


def player_of(one: Wrong) -> int:
    """Return the player whose value it is."""
    player_id: int = one.key[1] if isinstance(one.key, tuple) else one.key
    return player_id


def _rows_of(session: Session, event: Event, wrong: Sequence[Wrong]) -> Iterator[MissingRow]:
    zone = load_settings(session, event.guild_id).time_zone
    closed = set(closed_weeks(session, event.id))
    of_weeks = [one for one in wrong if one.kind in (Kind.WEEKLY_BEST, Kind.RESULT)]
    told = {_score_of(one) for one in of_weeks}
    all_time = [one for one in wrong if one.kind is Kind.PERSONAL_BEST and _score_of(one) not in told]
    for one in (*of_weeks, *all_time):
        player_id, score, submitted_at = _score_of(one)
        made_in = Week.at(submitted_at, zone)
        week = one.key[0] if isinstance(one.key, tuple) else counting_week(made_in, closed).code
        yield MissingRow(event.id, event.name, player_id, score, submitted_at, week, made_in.code)


def _score_of(one: Wrong) -> tuple[int, Any, Any]:
    return player_of(one), one.stored.score, one.stored.submitted_at
