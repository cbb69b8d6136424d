"""Submissions counted together: find what they touch, decide each, write, answer each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.database.models import ScoreType
from bot.database.row_versions import HOLD_EVENTS, HOLD_PLAYERS
from bot.database.rows import Filled, write_together
from bot.domain.results import SubmissionResult
from bot.domain.statistics import RunningStatistics
from bot.domain.submissions import Accepted, Known, OpenEvent, Submission, SubmissionRules, accept
from bot.errors import LeaderboardError
from bot.services.base import Clock
from bot.services.ratings._expressions import count_field, is_personal_best, is_weekly_best
from bot.services.submissions import _statements as sql
from bot.services.submissions._loading import Entry, Found, add_players, find, learn_bests, lock, unknown_to
from bot.services.submissions._personal_bests import PersonalBests

LEEWAY = timedelta(minutes=1)
"""How much later than now a submission may have been counted that is looked for: others count meanwhile."""

Outcome = SubmissionResult | LeaderboardError | None
"""What became of a submission: counted, refused, or, while its event is locked or recounted, nothing yet."""

Counted = tuple[list[Outcome], list[OpenEvent]]
"""What became of each submission, and the events whose personal bests have changed, for `bests` to follow."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Submissions of as many players, and what they are counted by."""

    submissions: Sequence[Submission]
    rules: SubmissionRules
    clock: Clock
    bests: PersonalBests

    def count_unlocked(self, connection: Connection) -> Counted | None:
        """Count the submissions in two statements, of which each is a transaction of its own.

        What was decided by events and players that nobody had locked is written only where they are still the same.
        A submission alone takes two round trips in place of five, which is a third of its time, and locks its event
        for one statement.

        Returns:
            None where they are not the same, or where it takes more than two statements; nothing is written then.
        """
        found = find(connection, self._numbered, self.clock, self.rules.cooldown, LEEWAY)
        if any(_is_unclear(entry.known, found.now) for entry in found.entries.values()):
            return None
        if self._are_worth_learning(found):
            return None
        accepted = self._accept(found)
        if any(event.has_to_be_counted for event in found.events):
            return None
        better = self._write(connection, found, accepted, _held([found.entries[number] for number in accepted]))
        return None if better is None else self._counted(found, accepted, better)

    def count_locked(self, connection: Connection) -> Counted:
        """Count the submissions in the caller's transaction; a refused one leaves no trace."""
        submissions = lock(connection, self._numbered)
        found = find(connection, submissions, self.clock, self.rules.cooldown)
        if add_players(connection, found):
            found = find(connection, submissions, self.clock, self.rules.cooldown)
        learn_bests(connection, found.events, self.bests)
        accepted = self._accept(found)
        better = self._write(connection, found, accepted)
        _recount(connection, accepted)
        _recount_weeks(connection, found.events)
        return self._counted(found, accepted, better or {})

    @property
    def _numbered(self) -> dict[int, Submission]:
        return dict(enumerate(self.submissions))

    def _are_worth_learning(self, found: Found) -> bool:
        """Tell whether to lock the events for learning personal bests, for all that have been ranked without them."""
        unknown = unknown_to(self.bests, found.events)
        submitted = Counter(entry.event.info.id for entry in found.entries.values()) if unknown else {}
        due = [event for event in unknown if self.bests.miss(event, submitted[event.info.id])]
        return bool(due)

    def _accept(self, found: Found) -> dict[int, Accepted]:
        """Decide one submission after the other."""
        accepted: dict[int, Accepted] = {}
        for number, one in found.entries.items():
            if one.event.statistics.has_lost_digits:
                # They are counted anew behind what has been accepted; until then no Elo can be told.
                continue
            try:
                accepted[number] = accept(
                    one.submission, one.event, one.score, one.known, found.now, self.rules.cooldown
                )
            except LeaderboardError as error:
                found.refused[number] = error
        return accepted

    def _write(
        self, connection: Connection, found: Found, accepted: dict[int, Accepted], held: Sequence[Filled] = ()
    ) -> dict[int, int] | None:
        """Write what is accepted, and return how many personal bests were better than each player's; None if not."""
        better, unknown = {}, []
        for number, one in accepted.items():
            event, best = one.event, one.verdict.personal_best
            if self.bests.knows(event):
                better[number] = self.bests.count_better(event, best)
            else:
                unknown.append((number, event.info.id, best, event.info.direction.sign > 0))
        entries = [found.entries[number] for number in accepted]
        writes = _writes(list(accepted.values()), entries)
        rows = write_together(connection, *writes, asking=(sql.RANK, unknown), held=held, now=found.now)
        return None if rows is None else better | {row.number: row.better for row in rows}

    def _counted(self, found: Found, accepted: dict[int, Accepted], better: dict[int, int]) -> Counted:
        outcomes: list[Outcome] = []
        for number in range(len(self.submissions)):
            outcome: Outcome = found.refused.get(number)
            if (one := accepted.get(number)) is not None:
                name = found.entries[number].names.display_name
                outcome = one.result(name, self.rules.scale, better[number])
            outcomes.append(outcome)
        return outcomes, [event for event in found.events if event.moves]


def _is_unclear(known: Known, now: datetime) -> bool:
    """Tell whether a player is new, or submitted later than now, as where a clock has been set back."""
    return known.player_id is None or (known.latest is not None and known.latest > now)


def _held(entries: Sequence[Entry]) -> list[Filled]:
    """Return what locks the events and players of submissions, where they are still the same."""
    events = {(one.event.info.id, one.versions[0]) for one in entries}
    players = {(one.known.player_id, one.versions[1]) for one in entries}
    return [(HOLD_EVENTS, sorted(events)), (HOLD_PLAYERS, sorted(players))]


def _writes(accepted: Sequence[Accepted], entries: Sequence[Entry]) -> list[Filled]:
    """Return what the accepted submissions change."""
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
    return [
        (sql.LOG, [_logged(one) for one in accepted]),
        (sql.ADD_BESTS, first),
        (sql.REPLACE_BESTS, better),
        (sql.ADD_RATINGS, [(one.known.player_id, one.event.info.id) for one in accepted if one.known.personal is None]),
        (sql.NAME_PLAYERS, [_named(one) for one in entries if one.names.are_new or one.versions[1] is not None]),
        (sql.MOVE_STATISTICS, [_statistics(event) for event in events.values()]),
    ]


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


def _named(one: Entry) -> tuple[Any, ...]:
    # Also where the names are the same: the player's next submission finds another version.
    return (one.known.player_id, one.names.username, one.names.display_name)


def _statistics(event: OpenEvent) -> tuple[Any, ...]:
    week_code = None if event.week is None else event.week.code
    of_week = event.week_statistics or RunningStatistics()
    return (event.info.id, *_values(event.statistics), event.version, week_code, *_values(of_week))


def _values(statistics: RunningStatistics) -> tuple[int, float, float, float, float]:
    return statistics.count, statistics.origin, statistics.mean, statistics.m2, statistics.m2_peak
