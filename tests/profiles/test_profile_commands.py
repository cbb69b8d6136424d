"""`/profile`, `/compare` and rivals, as users see them."""

import pytest

from bot.domain.jobs import JobKind
from bot.domain.reminders import Reminder
from bot.domain.rules import Rules
from tests import tables
from tests.backends import EVENT
from tests.one_database import on_both_databases, on_one_database
from tests.reminders.test_reminders import told
from tests.seen import seen
from tests.world import World

pytestmark = [on_one_database, pytest.mark.usefixtures("jobs_by_request")]

SPRINT = "40L Sprint"


async def play(world: World) -> None:
    """Two events of Ana and Ben: one with a closed week, the other without; Cy plays only the first one."""
    await world.create_event(unit="points")
    await world.create_event(SPRINT, "LOW", format="time")
    await world.submit_all({"Ana": 18_900, "Ben": 16_400, "Cy": 9_000})
    world.clock.move(weeks=1)
    await world.submit_all({"Ben": 61.5, "Ana": 70}, SPRINT)
    await world.reset()
    await world.settle_ratings()


@on_both_databases
async def test_a_profile_is_one_look_at_all_events(world: World) -> None:
    await play(world)
    shown = await world.use("Ana", "profile")

    assert shown.is_private
    assert shown.alone == (
        "Ana\n"
        "**#1** of 3 players · **1,197**\n"
        "sum of Elos in 1 open event\n"
        "🥇 1\n"
        "**2 weeks** in a row · the longest yet\n"
        "Best week **1197** · #1 of 3\n"
        "Tetris Blitz · 16–22 Nov 2026\n"
        "#1 **Tetris Blitz** · **1197**\n"
        "18,900 points → 1197 · of 3 players\n"
        "#2 **40L Sprint** · **800?**\n"
        "1:10 → 800 · of 2 players\n"
        "? = before a first closed week\n"
        "2 scores since <t:1795003200:D>"
    )
    [profile] = [menu for menu in world.bot.tree.get_commands() if menu.name == "Profile"]
    assert profile.guild_only
    menu = await world.member("Ben").context_menu(world.channel, "Profile", world.member("Ana"))
    assert seen(menu).alone == shown.alone
    assert await world.refused(world.use("Dee", "profile")) == (
        "You have no scores in this server yet. `/submit-score` counts your first."
    )


async def test_a_profile_of_many_events_shows_ten_and_fits_a_phone(world: World) -> None:
    for number in range(12):
        await world.create_event(f"Event with quite a long name {number}")
        await world.submit("Ana", 123_456_789, f"Event with quite a long name {number}")
    shown = (await world.use("Ben", "profile", player=world.member("Ana"))).alone
    assert shown.count("#1 **Event with quite…**") == 10
    assert "\nand 2 events more\n" in shown
    assert all(len(line) <= 52 for line in shown.split("\n"))


async def test_an_elo_of_a_closed_week_is_marked_until_there_are_enough_of_them(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Ben": 200})
    await world.reset()
    await world.backend.real.services.rules.change(world.as_actor(), EVENT, Rules(min_weeks=2))
    shown = (await world.use("Ana", "profile")).alone
    assert "Best week **800** · #2 of 2" in shown
    assert "#2 **Tetris Blitz** · **800?**" in shown
    assert "\n? = before enough closed weeks\n" in shown
    compared = (await world.use("Ana", "compare", player=world.member("Ben"))).alone
    assert "weeks 0–1" in compared
    assert compared.endswith("\n? = until both have enough closed weeks")


async def test_a_past_season_is_named_with_its_number(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Ben": 200})
    await world.reset()
    await world.begin_again()

    compared = await world.use("Ana", "compare", player=world.member("Ben"))

    assert "\n#2 **Tetris… · season 1** · **800**\n" in await world.use("Ana", "profile")
    assert "\nTetris Blitz · season 1\nBen by 100 · weeks 0–1\n100\u00a0vs\u00a0**200** · " in compared


@on_both_databases
async def test_two_players_are_compared_and_one_is_followed_as_a_rival(world: World) -> None:
    await play(world)
    shown = await world.use("Ana", "compare", player=world.member("Ben"))

    assert shown.is_private
    assert shown.alone == (
        "Ana and Ben\n"
        "Level over 2 events\n"
        "Weeks won **1–0**\n"
        "Tetris Blitz · Ana by 2,500 · weeks 1–0\n"
        "**18,900**\u00a0vs\u00a016,400 · **1197**\u00a0vs\u00a01078\n"
        "40L Sprint · Ben by 8.5s\n"
        "1:10\u00a0vs\u00a0**1:01.5** · 800?\u00a0vs\u00a0**1200?**\n"
        "? = until both have a closed week"
    )
    one = await world.use("Ana", "compare", player=world.member("Ben"), event="tetris")
    assert one.alone == (
        "Ana and Ben\nWeeks won **1–0**\n"
        "Tetris Blitz · Ana by 2,500 · weeks 1–0\n**18,900**\u00a0vs\u00a016,400 · **1197**\u00a0vs\u00a01078"
    )
    others = await world.use("Cy", "compare", player=world.member("Ana"), other=world.member("Ben"), event="tetris")
    assert others.buttons == {}

    followed = await world.click("Ana", one, "Follow as rival")
    assert "You follow Ben: see `/notify`" in followed
    assert list(followed.buttons) == ["Unfollow"]
    assert "Rival: **on** · Ben\nnew bests of a player you follow\n" in (await world.use("Ana", "notify"))
    world.clock.move(seconds=1)
    await world.submit("Ben", 19_100)
    await world.submit("Cy", 20_000)
    world.clock.move(days=1)
    assert await told(world, "Ana") == [
        "Arcade\n**Tetris Blitz**: your rival Ben has 19,100 points now, 200 ahead of you."
    ]
    world.clock.move(days=1)
    assert len(await told(world, "Ana")) == 1
    await world.restart_bot()
    assert list((await world.click("Ana", followed, "Unfollow")).buttons) == ["Follow as rival"]
    assert await tables.jobs(world.backend.database, JobKind.REMINDER) == []


async def test_a_rival_is_one_player_and_ended_in_the_panel(world: World) -> None:
    await play(world)
    with_ben = await world.use("Ana", "compare", player=world.member("Ben"))
    with_cy = await world.use("Ana", "compare", player=world.member("Cy"))
    following_ben = await world.click("Ana", with_ben, "Follow as rival")
    await world.click("Ana", with_cy, "Follow as rival")
    # A button about Ben does not end following Cy; only a button about Cy does.
    await world.click("Ana", following_ben, "Unfollow")
    panel = await world.use("Ana", "notify")
    assert "**on** · Cy" in panel
    off = await world.click("Ana", panel, "Rival: turn off")
    assert "Rival: **off**\nnew bests of a player you follow\n" in off
    assert "to follow a rival: `/compare`" in off
    assert "Rival: turn on" not in off.buttons
    reminders = world.backend.real.services.reminders
    assert (await reminders.show(world.guild.id, world.member("Ana").id)).switched_on == frozenset[Reminder]()


async def test_what_a_rival_has_is_told_from_where_the_player_stands(world: World) -> None:
    await play(world)
    await world.click("Ana", await world.use("Ana", "compare", player=world.member("Ben")), "Follow as rival")
    world.clock.move(seconds=1)
    await world.submit("Ben", 18_900)
    await world.submit("Ben", 60, SPRINT)
    world.clock.move(days=1)
    [news] = await told(world, "Ana")
    assert "your rival Ben has 18,900 points now, level with you." in news
    assert "your rival Ben has 1:00 now, 10s ahead of you." in news
