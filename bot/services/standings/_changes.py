"""Explain what has changed a player's event Elo since the results of a close showed it.

The log tells what the bests were at the close: scores that were removed later counted then, and players who were
withdrawn later took part. Other actions by admins since then are treated as if made before the close: restored and
backdated scores, returned players, excuses and changed rules.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.dialect import UtcDateTime
from bot.database.models import AuditLog, Event, LeaderboardScore, Member, ScoreSubmission, WeeklyRun
from bot.database.rows import in_chunks
from bot.domain.audit import Action
from bot.domain.explanations import (
    BestChange,
    EloChange,
    Grounds,
    Part,
    PlayerRating,
    RulesChanged,
    parts_by_player,
    parts_in_all,
)
from bot.domain.methods import Rating, z_of_rank
from bot.domain.rules import Method
from bot.domain.weeks import Week
from bot.services.ratings import best_of, is_of_event, is_personal_best, shown_field
from bot.services.servers import name_players
from bot.services.standings._query import BoardQuery, count_rows
from bot.services.weeks import announced_with

MOST_COMPARED = 500
"""The largest event for which the bests of all players are compared, and the players with the most influence are
named."""


def find_change(
    session: Session, event: Event, player_id: int, rated: PlayerRating, rating: Rating
) -> EloChange | None:
    """Return how an event Elo has changed since the second-latest close, or since the only one.

    It is None before the player's first close. In an event of more than `MOST_COMPARED` players it may leave out the
    effect of other players, if the rules have changed since or the closed weeks were imported.

    Args:
        session: the transaction.
        event: the event.
        player_id: the player.
        rated: the current rating of the player.
        rating: how the event rates.
    """
    weeks = {week.week.code: week for week in rated.weeks}
    order = WeeklyRun.ran_at, WeeklyRun.id
    runs = session.scalars(sa.select(WeeklyRun).where(WeeklyRun.event_id == event.id).order_by(*order)).all()
    known = _known(runs, weeks)
    if not known:
        return None
    at = runs[known - 1]
    best = _bests_at(session, event, at.ran_at, [player_id]).get(player_id)
    if best is None:
        return None
    before, closed = (
        tuple(weeks[run.week_number] for run in some if run.week_number in weeks)
        for some in (runs[:known], runs[known:])
    )
    grounds = Grounds(rating, best, rated.best, rated.all_time_elo, before, closed)
    at_close = None
    if is_large := event.statistics.count > MOST_COMPARED:
        at_close = _elo_at(at, grounds)
        parts = parts_in_all(grounds, at_close, _elo_after_others(session, event, grounds))
    else:
        parts = _parts_by_player(session, event, at.ran_at, player_id, grounds)
    return EloChange(
        Week.from_code(at.week_number),
        sum(part.points for part in parts),
        parts,
        rules=_rules_changed(session, event, at.ran_at),
        lacks_others=is_large and at_close is None,
    )


def _known(runs: Sequence[WeeklyRun], weeks: Collection[int]) -> int:
    """Return how many of the runs existed at the close that the rating is compared with; 0 if there is no such close.

    Args:
        runs: all runs of the event.
        weeks: the weeks that count for the player.
    """

    def count(known: int) -> bool:
        return any(run.week_number in weeks for run in runs[:known])

    known = len(runs)
    while known and announced_with(runs[known - 1]) == announced_with(runs[-1]):
        known -= 1
    if not count(known):
        known = len(runs)
    return known if count(known) else 0


def _rules_changed(session: Session, event: Event, since: datetime) -> RulesChanged | None:
    log = AuditLog
    changes = sa.select(log.done_at, log.actor_id).where(
        log.event_id == event.id, log.action == Action.CHANGE_RULES, log.done_at > sa.literal(since, UtcDateTime)
    )
    latest = session.execute(changes.order_by(log.id.desc()).limit(1)).one_or_none()
    return None if latest is None else RulesChanged(latest.done_at, latest.actor_id)


def _elo_at(at: WeeklyRun, grounds: Grounds) -> int | None:
    """Return the all-time Elo of a player at a close, from what the run stored; None if the run did not store it."""
    if at.bests is not None:
        return grounds.rating.elo(grounds.best, at.bests)
    is_better = grounds.rating.direction.is_better
    reached = (elo for elo, worst in at.bests_by_elo or () if not is_better(worst, grounds.best))
    return max(reached, default=None)


def _elo_after_others(session: Session, event: Event, grounds: Grounds) -> int:
    """Return the all-time Elo that a player's best at the close would have among all others' present bests."""
    best, rating = grounds.best, grounds.rating
    if best == grounds.best_now:
        return grounds.all_time_elo
    if event.method is Method.RANKS:
        board = BoardQuery.of_scores(event)
        better = count_rows(session, board, board.shape.better_than(best)) - rating.direction.is_better(
            grounds.best_now, best
        )
        equal = count_rows(session, board, board.shape.key == best)
        return rating.scale.elo_of(z_of_rank(better + 1 + equal / 2, event.statistics.count))
    # Under *robust*, the player's own best alone does not move the median of so many scores.
    is_classic = event.method is Method.CLASSIC
    field = event.statistics.change(grounds.best_now, best).field if is_classic else shown_field(session, rating, event)
    return rating.elo(best, field or event.statistics.field)


def _parts_by_player(
    session: Session, event: Event, at: datetime, player_id: int, grounds: Grounds
) -> tuple[Part, ...]:
    scores, log, members = LeaderboardScore, ScoreSubmission, Member
    until = sa.literal(at, UtcDateTime)
    rows = session.execute(
        sa.select(scores.player_id, scores.score, scores.submitted_at).where(
            is_personal_best(event.id), scores.player_id != player_id
        )
    ).all()
    removed = log.event_id == event.id, log.removed_at > until, log.submitted_at <= until
    withdrawn = sa.select(members.player_id, members.withdrawn_at).where(
        members.guild_id == event.guild_id, members.withdrawn_at.is_not(None)
    )
    gone = {row.player_id: row.withdrawn_at > at for row in session.execute(withdrawn)}
    touched = {row.player_id for row in rows if row.submitted_at > at}
    touched.update(session.scalars(sa.select(log.player_id).distinct().where(*removed)))
    touched.update(gone)
    touched -= {player_id, *(key for key, has_left_since in gone.items() if not has_left_since)}
    bests = {row.player_id: row.score for row in rows}
    before = _bests_at(session, event, at, sorted(touched))
    changes = {key: BestChange(before.get(key), bests.get(key)) for key in touched}
    moved = {key: change for key, change in changes.items() if change.before != change.after}
    parts = parts_by_player(grounds, bests, moved)
    names = name_players(session, event.guild_id, {part.key for part in parts if part.key is not None})
    return tuple(part if part.key is None else replace(part, player=names[part.key]) for part in parts)


def _bests_at(session: Session, event: Event, at: datetime, players: Sequence[int]) -> dict[int, float]:
    """Return the bests of some players at a time, from the log. Players without a score are left out."""
    log, until = ScoreSubmission, sa.literal(at, UtcDateTime)
    best = best_of(log.score, event.score_direction)
    counted = is_of_event(event.id), log.submitted_at <= until, log.removed_at.is_(None) | (log.removed_at > until)
    found: dict[int, float] = {}
    for some in in_chunks(players):
        query = sa.select(log.player_id, best).where(*counted, log.player_id.in_(some)).group_by(log.player_id)
        found.update((player, score) for player, score in session.execute(query))
    return found
