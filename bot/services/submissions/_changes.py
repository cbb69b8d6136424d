"""The counted submissions of a batch, and the rows that they add and change."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from bot.database.models import ScoreType
from bot.database.rows import Rows, RowsStatement
from bot.domain.announcements import record_key
from bot.domain.jobs import JobKind
from bot.domain.statistics import RunningStatistics
from bot.domain.submissions import Decision, Known, OpenEvent, Rival, Submission
from bot.domain.text import clean_display_name
from bot.services.jobs import HASTEN
from bot.services.submissions import _statements as sql


@dataclass(frozen=True, slots=True)
class Entry:
    """A valid submission, and what the database knows about it.

    Attributes:
        player_id: the key of the player; None for a new player.
        display_name: the stored name of the player in the server; None for a new member.
        member_version: the version of the player's membership; None for a new member.
    """

    submission: Submission
    event: OpenEvent
    score: float
    known: Known
    player_id: int | None
    username: str | None
    display_name: str | None
    member_version: int | None

    @property
    def name(self) -> str:
        """The current name of the player in the server."""
        return clean_display_name(self.submission.display_name)


class Moment(NamedTuple):
    """The state of an event at a moment of the batch, relative to a personal best.

    Attributes:
        statistics: the running statistics of its field.
        overtaken: how many players of the batch have passed that best.
        levelled: by how much the batch has changed the number of equal bests.
    """

    statistics: RunningStatistics
    overtaken: int
    levelled: int

    @classmethod
    def of(cls, event: OpenEvent, best: float) -> "Moment":
        """Return the present state of an event, relative to a personal best."""
        return cls(event.statistics, event.overtaken(best), event.levelled(best))


@dataclass(frozen=True, slots=True)
class Counted:
    """A submission that counts.

    Attributes:
        player_id: the key of the player.
        before: the state right before it, relative to the previous best.
        after: the state right after it, relative to the new best.
        rivals: the other players of the batch with a personal best, as it was then; empty unless this is a new best.
    """

    entry: Entry
    player_id: int
    decision: Decision
    before: Moment
    after: Moment
    rivals: tuple[Rival, ...]

    @property
    def may_be_record(self) -> bool:
        """Whether to announce the score if it beats every best that the event had before the batch."""
        announces, is_first = self.entry.event.announces, self.after.statistics.count == 1
        return self.decision.is_personal_best and announces and not is_first and self.after.overtaken == 0


def record(one: Counted) -> tuple[Any, ...]:
    info = one.entry.event.info
    key = record_key(info.id, one.entry.submission.interaction_id)
    return JobKind.RECORD.value, key, info.id, one.entry.score, info.direction.sign > 0


def changes(counted: Iterable[Counted], *, has_rivals: bool) -> Mapping[RowsStatement, Rows]:
    """Return the row versions that the decisions rest on, and the rows that the submissions add and change.

    The version of a member is raised only where other transactions may write at the same time.
    """
    rows: defaultdict[RowsStatement, list[tuple[Any, ...]]] = defaultdict(list)
    events: dict[int, OpenEvent] = {}
    for one in counted:
        entry, event, decision, player_id = one.entry, one.entry.event, one.decision, one.player_id
        submission, info, week = entry.submission, event.info, decision.week.code
        events[info.id] = event
        made_in = entry.known.current.code
        rows[sql.LOG].append(
            (submission.interaction_id, player_id, info.id, entry.score, week, made_in, submission.proof)
        )
        for is_best, stored, score_type, of_week in (
            (decision.is_personal_best, decision.personal, ScoreType.ALL_TIME, None),
            (decision.is_weekly_best, decision.weekly, ScoreType.WEEKLY, week),
        ):
            if is_best and stored is None:
                rows[sql.ADD_BESTS].append((player_id, info.id, score_type.value, of_week, entry.score))
            elif is_best and stored is not None:
                rows[sql.REPLACE_BESTS].append((stored.row_id, entry.score))
        if decision.personal is None:
            rows[sql.ADD_RATINGS].append((player_id, info.id))
        if entry.member_version is None:
            rows[sql.LOCK_PLAYERS].append((player_id, submission.discord_id))
            rows[sql.ADD_MEMBERS].append((info.guild_id, player_id, entry.name))
        elif has_rivals or entry.display_name != entry.name:
            rows[sql.LOCK_MEMBERS].append((info.guild_id, player_id, entry.member_version))
            rows[sql.MOVE_MEMBERS].append((info.guild_id, player_id, entry.name))
        if entry.username != (username := clean_display_name(submission.username)):
            rows[sql.NAME_PLAYERS].append((player_id, username))
    rows[sql.LOCK_EVENTS] = [(event.info.id, event.version) for event in events.values()]
    rows[HASTEN] = [
        (JobKind.BOARD.value, str(event.info.id)) for event in events.values() if event.has_board and event.has_moved
    ]
    rows[sql.MOVE_EVENTS] = [_statistics(event) for event in events.values() if event.has_moved]
    return rows


def _statistics(event: OpenEvent) -> tuple[Any, ...]:
    version = event.scores_version + len(event.moves)
    week_code = None if event.week is None else event.week.code
    return (event.info.id, *_values(event.statistics), version, week_code, *_values(event.week_statistics))


def _values(statistics: RunningStatistics) -> tuple[int, float, float, float, float]:
    return statistics.count, statistics.origin, statistics.mean, statistics.m2, statistics.m2_peak
