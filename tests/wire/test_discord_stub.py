"""The stub compared with discord.py: what Discord does and refuses, the stub does and refuses."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import discord
import pytest
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.patience import UNTIL_IT_HANGS

from .discord_stub import MANAGE_SERVER, DiscordStub, Role, User
from .waiting import until

ADA, BOB = User("ada", display_name="Ada"), User("bob")
Interaction = discord.Interaction["TrivialBot"]
Started = Callable[..., AbstractAsyncContextManager["TrivialBot"]]


class CountButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"count:(?P<count>\d+)"):
    def __init__(self, count: int) -> None:
        super().__init__(discord.ui.Button(label=f"Pressed {count}", custom_id=f"count:{count}"))
        self.count = count

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> CountButton:
        return cls(int(match["count"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.edit_message(content="counted", view=counter(self.count + 1))


def counter(count: int) -> discord.ui.View:
    return discord.ui.View(timeout=None).add_item(CountButton(count))


class TrivialBot(commands.AutoShardedBot):
    """Answers /say as configured, and records Discord's refusals."""

    def __init__(self, intents: discord.Intents) -> None:
        super().__init__("!", intents=intents, guild_ready_timeout=0.0)
        self.refused: list[discord.HTTPException] = []
        self.seen: list[Interaction] = []

    async def setup_hook(self) -> None:
        self.add_dynamic_items(CountButton)
        self.tree.add_command(say)
        self.tree.error(self.keep)
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify again without discord.py's pause of some seconds."""

    async def keep(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        cause = error.__cause__
        assert isinstance(cause, discord.HTTPException), error
        self.refused.append(cause)


@app_commands.command(description="Says something")
async def say(interaction: Interaction, what: str, number: int = 0, to: discord.Member | None = None) -> None:
    interaction.client.seen.append(interaction)
    response, followup = interaction.response, interaction.followup
    match what:
        case "twice":
            await response.send_message("first")
            response._response_type = None  # as a second process would that got the same interaction
            await response.send_message("second")
        case "late":
            await asyncio.sleep(0.15)
            await response.send_message("too late")
        case "follow-up first":
            await followup.send("too early")
        case "a book":
            await response.send_message(embed=discord.Embed(description="x" * 4097))
        case "later":
            await response.defer(ephemeral=True)
            await followup.send(embed=discord.Embed(title="Done"), ephemeral=False)
            await followup.send("and more")
        case "sorry":
            await response.defer()
            await interaction.delete_original_response()
            await followup.send("only for you", ephemeral=True)
        case "picture":
            await response.send_message(file=discord.File(io.BytesIO(b"PNG"), "picture.png"))
        case _:
            await response.send_message(f"{interaction.user.name} says {what} {number} {to}", view=counter(0))


@say.autocomplete("what")
async def complete(_: Interaction, current: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=f"{current}{n}", value=str(n)) for n in range(len(current))]


@pytest.fixture
async def stub() -> AsyncIterator[DiscordStub]:
    async with DiscordStub() as stub:
        yield stub


@pytest.fixture
def started(stub: DiscordStub, monkeypatch: pytest.MonkeyPatch) -> Started:
    """Return a context manager that starts the bot on the stub and closes it again."""
    monkeypatch.setattr(Route, "BASE", stub.api_url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(stub.gateway.url))

    @asynccontextmanager
    async def start(intents: discord.Intents | None = None) -> AsyncIterator[TrivialBot]:
        bot = TrivialBot(intents or discord.Intents(guilds=True))
        running = asyncio.create_task(bot.start(stub.token))
        try:
            await stub.wait_ready()
            yield bot
        finally:
            await bot.close()
            await running

    return start


@pytest.fixture
async def bot(started: Started) -> AsyncIterator[TrivialBot]:
    async with started() as bot:
        yield bot


async def test_a_command_is_answered_to_the_user_who_ran_it(stub: DiscordStub, bot: TrivialBot) -> None:
    reply = await stub.slash(ADA, "say", what="hello", number=7, to=BOB)
    assert (reply.type, reply.deferred, reply.ephemeral) == (4, False, False)
    assert reply.content == "ada says hello 7 bob"
    assert stub.refused == []


async def test_a_command_that_was_not_synced_cannot_be_run(stub: DiscordStub, bot: TrivialBot) -> None:
    with pytest.raises(AssertionError, match="shout is none of"):
        await stub.slash(ADA, "shout", what="hello")
    with pytest.raises(AssertionError, match="has no option volume"):
        await stub.slash(ADA, "say", what="hello", volume=11)
    with pytest.raises(AssertionError, match=r"needs \{'what'\}"):
        await stub.slash(ADA, "say")


async def test_permissions_and_roles_arrive_with_the_member(stub: DiscordStub, bot: TrivialBot) -> None:
    judges = Role("Judges")
    guild = await stub.guild("Arcade", judges)
    await stub.slash(User("eve", MANAGE_SERVER, (judges.id,)), "say", what="hello", guild=guild)
    member = bot.seen[-1].user
    assert isinstance(member, discord.Member)
    assert bot.seen[-1].permissions == discord.Permissions(manage_guild=True)
    assert [role.name for role in member.roles] == ["@everyone", "Judges"]
    assert member.guild.name == "Arcade"


