import pytest
from sqlalchemy import update

from bot.database.models import Event
from bot.domain.rules import Rules
from tests.backends import EVENT
from tests.one_database import on_both_databases, on_one_database
from tests.seen import Seen
from tests.tables import execute
from tests.world import World

pytestmark = on_one_database

PLAYERS = 23


@on_both_databases
async def test_the_all_time_board_shows_personal_bests_and_their_elos(world: World) -> None:
    await world.create_event(unit="points")
    await world.submit_all({"Ana": 100, "Bob": 300, "Cy": 200})
    await world.submit("Bob", 250)

    board = await world.board(who="Cy")

    assert board.public == (
        "Tetris Blitz · all-time\n"
        "🥇 **Bob** · 300 · 1245\n🥈 **Cy** · 200 · 1000\n🥉 **Ana** · 100 · 755\n"
        "Cy asked · 3 players\npoints · Elo by all-time bests"
    )
    assert list(board.buttons) == ["This week", "Overall", "Past weeks", "Submit a score"]


async def test_the_board_of_the_week_shows_its_bests_alone(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 500, "Bob": 400})
    world.clock.move(weeks=1)
    await world.submit_all({"Bob": 100, "Cy": 300})

    board = await world.board("week")

    assert (
        "Tetris Blitz · 23–29 November\n🥇 **Cy** · 300 · 1200?\n🥈 **Bob** · 100 · 800?\n"
        "? = still settling: it takes 3 players\n" in board
    )
    assert "Ana" not in board


async def test_the_board_of_the_week_is_that_of_the_week_scores_now_count_for(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 500)
    await world.reset()

    assert "23–29 November\nNo scores for this week yet. Be the first with `/submit-score`." in await world.board(
        "week"
    )
    await world.submit("Ana", 400)
    assert "23–29 November\n🥇 **Ana** · 400" in await world.board("week")


async def test_the_overall_board_shows_event_elos_and_what_they_are_made_of(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 300})
    await world.reset()
    world.clock.move(weeks=1)
    await world.submit("Bob", 200)
    world.clock.move(weeks=1)
    await world.reset()

    board = await world.board("overall")

    assert board.public.startswith(
        "Tetris Blitz · overall\n"
        "🥇 **Bob** · **1150?**\nbest 1200 · weeks 1100\n🥈 **Ana** · **600?**\nbest 800 · weeks 400\n"
    )


async def test_before_the_first_run_the_overall_board_says_when_it_begins(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 300})

    assert (await world.board("overall", who="Bob")).public == (
        "Tetris Blitz · overall\n"
        "Overall begins when an admin closes the first week: `/weekly-reset`.\n"
        "Bob asked · 2 players"
    )
    world.clock.move(weeks=1)
    assert (
        "Overall begins when the first week closes. It is over: an admin can close it with `/weekly-reset`."
        in await world.board("overall")
    )


async def test_whoever_has_no_event_elo_yet_comes_last(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 300})
    await world.reset()
    await world.submit("Cy", 900)
    await world.settle_ratings()

    lines = (await world.board("overall")).public.splitlines()

    assert [line.split(" · ")[0] for line in lines[1:6:2]] == ["🥇 **Bob**", "🥈 **Ana**", "– **Cy**"]
    assert lines[7] == "– = before a first closed week"


async def test_a_closed_week_of_too_few_players_is_not_said_to_be_none(world: World) -> None:
    await world.create_event()
    await world.backend.real.services.rules.change(world.as_actor(), EVENT, Rules(min_field=3))
    await world.submit_all({"Ana": 100, "Bob": 300})
    await world.reset()
    await world.settle_ratings()

    told = "before a first closed week of 3 players or more"
    assert f"\n– = {told}\n" in await world.board("overall")
    assert f"\nno event Elo {told}" in await world.use("Ana", "rating", event="Tetris")
    assert "\n? = before a first rated week\n" in await world.use("Ana", "profile")
    compared = await world.use("Ana", "compare", player=world.member("Bob"))
    assert compared.alone.endswith("\n? = until both have a rated week")


