"""Every page of every board, compared with a list sorted in Python."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, update

from bot.database.models import Event, LeaderboardScore, Member, Player, PlayerEventStats, ScoreType, WeeklyRun
from bot.domain.ratings import Field, RatingScale
from bot.domain.scores import ScoreDirection
from bot.domain.standings import Board
from tests.backends import GUILD, NOON, TestBackend
from tests.sessions import writing
from tests.tracing import untraced

pytestmark = untraced

PLAYERS = 34
WEEK = 202647


@dataclass(frozen=True)
class Row:
    """The stored data of one player: a score, its time, and the Elos, if there are any."""

    score: float
    minute: int
    all_time_elo: int | None
    event_elo: int | None


# Few values make many ties, which extend over pages.
row_of_somebody = st.builds(
    Row,
    score=st.sampled_from([10.0, 20.0, 20.5]),
    minute=st.integers(0, 2),
    all_time_elo=st.sampled_from([None, 1000]),
    event_elo=st.sampled_from([None, 900, 1000]),
)
rows_of_many = st.integers(0, PLAYERS).flatmap(lambda size: st.lists(row_of_somebody, min_size=size, max_size=size))


@pytest.fixture
async def players(backend: TestBackend) -> TestBackend:
    """A database with players without scores."""
    async with writing(backend.database) as session:
        numbers = range(1, PLAYERS + 2)
        await session.execute(insert(Player), [{"discord_id": n, "username": f"{n}"} for n in numbers])
        names = [{"guild_id": GUILD, "player_id": n, "display_name": f"{n}"} for n in numbers]
        await session.execute(insert(Member), names)
    return backend


@settings(max_examples=10)
@given(rows=rows_of_many, direction=st.sampled_from(ScoreDirection))
@example(rows=[Row(10, 0, 1000, 1000)] * PLAYERS, direction=ScoreDirection.HIGH)
@example(rows=[Row(10 + n, n, 1000, 900 + n) for n in range(PLAYERS)], direction=ScoreDirection.LOW)
@example(rows=[Row(10 + n % 12, n, 1000, 900 + n % 12) for n in range(PLAYERS)], direction=ScoreDirection.HIGH)
@example(rows=[Row(10, 0, None, None)] * 11 + [Row(20, 0, 1000, 1000)] * 10, direction=ScoreDirection.LOW)
async def test_pages_ranks_and_ones_own_page_are_those_of_the_sorted_list(
    players: TestBackend, rows: list[Row], direction: ScoreDirection
) -> None:
    name = await store(players, rows, direction)
    sign = -direction.sign
    orders: dict[Board, Callable[[Row], Any]] = {
        Board.ALL_TIME: lambda row: sign * row.score,
        Board.WEEK: lambda row: sign * row.score,
        Board.OVERALL: lambda row: None if None in (row.event_elo, row.all_time_elo) else -int(row.event_elo or 0),
    }
    for board, key in orders.items():
        expected = ranked(rows, key)
        for page in range(max(1, -(-len(rows) // 10))):
            viewer = 1 + 7 * page % PLAYERS
            found = await players.real.services.standings.page(GUILD, name, board, page, viewer)
            listed = [(row.player.discord_id, row.rank) for row in found.standings]
            assert listed == expected[10 * page : 10 * page + 10], (board, page)
            assert (found.players, found.page) == (len(rows), page)
            places = {player: place for place, (player, _) in enumerate(expected)}
            own = await players.real.services.standings.page(GUILD, name, board, None, viewer)
            assert own.page == places.get(viewer, 0) // 10
            assert (found.own and found.own.rank) == dict(expected).get(viewer)


def ranked(rows: Sequence[Row], key: Callable[[Row], Any]) -> list[tuple[int, int | None]]:
    """Return the players in order, each with a rank; players without a key come last and have none."""

    def order(numbered: tuple[int, Row]) -> tuple[Any, ...]:
        player, row = numbered
        return key(row) is None, key(row) or 0, row.minute, player

    keys = [key(row) for row in rows if key(row) is not None]
    return [
        (player, None if key(row) is None else 1 + sum(one < key(row) for one in keys))
        for player, row in sorted(enumerate(rows, 1), key=order)
    ]


async def store(backend: TestBackend, rows: Sequence[Row], direction: ScoreDirection) -> str:
    """Write rows to a new event, without the services, and return its name."""
    event = await backend.create_event(direction, f"Event {len(await backend.real.services.events.list(GUILD))}")
    # A player without a personal best, whose weeks still count, is on no board.
    elos = [{"player_id": PLAYERS + 1, "all_time_leaderboard_elo": None, "calculated_event_elo": 950}]
    bests: list[dict[str, Any]] = []
    for player, row in enumerate(rows, 1):
        all_time, overall = row.all_time_elo, row.event_elo
        elos.append({"player_id": player, "all_time_leaderboard_elo": all_time, "calculated_event_elo": overall})
        best = {"player_id": player, "score": row.score, "submitted_at": NOON + timedelta(minutes=row.minute)}
        bests.append(best | {"score_type": ScoreType.ALL_TIME, "week_number": None})
        bests.append(best | {"score_type": ScoreType.WEEKLY, "week_number": WEEK})
    async with writing(backend.database) as session:
        for table, values in ((PlayerEventStats, elos), (LeaderboardScore, bests)):
            if values:
                await session.execute(insert(table), [{**one, "event_id": event.id} for one in values])
        run = {"week_number": WEEK - 1, "ran_at": NOON, "ran_by": 9, "field": Field(0, 0, 0, 0), "scale": RatingScale()}
        session.add(WeeklyRun(event_id=event.id, **run))
        await session.execute(update(Event).where(Event.id == event.id).values(score_count=len(rows)))
    return event.name
