from datetime import UTC, datetime

import pytest
from discord import PermissionOverwrite
from simcord.builders import ChannelHandle
from sqlalchemy import update

from bot.database.models import Job
from tests import tables
from tests.backends import EVENT
from tests.one_database import on_both_databases, on_one_database
from tests.seen import Seen
from tests.world import World

pytestmark = on_one_database

SUNDAY_NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def change(world: World, **options: object) -> Seen:
    return await world.use(
        world.admin, "settings", **{name.replace("_", "-"): value for name, value in options.items()}
    )


async def test_settings_are_shown_to_the_admin_alone(world: World) -> None:
    seen = await change(world)

    assert seen.alone == (
        "Settings of this server\n"
        "Time zone\nUTC: weeks begin on Monday 00:00 there\n"
        "Admin role\nnot set; members with *Manage Server* are admins\n"
        "Weeks close\nby an admin: `/weekly-reset`\n"
        "Announcements\nnone; *Announcements* picks a channel for results and records\n"
        "Held scores\nin `/review`; *Held scores* picks a channel of admins for them\n"
        "Default rules of new events\nClassic · every week counts"
    )
    assert seen.is_private


@on_both_databases
async def test_settings_are_changed_one_by_one(world: World) -> None:
    referees = world.guild.create_role("Referees")

    assert "Settings changed\nTime zone\nEurope/Berlin: " in await change(world, time_zone="europe/berlin")
    assert "Nothing changed\nTime zone\nEurope/Berlin: " in await change(world, time_zone="berlin")
    both = await change(world, admin_role=referees)

    assert "Time zone\nEurope/Berlin: " in both
    assert (
        f"Admin role\n{referees.mention}, besides members with *Manage Server*\n"
        "to show it the commands of admins: *Server Settings*, *Integrations*, this bot\n"
    ) in both
    assert both.alone.splitlines()[1:] == (await change(world)).alone.splitlines()[1:]


async def test_whoever_is_no_admin_is_told_who_is(world: World) -> None:
    refused = "Only admins of this server can do that: members with the *Manage Server* permission"
    assert await world.refused(world.use("Ana", "settings")) == f"{refused}."

    referees = world.guild.create_role("Referees")
    await change(world, admin_role=referees)
    assert await world.refused(world.use("Ana", "settings")) == f"{refused} or {referees.mention}."


@on_both_databases
async def test_everyone_as_admin_role_means_none(world: World) -> None:
    await change(world, admin_role=world.guild.create_role("Referees"))

    assert "Admin role\nnot set; members" in await change(world, admin_role=world.guild.default_role)
    assert "Only admins" in await world.refused(world.use("Ana", "settings"))


@pytest.mark.parametrize(
    ("zone", "days"), [("Pacific/Auckland", "23–29 Nov"), ("UTC", "16–22 Nov"), ("America/New_York", "16–22 Nov")]
)
async def test_weeks_begin_on_monday_in_the_servers_time_zone(world: World, zone: str, days: str) -> None:
    await world.create_event()
    await change(world, time_zone=zone)
    world.clock.now = SUNDAY_NOON

    assert f"\n{days}\n" in await world.submit("Ana", 1)


async def test_a_reset_goes_by_the_servers_time_zone(world: World) -> None:
    await world.create_event()
    await change(world, time_zone="Pacific/Auckland")
    await world.submit("Ana", 1)
    world.clock.now = SUNDAY_NOON

    assert "Closed early" not in await world.reset()


async def test_settings_of_one_server_are_not_anothers(world: World) -> None:
    rivals = world.add_server("Rivals")
    await change(world, time_zone="Asia/Tokyo")

    assert "Time zone\nUTC: " in await world.use(rivals.admin, "settings")


async def test_an_unknown_time_zone_is_refused(world: World) -> None:
    assert await world.refused(change(world, time_zone="Utopia")) == (
        "There is no time zone “Utopia”. Type a city, a country or a zone, such as Berlin or UTC."
    )


