"""Forged requests, or requests for another version of the bot: a sentence for the user only, or no effect."""

import gc
from typing import Any

import pytest

from bot.domain.scores import ScoreDirection
from bot.services.events import EventOptions
from tests.backends import EVENT
from tests.one_database import on_both_databases, on_one_database
from tests.patience import UNTIL_IT_HANGS
from tests.wire.discord_stub import AUTOCOMPLETE, COMMAND, COMPONENT, HOME, Message, Reply, User
from tests.wire.waiting import until
from tests.wire.wired_bot import ADMIN, JUDGES, RIVALS, WiredBot, actor, answered

pytestmark = on_one_database

CHANGED = "This command has changed since your Discord last looked. Please try again in a few minutes."
MODAL_SUBMIT, LABEL, CHANNEL_SELECT = 5, 18, 8
OUTDATED = "This is from an older version of the bot and no longer works. `/help` shows what does."
NO_ADMIN = "Only admins of this server"
NO_EVENT = "There is no such event in this server."

SUBCOMMAND, STRING, INTEGER, BOOLEAN, USER, ROLE, NUMBER = 1, 3, 4, 5, 6, 8, 10
BUTTON, SELECT = 2, 3
ANA, EVE = User("ana", display_name="Ana"), User("eve", display_name="Eve")

Json = dict[str, Any]


def option(name: str, value: Any, kind: int = STRING, **others: Any) -> Json:
    return {"name": name, "type": kind, "value": value, **others}


def command(name: str, *options: Json, kind: int = 1, **resolved: Any) -> Json:
    return {"id": "1", "name": name, "type": kind, "options": list(options), "resolved": resolved}


def within(name: str, *options: Json) -> Json:
    return command("event", {"name": name, "type": SUBCOMMAND, "options": list(options)})


THE_EVENT, A_SCORE = option("event", EVENT), option("score", "100")

COMMANDS = {
    "an unknown command": command("destroy", THE_EVENT),
    "an unknown subcommand": within("destroy", THE_EVENT),
    "a group without a subcommand": command("event"),
    "a command of a user's menu": command("leaderboard", kind=2, users={}),
    "no score": command("submit-score", THE_EVENT),
    "no option at all": command("weekly-reset"),
    "a score that is an integer": command("submit-score", THE_EVENT, option("score", 100, INTEGER)),
    "a score that is a number": command("submit-score", THE_EVENT, option("score", 1.5, NUMBER)),
    "a score that is nothing": command("submit-score", THE_EVENT, option("score", None)),
    "a score that is a list": command("submit-score", THE_EVENT, option("score", ["100"])),
    "a score without a value": command("submit-score", THE_EVENT, {"name": "score", "type": STRING}),
    "an event that is a user": command("leaderboard", option("event", str(EVE.id), USER), users={}),
    "a board that is not offered": command("leaderboard", THE_EVENT, option("board", "monthly")),
    "a direction that is not offered": within("create", option("name", "New"), option("direction", "SIDEWAYS")),
    "a truth in words": command("weekly-reset", THE_EVENT, option("preview", "False")),
    "a truth in words that says it is one": command("weekly-reset", THE_EVENT, option("preview", "False", BOOLEAN)),
    "a role by its name": command("settings", option("admin-role", "Referees")),
    "a role that is nowhere": command("settings", option("admin-role", "1", ROLE)),
    "a role whose id is no number": command("settings", option("admin-role", "one", ROLE)),
    "a role without an id": command("settings", option("admin-role", None, ROLE)),
    "a role that is a user": command(
        "settings", option("admin-role", str(EVE.id), USER), users={str(EVE.id): EVE.payload()}
    ),
}

FORGED_TYPING = {
    "an unknown command": command("destroy", option("event", "", focused=True)),
    "an unknown subcommand": within("destroy", option("event", "", focused=True)),
    "a number": command("leaderboard", option("event", 1, INTEGER, focused=True)),
    "nothing": command("leaderboard", option("event", None, focused=True)),
    "a key of an event": command("weekly-reset", option("event", 1, INTEGER), option("week", "", focused=True)),
}

