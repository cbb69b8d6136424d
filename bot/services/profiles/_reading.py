"""Read a player's data in all events of a server, by the keys of the player's own rows.

Only the rank among all players of a server needs other players' rows; it is counted in the index of event Elos.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from bot.database.models import (
    Event,
    Excuse,
    LeaderboardScore,
    PlayerEventStats,
    ScoreSubmission,
    WeeklyResult,
    WeeklyRun,
)
from bot.database.streams import AnySelect
from bot.domain.profiles import ClosedWeek, ServerStanding
from bot.domain.weeks import Week
from bot.services.events import describe
from bot.services.ratings import is_personal_best
from bot.services.standings import BoardQuery, count_rows

_STATS = PlayerEventStats
_HAS_EVENT_ELO = sa.and_(
    _STATS.calculated_event_elo.is_not(None),
    _STATS.all_time_leaderboard_elo.is_not(None),
    _STATS.weeks_participated >= Event.min_weeks,
)
"""The condition for players with a rank on the overall board of an event."""


class Entry(NamedTuple):
    """A player's event with the player's personal best and event Elo; the Elo is None for a player without a rank."""

    event: Event
    best: float
    event_elo: int | None


class Scores(NamedTuple):
    """The number of a player's counted submissions, the time of the first one, and their weeks."""

    number: int
    since: datetime
    weeks: Collection[Week]


def read_entries(session: Session, guild_id: int, player_id: int) -> dict[int, Entry]:
    """Return the events of a server in which a player has scores, by key.

    Active events come first, then those with the highest event Elo.
    """
    best = LeaderboardScore
    is_own = sa.and_(is_personal_best(Event.id), best.player_id == player_id)
    of_player = sa.and_(_STATS.event_id == Event.id, _STATS.player_id == player_id)
    entered = (
        sa.select(Event, best.score, sa.case((_HAS_EVENT_ELO, _STATS.calculated_event_elo)))
        .select_from(Event)
        .join(best, is_own)
        .outerjoin(_STATS, of_player)
        .where(Event.guild_id == guild_id)
    )
    entries = [Entry(*row) for row in session.execute(entered)]
    return {entry.event.id: entry for entry in sorted(entries, key=_importance)}


def _importance(entry: Entry) -> tuple[bool, bool, int, str]:
    event, _, elo = entry
    return not event.is_active, elo is None, 0 if elo is None else -elo, event.name_key


def read_closed_weeks(session: Session, player_id: int, entries: Mapping[int, Entry]) -> list[ClosedWeek]:
    """Return the closed weeks in which a player has a score, in all their events."""
    run, result = WeeklyRun, WeeklyResult
    own: AnySelect = (
        sa.select(run.event_id, run.week_number, result.rank, run.field_size, result.weekly_elo)
        .select_from(run)
        .join(result, sa.and_(result.run_id == run.id, result.player_id == player_id))
        .where(run.event_id.in_(entries), result.rank.is_not(None))
    )
    events = {key: describe(entry.event) for key, entry in entries.items()}
    return [
        ClosedWeek(events[event_id], Week.from_code(code), *result) for event_id, code, *result in session.execute(own)
    ]


def read_scores(session: Session, player_id: int, entries: Mapping[int, Entry]) -> Scores:
    """Return a player's submissions that count in events; there is at least one."""
    log = ScoreSubmission
    # Do not filter by event: some databases would then read the whole log of an event.
    of_weeks: AnySelect = (
        sa.select(log.event_id, log.week_number, sa.func.count(), sa.func.min(log.submitted_at))
        .where(log.player_id == player_id, log.removed_at.is_(None))
        .group_by(log.event_id, log.week_number)
    )
    found = [row for row in session.execute(of_weeks) if row.event_id in entries]
    _, weeks, numbers, times = zip(*found, strict=True)
    return Scores(sum(numbers), min(times), {Week.from_code(code) for code in weeks})


def read_excused_weeks(session: Session, guild_id: int, player_id: int, entries: Mapping[int, Entry]) -> set[Week]:
    """Return the weeks from which a player is excused in all events of a server.

    An excuse from each of the player's own events that had the week is as good as one from all.
    """
    excuses = sa.select(Excuse.week_number, Excuse.event_id).where(
        Excuse.player_id == player_id, Excuse.guild_id == guild_id
    )
    found: defaultdict[int, set[int | None]] = defaultdict(set)
    for code, event_id in session.execute(excuses):
        found[code].add(event_id)
    own = [entry.event for entry in entries.values()]
    return {
        Week.from_code(code)
        for code, excused in found.items()
        if None in excused or excused.issuperset(event.id for event in own if _had_week(event, code))
    }


def _had_week(event: Event, code: int) -> bool:
    """Tell whether an event had a week; of those in the archive, only past seasons are known to have had theirs."""
    was_active = event.is_active or event.season_of is not None
    return was_active and describe(event).is_in_season(code)


def read_meetings(session: Session, first: int, second: int, event_ids: Collection[int]) -> dict[int, list[int]]:
    """Return, for each event, who won the closed weeks in which both players have a score.

    1 stands for the first player, -1 for the second, 0 for a tie.
    """
    run, one, other = WeeklyRun, aliased(WeeklyResult), aliased(WeeklyResult)
    both: AnySelect = (
        sa.select(run.event_id, one.rank, other.rank)
        .select_from(run)
        .join(one, sa.and_(one.run_id == run.id, one.player_id == first))
        .join(other, sa.and_(other.run_id == run.id, other.player_id == second))
        .where(run.event_id.in_(event_ids), one.rank.is_not(None), other.rank.is_not(None))
    )
    meetings: dict[int, list[int]] = {event_id: [] for event_id in event_ids}
    for event_id, rank, other_rank in session.execute(both):
        meetings[event_id].append((rank < other_rank) - (rank > other_rank))
    return meetings


def find_server_standing(session: Session, guild_id: int, entries: Iterable[Entry]) -> ServerStanding | None:
    """Return the standing in a server of a player with these entries; None if no event Elo of theirs counts.

    The query counts the players of the largest event in its index, and sums up only those who have an event Elo in
    another event too.
    """
    elos = [entry.event_elo for entry in entries if entry.event.is_active and entry.event_elo is not None]
    if not elos:
        return None
    total = sum(elos)
    is_open = Event.guild_id == guild_id, Event.is_active
    by_size = sa.select(Event).where(*is_open).order_by(Event.score_count.desc(), Event.id)
    largest = session.scalars(by_size.limit(1)).one()
    board = BoardQuery.of_event_elos(largest)
    elsewhere = (
        sa.select(_STATS.player_id, sa.func.sum(_STATS.calculated_event_elo).label("elo"))
        .join(Event, Event.id == _STATS.event_id)
        .where(*is_open, _HAS_EVENT_ELO, Event.id != largest.id)
        .group_by(_STATS.player_id)
        .subquery()
    )
    shape = board.shape
    is_there = sa.and_(shape.ranked, shape.player_id == elsewhere.c.player_id)
    sums = elsewhere.c.elo + sa.func.coalesce(shape.key, 0)
    conditions = (sums > total, shape.better_than(total), shape.key.is_(None))
    counts: AnySelect = sa.select(*(sa.func.count(sa.case((condition, 1))) for condition in conditions)).select_from(
        elsewhere.outerjoin(shape.keys, is_there)
    )
    better, better_there, without_it = board.execute(session, counts).one()
    return ServerStanding(
        total=total,
        events=len(elos),
        rank=1 + count_rows(session, board, shape.better_than(total)) - better_there + better,
        players=count_rows(session, board) + without_it,
    )
