"""Hold scores for an admin's decision: those that would move others far, or exceed the bounds of an alarm."""

import math
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, literal, select

from bot.database.dialect import UtcDateTime
from bot.database.models import Event, HeldScore, LeaderboardScore, Player
from bot.domain.alarm import Extremes, bounds_of_others, influence, influence_of_outlier, may_alarm
from bot.domain.jobs import JobKind
from bot.domain.methods import Robust
from bot.domain.ratings import RatingScale
from bot.domain.rules import Method
from bot.domain.submissions import Decision, OpenEvent
from bot.errors import ScoreBeyondAlarm, ScoreHeld
from bot.services.ratings import is_personal_best
from bot.services.submissions import _statements as sql
from bot.services.submissions._changes import Entry
from bot.services.submissions._known_bests import KnownBests


class RaisedAlarm(NamedTuple):
    """Why a score is held: how many points of Elo it moves another player; None if it is beyond the bounds."""

    moves: int | None


def find_alarm(
    connection: Connection, entry: Entry, player_id: int, decision: Decision, scale: RatingScale, bests: KnownBests
) -> RaisedAlarm | None:
    """Return why to hold a score, or None. For most scores the statistics alone tell."""
    event, alarm = entry.event, entry.event.info.alarm
    if alarm.is_beyond(entry.score):
        return RaisedAlarm(None)
    if not decision.is_personal_best or not may_alarm(event.info, event.statistics.count):
        return None
    most = math.inf if alarm.elo is None else alarm.elo
    if event.info.rules.method is Method.ROBUST:
        moves = _moves_of_outlier(connection, event, player_id, decision, scale, bests)
    else:
        before = event.statistics.field
        after = event.statistics.change(decision.previous_best, entry.score).field
        if influence(before, after, bounds_of_others(before, after), scale) <= most:
            return None
        moves = influence(before, after, _extremes(connection, event, player_id), scale)
    return None if moves <= most else RaisedAlarm(math.ceil(moves))


def _moves_of_outlier(
    connection: Connection, event: OpenEvent, player_id: int, decision: Decision, scale: RatingScale, bests: KnownBests
) -> float:
    """Return how far a new personal best moves others under *robust*; 0 if it is no outlier.

    In an event that is too large to be cached, the field as last counted tells outliers; only these load all bests.
    """
    robust, old, new = Robust(event.info.rules.rates_logarithms), decision.previous_best, decision.personal_best
    if bests.knows(event):
        others = [*bests.scores_after(event)]
        if old is not None:
            others.remove(old)
    elif event.kept_field is not None and robust.cuts_off(new, event.kept_field):
        moved, is_unmoved = _others(event, player_id)
        others = [*moved, *connection.execute(select(LeaderboardScore.score).where(is_unmoved)).scalars()]
    else:
        return 0.0
    return influence_of_outlier(robust, others, old, new, scale)


def _extremes(connection: Connection, event: OpenEvent, player_id: int) -> Extremes:
    """Return the lowest and the highest personal best of the other players."""
    moved, is_unmoved = _others(event, player_id)
    score = LeaderboardScore.score
    extremes: Iterable[float | None] = connection.execute(
        select(func.min(score), func.max(score)).where(is_unmoved)
    ).one()
    scores = [*moved, *(one for one in extremes if one is not None)]
    return min(scores), max(scores)


def _others(event: OpenEvent, player_id: int) -> tuple[list[float], ColumnElement[bool]]:
    """Return the other players' bests that the batch changes, and the condition for those that it does not change."""
    moved = {player: new for player, (_, new) in event.moves.items() if player != player_id}
    is_unmoved = and_(is_personal_best(event.info.id), LeaderboardScore.player_id.not_in([player_id, *moved]))
    return [*moved.values()], is_unmoved


def is_held_lately(
    connection: Connection, player_id: int, guild_id: int, now: datetime, cooldown: timedelta, batch: Collection[int]
) -> bool:
    """Tell whether another score of a player, from outside the batch, was held in a server within the cooldown.

    A score that the player has taken back does not count.

    Args:
        connection: the transaction.
        player_id: the key of the player.
        guild_id: the server.
        now: the time of the batch.
        cooldown: the least time between two scores of a player.
        batch: the ids of the batch's interactions.
    """
    since, until = (literal(at, UtcDateTime) for at in (now - cooldown, now))
    # If the clock has been set back, a held score may lie in the future; ignore it.
    lately = and_(HeldScore.held_at > since, HeldScore.held_at <= until)
    other = HeldScore.interaction_id.not_in(batch)
    found = select(HeldScore.id).join(Event, Event.id == HeldScore.event_id)
    found = found.join(Player, Player.id == HeldScore.player_id).where(sql.COSTS_COOLDOWN)
    of_player = HeldScore.player_id == player_id, Event.guild_id == guild_id
    return connection.execute(found.where(*of_player, lately, other).limit(1)).first() is not None


def hold_score(
    connection: Connection, entry: Entry, player_id: int, decision: Decision, alarm: RaisedAlarm, now: datetime
) -> ScoreHeld:
    """Store that a score waits for an admin, and return the answer to its player."""
    event, submission = entry.event, entry.submission
    if entry.member_version is None:
        sql.ADD_MEMBERS.write(connection, [(event.info.guild_id, player_id, entry.name)])
    made_in = entry.known.current
    of_score = event.info.id, entry.score, made_in.code, submission.proof, submission.has_picture, alarm.moves
    row = (submission.interaction_id, player_id, *of_score)
    sql.HOLD_SCORES.write(connection, [row], now=now)
    sql.ADD_JOBS.write(connection, [(JobKind.REVIEW.value, str(submission.interaction_id))], now=now)
    kind = ScoreBeyondAlarm if alarm.moves is None else ScoreHeld
    later_week = None if decision.week == made_in else str(decision.week)
    return kind(event.info.style.show(entry.score), event.info.name, later_week)
