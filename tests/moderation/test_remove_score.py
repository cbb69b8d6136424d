"""`/remove-score`: what an admin sees, picks and causes."""

from typing import Any

from tests.one_database import on_both_databases, on_one_database
from tests.world import World

pytestmark = on_one_database


@on_both_databases
async def test_the_personal_best_is_removed_unless_another_score_is_picked(world: World) -> None:
    await world.create_event(unit="points")
    for score in (100, 900, 300):
        await world.submit("Ana", score)
        world.clock.move(minutes=1)
    await world.submit("Bob", 200)

    seen = await world.use(
        world.admin, "remove-score", event="Tetris Blitz", player=world.member("Ana"), reason="*spliced*"
    )

    assert seen.public == (
        "Score removed\n**900 points** of **Ana** in **Tetris Blitz**\n"
        "Personal best\n300 points (was 900 points)\nReason\n\\*spliced\\*"
    )
    assert "🥇 **Ana** · 300 points · 1200 Elo" in await world.board()


async def test_the_latest_scores_of_the_player_are_offered(world: World) -> None:
    await world.create_event(direction="LOW", format="time")
    for score in ("1:23.4", "59.5"):
        await world.submit("Ana", score)
        world.clock.move(minutes=1)
    ana = world.member("Ana")
    filled: dict[str, Any] = {"event": "Tetris Blitz", "player": ana}

    offered = await world.suggestions(world.admin, "remove-score", "score", **filled)

    assert offered == ["59.5s · 2026-11-18 12:01 UTC · 2026-W47", "1:23.4 · 2026-11-18 12:00 UTC · 2026-W47"]
    assert await world.suggestions(world.admin, "remove-score", "score", "1:23", **filled) == offered[1:]
    assert await world.suggestions("Ana", "remove-score", "score", **filled) == []
    assert await world.suggestions(world.admin, "remove-score", "score", event="Nothing", player=ana) == []

    seen = await world.use(world.admin, "remove-score", event="Tetris Blitz", player=ana, score="1")
    assert "**1:23.4** of **Ana**" in seen
    assert "Personal best\n59.5s" in seen


async def test_a_player_without_a_score_left_is_said_to_have_gone(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)

    seen = await world.use(world.admin, "remove-score", event="Tetris Blitz", player=world.member("Ana"))

    assert "None left: no longer on the leaderboard." in seen
    assert "No scores yet." in await world.board()
    again = world.use(world.admin, "remove-score", event="Tetris Blitz", player=world.member("Ana"))
    assert (await world.refused(again)).startswith("This player has no such score in the event.")


async def test_a_closed_week_is_said_to_keep_the_score(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    await world.reset()

    seen = await world.use(world.admin, "remove-score", event="Tetris Blitz", player=world.member("Ana"))

    assert "2026-W47 is closed already, and its results keep the score." in seen
