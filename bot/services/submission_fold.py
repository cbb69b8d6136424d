"""Submissions counted together in one transaction: load what they touch, decide each, write, answer each."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.database.models import ScoreType
from bot.database.rows import write_together
from bot.domain.results import SubmissionResult
from bot.domain.statistics import RunningStatistics
from bot.domain.submissions import Accepted, OpenEvent, Submission, SubmissionRules, accept
from bot.errors import LeaderboardError
from bot.services import submission_sql as sql
from bot.services.base import Clock
from bot.services.personal_bests import PersonalBests
from bot.services.rating_sql import count_field, is_personal_best, is_weekly_best
from bot.services.submission_loading import LockedPlayer, enter, events_of, find, learn_bests

CROWD = 8
"""How many submissions together make it worth while to load all personal bests of their events."""

Outcome = SubmissionResult | LeaderboardError | None
"""What became of a submission: counted, refused, or, while its event is locked or recounted, nothing yet."""


def count_together(
    connection: Connection,
    submissions: Sequence[Submission],
    rules: SubmissionRules,
    clock: Clock,
    bests: PersonalBests,
) -> tuple[list[Outcome], list[OpenEvent]]:
    """Count submissions of as many players, in the caller's transaction; a refused one leaves no trace.

    Returns:
        What became of each, and the events whose personal bests have changed, for `bests` to follow after the commit.
    """
    entries, players, refused = enter(connection, submissions)
    # Read under the locks: for whoever waited for them, time has passed.
    now = clock()
    if len(entries) >= CROWD:
        learn_bests(connection, entries, bests)
    known = find(connection, entries, players, now, rules.cooldown, bests)
    accepted: dict[int, Accepted] = {}
    for entry in entries:
        if entry.event.statistics.has_lost_digits:
            # They are counted anew behind what has been accepted; until then no Elo can be told.
            continue
        try:
            accepted[entry.number] = accept(
                entry.submission, entry.event, entry.score, known[entry.number], now, rules.cooldown
            )
        except LeaderboardError as error:
            refused[entry.number] = error
    _write(connection, list(accepted.values()), players, now)
    _recount(connection, accepted)
    _recount_weeks(connection, events_of(entries))
    results = {
        number: one.result(players[one.submission.discord_id].display_name, rules.scale)
        for number, one in accepted.items()
    }
    outcomes = [results.get(number) or refused.get(number) for number in range(len(submissions))]
    return outcomes, [event for event in events_of(entries) if event.moves]


def _write(
    connection: Connection, accepted: Sequence[Accepted], players: dict[int, LockedPlayer], now: datetime
) -> None:
    """Write what the accepted submissions change."""
    first, better = [], []
    for one in accepted:
        weekly = one.known.weekly.get(one.week)
        for is_best, stored, score_type, week in (
            (one.verdict.is_personal_best, one.known.personal, ScoreType.ALL_TIME, None),
            (one.verdict.is_weekly_best, weekly, ScoreType.WEEKLY, one.week.code),
        ):
            if is_best and stored is None:
                first.append((one.known.player_id, one.event.info.id, score_type.value, week, one.score))
            elif is_best and stored is not None:
                better.append((stored.row_id, one.score))
    moved = (one for one in accepted if one.verdict.is_personal_best or one.verdict.is_weekly_best)
    events = {one.event.info.id: one.event for one in moved}
    write_together(
        connection,
        (sql.LOG, [_logged(one) for one in accepted]),
        (sql.ADD_BESTS, first),
        (sql.REPLACE_BESTS, better),
        (sql.ADD_RATINGS, [(one.known.player_id, one.event.info.id) for one in accepted if one.known.personal is None]),
        (sql.RENAME, _renamed([players[one.submission.discord_id] for one in accepted])),
        (sql.MOVE_STATISTICS, [_statistics(event) for event in events.values()]),
        now=now,
    )


def _recount(connection: Connection, accepted: dict[int, Accepted]) -> None:
    """Count fields anew whose running statistics have lost digits."""
    for number, one in accepted.items():
        if one.statistics.has_lost_digits:
            one.event.statistics = count_field(connection, is_personal_best(one.event.info.id))
            accepted[number] = replace(one, statistics=one.event.statistics)
            write_together(connection, (sql.MOVE_STATISTICS, [_statistics(one.event)]))


def _recount_weeks(connection: Connection, events: Sequence[OpenEvent]) -> None:
    """Count the fields of weeks whose running statistics are not known, as in a new week, or have lost digits."""
    for event in events:
        statistics = event.week_statistics
        if event.week is not None and (statistics is None or statistics.has_lost_digits):
            event.week_statistics = count_field(connection, is_weekly_best(event.info.id, event.week.code))
            write_together(connection, (sql.MOVE_STATISTICS, [_statistics(event)]))


def _logged(one: Accepted) -> tuple[Any, ...]:
    submission = one.submission
    return (
        submission.interaction_id,
        one.known.player_id,
        one.event.info.id,
        one.score,
        one.week.code,
        submission.proof,
    )


def _renamed(players: Sequence[LockedPlayer]) -> list[tuple[Any, ...]]:
    return [(player.id, player.username, player.display_name) for player in players if player.is_renamed]


def _statistics(event: OpenEvent) -> tuple[Any, ...]:
    week_code = None if event.week is None else event.week.code
    of_week = event.week_statistics or RunningStatistics()
    return (event.info.id, *_values(event.statistics), event.version, week_code, *_values(of_week))


def _values(statistics: RunningStatistics) -> tuple[int, float, float, float, float]:
    return statistics.count, statistics.origin, statistics.mean, statistics.m2, statistics.m2_peak