async def test_a_direct_message_comes_from_a_user_without_a_guild(stub: DiscordStub, bot: TrivialBot) -> None:
    await stub.slash(ADA, "say", what="hello", guild=None)
    assert bot.seen[-1].guild is None
    assert bot.seen[-1].context.dm_channel
    assert isinstance(bot.seen[-1].user, discord.User)


async def test_a_button_edits_the_message_that_it_is_on(stub: DiscordStub, bot: TrivialBot) -> None:
    reply = await stub.slash(ADA, "say", what="hello")
    pressed = await stub.click(BOB, reply, "Pressed 0")
    assert pressed.type == 7
    assert reply.text == pressed.text == "counted\nPressed 1"
    await stub.click(BOB, pressed, "count:1")
    assert "Pressed 2" in reply.text


async def test_a_deferred_reply_stays_as_ephemeral_as_it_was_deferred(stub: DiscordStub, bot: TrivialBot) -> None:
    reply = await (await stub.slash(ADA, "say", what="later")).finished(messages=2)
    assert reply.deferred
    assert [message.ephemeral for message in reply.messages] == [True, False]
    assert reply.text == "Done\nand more"


async def test_a_deleted_deferral_leaves_the_follow_up_ephemeral(stub: DiscordStub, bot: TrivialBot) -> None:
    reply = await stub.slash(ADA, "say", what="sorry")
    await reply.finished()
    assert reply.ephemeral
    assert reply.text == "only for you"


async def test_a_picture_arrives_as_an_attachment(stub: DiscordStub, bot: TrivialBot) -> None:
    reply = await stub.slash(ADA, "say", what="picture")
    assert reply.final.files == {"picture.png": b"PNG"}


async def test_choices_are_offered_for_what_was_typed(stub: DiscordStub, bot: TrivialBot) -> None:
    choices = await stub.autocomplete(ADA, "say", "what", "te")
    assert choices == [{"name": "te0", "value": "0"}, {"name": "te1", "value": "1"}]


@pytest.mark.parametrize(
    ("what", "status", "code"),
    [("twice", 400, 40060), ("late", 404, 10062), ("follow-up first", 404, 10015), ("a book", 400, 50035)],
)
async def test_what_discord_refuses_is_refused(
    stub: DiscordStub, bot: TrivialBot, what: str, status: int, code: int
) -> None:
    if what == "late":
        stub.acknowledge_within = 0.1
    await stub.invoke(ADA, "say", what=what)
    await until(lambda: bool(bot.refused), UNTIL_IT_HANGS, lambda: "a refusal")
    assert [(error.status, error.code) for error in bot.refused] == [(status, code)]
    assert [exchange.status for exchange in stub.refused] == [status]


async def test_twenty_six_choices_are_refused(stub: DiscordStub, bot: TrivialBot) -> None:
    with pytest.raises(AssertionError, match="Must be 25 or fewer"):
        await stub.autocomplete(ADA, "say", "what", "x" * 26)


async def test_an_interaction_that_arrives_twice_is_acknowledged_once(stub: DiscordStub, bot: TrivialBot) -> None:
    reply = await stub.slash(ADA, "say", what="hello")
    assert "40060" in (await stub.redeliver(reply)).error
    assert len(reply.messages) == 1


async def test_a_rate_limited_request_is_tried_again(stub: DiscordStub, bot: TrivialBot) -> None:
    stub.fail_next("/commands", 429)
    assert [command.name for command in await bot.tree.sync()] == ["say"]
    assert [exchange.status for exchange in stub.exchanges[-2:]] == [429, 200]


async def test_a_wrong_token_is_refused(stub: DiscordStub, started: Started) -> None:
    bot = TrivialBot(discord.Intents.none())
    with pytest.raises(discord.LoginFailure):
        await bot.start("another token")
    await bot.close()


async def test_privileged_intents_are_refused(stub: DiscordStub, started: Started) -> None:
    bot = TrivialBot(discord.Intents(guilds=True, members=True))
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await bot.start(stub.token)


async def test_the_intents_of_the_bot_are_known(stub: DiscordStub, bot: TrivialBot) -> None:
    assert stub.intents == discord.Intents(guilds=True).value


async def test_a_dropped_connection_is_resumed_with_what_it_missed(stub: DiscordStub, bot: TrivialBot) -> None:
    await stub.gateway.drop()
    reply = await stub.slash(ADA, "say", what="hello")
    assert reply.content.startswith("ada says hello")
    assert len(stub.gateway.resumes) == 1


async def test_an_invalidated_session_is_begun_anew(stub: DiscordStub, bot: TrivialBot) -> None:
    await stub.gateway.invalidate()
    await stub.wait_ready()
    await stub.slash(ADA, "say", what="hello")
    assert len(stub.gateway.identifies) == 2


async def test_a_bot_that_closes_is_gone(stub: DiscordStub, started: Started) -> None:
    async with started():
        pass
    await stub.wait_gone()
    with pytest.raises(AssertionError, match="no bot is connected"):
        await stub.slash(ADA, "say", what="hello")
