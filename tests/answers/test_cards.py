"""Messages of cards: Discord accepts them, and the bot reads them back, also those of older versions."""

from typing import Any

import pytest
from discord import Color, Embed
from discord.ui import View
from simcord.results import ResponseMessage

from bot.cogs.moderation import ScoreButton
from bot.cogs.weeks import WeekButton
from bot.ui.card import Card, Reply, cards_in, labelled
from bot.ui.moderation import WHY
from tests.backends import EVENT
from tests.one_database import on_one_database
from tests.seen import Seen
from tests.wire.discord_limits import COMPONENTS, Refused, check_message
from tests.world import World

pytestmark = on_one_database


async def test_a_message_is_read_as_the_cards_that_it_was_made_of(world: World) -> None:
    cards = [
        Card("A heading", ("a line", "", *labelled("a label", "its value"), "-# small inside", "the end")),
        Card(None, ("*only* a line",), ("small", "print"), Color.gold()),
    ]
    message = await world.bot.get_partial_messageable(world.channel.id).send(view=Reply(cards).layout())

    assert cards_in(message) == cards
    assert cards[0].under("a label") == "its value"
    assert cards[0].under("another label") is None
    assert cards_in(None) == []


async def test_a_question_that_an_older_version_asked_is_answered(world: World) -> None:
    event = await world.create_event()
    await world.submit("Ana", 100)
    embed = Embed(title="Remove Ana's score of 100?", description=EVENT).add_field(name=WHY, value="a \\*typo\\*")
    button = ScoreButton("remove", 1, world.member("Ana").id, 1)

    removed = await world.click(world.admin, await older(world, embed, button), "Remove")

    assert event.public
    assert "Score removed" in removed.public
    assert "Reason\na \\*typo\\*" in removed.public


async def test_results_that_an_older_version_showed_stay_but_for_what_is_undone(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    await world.reset()
    earlier = Embed(title="The week before", description="**Ana**").set_footer(text="1 player")

    shown = await older(world, [earlier, Embed(title="This week")], WeekButton("undo", 1, "2026-W47"))
    undone = await world.click(world.admin, shown, "Undo")

    assert undone.public.startswith("The week before\n**Ana**\n1 player\nTetris Blitz")
    assert "This week" not in undone.public
    assert undone.message is not None
    assert (undone.message.embeds, undone.message.content) == ([], "")


@pytest.mark.parametrize(
    ("data", "flags"),
    [
        ({"components": [{"type": 10, "content": "x" * 4001}]}, COMPONENTS),
        ({"components": [{"type": 10, "content": ""}]}, COMPONENTS),
        ({"components": [{"type": 10, "content": "x"}] * 41}, COMPONENTS),
        ({"components": [{"type": 10, "content": "x"}]}, 0),
        ({"components": [{"type": 10, "content": "x"}], "content": "x"}, COMPONENTS),
        ({"components": [{"type": 10, "content": "x"}], "embeds": [{"title": "x"}]}, COMPONENTS),
        ({"components": [], "attachments": ["x"]}, COMPONENTS),
        ({"components": [{"type": 1, "components": [{"type": 2, "custom_id": "x" * 101, "label": "x"}]}]}, 0),
        ({"components": [{"type": 1, "components": [{"type": 2, "custom_id": "x", "label": "x"}] * 2}]}, COMPONENTS),
        ({"components": [{"type": 1, "components": []}]}, COMPONENTS),
    ],
)
def test_what_discord_takes_no_components_of_is_refused_in_tests(data: dict[str, Any], flags: int) -> None:
    with pytest.raises(Refused):
        check_message({"content": "", "embeds": [], "attachments": [], "flags": flags, **data})


async def older(world: World, embeds: Embed | list[Embed], button: ScoreButton | WeekButton) -> Seen:
    """A message as older versions of the bot sent it: embeds and a row of buttons."""
    view = View(timeout=None)
    view.add_item(button)
    channel = world.bot.get_partial_messageable(world.channel.id)
    sent = await channel.send(embeds=[embeds] if isinstance(embeds, Embed) else embeds, view=view)
    message = world.env.backend.get_message(world.channel.id, sent.id)
    return Seen("", "", ResponseMessage(world.env, message))
