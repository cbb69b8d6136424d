"""What nobody should type, and everybody does: refused in a sentence for them alone, or shown as harmless text."""

from tests.one_database import on_one_database
from tests.world import World

pytestmark = on_one_database

NOT_A_SCORE = "That is not a score. Type plain digits, such as 12345 or 12,345.5"
NOT_A_TIME = "That is not a time. Type seconds, such as 83.456, or minutes and seconds, such as 1:23.456"
OUT_OF_RANGE = "A score must be above 0 and below 1,000,000,000."
COMMA = "Write decimals with a point, such as 1.5. Commas only group thousands, as in 12,345."
TOO_LONG = "That is too long for a score. Type at most "
NO_LINK = "The proof must be a link such as https://example.com/run, at most 300 characters."


async def test_what_is_no_score_is_refused_with_what_to_type(world: World) -> None:
    await world.create_event()
    refusals = {
        "a lot": NOT_A_SCORE,
        "": NOT_A_SCORE,
        "١٢٣": NOT_A_SCORE,
        "0": OUT_OF_RANGE,
        "1,5": COMMA,
        "1:23": "This event counts a number, not a time.",
        "9" * 300: TOO_LONG,
    }
    for typed, sentence in refusals.items():
        assert (await world.refused(world.submit("Ana", typed))).startswith(sentence), typed


async def test_what_is_no_time_is_refused_with_what_to_type(world: World) -> None:
    await world.create_event(direction="LOW", format="time")
    refusals = {
        "1:60": NOT_A_TIME,
        "1:23,5": "Write fractions of a second with a point, such as 83.5 or 1:23.5.",
        "0:00": OUT_OF_RANGE,
    }
    for typed, sentence in refusals.items():
        assert (await world.refused(world.submit("Ana", typed))).startswith(sentence), typed


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
        assert "Page 1 of 3 · 30 players" in await world.board(board, event)
    assert "Before it: " in await world.reset(event)
    for number in range(40):
        await world.backend.create_event(name=f"{number:02}{'_' * 98}", actor=world.as_actor())
    assert "more: type a part of the name" in await world.use("Ana", "event list")
