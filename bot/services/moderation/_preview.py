"""Tell what the removal of a submission would change, without changing it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, LeaderboardScore, Member, Player, ScoreSubmission
from bot.domain.methods import Rating
from bot.domain.moderation import Place, Podium, RemovalPreview
from bot.domain.ratings import RatingScale
from bot.domain.rules import Method
from bot.domain.servers import PlayerName
from bot.domain.standings import Board
from bot.services.events import describe
from bot.services.moderation._finding import name_submission
from bot.services.moderation._rows import name_player, run_of
from bot.services.ratings import (
    best_first,
    elo_expression,
    elo_parameters,
    is_personal_best,
    is_weekly_best,
    logged_bests,
    rating_of,
)
from bot.services.servers import load_settings

PODIUM = 3

LoggedBest = sa.Row[int, float, datetime]
"""A player's best in the log: the player, the score, and its time."""

_BEFORE, _AFTER = "before", "after"


def preview_removal(session: Session, event: Event, removed: ScoreSubmission, scale: RatingScale) -> RemovalPreview:
    """Return what the removal of a submission would change."""
    player_id, best = removed.player_id, is_personal_best(event.id)
    week_is_closed = run_of(session, removed) is not None
    left = _best_without(session, event, removed)
    before, after = _best_on(session, best, player_id), None if left is None else left.score
    moved, most = 0, 0
    if before is not None and before != after:
        moved, most = _count_moved(session, event, player_id, after, scale)
    podiums = [_podium(session, event, removed, Board.ALL_TIME, best, left)]
    if not week_is_closed:
        of_week = is_weekly_best(event.id, removed.week_number)
        left_of_week = _best_without(session, event, removed, ScoreSubmission.week_number == removed.week_number)
        podiums.append(_podium(session, event, removed, Board.WEEK, of_week, left_of_week))
    return RemovalPreview(
        event=describe(event),
        player=name_player(session, event, player_id),
        submission=name_submission(event, removed, load_settings(session, event.guild_id).time_zone),
        week_is_closed=week_is_closed,
        before=_place(session, event, player_id, before),
        after=_place(session, event, player_id, after),
        elos_moved=moved,
        most_moved=most,
        podiums=tuple(podium for podium in podiums if podium is not None),
    )


def _best_on(session: Session, board: sa.ColumnElement[bool], player_id: int) -> float | None:
    return session.scalar(sa.select(LeaderboardScore.score).where(board, LeaderboardScore.player_id == player_id))


def _best_without(
    session: Session, event: Event, removed: ScoreSubmission, *of_log: sa.ColumnElement[bool]
) -> LoggedBest | None:
    """Return a player's best in the log without a submission."""
    others = ScoreSubmission.player_id == removed.player_id, ScoreSubmission.id != removed.id
    return session.execute(logged_bests(event.id, event.score_direction, *others, *of_log)).one_or_none()


def _place(session: Session, event: Event, player_id: int, score: float | None) -> Place | None:
    if score is None:
        return None
    scores = LeaderboardScore
    better = scores.score > score if event.score_direction.sign > 0 else scores.score < score
    others = sa.select(sa.func.count()).where(is_personal_best(event.id), scores.player_id != player_id, better)
    return Place(score, 1 + session.scalars(others).one())


def _count_moved(
    session: Session, event: Event, player_id: int, after: float | None, scale: RatingScale
) -> tuple[int, int]:
    """Return how many other players' Elos move when a player's best becomes `after`, and by how much at most."""
    rating = rating_of(event, scale)
    if rating.rules.method is not Method.CLASSIC:
        return _compare(session, event, player_id, after, rating)
    scores, direction = LeaderboardScore, event.score_direction
    before = _best_on(session, is_personal_best(event.id), player_id)
    left = event.statistics.change(before, after).field
    moves = (
        sa.select(
            sa.func.abs(elo_expression(scores.score, _AFTER) - elo_expression(scores.score, _BEFORE)).label("points")
        )
        .where(is_personal_best(event.id), scores.player_id != player_id)
        .subquery()
    )
    counted = sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(moves.c.points), 0)).where(moves.c.points > 0)
    fields = elo_parameters(event.statistics.field, direction, scale, _BEFORE)
    moved, most = session.execute(counted, fields | elo_parameters(left, direction, scale, _AFTER)).one()
    return moved, most


def _compare(session: Session, event: Event, player_id: int, after: float | None, rating: Rating) -> tuple[int, int]:
    """Return the same as `_count_moved`, by rating all players twice."""
    scores = LeaderboardScore
    bests = dict(session.execute(sa.select(scores.player_id, scores.score).where(is_personal_best(event.id))).all())
    others = [score for other, score in bests.items() if other != player_id]
    before_field = rating.field_of(bests.values())
    after_field = rating.field_of(others if after is None else [*others, after])
    points = [abs(rating.elo(score, after_field) - rating.elo(score, before_field)) for score in others]
    return sum(move > 0 for move in points), max(points, default=0)


def _podium(
    session: Session,
    event: Event,
    removed: ScoreSubmission,
    board: Board,
    condition: sa.ColumnElement[bool],
    left: LoggedBest | None,
) -> Podium | None:
    """Return the first three of a board without the submission; None if they stay the same three in the same order.

    `left` is the player's best on that board then.
    """
    sign = event.score_direction.sign
    scores = LeaderboardScore
    order = (best_first(scores.score, event.score_direction), scores.submitted_at, scores.player_id)
    first = (
        sa.select(scores.player_id, scores.score, scores.submitted_at, Player.discord_id, Member.display_name)
        .join(Player, Player.id == scores.player_id)
        .join(Member, (Member.player_id == scores.player_id) & (Member.guild_id == event.guild_id))
        .where(condition)
        .order_by(*order)
        .limit(PODIUM + 1)
    )
    rows = session.execute(first).all()
    own = next((row for row in rows[:PODIUM] if row.player_id == removed.player_id), None)
    if own is None:
        return None
    places = [
        (-sign * row.score, row.submitted_at, row.player_id, row) for row in rows if row.player_id != own.player_id
    ]
    if left is not None:
        places.append((-sign * left.score, left.submitted_at, own.player_id, own))
    after = [row for *_, row in sorted(places, key=lambda place: place[:3])[:PODIUM]]
    if [row.player_id for row in after] == [row.player_id for row in rows[:PODIUM]]:
        return None
    return Podium(board, tuple(PlayerName(row.discord_id, row.display_name) for row in after))
