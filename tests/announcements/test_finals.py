"""The end of an event is announced once, where results are announced, and corrected after an undo."""

from datetime import UTC, datetime

import pytest
from simcord.builders import ChannelHandle

from bot.domain.jobs import JobKind
from bot.services.jobs import find_job
from tests.backends import EVENT
from tests.one_database import on_both_databases, on_one_database
from tests.seen import read
from tests.sessions import reading
from tests.world import World

pytestmark = [on_one_database, pytest.mark.usefixtures("jobs_by_request")]


async def close_the_last_week(world: World) -> None:
    await world.create_event(**{"last-week": "2026-W47"})
    await world.submit_all({"Ana": 100, "Bob": 300})


async def announce(world: World) -> ChannelHandle:
    """Have the news of the server announced in a channel, and return the channel."""
    news = world.guild.create_text_channel("news")
    await world.use(world.admin, "settings", announcements=news)
    return news


async def begin_the_last_week(world: World) -> ChannelHandle:
    """Close the first of the two weeks of an event whose end is announced in a channel; return the channel."""
    news = await announce(world)
    await world.create_event(**{"last-week": "2026-W48"})
    await world.submit_all({"Ana": 100, "Bob": 300})
    await world.reset()
    return news


async def told(world: World, news: ChannelHandle) -> list[str]:
    """Run due jobs; return what an admin can then read in a channel."""
    await world.backend.real.jobs.do_due()
    return [read(message) for message in news.history(viewer=world.admin)]


@on_both_databases
async def test_the_last_close_is_answered_with_the_final_podium(world: World) -> None:
    await close_the_last_week(world)

    asked = await world.use(world.admin, "weekly-reset", event="Tetris Blitz")
    assert "It takes no scores after that.\nYou can undo this." in asked
    closed = await world.click(world.admin, asked, "Close it now")

    assert "🏁 Tetris Blitz has ended\n🥇 **Bob** · **1200**\n🥈 **Ana** · **800**\n1 week · 2 players" in closed.public
    assert "Closed early.\n🥇" in closed.public
    assert "\n2 played\n" in closed.public
    assert "16–22 November 2026 was closed already" in await world.refused(
        world.use(world.admin, "weekly-reset", event="Tetris Blitz", week="2026-W47")
    )
    assert "takes no more scores: its last week was" in await world.refused(world.submit("Ana", 500))
    assert "\nEnded\n" in (await world.board()).public
    undone = await world.click(world.admin, closed, "Undo")
    assert "is open again" in undone
    assert "has ended" not in world.channel_seen_by("Ana")
    await world.submit("Ana", 500)


async def test_all_who_share_the_third_rank_are_on_the_final_podium(world: World) -> None:
    await world.create_event(**{"last-week": "2026-W47"})
    await world.submit_all({"Ana": 100, "Bob": 300, "Cy": 200, "Di": 100})
    closed = await world.reset()
    assert "🥈 **Cy** · **1060**" in closed.public
    assert "🥉 **Ana** · **819**\n🥉 **Di** · **819**\n1 week · 4 players" in closed.public


@on_both_databases
async def test_an_event_that_goes_on_and_ends_again_is_announced_anew(world: World) -> None:
    news = await announce(world)
    await close_the_last_week(world)
    assert await told(world, news) == []

    closed = await world.reset()
    assert closed.public == f"**Tetris Blitz · 16–22 November** is closed.\nThe results go to {news.mention}."
    assert [*closed.buttons] == ["Undo"]
    assert [text for text in await told(world, news) if "has ended" in text] == [
        "🏁 Tetris Blitz has ended\n🥇 **Bob** · **1200**\n🥈 **Ana** · **800**\n1 week · 2 players · the boards stay"
    ]
    await world.use(world.admin, "event edit", event="Tetris Blitz", **{"last-week": "2026-W48"})
    assert "Tetris Blitz goes on." in await told(world, news)
    # Nobody plays in the new last week, but its end is announced all the same.
    async with reading(world.backend.database) as session:
        job = await session.run_sync(lambda sync: find_job(sync, JobKind.FINAL, "1:202648"))
    assert job is not None
    assert job.due_at is not None
    world.clock.now = job.due_at
    firsts = [text.splitlines()[0] for text in await told(world, news)]
    assert firsts.index("Tetris Blitz goes on.") < firsts.index("🏁 Tetris Blitz has ended")
    assert "is open again" in await world.click(world.admin, closed, "Undo")
    assert "🏆 Tetris Blitz · 16–22 November\nThe week is open again." in await told(world, news)


