"""The boards of closed weeks: as they ended, whatever has happened since."""

import pytest

from bot.database.models import WeeklyResult, WeeklyRun
from bot.domain.standings import Board
from bot.errors import NotAWeek, WeekWithoutBoard
from tests import tables
from tests.backends import EVENT, GUILD, TestBackend
from tests.one_database import on_one_database
from tests.world import World


async def test_a_closed_week_is_shown_as_its_run_archived_it(backend: TestBackend) -> None:
    standings = backend.real.services.standings
    await backend.create_event()
    await backend.play({player: 100 - player // 2 for player in range(1, 24)}, {1: 5, 30: 9})
    await backend.run()
    await backend.submit(1, 500)
    archive = await tables.rows(backend.database, WeeklyResult)
    [run] = await tables.rows(backend.database, WeeklyRun)

    pages = [await standings.page(GUILD, EVENT, Board.WEEK, number, 15, "2026-w46") for number in range(3)]

    shown = [row for page in pages for row in page.standings]
    archived = {row["player_id"]: row for row in archive if row["run_id"] == run["id"]}
    assert [(row.rank, row.score, row.elo) for row in shown] == [
        (one["rank"], one["score"], one["weekly_elo"])
        for one in sorted(archived.values(), key=lambda one: (one["rank"], one["submitted_at"], one["player_id"]))
    ]
    assert [row.player.discord_id for row in shown] == list(range(1, 24))
    for page in pages:
        assert page.own == shown[14]
        assert (page.pages, page.players, page.is_past) == (3, 23, True)
    assert await standings.page(GUILD, EVENT, Board.WEEK, None, 15, "2026-w46") == pages[1]
    assert (await standings.page(GUILD, EVENT, Board.WEEK, 0, 30, "2026-W46")).own is None


async def test_an_unclosed_week_is_shown_as_it_stands_and_an_empty_one_is_none(
    backend: TestBackend,
) -> None:
    standings = backend.real.services.standings
    await backend.create_event()
    await backend.play({1: 50, 2: 70}, {2: 10})

    finished = await standings.page(GUILD, EVENT, Board.ALL_TIME, 0, 1, "2026-W46")
    current = await standings.page(GUILD, EVENT, Board.WEEK, 0, 1, "2026-W47")

    assert [(row.score, row.elo) for row in finished.standings] == [(70, 1200), (50, 800)]
    assert (finished.board, finished.is_past, current.is_past) == (Board.WEEK, True, False)
    assert current == await standings.page(GUILD, EVENT, Board.WEEK, 0, 1)
    for text, error in {"2026-W40": WeekWithoutBoard, "2026-W49": WeekWithoutBoard, "last week": NotAWeek}.items():
        with pytest.raises(error):
            await standings.page(GUILD, EVENT, Board.WEEK, 0, 1, text)


@on_one_database
async def test_the_closed_weeks_before_the_latest_ten_are_said_to_be_elsewhere(world: World) -> None:
    await world.create_event()
    for _ in range(11):
        await world.backend.submit(1, 10, guild_id=world.guild.id)
        world.clock.move(weeks=1)
    await world.reset()
    offered = await world.click("Ben", await world.board(), "Past weeks")
    assert offered.alone.endswith("\nthe latest 10 of 11\nolder ones: `/leaderboard`, at `week`")


@on_one_database
async def test_closed_weeks_are_offered_by_their_days_in_pages_latest_first(world: World) -> None:
    await world.create_event()
    for week in range(3):
        for player in range(11 if week == 1 else 2):
            await world.backend.submit(player + 1, 10 + player + week, guild_id=world.guild.id)
        world.clock.move(weeks=1)
    await world.reset()
    days = ["30 Nov – 6 Dec 2026 (2026-W49)", "23–29 November 2026 (2026-W48)"]
    days.append("16–22 November 2026 (2026-W47)")

    assert await world.suggestions("Ana", "leaderboard", "week", event=EVENT) == days
    assert await world.suggestions("Ana", "leaderboard", "week", "w48", event=EVENT) == days[1:2]
    assert await world.suggestions("Ana", "leaderboard", "week", "dec", event=EVENT) == days[:1]
    assert await world.suggestions("Ana", "leaderboard", "week", event="chess") == []
    board = await world.use("Ana", "leaderboard", event=EVENT, week="2026-W48")
    assert "🥇 **Player 11** · 21 · 1316" in board
    assert "No score here yet" not in board
    await world.restart_bot()
    assert "11 **Player 1** · 11 · 684" in await world.click("Ana", board, "›")
    offered = await world.click("Ana", board, "Past weeks")
    assert offered.public == f"{EVENT}\nWhich closed week do you want to see?"
    assert [*offered.buttons] == ["30 Nov – 6 Dec", "23–29 Nov", "16–22 Nov", "All-time", "Submit a score"]
    of_two = (await world.click("Ana", offered, "16–22 Nov")).public
    assert "🥇 **Player 2** · 11 · 1200?\n🥈 **Player 1** · 10 · 800?\n? = fewer than 3 players\n" in of_two
    assert "Which closed week do you want to see?" in (await world.click("Ben", board, "Past weeks")).alone
    assert "Nobody has a score for 28 Sep – 4 Oct 2026 in Tetris Blitz." in await world.refused(
        world.use("Ana", "leaderboard", event=EVENT, week="2026-W40")
    )


@on_one_database
async def test_without_a_closed_week_the_board_keeps_its_name_and_takes_scores(world: World) -> None:
    await world.create_event()
    board = await world.board(who="Ana")
    offered = await world.click("Ana", board, "Past weeks")
    assert (offered.public, [*offered.buttons]) == (
        f"{EVENT}\nNo week is closed yet.",
        ["All-time", "Submit a score"],
    )
    await world.use(world.admin, "event archive", event=EVENT)
    board = await world.board(who="Ana")
    offered = await world.click("Ben", board, "Past weeks")
    assert (offered.alone, [*offered.buttons]) == (f"{EVENT}\nNo week was closed.", ["All-time"])


@on_one_database
async def test_a_closed_week_that_is_left_without_scores_invites_nobody_to_it(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    await world.reset()
    asked = await world.use(world.admin, "score remove", event=EVENT, player=world.member("Ana"))
    await world.click(world.admin, asked, "Remove and run again")
    board = await world.use("Ana", "leaderboard", event=EVENT, week="2026-W47")
    assert board.public.startswith("Tetris Blitz · 16–22 November 2026\nNo scores.\n")


async def test_the_weeks_of_a_past_season_are_suggested_with_it(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    await world.reset()
    await world.begin_again()
    world.clock.move(weeks=1)
    await world.submit("Ana", 90)
    await world.reset()
    chosen = {"event": "Tetris Blitz", "season": "1"}
    assert await world.suggestions("Ana", "leaderboard", "week", **chosen) == ["16–22 November 2026 (2026-W47)"]
    assert await world.suggestions("Ana", "leaderboard", "week", **(chosen | {"season": "7"})) == []