@on_both_databases
@pytest.mark.parametrize(("direction", "best_first"), [("HIGH", (300, 200, 100)), ("LOW", (100, 200, 300))])
async def test_ties_share_a_rank_and_the_earlier_score_comes_first(
    world: World, direction: str, best_first: tuple[int, int, int]
) -> None:
    await world.create_event(direction=direction)
    best, tied, worst = best_first
    await world.submit_all({"Ana": worst, "Di": worst, "Cy": tied, "Bob": best})
    await world.submit("Ana", tied)

    for board in ("all-time", "week"):
        lines = (await world.board(board, who="Ana")).public.splitlines()

        assert [line.split(" · ")[0] for line in lines[1:5]] == ["🥇 **Bob**", "🥈 **Cy**", "🥈 **Ana**", "4 **Di**"]
        assert lines[5] == "Ana asked · 4 players"


async def test_a_tie_over_two_pages_goes_on_where_the_first_ended(world: World) -> None:
    await world.create_event()
    names = [f"Player {number}" for number in range(1, 13)]
    for score, order in ((1, reversed(names)), (2, names)):
        for name in order:
            player = world.member(name).id
            await world.backend.submit(player, score, guild_id=world.guild.id, display_name=name)
            world.clock.move(seconds=1)

    first = await world.board(who="Player 12")
    second = await world.click("Player 12", first, "Find me")

    assert [*rows(first), *rows(second)] == list(range(1, 13))
    assert "🥇 **Player 12** · 2 · 1000" in second


async def test_an_equal_score_later_does_not_move_a_player_down(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 100})
    await world.submit("Ana", 100)

    assert "🥇 **Ana** · 100 · 1000?\n🥇 **Bob** · 100 · 1000?" in await world.board()


async def test_every_score_is_on_the_boards_at_once_with_everyones_elo(world: World) -> None:
    await world.create_event()
    for scores in ({"Ana": 100, "Bob": 200}, {"Ana": 300}, {"Bob": 400}):
        await world.submit_all(scores)

    for board in ("all-time", "week"):
        assert "🥇 **Bob** · 400 · 1200?\n🥈 **Ana** · 300 · 800?" in await world.board(board)


async def test_the_overall_board_is_current_once_the_window_has_passed(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 200})
    await world.reset()
    await world.submit_all({"Ana": 300, "Bob": 150, "Cy": 50})
    await world.settle_ratings()

    board = await world.board("overall")

    all_time = {"Ana": 1227, "Bob": 1032, "Cy": 740}
    for who, elo in all_time.items():
        assert f"**{who}** · **" in board
        assert f"best {elo} · " in board


async def test_a_player_who_is_on_another_page_still_sees_their_row(world: World) -> None:
    await fill(world)

    board = await world.board(who="Player 23")

    assert rows(board) == list(range(1, 11))
    assert "\n… 23 **Player 23** · 77 · " in board
    assert "…" not in await world.board(who="Player 3")


async def test_the_marks_of_a_row_from_another_page_are_explained_too(world: World) -> None:
    await fill(world)
    for newcomer in ("Cy", "Dan"):
        await world.reset()
        world.clock.move(weeks=1)
        await world.submit(newcomer, 1)
    await execute(world.backend.database, update(Event).values(min_weeks=2))
    await world.settle_ratings()

    few, without = await world.board("overall", who="Cy"), await world.board("overall", who="Dan")

    assert "\n… – **Cy** · **" in few
    assert "\n? = still settling: it takes 2 weeks\n" in few
    assert "\n… – **Dan** · **–**\n" in without
    assert "\n– = before a first closed week\n" in without
    assert "\n– = " not in few


async def test_whoever_looks_for_a_row_finds_it_or_is_told_that_there_is_none(world: World) -> None:
    await fill(world)
    board = await world.board(who="Player 1")

    found = await world.click("Player 15", board, "Find me")
    assert rows(found) == list(range(11, 21))
    lost = await world.click("Watcher", board, "Find me")
    assert rows(lost) == list(range(1, 11))
    assert "You have no score here yet." in lost
    assert found.is_private
    assert lost.is_private


