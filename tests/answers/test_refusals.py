"""Common mistakes of users: refused with a sentence for the user only, or shown as harmless text."""

from tests.one_database import on_one_database
from tests.world import World

pytestmark = on_one_database

DIGITS = "Type digits, such as 12345, 12,345.5 or 12k."
TIMES = "Type it as 83.456, 1:23.456, 1:02:03.4 or 1m23s."
NO_LINK = "The proof must be a link such as https://example.com/run, at most 500 characters."


async def test_what_is_no_score_is_refused_with_what_to_type(world: World) -> None:
    await world.create_event()
    refusals = {
        "a *lot*": rf"“a \*lot\*” is no score. {DIGITS}",
        "": f"“” is no score. {DIGITS}",
        "x²": f"“x²” is no score. {DIGITS}",
        "0": "0 is too low: Tetris Blitz takes scores above 0.",
        "1,000,000,000": "1,000,000,000 is too high: Tetris Blitz takes scores below 1,000,000,000.",
        "1,5": "Write “1,5” as 1.5. Commas only group thousands, as in 12,345.",
        "1:23": "Tetris Blitz counts numbers, and “1:23” is a time. Type digits, such as 12345.",
        "9" * 300: f"“{'9' * 40}…” is too long for a score. Type at most 40 characters.",
    }
    told = {typed: await world.refused(world.submit("Ana", typed)) for typed in refusals}
    assert told == refusals


async def test_what_is_no_time_is_refused_with_what_to_type(world: World) -> None:
    await world.create_event(direction="LOW", format="time")
    refusals = {
        "1:60": f"“1:60” is no time. {TIMES}",
        "83,5": "Write “83,5” as 83.5. Commas only group thousands, as in 12,345.",
        "0:00": "0s is too short: Tetris Blitz takes times above 0s.",
    }
    told = {typed: await world.refused(world.submit("Ana", typed)) for typed in refusals}
    assert told == refusals


async def test_what_is_no_link_is_refused_as_proof(world: World) -> None:
    await world.create_event()

    for proof in ("trust me", "javascript:alert(1)"):
        assert await world.refused(world.submit("Ana", 1, proof=proof)) == NO_LINK, proof


async def test_the_fullest_messages_stay_within_discords_limits(world: World) -> None:
    event = "*" * 100
    await world.create_event(event, unit="_" * 16)
    for number in range(30):
        name = f"{number:02}{'|' * 62}"
        await world.backend.submit(
            world.member(name).id, 999_999_000.1234567 + number, event, guild_id=world.guild.id, display_name=name
        )
    players = [world.member(f"{number:02}{'|' * 62}") for number in range(30)]
    await world.reset(event)
    for _ in range(4):
        world.clock.move(weeks=1)
        for player in players[:3]:
            await world.backend.submit(
                player.id, 999_999_900.1234567, event, guild_id=world.guild.id, display_name=player.name
            )
    world.clock.move(weeks=1)

    proof = "https://example.com/" + "x" * 280
    assert (await world.submit(players[0], "999999999.123456", event, proof=proof)).public
    for board in ("all-time", "overall"):
        assert "page 1 of 3 · 30 players" in await world.board(board, event)
    assert "**Closed with it**" in await world.reset(event)
    for number in range(40):
        await world.backend.create_event(name=f"{number:02}{'_' * 98}", actor=world.as_actor())
    assert "more: type a part of the name" in await world.use("Ana", "events")
