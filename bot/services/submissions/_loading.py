"""What submissions counted together touch: locked, or only read, before any of them is decided."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from bot.database.dialect import is_server
from bot.database.rows import write_together
from bot.domain.results import ServerSettings
from bot.domain.submissions import Known, OpenEvent, StoredBest, Submission
from bot.domain.text import clean_display_name, name_key
from bot.domain.weeks import Week
from bot.errors import EventNotFound, LeaderboardError
from bot.services.base import Clock
from bot.services.events._lookup import describe
from bot.services.ratings._fields import statistics_of, week_statistics_of
from bot.services.submissions import _statements as sql
from bot.services.submissions._personal_bests import MOST_SCORES, PersonalBests

FURTHEST_ZONE = timedelta(days=1)
"""By at most so much is a wall clock anywhere behind UTC."""

Numbered = Mapping[int, Submission]
"""Submissions that are counted together, by their numbers."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a player is called, and whether the database knows it."""

    username: str
    display_name: str
    are_new: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A submission that fits its event, and what was found of it.

    Attributes:
        versions: of the rows of the event and of the player; None where nobody else writes meanwhile.
    """

    submission: Submission
    event: OpenEvent
    score: float
    names: Names
    known: Known
    versions: tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of submissions.

    Attributes:
        entries: those that fit their events, by number.
        refused: those that are refused, by number.
        now: the instant from which on they are counted.
    """

    entries: dict[int, Entry]
    refused: dict[int, LeaderboardError]
    now: datetime

    @property
    def events(self) -> list[OpenEvent]:
        """Each event once."""
        return list({entry.event.info.id: entry.event for entry in self.entries.values()}.values())


def lock(connection: Connection, submissions: Numbered) -> dict[int, Submission]:
    """Lock the players of submissions and their events, and return those whose event nobody else has locked."""
    if not is_server(connection):
        return dict(submissions)
    rows = sql.LOCK.fetch(connection, [_named(number, one) for number, one in submissions.items()])
    return {number: submissions[number] for number in sorted(row.number for row in rows)}


def add_players(connection: Connection, found: Found) -> bool:
    """Make the players who are new, and lock them; tell whether there are any."""
    new = sorted(
        (one.submission.discord_id, one.names.username, one.names.display_name)
        for one in found.entries.values()
        if one.known.player_id is None
    )
    write_together(connection, (sql.ADD_PLAYERS, new))
    if is_server(connection):
        sql.LOCK_PLAYERS.fetch(connection, [(discord_id,) for discord_id, *_ in new])
    return bool(new)


def find(
    connection: Connection, submissions: Numbered, clock: Clock, cooldown: timedelta, leeway: timedelta = timedelta(0)
) -> Found:
    """Find what is known about submissions, and read the scores as typed.

    Args:
        connection: where.
        submissions: by number.
        clock: gives the present instant.
        cooldown: how far back a player's latest submission is looked for.
        leeway: how far ahead, for what others submit meanwhile.
    """
    asked = clock()
    rows: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    wanted = [(*_named(number, one), one.interaction_id) for number, one in submissions.items()]
    since_week = Week.at(asked - FURTHEST_ZONE, "UTC").code
    times = {"since": asked - cooldown, "until": asked + leeway, "since_week": since_week}
    for row in sql.FIND.fetch(connection, wanted, **times):
        rows[row.number].append(row)
    found = Found({}, {}, clock())
    row_of_event = {of_one[0].id: of_one[0] for of_one in rows.values()}
    events = {event_id: _open(row) for event_id, row in row_of_event.items() if event_id is not None}
    weeks = {zone: Week.at(found.now, zone) for zone in {event.time_zone for event in events.values()}}
    for number, submission in submissions.items():
        try:
            first = rows[number][0]
            if first.id is None:
                raise EventNotFound
            event = events[first.id]
            found.entries[number] = Entry(
                submission,
                event,
                event.read(submission.score),
                _names(submission, first),
                _known(rows[number], weeks[event.time_zone]),
                (first.event_version, first.player_version),
            )
        except LeaderboardError as error:
            found.refused[number] = error
    return found


def _named(number: int, submission: Submission) -> tuple[int, int, str, int]:
    return number, submission.guild_id, name_key(submission.event_name), submission.discord_id


def _open(row: Row[Any]) -> OpenEvent:
    zone = ServerSettings().time_zone if row.time_zone is None else row.time_zone
    week = None if row.week_number is None else Week.from_code(row.week_number)
    return OpenEvent(
        describe(row), zone, statistics_of(row), row.scores_version, week, week_statistics_of(row, row.week_number)
    )


def _names(submission: Submission, row: Row[Any]) -> Names:
    names = clean_display_name(submission.username), clean_display_name(submission.display_name)
    return Names(*names, are_new=(row.username, row.display_name) != names)


def _known(rows: Sequence[Row[Any]], current: Week) -> Known:
    first = rows[0]
    closed = () if first.closed_weeks is None else first.closed_weeks.split(sql.SEPARATOR)
    return Known(
        player_id=first.player_id,
        current=current,
        is_counted=first.is_counted,
        latest=first.latest,
        closed_weeks={Week.from_code(int(code)) for code in closed},
        personal=None if first.personal_id is None else StoredBest(first.personal_id, first.personal_best),
        weekly={
            Week.from_code(row.weekly_week): StoredBest(row.weekly_id, row.weekly_best)
            for row in rows
            if row.weekly_id is not None
        },
    )


def learn_bests(connection: Connection, events: Sequence[OpenEvent], bests: PersonalBests) -> None:
    """Have the personal bests of locked events known, but for large ones."""
    unknown = {event.info.id: event for event in unknown_to(bests, events)}
    scores: dict[int, list[float]] = {event_id: [] for event_id in unknown}
    for row in sql.LOAD_BESTS.fetch(connection, [(event_id,) for event_id in unknown]):
        scores[row.event_id].append(row.score)
    for event_id, event in unknown.items():
        bests.learn(event, scores[event_id])


def unknown_to(bests: PersonalBests, events: Sequence[OpenEvent]) -> list[OpenEvent]:
    """Return the events whose personal bests are worth being known, and are not."""
    return [event for event in events if event.statistics.count <= MOST_SCORES and not bests.knows(event)]
