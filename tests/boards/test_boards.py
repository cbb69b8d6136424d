"""A posted board is up to date: after each score, at most once a minute, as long as the event and the board exist."""

from datetime import timedelta

import pytest
from discord import ChannelType, PermissionOverwrite, TextChannel
from simcord.results import InteractionResult
from sqlalchemy import update

from bot.database.models import Event
from bot.domain.boards import LEAST_PAUSE
from bot.domain.jobs import Claim, JobKind
from bot.domain.posts import Draft, Post
from bot.services.posts import PostService
from tests import tables
from tests.one_database import on_both_databases, on_one_database
from tests.outages import statements_seen
from tests.seen import read, seen
from tests.world import World

pytestmark = [on_one_database, pytest.mark.usefixtures("jobs_by_request")]

MINUTE = LEAST_PAUSE.total_seconds()


async def boards(world: World, *, after: float = 0) -> list[str]:
    """Return the boards in the channel, after running the jobs that are due some seconds from now."""
    world.clock.move(seconds=after)
    await world.backend.real.jobs.do_due()
    return [text for text in map(read, world.channel.history()) if "All-time ·" in text]


async def post(world: World) -> str:
    """Post the board of an event with two players."""
    await world.create_event(unit="points")
    await world.submit_all({"Ana": 100, "Ben": 200})
    assert f"comes to <#{world.channel.id}>" in (await world.use(world.admin, "board post", event="Tetris Blitz")).alone
    [board] = await boards(world)
    return board


@on_both_databases
async def test_a_board_is_refreshed_after_scores_and_at_most_once_a_minute(world: World) -> None:
    assert await post(world) == (
        "Tetris Blitz\n"
        "All-time · 2 players\n🥇 **Ben** · 200 · 1200?\n🥈 **Ana** · 100 · 800?\n"
        "Week of 16–22 November\n🥇 **Ben** · 200 · 1200?\n🥈 **Ana** · 100 · 800?\n"
        "Overall\nOverall begins when an admin closes the first week: `/weekly-reset`.\n"
        "? = still settling: it takes 3 players\nrefreshed after every score"
    )
    await world.submit("Ana", 300)
    [board] = await boards(world, after=30)
    assert "300" not in board
    await world.submit("Ana", 400)
    await world.restart_bot()
    [board] = await boards(world, after=30)
    assert "🥇 **Ana** · 400 · 1200?" in board
    # A weekly best alone changes the board too.
    world.clock.move(weeks=1)
    [board] = await boards(world)
    assert "Week of 23–29 November\nNobody yet." in board
    world.clock.move(seconds=MINUTE)
    await world.submit("Ana", 7)
    [board] = await boards(world, after=MINUTE)
    assert "Week of 23–29 November\n🥇 **Ana** · 7 · " in board


async def test_a_board_explains_each_of_its_marks_once(world: World) -> None:
    await post(world)
    await world.submit("Cy", 300)
    await world.reset()
    await world.submit("Dan", 400)
    await tables.execute(world.backend.database, update(Event).values(min_weeks=2))
    [board] = await boards(world, after=MINUTE)
    assert "– **Cy** · **1245?**" in board
    assert "– **Dan** · **–**" in board
    assert board.endswith(
        "\n? = still settling: it takes 3 players\n– = before a first closed week\n"
        "? = still settling: it takes 2 weeks\nrefreshed after every score"
    )


async def test_a_board_follows_the_settings_that_say_when_the_first_week_closes(world: World) -> None:
    assert "Overall begins when an admin closes the first week" in await post(world)
    two_hours_after = "Overall begins when the first week closes, <t:1795399200:R>."
    await world.use(world.admin, "settings", **{"close-weeks": True})
    [board] = await boards(world, after=MINUTE)
    assert two_hours_after in board


async def test_a_board_is_refreshed_at_once_when_the_clock_has_gone_back(world: World) -> None:
    await post(world)
    world.clock.move(hours=-1)
    await world.submit("Cy", 300)
    [board] = await boards(world, after=MINUTE)
    assert "**Cy** · 300" in board


