"""Finding events by a part of a name: used where the answer shows the event, and only suggested everywhere else."""

from typing import Any

import pytest

from tests.one_database import on_both_databases, on_one_database
from tests.world import World

pytestmark = on_one_database

WHICH = "Which one: **Tetris 40L** or **Tetris Blitz**?"
BEST = "🎉"


@pytest.fixture
async def arcade(world: World) -> World:
    """A server with events with similar names, one of them archived."""
    for name in ("Tetris Blitz", "Tetris 40L", "Chess", "Chess 960", "Ultra 2012"):
        await world.create_event(name)
    await world.use(world.admin, "event archive", event="Ultra 2012")
    return world


@on_both_databases
async def test_a_part_of_one_name_is_taken(arcade: World) -> None:
    for typed in ("blitz", " TETRIS  b", "tris Bl"):
        assert "· Tetris Blitz\n" in await arcade.submit(f"Player of {typed}", 5, typed)
    assert (await arcade.board(event="blit")).text.startswith("Tetris Blitz · all-time")


@on_both_databases
async def test_a_part_of_several_names_is_answered_with_them(arcade: World) -> None:
    assert await arcade.refused(arcade.board(event="tetr")) == WHICH
    await arcade.use(arcade.admin, "event edit", event="Tetris Blitz", unit="points")
    asked = await arcade.submit("Ana", "15.020", "tetr", proof="https://example.com/run")
    assert asked.is_private
    assert asked.alone == f"{WHICH}\nProof\n<https://example.com/run>"
    assert list(asked.buttons) == ["Tetris 40L", "Tetris Blitz"]

    # The score is kept, and may be in question, too.
    await arcade.restart_bot()
    asked = await arcade.click("Ana", asked, "Tetris Blitz")
    assert asked.alone == "Do you mean **15.02** or **15,020** points?\nProof\n<https://example.com/run>"
    told = await arcade.click("Ana", asked, "15,020")
    assert "Submitted: **15,020**" in told.alone
    assert "· Tetris Blitz\n**15,020** points\n" in told.public
    assert "proof <https://example.com/run>" in told.public


async def test_only_events_that_take_scores_are_offered_for_a_score(arcade: World) -> None:
    asked = await arcade.submit("Ana", 5, "ches")
    assert list(asked.buttons) == ["Chess", "Chess 960"]
    await arcade.use(arcade.admin, "event archive", event="Chess")
    assert (await arcade.refused(arcade.click("Ana", asked, "Chess"))).startswith("Chess is archived")
    assert list((await arcade.submit("Ana", 5, "960 chess")).buttons) == ["Chess 960"]
    assert "· Chess 960\n" in (await arcade.click("Ana", asked, "Chess 960")).public


async def test_whoever_names_no_event_chooses_one_by_a_button(world: World) -> None:
    names = [f"Event {number}" for number in range(1, 7)]
    for name in names:
        await world.create_event(name)
    asked = await world.use("Ana", "submit-score", score="5")
    named = ", ".join(f"**{name}**" for name in names[:5])
    assert asked.alone == f"Which event: {named} or 1 more? The bot remembers it for your next score."
    assert list(asked.buttons) == names[:5]
    assert "· Event 2\n" in (await world.click("Ana", asked, "Event 2")).public
    world.clock.move(minutes=2)
    assert "· Event 2\n" in (await world.use("Ana", "submit-score", score="6")).public


async def test_a_whole_name_wins_although_it_is_a_part_of_another(arcade: World) -> None:
    assert "· Chess\n" in await arcade.submit("Ana", 5, "chess")
    assert "· Chess 960\n" in await arcade.submit("Ben", 5, "chess 9")


async def test_a_part_of_a_name_means_archived_events_only_where_accepted(arcade: World) -> None:
    assert await arcade.refused(arcade.submit("Ana", 5, "ultra")) == (
        "This server has no event “ultra”. See them all with `/events`."
    )
    assert "is archived and takes no more scores" in await arcade.refused(arcade.submit("Ana", 5, "ultra 2012"))
    assert (await arcade.board(event="ultra")).text.startswith("Ultra 2012 · all-time")


async def test_a_part_means_a_past_season_only_by_a_name_of_its_own(arcade: World) -> None:
    await arcade.submit("Ana", 5, "Tetris Blitz")
    await arcade.reset("Tetris Blitz")
    await arcade.begin_again("Tetris Blitz")
    assert (await arcade.board(event="blitz")).text.startswith("Tetris Blitz · all-time")
    await arcade.use(arcade.admin, "event edit", event="Tetris Blitz · season 1", name="Autumn Cup")

    assert (await arcade.board(event="autumn")).text.startswith("Autumn Cup · all-time")
    assert await arcade.refused(arcade.submit("Ana", 5, "autumn")) == (
        "This server has no event “autumn”. See them all with `/events`."
    )


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("tetirs blitz", "Did you mean **Tetris Blitz**?"),
        ("960 chess", "Did you mean **Chess 960** or **Chess**?"),
        ("sudoku", "See them all with `/events`."),
    ],
)
async def test_what_is_no_name_is_answered_with_those_that_are_like_it(arcade: World, typed: str, hint: str) -> None:
    told = f"This server has no event “{typed}”. {hint}"
    assert told in (await arcade.submit("Ana", 5, typed)).alone
    assert await arcade.refused(arcade.board(event=typed)) == told


async def test_nothing_typed_means_no_event(arcade: World) -> None:
    assert (await arcade.submit("Ana", 5, "\u200b")).alone.startswith("Which one: **Chess**, **Chess 960**, ")


async def test_a_server_without_events_says_who_makes_them(world: World) -> None:
    told = "This server has no events yet. An admin can make one with `/setup`."
    assert await world.refused(world.submit("Ana", 5)) == told
    assert await world.refused(world.use("Ana", "submit-score", score="5")) == told
    assert await world.refused(world.board()) == told
    assert await world.refused(world.reset()) == told


@on_both_databases
async def test_what_changes_an_event_takes_whole_names_only(arcade: World) -> None:
    await arcade.submit("Ana", 5, "Tetris Blitz")
    options: dict[str, dict[str, Any]] = {
        "weekly-reset": {},
        "weekly-undo": {},
        "event edit": {"unit": "points"},
        "event archive": {},
        "score remove": {"player": arcade.member("Ana")},
        "score restore": {"player": arcade.member("Ana")},
    }
    for command, given in options.items():
        for typed, told in (
            ("blitz", "This server has no event “blitz”. Did you mean **Tetris Blitz**?"),
            ("tetr", WHICH),
        ):
            assert await arcade.refused(arcade.use(arcade.admin, command, event=typed, **given)) == told, command


async def test_an_event_is_meant_by_the_name_it_has_now(arcade: World) -> None:
    await arcade.use(arcade.admin, "event edit", event="Tetris 40L", name="Sprint")

    assert "· Tetris Blitz\n" in await arcade.submit("Ana", 5, "tetr")
    assert await arcade.suggestions("Ana", "submit-score", "event", "tetr") == ["Tetris Blitz"]


async def test_another_servers_events_are_neither_taken_nor_named(arcade: World) -> None:
    rivals = arcade.add_server("Rivals")
    await arcade.use(rivals.admin, "event create", name="Secret", direction="HIGH")

    assert await arcade.refused(arcade.submit("Ana", 5, "secre")) == (
        "This server has no event “secre”. See them all with `/events`."
    )
