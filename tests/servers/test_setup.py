"""The setup panel of a server: every part, with its button and its modal; and the greeting of a new server."""

import asyncio
from typing import Any

from discord import PermissionOverwrite

from bot.cogs.servers import Servers
from bot.database.models import Event, GuildSettings
from tests import tables
from tests.one_database import on_both_databases, on_one_database
from tests.seen import read, seen
from tests.world import World

pytestmark = on_one_database


async def settings_of(world: World) -> dict[str, Any]:
    return next(row for row in await tables.rows(world.backend.database, GuildSettings))


@on_both_databases
async def test_every_part_is_set_up_by_a_button_also_after_a_restart(world: World) -> None:
    role = world.guild.create_role("Referees")
    panel = await world.use(world.admin, "setup")
    assert panel.is_private
    assert [*panel.buttons] == [
        *("New event", "Announcements", "Held scores", "Weeks"),
        *("Time zone", "Admin role", "Default rules"),
    ]
    hidden, seen_by_admin = PermissionOverwrite(read_messages=False), PermissionOverwrite(read_messages=True)
    assert world.bot.user is not None
    referees = world.guild.create_text_channel(
        "referees",
        overwrites={world.guild.default_role: hidden, world.admin: seen_by_admin, world.bot.user: seen_by_admin},
    )
    filled: dict[str, tuple[dict[str, Any], str]] = {
        "Announcements": ({"channel": [world.channel]}, f"results and records in <#{world.channel.id}>"),
        "Held scores": ({"channel": [referees]}, f"for admins in <#{referees.id}>"),
        "Weeks": ({"closing": "itself", "grace": " 30 "}, "by themselves, 30 minutes after their end"),
        "Time zone": ({"zone": "Berlin"}, "Europe/Berlin: weeks begin"),
        "Admin role": ({"role": [role]}, f"<@&{role.id}>, besides"),
        "Default rules": ({"method": "ranks", "attendance": "best"}, "Ranks · the best weeks count"),
    }
    for button, (values, told) in filled.items():
        asked = await world.open_modal(world.admin, panel, button)
        await world.restart_bot()
        shown = await world.fill_in(world.admin, asked, **values)
        assert told in shown.alone, button
    asked = await world.open_modal(world.admin, panel, "New event")

    made = await world.fill_in(world.admin, asked, name="Sprint", best="Fastest time", unit="")

    assert "Event created" in made.public
    [event] = await tables.rows(world.backend.database, Event)
    kept = ("name", "score_direction", "score_format", "score_unit", "method", "attendance")
    assert [str(event[name]) for name in kept] == ["Sprint", "LOW", "time", "None", "ranks", "best"]
    audit = (await world.tables())["audit_log"]
    assert [row["action"] for row in audit] == ["settings"] * 6 + ["event create"]
    asked = await world.open_modal(world.admin, panel, "Announcements")
    assert "Announcements\nnone;" in (await world.fill_in(world.admin, asked, channel=[])).alone


async def test_what_is_no_setting_is_refused_and_only_admins_see_the_panel(world: World) -> None:
    panel = await world.use(world.admin, "setup")
    for button, values, told in (
        ("Weeks", {"closing": "admin", "grace": "soon"}, "Type minutes from 0 to 8,640 (6 days)."),
        ("Held scores", {"channel": [world.channel]}, f"Everyone can read <#{world.channel.id}>"),
        ("Time zone", {"zone": "Atlantis"}, "There is no time zone “Atlantis”"),
        (
            "New event",
            {"name": "A", "best": "Longest time", "unit": "points"},
            "Times have no unit. Leave *Unit* empty.",
        ),
    ):
        asked = await world.open_modal(world.admin, panel, button)
        assert told in await world.refused(world.fill_in(world.admin, asked, **values))
    assert "Only admins of this server can do that" in await world.refused(world.use("Ana", "setup"))
    told = await world.refused(world.use(world.admin, "settings", **{"review-channel": world.channel}))
    assert "held scores are for admins alone. Choose a channel that only admins see." in told


async def test_the_form_of_a_new_event_asks_in_one_question_what_is_best(world: World) -> None:
    panel = await world.use(world.admin, "setup")
    bests = ("Highest number", "Lowest number", "Fastest time", "Longest time")
    for best in bests:
        asked = await world.open_modal(world.admin, panel, "New event")
        assert "Event created" in await world.fill_in(world.admin, asked, name=best, best=best, unit="")
    listed = await world.use("Ana", "events")
    for best in bests:
        assert f"**{best}** · {best.lower().replace('number', 'score')}" in listed


@on_both_databases
async def test_a_new_server_is_greeted_once_where_the_bot_may_write(world: World) -> None:
    for _ in range(2):
        guild, cog = world.bot.get_guild(world.guild.id), world.bot.get_cog("Servers")
        assert isinstance(cog, Servers)
        assert guild is not None
        await asyncio.gather(cog.on_guild_join(guild), cog.on_guild_join(guild))
        await world.restart_bot()

    [greeting] = world.channel.history(viewer=world.admin)

    assert "Three steps to the first score" in read(greeting)
    assert "Settings of this server" in seen(await world.admin.click(greeting, label="Set up"))
    ana = world.member("Ana")
    assert "Only admins" in seen(await ana.click(greeting, label="Set up"))