async def test_a_board_shows_event_elos_as_soon_as_they_are_current(world: World) -> None:
    await post(world)
    await world.reset()
    await world.settle_ratings()
    await boards(world, after=MINUTE)
    await world.submit_all({"Ben": 210, "Ana": 300})
    # The second score awaits its recalculation.
    await boards(world, after=MINUTE)
    await world.settle_ratings()
    [board] = await boards(world, after=MINUTE)
    assert "best 1200 · weeks 800" in board


async def test_the_buttons_of_a_board_work_for_everyone_in_private(world: World) -> None:
    await post(world)
    await world.reset()
    await boards(world, after=MINUTE)
    await world.restart_bot()
    message = next(one for one in world.channel.history() if "All-time ·" in read(one))
    ana = world.member("Ana")

    asked = await ana.click(message, label="Submit a score")
    assert "**Ana**" in (await world.fill_in(ana, asked, score="5")).public
    assert "Ana · Tetris Blitz · **800**" in read_private(await ana.click(message, label="My rating"))
    offered = await ana.click(message, label="Past weeks")
    assert "Which closed week do you want to see?" in read_private(offered)


async def test_a_deleted_board_comes_again_and_a_moved_one_leaves_nothing(world: World) -> None:
    await post(world)
    message = next(one for one in world.channel.history() if "All-time ·" in read(one))
    await world.member("Mod", manage_messages=True).delete(message)
    assert await boards(world, after=MINUTE) == []
    await world.submit("Cy", 300)
    [board] = await boards(world, after=MINUTE)
    assert "**Cy** · 300" in board
    elsewhere = world.guild.create_text_channel("boards")
    await world.use(world.admin, "board post", event="Tetris Blitz", channel=elsewhere)
    assert await boards(world) == []
    [moved] = elsewhere.history()
    assert "**Cy** · 300" in read(moved)
    removed = await world.use(world.admin, "board remove", event="Tetris Blitz")
    assert removed.alone == "The board of **Tetris Blitz** is taken down."
    assert elsewhere.history() == []
    assert await tables.jobs(world.backend.database, JobKind.BOARD) == []
    assert "has no board" in await world.refused(world.use(world.admin, "board remove", event="Tetris Blitz"))


async def test_a_board_that_moves_while_it_is_being_posted_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, elsewhere = world.backend.real.services, world.guild.create_text_channel("boards")

    async def begin(claim: Claim, draft: Draft[object], channel_id: int, digest: str) -> Post:
        begun = await PostService.begin(services.posts, claim, draft, channel_id, digest)
        if channel_id != elsewhere.id:
            await services.boards.post(world.as_actor(), "Tetris Blitz", elsewhere.id)
        return begun

    monkeypatch.setattr(services.posts, "begin", begin)
    await world.create_event()
    await world.use(world.admin, "board post", event="Tetris Blitz")

    assert await boards(world) == []
    assert len(elsewhere.history()) == 1


async def test_a_board_that_discord_does_not_delete_is_not_called_taken_down(world: World) -> None:
    await post(world)
    world.fail_discord("DELETE", "/channels/*/messages/*", status=403, code=50001)
    removed = await world.use(world.admin, "board remove", event="Tetris Blitz")
    assert removed.alone == (
        "The board of **Tetris Blitz** is refreshed no more, but Discord kept the message: delete it by hand."
    )
    assert any("All-time ·" in read(one) for one in world.channel.history())


async def test_the_board_of_an_event_that_has_ended_promises_no_refresh(world: World) -> None:
    await post(world)
    await world.use(world.admin, "event edit", event="Tetris Blitz", **{"last-week": "2026-W47"})
    [board] = await boards(world, after=MINUTE)
    assert board.endswith("\nrefreshed after every score")
    await world.reset()
    [board] = await boards(world, after=MINUTE)
    assert board.endswith("\n? = fewer than 3 players\nthis is how it ended")


async def test_the_board_of_an_archived_event_without_scores_promises_nobody(world: World) -> None:
    await world.create_event()
    await world.use(world.admin, "board post", event="Tetris Blitz")
    assert "All-time · 0 players\nNobody yet.\n" in (await boards(world))[0]
    await world.use(world.admin, "event archive", event="Tetris Blitz")
    assert "All-time · 0 players\nNobody.\n" in (await boards(world, after=MINUTE))[0]


