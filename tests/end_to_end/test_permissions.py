"""Who may use which command: every command, by everyone whom Discord lets try it."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from simcord.actors import MemberActor

from tests.seen import Seen
from tests.world import World

DONE = "done"
NOT_ADMIN = "Only admins of this server can do that: members with the *Manage Server* permission"
NO_EVENT = "There is no such event in this server."
NOT_HERE = "Leaderboards belong to servers."


@dataclass(frozen=True)
class Use:
    """A use of a command, and what becomes of it; `{event}` stands for the name of an event."""

    command: str
    options: dict[str, Any] = field(default_factory=dict)
    by_a_member: str = NOT_ADMIN
    by_another_servers_admin: str = NO_EVENT

    def __str__(self) -> str:
        return " ".join((self.command, *self.options))

    def with_event(self, event: str) -> dict[str, Any]:
        return {
            name: value.format(event=event) if isinstance(value, str) else value for name, value in self.options.items()
        }


TABLE = [
    Use("submit-score", {"event": "{event}", "score": "100"}, by_a_member=DONE),
    Use("leaderboard", {"event": "{event}"}, by_a_member=DONE),
    Use("event list", by_a_member=DONE, by_another_servers_admin=DONE),
    Use("event create", {"name": "New {event}", "direction": "LOW"}, by_another_servers_admin=DONE),
    Use("event edit", {"event": "{event}", "unit": "points"}),
    Use("event archive", {"event": "{event}"}),
    Use("weekly-reset", {"event": "{event}"}),
    Use("weekly-reset", {"event": "{event}", "preview": True}),
    Use("weekly-undo", {"event": "{event}"}),
    Use("settings", by_another_servers_admin=DONE),
    Use("settings", {"time-zone": "Asia/Tokyo"}, by_another_servers_admin=DONE),
]


async def test_the_table_holds_every_command(world: World) -> None:
    assert {use.command for use in TABLE} == set(world.admin.available_commands(world.channel))


async def test_a_member_may_use_what_is_for_everyone(world: World) -> None:
    outcomes = await outcomes_for(world, world.member("Mia"))

    assert outcomes == {str(use): use.by_a_member for use in TABLE}


@pytest.mark.parametrize("admin", ["Manage Server", "Administrator", "the admin role", "being the bot's owner"])
async def test_an_admin_may_use_everything(world: World, admin: str) -> None:
    referees = world.guild.create_role("Referees")
    await world.use(world.admin, "settings", **{"admin-role": referees})
    admins = {
        "Manage Server": world.member("Ana", manage_guild=True),
        "Administrator": world.member("Bob", administrator=True),
        "the admin role": world.member("Cy", role=referees),
        "being the bot's owner": world.member("Di"),
    }
    await world.restart_bot(owner_id=admins["being the bot's owner"].id)

    assert await outcomes_for(world, admins[admin]) == {str(use): DONE for use in TABLE}


async def test_another_servers_admin_reaches_nothing_here(world: World) -> None:
    rivals = world.add_server("Rivals")

    outcomes = await outcomes_for(world, rivals.admin)

    assert outcomes == {str(use): use.by_another_servers_admin for use in TABLE}
    assert "New" not in await world.use("Mia", "event list")
    assert "Time zone\nUTC: " in await world.use(world.admin, "settings")


async def test_the_admin_role_of_another_server_counts_for_nothing_here(world: World) -> None:
    rivals = world.add_server("Rivals")
    referees = rivals.guild.create_role("Referees")
    await world.use(rivals.admin, "settings", **{"admin-role": referees})
    eve = rivals.member("Eve", role=referees)
    assert outcome_of(await world.use(eve, "settings")) == DONE

    outcomes = await outcomes_for(world, world.member("Eve", user=eve.user))

    assert outcomes == {str(use): use.by_a_member for use in TABLE}


async def test_no_command_works_in_a_direct_message(world: World) -> None:
    await world.offer_commands_in_direct_messages()
    before = await world.tables()

    outcomes = {
        str(use): outcome_of(await world.use_in_direct_message(world.admin, use.command, **use.with_event("Blitz")))
        for use in TABLE
    }

    assert outcomes == {str(use): NOT_HERE for use in TABLE}
    assert await world.tables() == before


async def test_nothing_is_offered_in_a_direct_message(world: World) -> None:
    await prepare(world, "Blitz")
    await world.offer_commands_in_direct_messages()

    assert await world.admin.user.autocomplete("submit-score", "event", "") == []
    assert await world.admin.user.autocomplete("weekly-reset", "week", "", event="Blitz") == []


async def test_discord_is_told_to_offer_no_command_in_direct_messages(world: World) -> None:
    assert world.admin.user.available_commands() == ()


async def test_without_the_admin_role_a_member_is_an_admin_no_longer(world: World) -> None:
    referees = world.guild.create_role("Referees")
    await world.use(world.admin, "settings", **{"admin-role": referees})
    mia = world.member("Mia", role=referees)
    assert outcome_of(await world.use(mia, "settings")) == DONE
    world.guild.remove_member(mia)

    assert NOT_ADMIN in await world.refused(world.use(world.guild.add_member(mia.user), "settings"))


async def outcomes_for(world: World, who: MemberActor) -> dict[str, str]:
    """Have a member use everything in the table, each time with another event."""
    outcomes = {}
    for number, use in enumerate(TABLE):
        await prepare(world, f"Event {number}")
        before = await world.tables()
        outcome = outcome_of(await world.use(who, use.command, **use.with_event(f"Event {number}")))
        assert outcome == DONE or await world.tables() == before, use
        outcomes[str(use)] = outcome
    return outcomes


async def prepare(world: World, event: str) -> None:
    """An event with a week that was closed and one that can be, made past Discord."""
    admin, services = world.as_actor(), world.backend.real.services
    await world.backend.create_event(name=event, actor=admin)
    await world.backend.submit(admin.discord_id, 100, event, guild_id=world.guild.id)
    await services.weeks.run(admin, event)
    world.clock.move(weeks=1)
    await world.backend.submit(admin.discord_id, 100, event, guild_id=world.guild.id)


def outcome_of(seen: Seen) -> str:
    """What became of a command, as its user is told."""
    if "⚠️" not in seen and seen.text:
        return DONE
    sentences = [sentence for sentence in (NOT_ADMIN, NO_EVENT, NOT_HERE) if sentence in seen]
    assert seen.is_private
    return sentences[0] if sentences else seen.text