async def test_buttons_switch_between_the_boards_in_place(world: World) -> None:
    await fill(world)
    await world.reset()
    await world.settle_ratings()
    board = await world.board(who="Player 12")

    overall = await world.click("Player 12", board, "Overall")
    assert "Tetris Blitz · overall\n" in overall.public
    assert list(overall.buttons)[:2] == ["All-time", "This week"]
    week = await world.click("Player 12", overall, "This week")
    assert "Tetris Blitz · 23–29 November\nNo scores for this week yet." in week.public
    again = await world.click("Player 12", week, "All-time")
    assert again.public == board.public
    copy = await world.click("Player 1", again, "Overall")
    assert copy.is_private
    assert len(world.channel.history()) == 3


async def test_buttons_turn_the_pages_in_place(world: World) -> None:
    await fill(world)
    board = await world.board(who="Player 12")
    assert rows(board) == list(range(1, 11))
    assert list(board.buttons) == ["This week", "Overall", "Past weeks", "Find me", "›", "Submit a score"]

    second = await world.click("Player 12", board, "›")
    assert rows(second) == list(range(11, 21))
    assert list(second.buttons) == ["This week", "Overall", "Past weeks", "‹", "Find me", "›", "Submit a score"]

    third = await world.click("Player 12", second, "›")
    assert rows(third) == [21, 22, 23]
    assert "page 3 of 3 · 23 players" in third
    assert list(third.buttons) == ["This week", "Overall", "Past weeks", "‹", "Find me", "Submit a score"]

    own = await world.click("Player 12", third, "Find me")
    assert rows(own) == list(range(11, 21))
    assert rows(await world.click("Player 12", own, "‹")) == list(range(1, 11))
    assert len(world.channel.history()) == 2


async def test_a_page_is_of_the_moment_it_is_turned_to(world: World) -> None:
    await fill(world)
    board = await world.board(who="Player 1")
    await world.submit("Player 23", 110)

    second = await world.click("Player 1", board, "›")

    assert "11 **Player 10**" in second


async def test_buttons_work_after_a_restart(world: World) -> None:
    await fill(world)
    board = await world.board("week", who="Player 1")
    await world.restart_bot()

    second = await world.click("Player 1", board, "›")

    assert "16–22 November" in second
    assert rows(second) == list(range(11, 21))
    assert not second.is_private


async def test_somebody_elses_click_gets_a_copy_that_only_they_see(world: World) -> None:
    await fill(world)
    board = await world.board(who="Player 1")

    copy = await world.click("Player 23", board, "›")

    assert copy.is_private
    assert rows(copy) == list(range(11, 21))
    assert "\n… 23 **Player 23**" in copy
    assert "11 **Player 11**" not in world.channel_seen_by("Player 1")
    assert rows(await world.click("Player 23", copy, "Find me")) == [21, 22, 23]


async def test_the_board_of_an_archived_event_can_be_read(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    await world.use(world.admin, "event archive", event="Tetris Blitz")

    board = await world.board()

    assert "🥇 **Ana** · 100 · 1000" in board
    assert "submit-score" not in board
    assert "Watcher asked · 1 player · archived\n" in board.public


async def test_an_event_without_scores_says_what_to_do(world: World) -> None:
    await world.create_event()

    for board in ("all-time", "overall"):
        assert "No scores yet. Be the first with `/submit-score`." in await world.board(board)


async def fill(world: World) -> None:
    """An event with 23 players, named by their ranks.

    It is filled without Discord, because only the boards matter here.
    """
    await world.create_event()
    for rank in range(1, PLAYERS + 1):
        name = f"Player {rank}"
        player = world.member(name).id
        await world.backend.submit(player, 100 - rank, guild_id=world.guild.id, display_name=name)


def rows(seen: Seen) -> list[int]:
    """Return the players of the page, as the numbers in their names."""
    shown = [line for line in seen.text.splitlines() if "**" in line and not line.startswith("…")]
    return [int(line.split("**")[1].removeprefix("Player ")) for line in shown]
