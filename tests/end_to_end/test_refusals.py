"""What nobody should type, and everybody does: refused in a sentence for them alone, or shown as harmless text."""

import pytest

from tests.world import World

NOT_A_SCORE = "That is not a score. Type plain digits, such as 12345 or 12,345.5"
NOT_A_TIME = "That is not a time. Type seconds, such as 83.456, or minutes and seconds, such as 1:23.456"
OUT_OF_RANGE = "A score must be above 0 and below 1,000,000,000."
COMMA = "Write decimals with a point, such as 1.5. Commas only group thousands, as in 12,345."
TOO_LONG = "That is too long for a score. Type at most "
NO_EVENT = "There is no such event in this server. Pick one from the list that appears while you type"
NO_LINK = "The proof must be a link such as https://example.com/run, at most 300 characters."


async def test_what_is_no_score_is_refused_with_what_to_type(world: World) -> None:
    await world.create_event()
    refusals = {
        "NaN": NOT_A_SCORE,
        "inf": NOT_A_SCORE,
        "-Infinity": NOT_A_SCORE,
        "∞": NOT_A_SCORE,
        "-1": NOT_A_SCORE,
        "+1": NOT_A_SCORE,
        "0": OUT_OF_RANGE,
        "0.000000000": OUT_OF_RANGE,
        "1e9": NOT_A_SCORE,
        "1000000000": OUT_OF_RANGE,
        "999999999.9999999999": NOT_A_SCORE,
        "1,5": COMMA,
        "1.234.567,89": COMMA,
        "12,34": COMMA,
        "١٢٣": NOT_A_SCORE,
        "\uff11\uff12\uff13": NOT_A_SCORE,
        "x²": NOT_A_SCORE,
        "0x10": NOT_A_SCORE,
        "1_000": NOT_A_SCORE,
        "12 000": NOT_A_SCORE,
        "a lot": NOT_A_SCORE,
        "": NOT_A_SCORE,
        "1:23": "This event counts a number, not a time.",
        "9" * 300: TOO_LONG,
        "<@1> " * 60: TOO_LONG,
    }
    for typed, sentence in refusals.items():
        assert (await world.refused(world.submit("Ana", typed))).startswith(sentence), typed


async def test_what_is_no_time_is_refused_with_what_to_type(world: World) -> None:
    await world.create_event(direction="LOW", format="time")
    refusals = {
        "NaN": NOT_A_TIME,
        "-1:00": NOT_A_TIME,
        "1:60": NOT_A_TIME,
        "1:2": NOT_A_TIME,
        "1:60:00": NOT_A_TIME,
        "1h": NOT_A_TIME,
        "1:23,5": "Write fractions of a second with a point, such as 83.5 or 1:23.5.",
        "0:00": OUT_OF_RANGE,
        "277777:46:40": OUT_OF_RANGE,
        "1:" * 150: TOO_LONG,
    }
    for typed, sentence in refusals.items():
        assert (await world.refused(world.submit("Ana", typed))).startswith(sentence), typed


async def test_an_event_that_is_not_there_is_refused_by_every_command(world: World) -> None:
    await world.create_event()

    for name in ("Nothing", "", "%", "_etris Blitz", "1", "' OR 1=1 --", "x" * 10_000, "\u202e", "\0"):
        for doing in (
            world.submit("Ana", 1, name),
            world.board(event=name),
            world.reset(name),
            world.reset(name, preview=True),
            world.use(world.admin, "weekly-undo", event=name),
            world.use(world.admin, "event edit", event=name, unit="points"),
            world.use(world.admin, "event archive", event=name),
        ):
            assert (await world.refused(doing)).startswith(NO_EVENT), name


async def test_another_servers_event_is_not_there(world: World) -> None:
    await world.create_event("Secret")
    rivals = world.add_server("Rivals")

    assert (await world.refused(world.submit(rivals.member("Eve"), 1, "Secret"))).startswith(NO_EVENT)
    assert (await world.refused(world.board(event="Secret", who=rivals.member("Eve")))).startswith(NO_EVENT)
    assert await world.suggestions(rivals.member("Eve"), "submit-score", "event", "s") == []
    assert await world.suggestions(rivals.admin, "weekly-reset", "week", event="Secret") == []


