"""Count a batch of submissions: look up what they touch, decide each, write all, and compose the answers."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row
from sqlalchemy.orm import Session

from bot.database.dialect import commit_each_statement, has_rivals
from bot.database.models import LeaderboardScore
from bot.domain.announcements import ANNOUNCED_AFTER
from bot.domain.boards import DELAY, LEAST_PAUSE
from bot.domain.clock import Clock
from bot.domain.events import EventInfo
from bot.domain.methods import Rating, z_of_rank
from bot.domain.ratings import Field
from bot.domain.rules import Method
from bot.domain.scores import ScoreDirection
from bot.domain.seasons import check_in_season
from bot.domain.servers import PlayerName
from bot.domain.statistics import RunningStatistics
from bot.domain.submissions import (
    Decision,
    Moves,
    Neighbour,
    OpenEvent,
    Rival,
    Submission,
    SubmissionResult,
    SubmissionRules,
    decide,
)
from bot.domain.text import clean_display_name, name_key
from bot.domain.weeks import Week, counting_week
from bot.errors import (
    AlreadyCounted,
    CooldownActive,
    EventNotFound,
    LeaderboardError,
    ScoreHeld,
)
from bot.services.ratings import count_field, is_personal_best, is_weekly_best
from bot.services.submissions import _statements as sql
from bot.services.submissions._changes import Counted, Entry, Moment, changes, record
from bot.services.submissions._found import known_of, open_event
from bot.services.submissions._holding import RaisedAlarm, find_alarm, hold_score, is_held_lately
from bot.services.submissions._known_bests import KnownBests, Near

FURTHEST_ZONE = timedelta(days=1)
"""No time zone is further behind UTC."""
LEEWAY = timedelta(minutes=1)
"""Log entries that are further ahead than this come from a clock that was set back since."""

Outcome = SubmissionResult | LeaderboardError | None
"""The outcome of a submission: counted, held or refused; None while its event is locked."""


class Conflict(Exception):
    """The attempt wrote nothing; count the batch again.

    A row on which a decision rests has changed or is locked, or the batch needs a transaction.

    Attributes:
        locked: the numbers of the submissions whose events are locked.
    """

    def __init__(self, locked: frozenset[int] = frozenset()) -> None:
        super().__init__()
        self.locked = locked


class _Others(NamedTuple):
    """How many personal bests before the batch beat, or equal, a player's.

    Equal ones are counted only under *ranks*.
    """

    better: int
    equal: int


class _Place(NamedTuple):
    """The place of a personal best among those before the batch.

    Attributes:
        others: how many bests beat or equal it.
        near: the bests near it.
        rival: the name of the rival in `near`; None for none.
    """

    others: _Others
    near: Near
    rival: str | None


class Batch:
    """Submissions of different players, counted together.

    On PostgreSQL no lock spans reading and writing. One statement reads, and another writes if nothing that it depends
    on has changed meanwhile; each commits by itself. A batch that needs more statements, to add players or to recount a
    field, runs in one transaction.
    """

    def __init__(
        self, submissions: Sequence[Submission], rules: SubmissionRules, clock: Clock, bests: KnownBests
    ) -> None:
        """Count `submissions` by `rules`."""
        self._size = len(submissions)
        self._due = dict(enumerate(submissions))
        self._rules = rules
        self._clock = clock
        self._bests = bests
        self._is_transaction = False
        self._connection: Connection
        self._entries: dict[int, Entry] = {}
        self._refused: dict[int, LeaderboardError] = {}
        self._holding: dict[int, ScoreHeld] = {}
        self._held: dict[int, ScoreHeld] = {}
        self._counted: dict[int, Counted] = {}
        self._places: dict[int, _Place] = {}
        self._fields: dict[int, tuple[Field, Field]] = {}

    @property
    def outcomes(self) -> list[Outcome]:
        """The outcome of each submission in the last attempt; None for submissions that were not counted."""
        told = self._refused | self._held
        outcomes: list[Outcome] = [told.get(number) for number in range(self._size)]
        for number, one in self._counted.items():
            outcomes[number] = self._result(one, self._places[number])
        return outcomes

    def put_off(self, locked: frozenset[int]) -> None:
        """Leave out the submissions whose events are locked by another transaction."""
        for number in locked:
            del self._due[number]

    def count(self, session: Session) -> list[OpenEvent]:
        """Count the submissions, and return the events whose personal bests have changed.

        Refused submissions write nothing.

        Raises:
            Conflict: the attempt wrote nothing; count the batch again.
        """
        self._connection = session.connection() if self._is_transaction else commit_each_statement(session)
        self._refused, self._counted, self._places, self._holding, self._held = {}, {}, {}, {}, {}
        self._find()
        if newcomers := [entry.submission for entry in self._entries.values() if entry.player_id is None]:
            self._begin_transaction()
            players = sorted((one.discord_id, clean_display_name(one.username)) for one in newcomers)
            sql.ADD_PLAYERS.write(self._connection, players)
            self._find()
        events = {entry.event.info.id: entry.event for entry in self._entries.values()}
        self._learn_bests(events.values())
        counted = self._decide()
        places = self._write(counted) if counted else {}
        # Publish the outcomes only here: a conflict would have rolled them back.
        self._counted, self._places, self._held = counted, places, self._holding
        self._fields = {key: fields for key, event in events.items() if (fields := self._fields_of(event)) is not None}
        return [event for event in events.values() if event.moves]

    def _begin_transaction(self) -> None:
        """Raise `Conflict`, so that the batch is retried in one transaction, unless it runs in one already.

        On SQLite it always does.
        """
        if has_rivals(self._connection) and not self._is_transaction:
            self._is_transaction = True
            raise Conflict

    def _find(self) -> None:
        """Look up what the submissions touch, and parse the scores; refuse invalid submissions."""
        asked = self._clock()
        wanted = [
            (number, one.interaction_id, one.guild_id, name_key(one.event_name), one.discord_id)
            for number, one in self._due.items()
        ]
        since_week = Week.at(asked - FURTHEST_ZONE, "UTC").code
        times = {"since": asked - self._rules.cooldown, "until": asked + LEEWAY, "since_week": since_week}
        rows: defaultdict[int, list[Row[Any]]] = defaultdict(list)
        for row in sql.FIND.fetch(self._connection, wanted, **times):
            rows[row.number].append(row)
        self._now = self._clock()
        self._entries = {}
        events: dict[int, tuple[OpenEvent, Week]] = {}
        for number, submission in self._due.items():
            try:
                self._entries[number] = self._enter(submission, rows[number], events)
            except LeaderboardError as error:
                self._refused[number] = error

    def _enter(
        self, submission: Submission, rows: Sequence[Row[Any]], events: dict[int, tuple[OpenEvent, Week]]
    ) -> Entry:
        """Parse a score. `events` collects each event once, together with its current week."""
        row = rows[0]
        if row.is_counted:
            # Report this first: any other obstacle may have appeared only after the score counted.
            raise AlreadyCounted
        if row.id is None:
            raise EventNotFound
        if row.id not in events:
            opened = open_event(row)
            events[row.id] = opened, Week.at(self._now, opened.time_zone)
        event, current = events[row.id]
        known = known_of(rows, current)
        check_in_season(event.info, counting_week(current, known.closed_weeks), event.time_zone)
        score = event.read(submission.score, submission.locale)
        entry = Entry(
            submission, event, score, known, row.player_id, row.username, row.display_name, row.member_version
        )
        if known.personal is not None:
            event.rivals[row.player_id] = Rival(entry.name, known.personal.score)
        return entry

    def _learn_bests(self, events: Collection[OpenEvent]) -> None:
        """Cache the personal bests of busy events, except large ones."""
        submitted = Counter(entry.event.info.id for entry in self._entries.values())
        due = [event for event in events if self._bests.is_worth_learning(event, submitted[event.info.id])]
        bests: defaultdict[tuple[int, int], list[tuple[float, int]]] = defaultdict(list)
        for row in sql.LOAD_BESTS.fetch(self._connection, [(event.info.id,) for event in due]):
            bests[row.event_id, row.scores_version].append((row.score, row.player_id))
        for (event_id, version), loaded in bests.items():
            self._bests.learn(event_id, version, loaded)

    def _decide(self) -> dict[int, Counted]:
        """Decide the submissions one after the other, as if each had arrived alone."""
        counted: dict[int, Counted] = {}
        for number, entry in self._entries.items():
            event = entry.event
            try:
                decision = decide(entry.score, entry.known, event.info.direction, self._now, self._rules.cooldown)
            except LeaderboardError as error:
                self._refused[number] = error
                continue
            if entry.player_id is None:
                # The player was not added, because the event did not exist yet at that time.
                raise Conflict
            alarm = find_alarm(self._connection, entry, entry.player_id, decision, self._rules.scale, self._bests)
            if alarm is None:
                counted[number] = self._move(entry, entry.player_id, decision)
            else:
                self._hold(number, entry, entry.player_id, decision, alarm)
        return counted

    def _hold(self, number: int, entry: Entry, player_id: int, decision: Decision, alarm: RaisedAlarm) -> None:
        """Hold a score for review. Like a counted score it starts the cooldown, even if two scores arrive at once.

        Raises:
            Conflict: as in `count`.
        """
        cooldown, batch = self._rules.cooldown, [one.interaction_id for one in self._due.values()]
        self._lock_event(entry.event)
        if not sql.LOCK_PLAYERS.fetch(self._connection, [(player_id, entry.submission.discord_id)]):
            raise Conflict
        if is_held_lately(self._connection, player_id, entry.event.info.guild_id, self._now, cooldown, batch):
            self._refused[number] = CooldownActive(self._now + cooldown)
        else:
            self._holding[number] = hold_score(self._connection, entry, player_id, decision, alarm, self._now)

    def _move(self, entry: Entry, player_id: int, decision: Decision) -> Counted:
        """Update the event's running statistics with a new personal or weekly best.

        Recount a field if its statistics are missing or have lost precision.
        """
        event, score, best = entry.event, entry.score, decision.personal_best
        before = Moment.of(event, best if decision.previous_best is None else decision.previous_best)
        rivals: tuple[Rival, ...] = ()
        if decision.is_personal_best:
            rivals = tuple(rival for key, rival in event.rivals.items() if key != player_id)
            event.rivals[player_id] = Rival(entry.name, score)
            event.move(player_id, decision.previous_best, score)
            if event.statistics.has_lost_digits:
                event.statistics = self._count_anew(event, None, event.moves)
        if decision.is_weekly_best:
            if event.week != decision.week:
                event.begin_week(decision.week, self._count_anew(event, decision.week, {}))
            event.move_week(player_id, decision.previous_of_week, score)
            if event.week_statistics.has_lost_digits:
                event.week_statistics = self._count_anew(event, decision.week, event.week_moves)
        return Counted(entry, player_id, decision, before, Moment.of(event, best), rivals)

    def _lock_event(self, event: OpenEvent) -> None:
        """Lock an event until the commit of the batch, which requires a transaction.

        Raises:
            Conflict: as in `count`.
        """
        self._begin_transaction()
        if not sql.LOCK_EVENTS.fetch(self._connection, [(event.info.id, event.version)]):
            raise Conflict(self._find_locked())

    def _count_anew(self, event: OpenEvent, week: Week | None, moves: Moves) -> RunningStatistics:
        """Lock the event, then recount a field from its rows and from the bests of this batch."""
        self._lock_event(event)
        field = is_personal_best(event.info.id) if week is None else is_weekly_best(event.info.id, week.code)
        statistics = count_field(self._connection, field & LeaderboardScore.player_id.not_in(moves))
        for _, new in moves.values():
            statistics = statistics.add(new)
        return statistics

    def _write(self, counted: dict[int, Counted]) -> dict[int, _Place]:
        """Write the changes, and return the place of each player's personal best before the batch."""
        near = self._find_near(counted)
        others: dict[int, _Others] = {}
        asked: list[tuple[Any, ...]] = []
        for number, one in counted.items():
            event, info, best = one.entry.event, one.entry.event.info, one.decision.personal_best
            rival_id = near[number].rival_id if number in near else None
            if self._bests.knows(event):
                others[number] = _Others(self._bests.count_better(event, best), self._bests.count_equal(event, best))
                if rival_id is not None:
                    asked.append((number, None, None, True, False, info.guild_id, rival_id))
            else:
                asked.append((number, info.id, best, *_kinds(info), info.guild_id, rival_id))
        is_beaten = {number for number, found in others.items() if found.better > 0}
        records = [record(one) for number, one in counted.items() if one.may_be_record and number not in is_beaten]
        rows = {**changes(counted.values(), has_rivals=has_rivals(self._connection))}
        rows |= {sql.RANK: asked, sql.ANNOUNCE: records}
        ranked = sql.WRITE.execute(
            self._connection,
            rows,
            now=self._now,
            announced_at=self._now + ANNOUNCED_AFTER,
            due_at=self._now + DELAY,
            latest=self._now + LEAST_PAUSE,
        )
        if ranked is None:
            raise Conflict(self._find_locked())
        names = {row.number: row.rival for row in ranked}
        others = {row.number: _Others(row.better, row.equal) for row in ranked} | others
        return {number: _Place(others[number], near.get(number, Near()), names.get(number)) for number in counted}

    def _find_near(self, counted: dict[int, Counted]) -> dict[int, Near]:
        """Find the neighbours of each new personal best among the bests before the batch."""
        near: dict[int, Near] = {}
        unknown: list[tuple[Any, ...]] = []
        for number, one in counted.items():
            event, best, previous = one.entry.event, one.decision.personal_best, one.decision.previous_best
            if not one.decision.is_personal_best:
                continue
            if self._bests.knows(event):
                near[number] = self._bests.find_near(event, best, previous)
            else:
                submitters = sql.PARTED + "".join(f"{key}{sql.PARTED}" for key in event.rivals)
                unknown.append((number, event.info.id, best, previous, *_kinds(event.info), submitters))
        for row in sql.FIND_NEIGHBOURS.fetch(self._connection, unknown):
            near[row.number] = Near(row.passed, row.equal, row.player_id, row.score, row.ties)
        return near

    def _find_locked(self) -> frozenset[int]:
        """Find the submissions whose events are locked, among those that are not refused."""
        due = self._entries.keys() - self._refused.keys()
        events = {number: self._entries[number].event.info.id for number in due}
        wanted = [(event_id,) for event_id in sorted({*events.values()})]
        free = {row.id for row in sql.FIND_FREE.fetch(self._connection, wanted)}
        return frozenset(number for number, event_id in events.items() if event_id not in free)

    def _result(self, one: Counted, place: _Place) -> SubmissionResult:
        """Return what the score changed, for the answer to the player.

        `place` is the place of the personal best before the batch.
        """
        entry, decision, event, info = one.entry, one.decision, one.entry.event, one.entry.event.info
        before, after = self._fields.get(info.id, (None, None))
        rank = previous_rank = 1 + place.others.better + one.after.overtaken
        elo = previous_elo = self._elo(event, decision.personal_best, one.after, place.others, after)
        if decision.is_personal_best and decision.previous_best is not None:
            passed = _Others(place.others.better + place.near.passed, place.near.equal)
            previous_rank = 1 + passed.better + one.before.overtaken
            previous_elo = self._elo(event, decision.previous_best, one.before, passed, before)
        rivals = [(rival, 1) for rival in one.rivals]
        if place.rival is not None:
            rivals.insert(0, (Rival(place.rival, place.near.score), place.near.ties))
        neighbour = Neighbour.of(decision.personal_best, rank, rivals, info.direction)
        current, is_first = entry.known.current, decision.previous_best is None
        return SubmissionResult(
            interaction_id=entry.submission.interaction_id,
            event=info,
            player=PlayerName(entry.submission.discord_id, entry.name),
            score=entry.score,
            week=decision.week,
            closed_week=None if decision.week == current else current,
            previous_best=decision.previous_best,
            personal_best=decision.personal_best,
            is_personal_best=decision.is_personal_best,
            is_weekly_best=decision.is_weekly_best,
            rank=rank,
            elo=elo,
            previous_rank=None if is_first else previous_rank,
            previous_elo=None if is_first else previous_elo,
            neighbour=neighbour if decision.is_personal_best else None,
            players=one.after.statistics.count,
            proof=entry.submission.proof,
        )

    def _elo(self, event: OpenEvent, best: float, moment: Moment, others: _Others, field: Field | None) -> int:
        """Return an all-time Elo at a moment of the batch; under *robust*, relative to `field`."""
        scale = self._rules.scale
        rating = Rating(event.info.direction, event.info.rules, scale)
        if rating.rules.method is Method.CLASSIC:
            return rating.elo(best, moment.statistics.field)
        if rating.rules.method is Method.RANKS:
            rank = others.better + moment.overtaken + (others.equal + moment.levelled + 1) / 2
            return scale.elo_of(z_of_rank(rank, moment.statistics.count))
        return scale.base_elo if field is None else rating.elo(best, field)

    def _fields_of(self, event: OpenEvent) -> tuple[Field, Field] | None:
        """Return the field before and after the batch. Only *robust* needs it; other methods get None.

        If the bests are not cached, both are the field as last counted.
        """
        rating = Rating(event.info.direction, event.info.rules, self._rules.scale)
        if rating.rules.method is not Method.ROBUST:
            return None
        if self._bests.knows(event):
            before = rating.kept_field(self._bests.scores_before(event))
            return before, rating.kept_field(self._bests.scores_after(event))
        return None if event.kept_field is None else (event.kept_field, event.kept_field)


def _kinds(info: EventInfo) -> tuple[bool, bool]:
    """Return whether higher scores are better, and whether to count equal ones."""
    return info.direction is ScoreDirection.HIGH, info.rules.method is Method.RANKS