BUTTONS = {
    "leaderboard:next:{event}:all-time:999999999:1": "page 2 of 2",
    "leaderboard:nonsense:{event}:all-time:0:1": "page 1 of 2",
    f"leaderboard:{'a' * 70}:{{event}}:all-time:0:1": "page 1 of 2",
    "leaderboard:next:{event}:all-time:9999999999:1": OUTDATED,
    "leaderboard:next:{event}:monthly:0:1": OUTDATED,
    "leaderboard:next:0:all-time:0:1": NO_EVENT,
    "leaderboard:next:2147483648:all-time:0:1": NO_EVENT,
    "leaderboard:next:999999999999999999:all-time:0:1": NO_EVENT,
    "leaderboard:next:{rivals}:all-time:0:1": NO_EVENT,
    "meant:{event}:1:15020": "This question was for somebody else.",
    f"meant:{{event}}:{EVE.id}:-5": f"−5 is too low: {EVENT} takes scores above 0.",
    f"meant:{{event}}:{EVE.id}:fast": "“fast” is no score.",
    f"meant:{{event}}:{EVE.id}:{'1' * 41}": OUTDATED,
    f"meant:{{rivals}}:{EVE.id}:15020": NO_EVENT,
    f"meant:999999999999999999:{EVE.id}:15020": NO_EVENT,
    "week:close:{event}:2026-W47": NO_ADMIN,
    "week:preview:{event}:2026-W47": NO_ADMIN,
    "week:undo:{event}:2026-W47": NO_ADMIN,
    "week:close:{event}:2026-W1": OUTDATED,
    "week:reopen:{event}:2026-W47": OUTDATED,
    "season:begin:{event}:2026-W47:2026-W48:none": NO_ADMIN,
    "season:begin:{event}:none:2026-W48:none": OUTDATED,
    "season:begin:{event}:2026-W47:2026-W48:2026-W1": OUTDATED,
    "score:remove:{event}:1:1": NO_ADMIN,
    "score:restore:{event}:1:1": NO_ADMIN,
    "score:ask-remove:{event}:1:1": NO_ADMIN,
    "score:remove:{event}:1:9999999999999999999": OUTDATED,
    "score:remove:{event}:9999999999999999999:1": OUTDATED,
    "score:remove:{event}:99999999999999999999:1": OUTDATED,
    "score:forget:{event}:1:1": OUTDATED,
    "review:look:1": NO_ADMIN,
    "held:take:1": "waits no longer",
    "review:approve:1": NO_ADMIN,
    "review:refuse:1": NO_ADMIN,
    "review:look:9999999999999999999": OUTDATED,
    "audit:older:{event}:0:1": NO_ADMIN,
    "audit:older:{event}:-1:1": OUTDATED,
    "import:event": "Discord does not hand out the file.",
    "submit:{rivals}": NO_EVENT,
    "submit:999999999999999999": NO_EVENT,
    "rating:{rivals}": NO_EVENT,
    "rating:{event}": f"You have no scores in {EVENT} yet. `/submit-score` counts your first.",
    "rating:{rivals}:5": NO_EVENT,
    "rating:{event}:5": "Player 5 · Tetris Blitz",
    "rating:share:{rivals}:5": NO_EVENT,
    "rating:share:{event}:9999999999999999999": OUTDATED,
    "target:{rivals}": NO_EVENT,
    "target:{event}": "To be **#1** overall, you need **12** this week.",
    "history:older:{rivals}:1:0": NO_EVENT,
    "history:older:{event}:9999999999999999999:0": OUTDATED,
    "past:next:{rivals}:all-time:1795003200000000:0:1": NO_EVENT,
    "past:next:{event}:week:0:0:1": OUTDATED,
    "picture:rating:1:{rivals}": NO_EVENT,
    "picture:history:1:{rivals}": NO_EVENT,
    "picture:week:2026-W47:{rivals}": NO_EVENT,
    "picture:rating:9999999999999999999:{event}": OUTDATED,
    "picture:profile:999:0": "has never submitted a score in this server",
    "picture:week:2026-W01:{event}": "Nobody has a score for",
    "picture:board:1:{event}": OUTDATED,
    "weeks:{rivals}": NO_EVENT,
    "weeks:{event}": "Which closed week do you want to see?",
    "notify:results:maybe": OUTDATED,
    "notify:rival:on": "You follow nobody yet.",
    "rival:follow:9999999999999999999:0": OUTDATED,
    "rival:follow:1:{rivals}": "You have no scores in this server yet.",
    "rival:unfollow:1:0": "You have no scores in this server yet.",
    f"rival:follow:{EVE.id}:0": "That is one and the same player.",
    "notify:stop:9999999999999999999": OUTDATED,
    "confirm:delete:everything": OUTDATED,
    "\ud800": OUTDATED,
}


