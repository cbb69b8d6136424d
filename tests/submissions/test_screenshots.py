"""A picture that comes with a score: Discord deletes it after a while, so the bot posts it and links to its post."""

import logging
import re

import pytest
from sqlalchemy import URL

from bot.cogs import _proofs
from tests.one_database import on_both_databases, on_one_database
from tests.seen import Seen
from tests.world import World, open_world

pytestmark = on_one_database

POSTED = re.compile("https://discord.com/channels/([0-9]+)/([0-9]+)/([0-9]+)")
PICTURE = ("run.PNG", b"a picture")
LINK = "https://example.com/run"


async def proof(world: World) -> str:
    """Return the proof of the only score."""
    [row] = (await world.tables())["score_submissions"]
    assert isinstance(row["proof"], str)
    return row["proof"]


async def posted(world: World, answer: Seen) -> None:
    """Check that the last message shows the picture, and that the proof links to it."""
    assert answer.message is not None
    message = answer.message
    [file] = message.attachments
    assert file.filename == "proof.png"
    assert await file.read() == b"a picture"
    found = POSTED.fullmatch(await proof(world))
    assert found is not None
    assert tuple(map(int, found.groups())) == (world.guild.id, world.channel.id, message.id)


async def shown_beside_the_link(world: World, answer: Seen) -> None:
    """Check that the last message shows the picture, and that the proof is the link all the same."""
    assert "\nProof: " in answer.public
    assert answer.message is not None
    [file] = answer.message.attachments
    assert await file.read() == b"a picture"
    assert await proof(world) == LINK


@on_both_databases
async def test_a_screenshot_is_posted_below_the_answer_and_becomes_the_proof(database_url: URL) -> None:
    async with open_world(database_url) as world:
        await world.create_event(unit="points")

        answer = await world.submit("Ana", "12,345", screenshot=PICTURE)

        assert answer.public.endswith("\nProof: 12,345 points · Ana · Tetris Blitz")
        assert "run" not in answer.text
        await posted(world, answer)


async def test_a_screenshot_waits_until_the_player_says_which_score_it_shows(world: World) -> None:
    await world.create_event()
    question = await world.submit("Ana", "15.125", screenshot=PICTURE)
    await world.restart_bot()

    await posted(world, await world.click("Ana", question, "15.125"))


async def test_a_form_that_asks_for_the_event_takes_a_screenshot_too(world: World) -> None:
    for name in ("Tetris Blitz", "40L Sprint"):
        await world.create_event(name)
    asked = await world.open_modal("Ana", await world.use("Ana", "help"), "Submit a score")
    assert asked.modal is not None
    menu = asked.modal["components"][0]["component"]
    [sprint] = [option["value"] for option in menu["options"] if option["label"] == "40L Sprint"]
    await world.restart_bot()

    answer = await world.fill_in("Ana", asked, event=[sprint], score="7", screenshot=PICTURE)

    assert answer.public.endswith("\nProof: 7 · Ana · 40L Sprint")
    await posted(world, answer)


async def test_a_picture_with_a_long_name_is_read_by_its_whole_address(world: World) -> None:
    await world.create_event()
    name = f"{'x' * 250}.png"

    answer = await world.submit("Ana", "15.125", screenshot=(name, b"a picture"))

    await posted(world, await world.click("Ana", answer, "15.125"))


async def test_where_a_link_is_given_too_the_link_is_the_proof(world: World) -> None:
    await world.create_event()

    answer = await world.submit("Ana", 1, proof=LINK, screenshot=PICTURE)

    assert f"proof <{LINK}>" in answer.public
    await shown_beside_the_link(world, answer)


async def test_a_question_keeps_a_link_and_a_picture(world: World) -> None:
    await world.create_event()
    question = await world.submit("Ana", "15.125", proof=LINK, screenshot=PICTURE)
    await world.restart_bot()

    await shown_beside_the_link(world, await world.click("Ana", question, "15.125"))


async def test_a_player_is_told_which_picture_beside_a_link_is_not_kept(world: World) -> None:
    await world.create_event()
    not_kept = "The screenshot was not kept; the proof is your link."

    counted = await world.submit("Ana", 1, proof=LINK, screenshot=("run.txt", b"a text"))
    assert not_kept in counted.alone
    await world.use(world.admin, "event edit", event="Tetris Blitz", **{"alarm-max": "99"})
    held = await world.submit("Ana", 100, proof=LINK, screenshot=PICTURE)
    assert held.is_private
    assert not_kept in held.alone
    assert await world.refused(world.submit("Ana", "fast", proof=LINK, screenshot=PICTURE)) == (
        "“fast” is no score. Type digits, such as 12345, 12,345.5 or 12k."
    )
    assert await proof(world) == LINK


@pytest.mark.parametrize("file", [("run.txt", b"a text"), ("run.png", b"x" * 26_214_401)], ids=["a text", "too large"])
async def test_a_file_that_cannot_be_shown_stays_where_it_is(world: World, file: tuple[str, bytes]) -> None:
    await world.create_event()

    answer = await world.submit("Ana", 1, screenshot=file)

    link = await proof(world)
    assert link.endswith(file[0])
    assert f"proof <{link}>" in answer.public


async def test_the_score_counts_where_discord_takes_no_picture(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await world.create_event()
    world.fail_discord("POST", "/webhooks/*", status=500, times=9)

    with caplog.at_level(logging.WARNING, _proofs.__name__):
        answer = await world.submit("Ana", 1, screenshot=PICTURE)

    assert "**1**" in answer.public
    assert (await proof(world)).endswith("/run.PNG")
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["a picture could not be kept"]


@on_both_databases
async def test_the_picture_of_a_held_score_is_posted_once_the_score_counts(database_url: URL) -> None:
    async with open_world(database_url) as world:
        await world.create_event()
        await world.use(world.admin, "event edit", event="Tetris Blitz", **{"alarm-max": "99"})

        told = await world.submit("Ana", 100, screenshot=PICTURE)

        assert "an admin looks at it first" in told.alone
        assert told.is_private
        review = await world.use(world.admin, "review")
        approved = await world.click(world.admin, review, "Approve")
        assert approved.public.endswith("\nProof: 100 · Ana · Tetris Blitz")
        await posted(world, approved)


async def test_the_link_of_a_held_score_stays_a_link(world: World) -> None:
    await world.create_event()
    await world.use(world.admin, "event edit", event="Tetris Blitz", **{"alarm-max": "99"})
    await world.submit("Ana", 100, proof="https://example.com/run.png")

    approved = await world.click(world.admin, await world.use(world.admin, "review"), "Approve")

    assert "Proof: " not in approved.public
    assert await proof(world) == "https://example.com/run.png"