@on_both_databases
async def test_automatic_closes_are_switched_on_shown_and_switched_off(world: World) -> None:
    monday_at_half_past_three = 1795404600

    on = await change(world, close_weeks=True, grace=210)

    assert "Weeks close\nby themselves, 210 minutes after their end\n" in on
    assert f"Next: <t:{monday_at_half_past_three}:F>, <t:{monday_at_half_past_three}:R>" in on
    assert on.alone.splitlines()[1:] == (await change(world)).alone.splitlines()[1:]
    assert "Weeks close\nby themselves at their end\nNext: " in await change(world, grace=0)
    assert "Weeks close\nby an admin: `/weekly-reset`" in await change(world, close_weeks=False)


async def test_a_close_that_fails_is_told_where_it_was_switched_on(world: World) -> None:
    await change(world, close_weeks=True)
    await tables.execute(world.backend.database, update(Job).values(last_error="broken"))

    assert (
        "⚠️ The last close failed, at least for some events: close them by `/weekly-reset`, or wait\n"
        in await change(world)
    )

    await tables.execute(world.backend.database, update(Job).values(due_at=None))

    told = await change(world)
    assert "⚠️ no longer by themselves: that failed too often. `/settings close-weeks:True` tries again" in told
    assert "by themselves, 120 minutes after their end\nNext: " in await change(world, close_weeks=True)


async def test_an_undo_says_when_the_week_closes_by_itself(world: World) -> None:
    await world.create_event()
    await change(world, close_weeks=True)
    await world.submit("Ana", 1)
    await world.reset()

    undone = await world.use(world.admin, "weekly-undo", event=EVENT)

    assert "It closes by itself <t:1795399200:R>, or before that by `/weekly-reset`." in undone


async def test_a_channel_closed_to_the_bot_is_refused_with_what_came_along(world: World) -> None:
    closed = closed_channel(world)
    for option in ("announcements", "review-channel"):
        given = {option: closed, "grace": 30}
        refused = await world.refused(world.use(world.admin, "settings", **given))
        assert refused == f"The bot may not write in <#{closed.id}>. Allow it *View Channel* and *Send Messages* there."


async def test_a_channel_that_was_closed_meanwhile_can_be_switched_off(world: World) -> None:
    closed = closed_channel(world)
    settings = world.backend.real.services.settings
    await settings.announce_in(world.as_actor(), closed.id)
    assert f"<#{closed.id}>" in (await change(world, grace=30)).alone
    assert "Announcements\nnone;" in (await change(world, announcements=closed)).alone


async def test_a_form_refuses_a_channel_that_is_closed_to_the_bot(world: World) -> None:
    closed = closed_channel(world)
    panel = await world.use(world.admin, "setup")
    for button in ("Announcements", "Held scores"):
        asked = await world.open_modal(world.admin, panel, button)
        refused = await world.refused(world.fill_in(world.admin, asked, channel=[closed]))
        assert refused == f"The bot may not write in <#{closed.id}>. Allow it *View Channel* and *Send Messages* there."
    assert "Announcements\nnone;" in (await world.use(world.admin, "settings")).alone


async def test_members_of_the_admin_role_are_admins_just_after_a_start(world: World) -> None:
    referees = world.guild.create_role("Referees")
    await change(world, admin_role=referees)
    rita = world.member("Rita", role=referees)
    world.forget_server()

    assert "Settings of this server" in await world.use(rita, "settings")


async def test_a_channel_that_is_chosen_just_after_a_start_is_asked_for_later(world: World) -> None:
    panel = await world.use(world.admin, "setup")
    world.forget_server()
    told = "The bot is just restarting. Nothing was saved; please try again in a minute."

    for option in ("announcements", "review-channel"):
        assert await world.refused(world.use(world.admin, "settings", **{option: world.channel})) == told
    asked = await world.open_modal(world.admin, panel, "Announcements")
    assert await world.refused(world.fill_in(world.admin, asked, channel=[world.channel])) == told


def closed_channel(world: World) -> ChannelHandle:
    """Return a channel that admins can read, but in which the bot may not write."""
    assert world.bot.user is not None
    hidden, shown = PermissionOverwrite(read_messages=False), PermissionOverwrite(read_messages=True)
    mute = PermissionOverwrite(read_messages=True, send_messages=False)
    return world.guild.create_text_channel(
        "closed", overwrites={world.guild.default_role: hidden, world.admin: shown, world.bot.user: mute}
    )