async def test_what_is_no_link_is_refused_as_proof(world: World) -> None:
    await world.create_event()

    for proof in (
        "trust me",
        "javascript:alert(1)",
        "ftp://example.com",
        "https://",
        "http://[",
        "https://example.com/a b",
        "https://example.com/><@1>",
        "https://example.com/\u202egpj.exe",
        "https://example.com/" + "x" * 300,
    ):
        assert await world.refused(world.submit("Ana", 1, proof=proof)) == NO_LINK, proof


HOSTILE = {
    "@everyone": r"\@everyone",
    "@here <@1> <@&2>": r"\@here \<\@1\> \<\@&2\>",
    "<#1> </x:1> <t:1> <a:b:1>": r"\<#1\> \</x:1\> \<t:1\> \<a:b:1\>",
    "**a** __b__ ~~c~~ ||d|| `e` *f*": r"\*\*a\*\* \_\_b\_\_ \~\~c\~\~ \|\|d\|\| \`e\` \*f\*",
    "```\n# a": r"\`\`\` # a",
    "[a](https://evil.example)": r"\[a\](https:\//evil.example)",
    "https://evil.example/a_b": r"https:\//evil.example/a\_b",
    "# heading": r"\# heading",
    "-# small": r"\-# small",
    "> quote": r"\> quote",
    "1. item": r"1\. item",
    "\u202egnp.exe\u202c": "gnp.exe",
    "a\u200bd\u2060m\ufeffin\0": "admin",
    "\\*a\\*": r"\\\*a\\\*",
    "  a \t\n b  ": "a b",
}
hostile = pytest.mark.parametrize(("name", "shown"), HOSTILE.items(), ids=map(ascii, HOSTILE))


@hostile
async def test_an_events_name_is_shown_as_it_is_and_does_nothing(world: World, name: str, shown: str) -> None:
    assert f"**{shown}**" in await world.create_event(name)
    assert f"in **{shown}**" in await world.submit("Ana", 1, name)
    assert (await world.board(event=name)).public.startswith(f"{shown} · all-time\n")
    assert f"**{shown}** · highest score wins" in await world.use("Ana", "event list")
    assert f"🏆 {shown} · 2026-W47 closed" in await world.reset(name)
    assert f"{shown} · 2026-W47 is open again" in await world.use(world.admin, "weekly-undo", event=name)
    assert await world.suggestions("Ana", "submit-score", "event", name) != []
    assert_nobody_is_pinged(world)


@hostile
async def test_a_players_name_is_shown_as_it_is_and_does_nothing(world: World, name: str, shown: str) -> None:
    await world.create_event()
    player = world.member("Eve", nick=name)
    assert f"**{shown}** in **Tetris Blitz**" in await world.submit(player, 1)
    assert f"🥇 **{shown}** · 1" in await world.board()
    assert f"🥇 {shown}\n" in await world.reset()
    world.clock.move(weeks=1)
    await world.submit("Ana", 1)

    assert f"Missed the week (counts as 0)\n{shown} (event Elo 750)" in await world.reset()
    assert_nobody_is_pinged(world)


async def test_a_unit_is_shown_as_it_is_and_does_nothing(world: World) -> None:
    assert r"numbers, in \*\<\@1\>\*" in await world.create_event(unit="*<@1>*")
    assert "Score\n5 \\*\\<\\@1\\>\\*\n" in await world.submit("Ana", 5)
    assert r"**Ana** · 5 \*\<\@1\>\* ·" in await world.board()
    assert_nobody_is_pinged(world)


async def test_a_player_whose_name_is_invisible_is_shown_nevertheless(world: World) -> None:
    await world.create_event()

    assert "**(no name)** in **Tetris Blitz**" in await world.submit(world.member("Eve", nick="\u200b\u2060"), 1)


async def test_a_name_of_10_000_characters_is_refused_for_an_event_and_cut_for_a_player(world: World) -> None:
    refused = await world.refused(world.create_event("*" * 10_000))
    assert refused == "An event's name can have 100 characters at the most; this has 10000."
    await world.create_event()
    await world.submit(world.member("Eve", nick="x" * 10_000), 1)

    assert f"**{'x' * 64}** · 1" in await world.board()


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


def assert_nobody_is_pinged(world: World) -> None:
    for message in world.channel.history():
        assert not message.mention_everyone
        assert not message.raw_mentions
        assert not message.raw_role_mentions
