"""What submissions counted together touch: locked and loaded, before any of them is decided."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from bot.database.rows import write_together
from bot.domain.bests import Bests, judge
from bot.domain.results import ServerSettings
from bot.domain.submissions import Known, OpenEvent, StoredBest, Submission
from bot.domain.text import clean_display_name, name_key
from bot.domain.weeks import Week
from bot.errors import EventNotFound, LeaderboardError
from bot.services import submission_sql as sql
from bot.services.event_lookup import describe
from bot.services.event_statistics import statistics_of, week_statistics_of
from bot.services.personal_bests import MOST_SCORES, PersonalBests


@dataclass(frozen=True, slots=True)
class Entry:
    """A submission that fits its event."""

    number: int
    submission: Submission
    event: OpenEvent
    score: float


@dataclass(frozen=True, slots=True)
class LockedPlayer:
    """A locked player, and the names that the submission tells; without a key until they are made."""

    id: int | None
    is_renamed: bool
    username: str
    display_name: str


def enter(
    connection: Connection, submissions: Sequence[Submission]
) -> tuple[list[Entry], dict[int, LockedPlayer], dict[int, LeaderboardError]]:
    """Lock events and players, and read the scores as typed.

    Returns:
        The submissions that fit their events, the players of these by Discord's id, and what is refused, by number.
        A submission whose event is locked by somebody else is in none of them.
    """
    keys = [(submission.guild_id, name_key(submission.event_name)) for submission in submissions]
    wanted = [(number, *key, submissions[number].discord_id) for number, key in enumerate(keys)]
    rows = {row.number: row for row in sql.LOCK.fetch(connection, wanted)}
    events = {row.id: row for row in rows.values()}
    missing = {key for number, key in enumerate(keys) if number not in rows}
    locked = {(row.guild_id, row.name_key) for row in sql.NAME_EVENTS.fetch(connection, sorted(missing))}
    open_events = {event_id: _open(row) for event_id, row in events.items()}
    entries, players, refused = [], {}, {}
    for number, (submission, key) in enumerate(zip(submissions, keys, strict=True)):
        try:
            if (row := rows.get(number)) is not None:
                event = open_events[row.id]
                entries.append(Entry(number, submission, event, event.read(submission.score)))
                players[submission.discord_id] = _player(submission, row)
            elif key not in locked:
                raise EventNotFound
        except LeaderboardError as error:
            refused[number] = error
    _add_players(connection, players)
    return entries, players, refused


def _open(row: Row[Any]) -> OpenEvent:
    zone = ServerSettings().time_zone if row.time_zone is None else row.time_zone
    week = None if row.week_number is None else Week.from_code(row.week_number)
    return OpenEvent(
        describe(row), zone, statistics_of(row), row.scores_version, week, week_statistics_of(row, row.week_number)
    )


def _player(submission: Submission, row: Row[Any]) -> LockedPlayer:
    names = clean_display_name(submission.username), clean_display_name(submission.display_name)
    is_renamed = row.player_id is not None and (row.username, row.display_name) != names
    return LockedPlayer(row.player_id, is_renamed, *names)


def _add_players(connection: Connection, players: dict[int, LockedPlayer]) -> None:
    """Make those who are new, and lock them."""
    new = sorted((discord_id, one.username, one.display_name) for discord_id, one in players.items() if one.id is None)
    write_together(connection, (sql.ADD_PLAYERS, new))
    for row in sql.LOCK_PLAYERS.fetch(connection, [(discord_id,) for discord_id, *_ in new]):
        players[row.discord_id] = replace(players[row.discord_id], id=row.id)


def events_of(entries: Sequence[Entry]) -> list[OpenEvent]:
    """Return each event once."""
    return list({entry.event.info.id: entry.event for entry in entries}.values())


def learn_bests(connection: Connection, entries: Sequence[Entry], bests: PersonalBests) -> None:
    """Have the personal bests of events known, but for large ones."""
    unknown = {
        event.info.id: event
        for event in events_of(entries)
        if event.statistics.count <= MOST_SCORES and not bests.knows(event)
    }
    scores: dict[int, list[float]] = {event_id: [] for event_id in unknown}
    for row in sql.LOAD_BESTS.fetch(connection, [(event_id,) for event_id in unknown]):
        scores[row.event_id].append(row.score)
    for event_id, event in unknown.items():
        bests.learn(event, scores[event_id])


def find(
    connection: Connection,
    entries: Sequence[Entry],
    players: dict[int, LockedPlayer],
    now: datetime,
    cooldown: timedelta,
    bests: PersonalBests,
) -> dict[int, Known]:
    """Find what is known about each submission."""
    current = {zone: Week.at(now, zone) for zone in {entry.event.time_zone for entry in entries}}
    wanted = [
        (
            entry.number,
            entry.submission.interaction_id,
            entry.submission.guild_id,
            entry.event.info.id,
            players[entry.submission.discord_id].id,
            entry.score,
            entry.event.info.direction.sign > 0,
            bests.knows(entry.event),
            current[entry.event.time_zone].code,
        )
        for entry in entries
    ]
    found: dict[int, list[Row[Any]]] = {entry.number: [] for entry in entries}
    for row in sql.FIND.fetch(connection, wanted, now=now, since=now - cooldown):
        found[row.number].append(row)
    return {
        entry.number: _known(entry, found[entry.number], current[entry.event.time_zone], bests) for entry in entries
    }


def _known(entry: Entry, rows: Sequence[Row[Any]], current: Week, bests: PersonalBests) -> Known:
    first = rows[0]
    best = judge(entry.score, Bests(first.personal_best, None), entry.event.info.direction).personal_best
    closed = () if first.closed_weeks is None else first.closed_weeks.split(sql.SEPARATOR)
    return Known(
        player_id=first.player_id,
        current=current,
        is_counted=first.is_counted,
        latest=first.latest,
        closed_weeks={Week.from_code(int(code)) for code in closed},
        personal=None if first.personal_id is None else StoredBest(first.personal_id, first.personal_best),
        weekly={
            Week.from_code(row.week_number): StoredBest(row.weekly_id, row.weekly_best)
            for row in rows
            if row.weekly_id is not None
        },
        better=bests.count_better(entry.event, best) if first.better is None else first.better,
    )
