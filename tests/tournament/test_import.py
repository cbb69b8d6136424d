"""Import a tournament bot's database, whatever its version."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, select

from bot.database.backup import copied
from bot.database.database import Database
from bot.database.models import Event, Member, ScoreSubmission
from bot.domain.events import ALARM_ELO
from bot.domain.rules import Attendance, Method
from bot.domain.standings import Board
from bot.domain.tournament import Reason, TournamentPlan
from bot.services.tournament import NoTournament, TournamentImportService, read_tournament
from tests import tables
from tests.backends import ADMIN, GUILD, TestBackend
from tests.one_database import on_one_database
from tests.tables import contents
from tests.tournament.bot_database import (
    ANA,
    ANA_ON_DISCORD,
    BEN,
    BEN_ON_DISCORD,
    BLITZ,
    SPRINT,
    VERSIONS,
    create,
    events,
    players,
    score,
)


async def bring(backend: TestBackend, source: URL, *, dry_run: bool = False) -> TournamentPlan:
    tournament = Database(source)
    service = TournamentImportService(backend.database, backend.clock)
    try:
        data = await tournament.read(read_tournament)
    finally:
        await tournament.close()
    return await (service.plan if dry_run else service.carry_out)(data, GUILD)


async def recalculate(backend: TestBackend) -> None:
    scoring = backend.real.scoring
    for event_id in await scoring.stale_events():
        await scoring.recalculate(event_id)


def left_behind(plan: TournamentPlan) -> dict[Reason, int]:
    return {reason: count for reason, count in plan.left_behind.items() if count}


async def made(url: URL, version: int = 17, **rows: list[dict[str, Any]]) -> URL:
    await asyncio.to_thread(create, url, version, **rows)
    return url


SCORES = [
    score(ANA, 12_345, "2026-11-10T02:16:23.728008"),
    score(ANA, 12_345, "2026-11-10 02:16:24", week=202646),
    score(ANA, 9_000, "2026-11-17 09:00:00", week=47),
    score(BEN, 8_000, "2026-11-17 10:00:00"),
    score(BEN, 58.34, "2026-11-11 10:00:00", event=SPRINT, week=46),
]


@pytest.mark.parametrize("version", VERSIONS)
async def test_every_version_brings_the_events_that_have_a_direction(
    backend: TestBackend, empty_database_url: URL, version: int
) -> None:
    plan = await bring(backend, await made(empty_database_url, version))
    if version < 3:
        assert [event.name for event in plan.events] == []
        assert left_behind(plan)[Reason.NO_DIRECTION] == 2
    else:
        assert [(event.name, event.direction) for event in plan.events] == [("Blitz", "HIGH"), ("Sprint", "LOW")]
    assert left_behind(plan)[Reason.MATCHES] == 1
    assert left_behind(plan)[Reason.WITHOUT_SCORES] == 2


async def test_new_events_have_the_rules_of_the_server_and_the_usual_alarm(
    backend: TestBackend, empty_database_url: URL
) -> None:
    await backend.real.services.settings.rate_new_events(ADMIN, Method.RANKS, Attendance.PLAYED)
    await bring(backend, await made(empty_database_url))
    [event, *_] = await tables.rows(backend.database, Event)
    assert (event["method"], event["attendance"], event["alarm_elo"]) == ("ranks", "played", ALARM_ELO)


async def test_scores_become_submissions_of_their_weeks_and_ratings_follow(
    backend: TestBackend, empty_database_url: URL
) -> None:
    await bring(backend, await made(empty_database_url, leaderboard_scores=SCORES))
    await recalculate(backend)
    assert await backend.differences() == []
    board = await backend.page(event="Blitz")
    assert [(row.player.discord_id, row.player.name, row.score, row.elo) for row in board.standings] == [
        (ANA_ON_DISCORD, "Ana", 12_345, 1200),
        (BEN_ON_DISCORD, "ben", 8_000, 800),
    ]
    assert [row.score for row in (await backend.page(Board.WEEK, "Blitz")).standings] == [9_000, 8_000]
    [run] = await backend.run(event="Blitz")
    assert (str(run.week), len(await backend.results(run.week, "Blitz"))) == ("2026-W46", 1)
    assert [str(run.week) for run in await backend.run(event="Sprint")] == ["2026-W46"]
    assert await backend.differences() == []


async def test_a_best_of_all_time_that_is_its_weeks_best_is_one_submission(
    backend: TestBackend, empty_database_url: URL
) -> None:
    await bring(backend, await made(empty_database_url, leaderboard_scores=SCORES[:2]))
    log = select(ScoreSubmission.week_number, ScoreSubmission.score)
    assert await backend.database.read(lambda session: [(*row,) for row in session.execute(log)]) == [(202646, 12_345)]


async def test_an_import_that_is_repeated_changes_nothing(backend: TestBackend, empty_database_url: URL) -> None:
    source = await made(empty_database_url, leaderboard_scores=SCORES)
    await bring(backend, source)
    await backend.run(event="Blitz")
    before = await contents(backend.database)
    plan = await bring(backend, source)
    assert await contents(backend.database) == before
    assert [(len(event.submissions), event.repeated) for event in plan.events] == [(0, 4), (0, 1)]


async def test_a_dry_run_says_the_same_and_writes_nothing(backend: TestBackend, empty_database_url: URL) -> None:
    source = await made(empty_database_url, leaderboard_scores=SCORES)
    before = await contents(backend.database)
    tried = await bring(backend, source, dry_run=True)
    assert await contents(backend.database) == before
    assert await bring(backend, source) == tried


async def test_an_event_of_the_same_name_takes_the_scores_beside_its_own(
    backend: TestBackend, empty_database_url: URL
) -> None:
    await backend.create_event("HIGH", "blitz")
    await backend.submit(BEN_ON_DISCORD, 10_000, "blitz")
    await backend.run(event="blitz")
    plan = await bring(backend, await made(empty_database_url, leaderboard_scores=SCORES))
    assert left_behind(plan)[Reason.CLOSED_WEEK] == 2
    assert [row.score for row in (await backend.page(event="blitz")).standings] == [12_345, 10_000]
    await recalculate(backend)
    assert await backend.differences() == []


async def test_what_cannot_be_imported_stays_behind_and_is_counted(
    backend: TestBackend, empty_database_url: URL
) -> None:
    await backend.create_event("HIGH", "Sprint")
    rows = [
        score(ANA, None, "2026-11-17 09:00:00"),
        score(ANA, float("inf"), "2026-11-17 09:00:00"),
        score(99, 5, "2026-11-17 09:00:00"),
        score(ANA, 5, None),
        score(ANA, 5, None, week=28),
        score(ANA, 5, "2026-11-17 09:00:00", week=202660),
        score(ANA, 5, "2026-12-24 09:00:00"),
        score(ANA, 7, "2026-11-17 09:00:00", event=SPRINT),
    ]
    elos = [{"player_id": ANA, "event_id": BLITZ, "week_number": 28, "weekly_elo_score": 1200}]
    source = await made(empty_database_url, leaderboard_scores=rows, player_weekly_leaderboard_elo=elos)
    plan = await bring(backend, source)
    assert [(event.name, [one.score for one in event.submissions]) for event in plan.events] == [("Blitz", [5])]
    assert left_behind(plan) == {
        Reason.MATCHES: 1,
        Reason.OTHER_DIRECTION: 1,
        Reason.NO_SCORE: 2,
        Reason.NO_PLAYER: 1,
        Reason.NO_TIME: 2,
        Reason.TO_COME: 1,
        Reason.ELOS: 1,
        Reason.WITHOUT_SCORES: 1,
    }


async def test_a_new_event_takes_scores_below_zero_and_a_billion_if_it_has_some(
    backend: TestBackend, empty_database_url: URL
) -> None:
    rows = [score(ANA, value, "2026-11-17 09:00:00") for value in (-3, 0, 1_234_567_890, 2**60)]
    plan = await bring(backend, await made(empty_database_url, leaderboard_scores=rows))
    assert left_behind(plan)[Reason.NO_SCORE] == 1
    assert [row.score for row in (await backend.page(event="Blitz")).standings] == [1_234_567_890]
    await backend.submit(BEN_ON_DISCORD, -3, "Blitz")


async def test_an_event_here_takes_what_its_bounds_allow(backend: TestBackend, empty_database_url: URL) -> None:
    await backend.create_event("HIGH", "Blitz", max_score="10,000")
    plan = await bring(backend, await made(empty_database_url, leaderboard_scores=SCORES))
    assert left_behind(plan)[Reason.OUT_OF_BOUNDS] == 2
    assert [one.score for one in plan.events[0].submissions] == [9_000, 8_000]


async def test_scores_of_weeks_and_bests_without_a_time_find_their_weeks(
    backend: TestBackend, empty_database_url: URL
) -> None:
    made_then = [{**one, "created_at": "2026-10-01 00:00:00"} for one in events(17)]
    rows = [score(ANA, 5, None, week=202630), score(BEN, 6, None)]
    plan = await bring(backend, await made(empty_database_url, events=made_then, leaderboard_scores=rows))
    assert [(one.score, str(one.week)) for one in plan.events[0].submissions] == [(5, "2026-W30"), (6, "2026-W40")]


@pytest.mark.parametrize(
    ("week", "at", "meant"),
    [
        (28, "2025-07-10 21:06:21", "2025-W28"),
        (202528, "2025-07-10 21:06:21", "2025-W28"),
        (1, "2025-12-31 23:00:00", "2026-W01"),
        (52, "2026-01-02 10:00:00", "2025-W52"),
        (53, "2021-01-03 10:00:00", "2020-W53"),
    ],
)
async def test_a_week_without_its_year_is_the_one_nearest_to_its_time(
    backend: TestBackend, empty_database_url: URL, week: int, at: str, meant: str
) -> None:
    plan = await bring(backend, await made(empty_database_url, leaderboard_scores=[score(ANA, 5, at, week=week)]))
    assert [str(one.week) for one in plan.events[0].submissions] == [meant]


async def test_a_week_that_no_year_near_its_time_has_is_the_one_of_its_time(
    backend: TestBackend, empty_database_url: URL
) -> None:
    rows = [score(ANA, 5, "2024-12-30 10:00:00", week=53), score(BEN, 6, "2024-12-30 10:00:00", week=52)]
    plan = await bring(backend, await made(empty_database_url, leaderboard_scores=rows))
    assert sorted(str(one.week) for one in plan.events[0].submissions) == ["2024-W52", "2025-W01"]


async def test_an_import_that_is_repeated_leaves_a_new_season_alone(
    backend: TestBackend, empty_database_url: URL
) -> None:
    source = await made(empty_database_url, leaderboard_scores=[score(ANA, 5, "2026-11-10 10:00:00", week=202646)])
    first = (await bring(backend, source)).events[0]
    await backend.run("2026-W46", first.name)
    await backend.real.services.events.begin_again(ADMIN, first.name)
    plan = await bring(backend, source)
    assert [len(event.submissions) for event in plan.events] == [0, 0]
    assert left_behind(plan)[Reason.OUT_OF_SEASON] == 1


async def test_events_of_one_name_are_told_apart_by_their_clusters(
    backend: TestBackend, empty_database_url: URL
) -> None:
    named = [
        {"id": number, "name": name, "cluster_id": cluster, "score_direction": "HIGH", "is_active": cluster != 4}
        for number, (name, cluster) in enumerate((("Tetris", 3), ("TETRIS", 4), ("tetris", 4), ("\u200b", 3)), 1)
    ]
    clusters: list[dict[str, Any]] = [{"id": 3, "name": "Puzzles"}, {"id": 4, "name": None}]
    plan = await bring(backend, await made(empty_database_url, events=named, clusters=clusters))
    assert [(event.name, event.is_active) for event in plan.events] == [
        ("Tetris (Puzzles)", True),
        ("TETRIS (event 2)", False),
        ("tetris (event 3)", False),
        ("Event 4", True),
    ]


async def test_a_player_keeps_the_name_that_is_known_here(backend: TestBackend, empty_database_url: URL) -> None:
    await backend.create_event("LOW", "Sprint")
    await backend.submit(ANA_ON_DISCORD, 50, "Sprint", display_name="Queen Ana")
    source = await made(empty_database_url, players=players()[:1], leaderboard_scores=SCORES[:1])
    await bring(backend, source)
    names = select(Member.display_name)
    assert await backend.database.read(lambda session: list(session.scalars(names))) == ["Queen Ana"]


async def test_a_withdrawn_player_returns_to_what_was_imported_meanwhile(
    backend: TestBackend, empty_database_url: URL
) -> None:
    await backend.create_event("HIGH", "Another")
    await backend.submit(ANA_ON_DISCORD, 5, "Another")
    await backend.real.services.withdrawals.withdraw(ADMIN, ANA_ON_DISCORD)
    await bring(backend, await made(empty_database_url, leaderboard_scores=SCORES[:1]))
    assert (await backend.page(event="Blitz")).players == 0
    await backend.real.services.withdrawals.bring_back(ADMIN, ANA_ON_DISCORD)
    assert [row.score for row in (await backend.page(event="Blitz")).standings] == [12_345]
    await recalculate(backend)
    assert await backend.differences() == []


async def test_the_bots_own_database_and_a_strange_one_are_refused(
    backend: TestBackend, empty_database_url: URL
) -> None:
    for source in (backend.database.url, empty_database_url):
        with pytest.raises(NoTournament):
            await bring(backend, source)


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
@pytest.mark.parametrize("is_open", [False, True], ids=["closed", "written to"])
@on_one_database
async def test_a_file_is_left_as_it_is(
    backend: TestBackend, empty_database_url: URL, mode: str, *, is_open: bool
) -> None:
    await made(empty_database_url, leaderboard_scores=SCORES)
    file = Path(str(empty_database_url.database))
    writer = sqlite3.connect(file)
    writer.execute(f"PRAGMA journal_mode = {mode}")
    writer.execute("UPDATE players SET username = 'anna' WHERE id = 1")
    writer.commit()
    if not is_open:
        writer.close()
    before = _bytes(file)
    with copied(empty_database_url) as copy:
        plan = await bring(backend, copy)
    assert _bytes(file) == before
    assert {one.player.username for event in plan.events for one in event.submissions} == {"anna", "ben"}
    writer.close()


def _bytes(file: Path) -> dict[str, bytes]:
    """Return the file and those beside it, except the index of its log, which contains the readers' marks."""
    beside = file.parent.glob(f"{file.name}*")
    return {one.name: one.read_bytes() for one in beside if not one.name.endswith("-shm")}