@pytest.fixture
async def keys(wired: WiredBot) -> dict[str, int]:
    """Return the keys of an event with two pages, and of another server's event."""
    backend = wired.backend
    event = await backend.create_event(actor=actor(ADMIN))
    await backend.submit(1, 1, guild_id=HOME.id)
    await backend.real.services.weeks.run(actor(ADMIN), EVENT, early=True)
    backend.clock.move(weeks=1)
    for player in range(1, 13):
        await backend.submit(player, player, guild_id=HOME.id)
    # Otherwise the recalculation at the end of the window would change tables that tests compare.
    await backend.real.scoring.recalculate(event.id)
    rivals = await backend.real.services.events.create(actor(ADMIN, RIVALS), ScoreDirection.LOW, EventOptions("Secret"))
    return {"event": event.id, "rivals": rivals.event.id}


async def test_a_command_that_the_bot_has_not_like_this_is_explained(wired: WiredBot, keys: dict[str, int]) -> None:
    for what, data in COMMANDS.items():
        assert await wired.refused(wired.forge(ADMIN, COMMAND, data)) == CHANGED, what


async def test_an_option_that_the_bot_has_not_is_passed_over(wired: WiredBot, keys: dict[str, int]) -> None:
    before = await wired.tables()

    reply = await wired.forge(EVE, COMMAND, command("leaderboard", THE_EVENT, option("drop", "tables")))

    assert "page 1 of 2 · 12 players" in reply.text
    assert await wired.tables() == before


@on_both_databases
async def test_what_was_never_suggested_is_refused(wired: WiredBot, keys: dict[str, int]) -> None:
    never = {
        "2031-W01": "30 Dec – 5 Jan 2031 has not begun yet.",
        "2026-W47": "16–22 November 2026 was closed already",
        "2026-W46": "Nobody has submitted a score for 9–15 November 2026",
        "202648": "Write the week as year and number",
    }
    for week, sentence in never.items():
        data = command("weekly-reset", THE_EVENT, option("week", week))
        assert (await wired.refused(wired.forge(ADMIN, COMMAND, data))).startswith(sentence)
    for event in ("Secret", str(keys["event"]), str(keys["rivals"])):
        refused = await wired.refused(wired.forge(ADMIN, COMMAND, command("weekly-undo", option("event", event))))
        assert refused.startswith(f"This server has no event “{event}”.")


async def test_a_role_of_another_server_makes_nobody_an_admin(wired: WiredBot) -> None:
    judge = User("judge", roles=(JUDGES.id,))
    await wired.set(ADMIN, admin_role=JUDGES)

    for guild in (HOME, RIVALS):
        assert (await wired.refused(wired.use(judge, "settings", guild=guild))).startswith("Only admins")


async def test_a_form_takes_no_channel_of_another_server(wired: WiredBot) -> None:
    channel = RIVALS.news
    chosen = {"type": CHANNEL_SELECT, "id": 2, "custom_id": "channel", "values": [str(channel.id)]}
    resolved = {str(channel.id): {**channel.payload(), "permissions": "0"}}
    for form in ("setup:channel", "setup:review"):
        parts = [{"type": LABEL, "id": 1, "component": chosen}]
        data = {"custom_id": form, "components": parts, "resolved": {"channels": resolved}}
        refused = await wired.refused(wired.forge(ADMIN, MODAL_SUBMIT, data))
        assert refused == "Choose a text channel of this server.", form


async def test_nothing_is_suggested_for_what_the_bot_has_not(wired: WiredBot, keys: dict[str, int]) -> None:
    for what, data in FORGED_TYPING.items():
        reply = await wired.forge(ADMIN, AUTOCOMPLETE, data)
        assert reply.callback is not None
        assert reply.callback["data"]["choices"] == [], what


async def test_suggestions_of_nothing_that_are_lost_stop_nothing(wired: WiredBot) -> None:
    wired.discord.fail_next("/callback", 400)
    await wired.discord.deliver(AUTOCOMPLETE, EVE, HOME, FORGED_TYPING["an unknown command"])
    await until(lambda: bool(wired.discord.refused), UNTIL_IT_HANGS, lambda: "a refusal")
    wired.expect_what_failed()
    # Errors of a task are logged when the task is collected.
    gc.collect()


