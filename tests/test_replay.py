"""Replay four years of real speedruns through the simulated Discord; each database gets every other event.

The final boards and tables are compared with ratings computed here from the runs alone, with the standard library's
`statistics` and none of the bot's code.
"""

import csv
import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

import pytest

from bot.database.models import Event, Member, WeeklyResult, WeeklyRun
from tests.databases import KINDS
from tests.seen import Seen
from tests.tables import rows
from tests.world import World

RUNS = Path(__file__).parent / "data" / "speedruns.csv"
MEDALS = {"🥇": 1, "🥈": 2, "🥉": 3}
SCORED = re.compile(r"(\S+) \*\*(.+)\*\* · (\S+) · (\d+)\??")
OVERALL = re.compile(r"(\S+) \*\*(.+)\*\* · \*\*(\d+)\??\*\* best (\d+) · weeks (\d+)")


@dataclass(frozen=True)
class Run:
    event: str
    player: str
    seconds: float
    at: datetime

    @property
    def week(self) -> int:
        year, week, _ = self.at.isocalendar()
        return year * 100 + week


def read_runs(part: int) -> list[Run]:
    """Return the runs of every other event, beginning with the first or the second."""
    with RUNS.open(newline="", encoding="utf-8") as file:
        runs = [
            Run(row["event"], row["player"], float(row["seconds"]), datetime.fromisoformat(row["submitted_at"]))
            for row in csv.DictReader(file)
        ]
    events = sorted({run.event for run in runs})[part :: len(KINDS)]
    return [run for run in runs if run.event in events]


@pytest.mark.long
async def test_four_years_of_speedruns_are_rated_as_the_rules_say(world: World, database_kind: str) -> None:
    runs = read_runs(KINDS.index(database_kind))
    by_event = defaultdict(list)
    for run in runs:
        by_event[run.event].append(run)

    await play(world, runs)
    await world.settle_ratings()

    archive = await stored_archive(world)
    for event, its_runs in by_event.items():
        expected = Expected(its_runs)
        assert await shown(world, event, "all-time") == expected.all_time(), event
        assert await shown(world, event, "overall") == expected.overall(), event
        assert archive[event] == expected.archive, event
    assert await world.backend.differences() == []


async def play(world: World, runs: Iterable[Run]) -> None:
    """Submit every run at its time, and close the weeks of each event on the following Mondays."""
    known: set[str] = set()
    due: dict[str, None] = {}
    monday: datetime | None = None
    for run in runs:
        if monday is not None and run.at >= monday:
            await close_weeks(world, due, monday)
        if run.event not in known:
            known.add(run.event)
            assert "Event created" in (await world.create_event(run.event, "LOW", format="time")).public
        world.clock.now = run.at
        assert f"**{as_players_write(run.seconds)}**" in (
            await world.submit(run.player, as_players_write(run.seconds), run.event)
        )
        due[run.event] = None
        monday = datetime.fromisocalendar(*run.at.isocalendar()[:2], 1).replace(tzinfo=UTC) + timedelta(days=7)
    assert monday is not None
    await close_weeks(world, due, monday)


async def close_weeks(world: World, due: dict[str, None], monday: datetime) -> None:
    world.clock.now = monday + timedelta(minutes=5)
    for event in due:
        assert "🏆" in (await world.reset(event)).public
    due.clear()
    await world.settle_ratings()


async def shown(world: World, event: str, board: str) -> list[tuple[object, ...]]:
    """Return all rows of a board, as a player reads them page by page."""
    page = await world.board(board, event, who="Reader")
    found = rows_of(page)
    while "›" in page.buttons:
        page = await world.click("Reader", page, "›")
        found += rows_of(page)
    names = {row["display_name"] for row in await rows(world.backend.database, Member)}
    return [(rank, whole(name, names), *others) for rank, name, *others in found]


def whole(shown: str, names: Collection[str]) -> str:
    """Return the full name for a name on a board, which is cut to fit a line of a phone."""
    if not shown.endswith("…"):
        return shown
    [name] = [name for name in names if name.startswith(shown.removesuffix("…"))]
    return name