async def test_the_board_of_an_archived_event_is_edited_once_more(world: World) -> None:
    await post(world)
    await world.use(world.admin, "event archive", event="Tetris Blitz")
    [board] = await boards(world, after=MINUTE)
    assert board.endswith("\n? = fewer than 3 players\narchived: this is how it ended")
    assert "takes no more scores" not in board
    message = next(one for one in world.channel.history() if "All-time ·" in read(one))
    assert "Submit a score" not in str([part.to_dict() for part in message.components])
    assert "is archived" in await world.refused(world.use(world.admin, "board post", event="Tetris Blitz"))


async def test_a_score_hastens_the_job_of_a_board_once_if_there_is_a_board(world: World) -> None:
    await post(world)
    await world.create_event("Sprint")
    await world.submit("Ana", 1, "Sprint")
    await world.settle_ratings()
    await boards(world, after=MINUTE)
    [waiting] = await tables.jobs(world.backend.database, JobKind.BOARD)
    assert waiting["due_at"] - world.clock.now > timedelta(days=1)
    with statements_seen("hastened") as hastening:
        await world.submit("Ana", 2, "Sprint")
        assert hastening == []
        await world.submit("Ana", 300)
        assert len(hastening) == 1
    [hastened] = await tables.jobs(world.backend.database, JobKind.BOARD)
    world.clock.move(seconds=1)
    await world.submit("Ana", 301)
    assert await tables.jobs(world.backend.database, JobKind.BOARD) == [hastened]


def read_private(result: InteractionResult) -> str:
    return seen(result).alone


async def test_a_closed_channel_is_refused_and_one_closed_later_ends_the_board(
    world: World,
) -> None:
    await post(world)
    world.fail_discord("PATCH", "/channels/*/messages/*", status=403, code=50001)
    await world.submit("Cy", 300)
    [board] = await boards(world, after=MINUTE)
    assert "Cy" not in board
    assert await tables.jobs(world.backend.database, JobKind.BOARD) == []
    told = await world.use(world.admin, "settings")
    assert f"A board is not kept up to date any more: the bot may not write in <#{world.channel.id}>. " in told
    await world.use(world.admin, "board post", event="Tetris Blitz")
    assert "A board is not kept up to date" not in await world.use(world.admin, "settings")


async def test_a_board_is_posted_only_where_messages_can_be(world: World) -> None:
    await world.create_event()
    for place in (world.guild.create_category("Games"), world.guild.create_forum_channel("Talk")):
        refused = await world.refused(world.use(world.admin, "board post", event="Tetris Blitz", channel=place))
        assert refused == "Choose a text channel of this server."


async def test_a_board_may_be_in_a_thread_of_a_channel_that_is_closed_otherwise(world: World) -> None:
    await world.create_event()
    rules = PermissionOverwrite(send_messages=False, create_public_threads=True, send_messages_in_threads=True)
    assert world.bot.user is not None
    channel = world.guild.create_text_channel("news", overwrites={world.bot.user: rules})
    known = world.bot.get_channel(channel.id)
    assert isinstance(known, TextChannel)
    await known.create_thread(name="board", type=ChannelType.public_thread)
    [thread] = channel.threads
    for place, fits in ((thread, True), (channel, False)):
        told = seen(await world.admin.slash(place, "board post", event="Tetris Blitz"))
        assert ("The bot may not write" not in told.alone) == fits


async def test_what_admins_change_and_a_new_season_show_on_the_board(world: World) -> None:
    await post(world)
    await world.backend.real.services.withdrawals.withdraw(world.as_actor(), world.member("Ben").id)
    [board] = await boards(world, after=MINUTE)
    assert "All-time · 1 player\n🥇 **Ana**" in board
    file = f"player,score,time\n<@{world.member('Ana').id}>,900,2026-11-17\n".encode()
    await world.backend.real.services.transfer.import_scores(world.as_actor(), "Tetris Blitz", file)
    [board] = await boards(world, after=MINUTE)
    assert "🥇 **Ana** · 900" in board
    await world.reset()
    [board] = await boards(world, after=MINUTE)
    assert "Overall\n🥇 **Ana** · **1000?**" in board
    await world.begin_again()
    past, present = await boards(world, after=MINUTE)
    assert "archived: this is how it ended" in past
    assert "Week of" not in past
    assert "All-time · 0 players\nNobody yet.\nWeek\nThe first one begins <t:1795392000:R>.\nOverall\n" in present
