"""From `/help` to a first rated week, with no other instructions."""

import pytest

from tests.one_database import on_both_databases, on_one_database
from tests.world import CLOSE, World

pytestmark = on_one_database


@on_both_databases
async def test_help_leads_from_an_empty_server_to_a_first_rated_week(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = await world.use("Ana", "help")
    assert lost.is_private
    assert "No event takes scores now.\nAn admin can make one with `/setup`" in lost.alone
    assert [*lost.buttons] == ["How ratings work"]
    for_admin = await world.use(world.admin, "help")
    assert [*for_admin.buttons] == ["Set up", "How ratings work"]
    assert "weeks can close by themselves: `/setup`, *Weeks*" in for_admin
    panel = await world.click(world.admin, for_admin, "Set up")
    asked = await world.open_modal(world.admin, panel, "New event")
    await world.fill_in(world.admin, asked, name="Sprint", best="Highest number", unit="points")

    monkeypatch.setattr(world.bot.tree, "ids", {"submit-score": 5})
    guide = await world.use("Ana", "help")

    assert "**1** Play **Sprint**, at any time.\n**2** Submit: </submit-score:5>." in guide
    assert "An admin closes each week" in guide
    assert "this one ends <t:1795392000:R>" in guide
    assert [*guide.buttons] == ["Submit a score", "Leaderboards", "How ratings work"]
    await world.restart_bot()
    asked = await world.open_modal("Ana", guide, "Submit a score")
    answer = await world.fill_in("Ana", asked, score="12k")
    assert "**12,000** points" in answer.public
    assert "**1000** is average, **1200** well above it.\n" in await world.click("Ana", guide, "How ratings work")
    boards = await world.click("Ana", guide, "Leaderboards")
    assert boards.alone == "Leaderboards\n**Sprint** · most points · 1 player"
    assert "🥇 **Ana** · 12,000 · 1000?" in await world.click("Ana", boards, "Sprint")
    assert "You close each week: `/weekly-reset`\nYou are an admin: `/setup`" in await world.use(world.admin, "help")
    await world.click(world.admin, await world.use(world.admin, "weekly-reset", event="Sprint"), CLOSE)
    assert "🥇 **Ana** · **1000?**" in await world.board("overall", event="Sprint")
    assert "this one ends <t:1795996800:R>" in await world.use("Ana", "help")


async def test_the_first_step_where_weeks_close_by_themselves_names_no_reset(world: World) -> None:
    await world.use(world.admin, "settings", **{"close-weeks": True})
    guide = await world.use(world.admin, "help")
    assert "**4** Each week closes by itself." in guide
    assert "weekly-reset" not in guide


async def test_a_season_that_is_over_is_not_offered_but_its_boards_are(world: World) -> None:
    await world.create_event("Blitz", **{"last-week": "2026-W47"})
    await world.submit("Ana", 7, "Blitz")
    await world.reset("Blitz")
    edited = await world.use(world.admin, "event edit", event="Blitz", unit="points")
    assert "Has ended: takes no scores" in edited.public
    guide = await world.use("Ana", "help")
    assert " · 1 player · ended" in await world.use("Ana", "events")
    assert "No event takes scores now.\n`/events` shows whether one begins." in guide
    assert [*guide.buttons] == ["Leaderboards", "How ratings work"]
    assert "🥇 **Ana** · 7" in await world.click("Ana", await world.click("Ana", guide, "Leaderboards"), "Blitz")
    assert [*(await world.use(world.admin, "help")).buttons] == ["Set up", "Leaderboards", "How ratings work"]


async def test_help_names_two_events_and_asks_which_one_a_score_is_for(world: World) -> None:
    for name in ("Blitz", "Sprint", "Zen"):
        await world.create_event(name)
    guide = await world.use("Ana", "help")
    assert "**1** Play **Blitz**, **Sprint** and more (`/events`)" in guide
    asked = await world.open_modal("Ana", guide, "Submit a score")
    events = await world.backend.real.services.events.list(world.guild.id)
    answer = await world.fill_in("Ana", asked, event=[str(events[2].event.id)], score="7")
    assert "**Ana** · Zen" in answer.public