def rows_of(page: Seen) -> list[tuple[Any, ...]]:
    lines = page.text.replace("\\", "").replace("\nbest ", " best ").split("\nReader asked")[0].splitlines()
    found: list[tuple[Any, ...]] = []
    for line in lines[1:]:
        if scored := SCORED.fullmatch(line):
            rank, player, score, elo = scored.groups()
            found.append((rank_of(rank), player, score, int(elo)))
        elif overall := OVERALL.fullmatch(line):
            rank, player, event_elo, elo, average = overall.groups()
            found.append((rank_of(rank), player, int(event_elo), int(elo), int(average)))
        elif line != "? = still settling: it takes 3 players":
            pytest.fail(f"a row of a form unknown here: {line}")
    return found


def rank_of(shown: str) -> int:
    return MEDALS.get(shown) or int(shown)


async def stored_archive(world: World) -> dict[str, dict[int, dict[str, tuple[float | None, int, int | None]]]]:
    """Return the archived score, weekly Elo and rank by event, week and player."""
    database = world.backend.database
    events = {row["id"]: row["name"] for row in await rows(database, Event)}
    players = {row["player_id"]: row["display_name"] for row in await rows(database, Member)}
    runs = {row["id"]: row for row in await rows(database, WeeklyRun)}
    archive: dict[str, dict[int, dict[str, tuple[float | None, int, int | None]]]] = {
        name: {} for name in events.values()
    }
    for row in await rows(database, WeeklyResult):
        run = runs[row["run_id"]]
        week = archive[events[run["event_id"]]].setdefault(run["week_number"], {})
        week[players[row["player_id"]]] = (row["score"], row["weekly_elo"], row["rank"])
    return archive


class Expected:
    """The ratings that the rules imply for the runs of one event."""

    def __init__(self, runs: list[Run]) -> None:
        self.bests = bests_of(runs)
        self.elos = elos_of(self.bests)
        self.archive: dict[int, dict[str, tuple[float | None, int, int | None]]] = {}
        taken_part: set[str] = set()
        for week in sorted({run.week for run in runs}):
            bests = bests_of(run for run in runs if run.week == week)
            elos = elos_of(bests)
            times = {player: best.seconds for player, best in bests.items()}
            self.archive[week] = dict.fromkeys(taken_part, (None, 0, None)) | {
                player: (time, elos[player], ranks(times)[player]) for player, time in times.items()
            }
            taken_part |= bests.keys()

    def all_time(self) -> list[tuple[object, ...]]:
        times = {player: best.seconds for player, best in self.bests.items()}
        rank = ranks(times)
        order = sorted(self.bests.values(), key=lambda best: (best.seconds, best.at))
        return [
            (rank[best.player], best.player, as_players_write(best.seconds), self.elos[best.player]) for best in order
        ]

    def overall(self) -> list[tuple[object, ...]]:
        averages = {
            player: fmean(week[player][1] for week in self.archive.values() if player in week) for player in self.bests
        }
        event_elos = {player: half_up(0.5 * self.elos[player] + 0.5 * average) for player, average in averages.items()}
        rank = ranks({player: -elo for player, elo in event_elos.items()})
        order = sorted(self.bests.values(), key=lambda best: (-event_elos[best.player], best.at))
        return [
            (
                rank[best.player],
                best.player,
                event_elos[best.player],
                self.elos[best.player],
                half_up(averages[best.player]),
            )
            for best in order
        ]


def bests_of(runs: Iterable[Run]) -> dict[str, Run]:
    bests: dict[str, Run] = {}
    for run in runs:
        if run.player not in bests or run.seconds < bests[run.player].seconds:
            bests[run.player] = run
    return bests


def elos_of(bests: Mapping[str, Run]) -> dict[str, int]:
    times = [best.seconds for best in bests.values()]
    mean, deviation = fmean(times), pstdev(times)
    return {
        player: half_up(1000 + 200 * ((mean - best.seconds) / deviation if deviation else 0))
        for player, best in bests.items()
    }


def ranks(values: Mapping[str, float]) -> dict[str, int]:
    """Return standard competition ranks, with the smallest value first."""
    return {player: 1 + sum(other < value for other in values.values()) for player, value in values.items()}


def half_up(value: float) -> int:
    return math.floor(value + 0.5)


def as_players_write(seconds: float) -> str:
    """Write 59 as 59s, 83.5 as 1:23.5, 3723 as 1:02:03."""
    whole, rest = divmod(round(seconds * 1000), 1000)
    fraction = f".{rest:03}".rstrip("0") if rest else ""
    minutes, seconds_left = divmod(whole, 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes_left:02}:{seconds_left:02}{fraction}"
    return f"{minutes}:{seconds_left:02}{fraction}" if minutes else f"{whole}{fraction}s"