@on_both_databases
async def test_a_forged_button_shows_a_page_or_says_that_it_leads_nowhere(
    wired: WiredBot, keys: dict[str, int]
) -> None:
    for button, told in BUTTONS.items():
        custom_id, before = button.format(**keys), await wired.tables()
        reply = await press(wired, EVE, custom_id, await a_message(wired, custom_id))
        assert told in reply.text, button
        assert reply.ephemeral, button
        assert await wired.tables() == before, button


@on_both_databases
async def test_a_forged_button_does_no_more_than_a_command_would(wired: WiredBot, keys: dict[str, int]) -> None:
    told = {
        "week:close:{event}:2026-W47": "16–22 November 2026 was closed already",
        "week:close:{event}:2031-W01": "30 Dec – 5 Jan 2031 has not begun yet.",
        "week:close:{event}:2026-W54": "Write the week as year and number",
        "week:undo:{event}:2026-W46": (
            "9–15 November 2026 is open again already; there is nothing left to undo. `/weekly-reset` closes it."
        ),
        "week:undo:{event}:2026-W54": "Write the week as year and number",
        "week:undo:{rivals}:2026-W47": NO_EVENT,
        "season:begin:{event}:2026-W47:2026-W48:none": f"23–29 November 2026 of {EVENT} is not closed yet.",
        "season:begin:{rivals}:2026-W47:2026-W48:none": NO_EVENT,
        "season:begin:999999999999999999:2026-W47:2026-W48:none": NO_EVENT,
        "audit:older:{rivals}:0:1": NO_EVENT,
        "audit:older:999999999999999999:0:1": NO_EVENT,
        "audit:older:0:99999999999999999999:0": OUTDATED,
    }
    for button, sentence in told.items():
        custom_id = button.format(**keys)
        message = await a_message(wired, custom_id)
        assert sentence in await wired.refused(press(wired, ADMIN, custom_id, message)), button


async def test_what_is_not_on_the_message_or_no_button_leads_nowhere(wired: WiredBot, keys: dict[str, int]) -> None:
    board = (await wired.use(EVE, "leaderboard", event=EVENT)).final
    forged = f"leaderboard:next:{keys['event']}:all-time:1:{ANA.id}"

    assert OUTDATED in await wired.refused(press(wired, EVE, forged, board))
    assert OUTDATED in await wired.refused(press(wired, EVE, forged, await a_message(wired, forged), SELECT))


async def test_a_message_of_last_month_turns_its_pages_for_whoever_asked_for_it(
    wired: WiredBot, keys: dict[str, int]
) -> None:
    board = await wired.use(ANA, "leaderboard", event=EVENT)
    await wired.stop()
    wired.backend.clock.move(days=31)
    await wired.start()

    copy = await wired.discord.click(EVE, board, "›")
    assert "page 2 of 2" in copy.text
    assert copy.ephemeral
    assert "page 1 of 2" in board.text
    await wired.discord.click(ANA, board, "›")
    assert "page 2 of 2" in board.text
    assert not board.ephemeral


async def test_a_button_in_a_direct_message_is_refused(wired: WiredBot, keys: dict[str, int]) -> None:
    custom_id = f"leaderboard:next:{keys['event']}:all-time:0:1"
    message, data = await a_message(wired, custom_id), {"custom_id": custom_id, "component_type": BUTTON}

    reply = await answered(await wired.discord.deliver(COMPONENT, EVE, None, data, message))

    assert reply.text.startswith("⚠️ Leaderboards belong to servers.")
    assert reply.ephemeral


async def a_message(wired: WiredBot, custom_id: str) -> Message:
    """Return a message of Eve's with one button that the bot did not make."""
    board = (await wired.use(EVE, "leaderboard", event=EVENT)).final
    button = {"type": BUTTON, "style": 2, "label": "Forged", "custom_id": custom_id}
    return Message(board.data | {"components": [{"type": 1, "components": [button]}]}, EVE, HOME)


async def press(wired: WiredBot, user: User, custom_id: str, message: Message, kind: int = BUTTON) -> Reply:
    values = {"values": ["1"]} if kind == SELECT else {}
    return await wired.forge(user, COMPONENT, {"custom_id": custom_id, "component_type": kind, **values}, message)