async def test_a_deleted_final_podium_comes_again_if_the_event_ends_again(world: World) -> None:
    news = await announce(world)
    await close_the_last_week(world)
    await world.reset()
    assert any("has ended" in text for text in await told(world, news))
    await world.use(world.admin, "event edit", event="Tetris Blitz", **{"last-week": "2026-W48"})
    assert "Tetris Blitz goes on." in await told(world, news)
    moderator = world.member("Mod", manage_messages=True)
    for message in news.history(viewer=world.admin):
        await moderator.delete(message)

    world.clock.now = datetime(2026, 11, 30, tzinfo=UTC)
    assert any("has ended" in text for text in await told(world, news))


async def test_a_final_podium_follows_the_event_without_a_channel_too(world: World) -> None:
    news = await announce(world)
    await close_the_last_week(world)
    closed = await world.reset()
    await told(world, news)
    await world.click(world.admin, closed, "Undo")
    assert "Tetris Blitz goes on." in await told(world, news)

    await world.use(world.admin, "settings", announcements=news)
    await world.reset()
    assert any("has ended" in text for text in await told(world, news))


async def test_a_final_podium_shows_event_elos_as_soon_as_they_are_current(world: World) -> None:
    news = await announce(world)
    await world.create_event(**{"last-week": "2026-W47"})
    await world.submit_all({"Ana": 100, "Bob": 300, "Cy": 200})
    await world.reset()
    await told(world, news)
    await world.backend.real.services.removals.remove(world.as_actor(), EVENT, world.member("Bob").id)
    await told(world, news)

    await world.settle_ratings()
    world.clock.move(minutes=1)
    assert "**Cy** · **1100?**" in (await world.board("overall")).public
    assert any("**Cy** · **1100**" in text for text in await told(world, news))


async def test_an_excuse_in_an_event_that_has_ended_corrects_its_podium(world: World) -> None:
    news = await begin_the_last_week(world)
    world.clock.move(weeks=1)
    await world.submit("Ana", 90)
    await world.reset()

    async def podium() -> str:
        return next(text for text in await told(world, news) if "has ended" in text)

    before = await podium()
    await world.backend.real.services.excuses.excuse(world.as_actor(), world.member("Bob").id, "2026-W48")
    assert "🥇 **Bob** · **1200**" in await podium()
    assert "🥇 **Bob** · **1200**" not in before


@on_both_databases
@pytest.mark.parametrize("how", ["take back", "remove", "withdraw"])
async def test_an_event_whose_last_open_score_goes_after_its_end_has_ended(world: World, how: str) -> None:
    news = await begin_the_last_week(world)
    world.clock.now = datetime(2026, 11, 29, 23, 55, tzinfo=UTC)
    submitted = await world.submit("Ana", 90)
    world.clock.move(minutes=6)
    assert not any("has ended" in text for text in await told(world, news))

    if how == "take back":
        await world.click("Ana", submitted, "Undo")
    else:
        label, what = ("Withdraw", "player withdraw") if how == "withdraw" else ("Remove", "score remove")
        which = {} if how == "withdraw" else {"event": "Tetris Blitz", "score": "90"}
        asked = await world.use(world.admin, what, player=world.member("Ana"), **which)
        await world.click(world.admin, asked, label)
    [final] = [text for text in await told(world, news) if "has ended" in text]
    assert "🥇 **Bob** · **1" in final


async def test_an_event_whose_last_open_scores_were_imported_ends_without_them(world: World) -> None:
    news = await begin_the_last_week(world)
    world.clock.now = datetime(2026, 11, 29, 23, 55, tzinfo=UTC)
    transfer = world.backend.real.services.transfer
    table = f"player,score,time\n{world.member('Ana').id},90,2026-11-29 12:00\n"
    imported = await transfer.import_scores(world.as_actor(), EVENT, table.encode())
    world.clock.move(minutes=6)
    assert not any("has ended" in text for text in await told(world, news))

    await transfer.take_back(world.as_actor(), EVENT, imported.import_id)
    assert any("has ended" in text for text in await told(world, news))


async def test_an_event_that_ended_before_announcements_is_not_announced_later(world: World) -> None:
    await close_the_last_week(world)
    await world.reset()
    world.clock.move(weeks=2)
    await world.backend.real.jobs.do_due()
    news = await announce(world)
    for command, label in (("player withdraw", "Withdraw"), ("player return", "Bring back")):
        await world.click(world.admin, await world.use(world.admin, command, player=world.member("Ana")), label)
    asked = await world.use(world.admin, "score remove", event="Tetris Blitz", player=world.member("Ana"))
    await world.click(world.admin, asked, "Remove")
    assert await told(world, news) == []
