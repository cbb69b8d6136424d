"""The button *Picture* below ratings, histories, profiles and results of weeks."""

from datetime import UTC, datetime

import pytest

from bot.ui.pictures import _studio
from tests.one_database import on_both_databases, on_one_database
from tests.seen import Seen
from tests.world import World

pytestmark = on_one_database

PICTURE = "Picture"
ASKED: dict[str, dict[str, str]] = {"history": {"event": "Tetris"}, "profile": {}}


def alternative_text(picture: Seen) -> str:
    assert picture.is_private
    assert picture.message is not None
    [attachment] = picture.message.attachments
    [gallery] = picture.message.components
    [item] = gallery["items"]
    assert item["media"]["url"].partition("?")[0].endswith(attachment.filename)
    assert item["description"] == attachment.description
    return str(item["description"])


@on_both_databases
async def test_each_answer_has_a_picture_with_a_text_that_says_its_numbers(world: World) -> None:
    await world.create_event(unit="points")
    await world.submit_all({"Ana": 100, "Ben": 200, "Cy": 300})
    closed = await world.reset()
    rating = await world.use("Ana", "rating", event="Tetris", player=world.member("Cy").user)
    history = await world.use("Ana", "history", event="Tetris")
    profile = await world.use("Ana", "profile")

    assert alternative_text(await world.click("Watcher", closed, PICTURE)) == (
        "Tetris Blitz, 16–22 November 2026: 3 players. #1 Cy 300 points, Elo 1245. #2 Ben 200 points, Elo 1000. "
        "#3 Ana 100 points, Elo 755."
    )
    assert "Cy, Tetris Blitz: event Elo 1245. Best 300 points → 1245, half: 622.5." in alternative_text(
        await world.click("Ana", rating, PICTURE)
    )
    assert "Ana, Tetris Blitz: 1 score, best 100 points." in alternative_text(
        await world.click("Ana", history, PICTURE)
    )
    assert "Ana: event Elos of 755 together, #3 of 3 in this server." in alternative_text(
        await world.click("Ana", profile, PICTURE)
    )


async def test_a_picture_has_the_days_of_the_time_zone_of_the_server(world: World) -> None:
    await world.create_event()
    world.clock.now = datetime(2026, 12, 1, 5, tzinfo=UTC)
    await world.submit("Ana", 100)
    await world.use(world.admin, "settings", **{"time-zone": "America/Los_Angeles"})
    history, profile = [await world.use("Ana", name, **given) for name, given in ASKED.items()]
    assert "Bests, the latest first: 30 Nov 2026 100." in alternative_text(await world.click("Ana", history, PICTURE))
    assert "1 score since November 2026" in alternative_text(await world.click("Ana", profile, PICTURE))


async def test_whoever_asks_for_a_picture_that_cannot_be_drawn_is_told_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    rating = await world.use("Ana", "rating", event="Tetris")
    monkeypatch.setattr(_studio, "MOST_WAITING", 0)
    assert "The picture could not be drawn" in await world.refused(world.click("Ana", rating, PICTURE))
