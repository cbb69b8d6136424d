"""Who may use which command: every command, actually sent, by everyone whom Discord lets try it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pytest
from sqlalchemy import URL

from tests.backends import open_test_backend
from tests.databases import Templates
from tests.tracing import untraced

from .discord_stub import HOME, MANAGE_SERVER, Guild, User
from .wired_bot import ADMIN, JUDGES, OWNER, REFEREES, RIVALS, WiredBot, actor

pytestmark = untraced

DONE = "done"
NOT_ADMIN = "Only admins of this server can do that: members with the *Manage Server* permission"
NO_EVENT = "This server has no event"
NO_CHANNEL = "Choose a text channel of this server."
NOT_HERE = "Leaderboards belong to servers."

ADMINISTRATOR: Final = 1 << 3
SLASH: Final = 1
SUBCOMMAND: Final = 1
PLAYER: Final = User("pia", display_name="Pia")
"""The player whose scores are in the events of the table."""
RIVAL: Final = User("ria", display_name="Ria")
"""The player with a score in the first event of the table."""
GONE: Final = User("gus", display_name="Gus")
"""The withdrawn player."""
NOT_A_PLAYER: Final = f"<@{PLAYER.id}> has never submitted a score in this server."
EXPORTED: Final = b"""{
    "format": "leaderboard-event", "version": 1, "exported_at": "2026-11-18T12:00:00Z", "time_zone": "UTC",
    "players": [], "runs": [], "submissions": [], "excuses": [],
    "event": {
        "name": "Copy", "direction": "HIGH", "format": "number", "unit": null, "min_score": null, "max_score": null,
        "alarm_elo": null, "alarm_min": null, "alarm_max": null, "is_active": true, "season": 1, "season_of": null,
        "first_week": null, "last_week": null,
        "rules": {
            "method": "classic", "uses_logarithm": false, "attendance": "zero", "best_of": 6, "last_weeks": 10,
            "all_time_weight": 0.5, "missed_week_elo": null, "min_weeks": 1, "min_field": 1
        },
        "statistics": {"count": 0, "origin": 0.0, "mean": 0.0, "m2": 0.0, "m2_peak": 0.0}
    }
}"""
"""An event without scores, in the form of `/export`."""

NOT_PLAYING: Final = NOT_A_PLAYER.replace(str(PLAYER.id), str(GONE.id))


@dataclass(frozen=True)
class Use:
    """A use of a command, and its outcome.

    In options, `{event}` is replaced by the name of an event, `{submission}` by the latest submission to it.
    """

    command: str
    options: dict[str, Any] = field(default_factory=dict)
    by_a_member: str = NOT_ADMIN
    from_another_server: str = NO_EVENT

    def __str__(self) -> str:
        return " ".join((self.command, *self.options))

    def typed(self, **names: Any) -> dict[str, Any]:
        return {
            name: value.format(**names) if isinstance(value, str) else value for name, value in self.options.items()
        }


TABLE = [
    Use("submit-score", {"event": "{event}", "score": "100"}, by_a_member=DONE),
    Use("leaderboard", {"event": "{event}"}, by_a_member=DONE),
    Use("rating", {"event": "{event}", "player": PLAYER}, by_a_member=DONE),
    Use("target", {"event": "{event}", "rank": 1}, by_a_member=DONE),
    Use("history", {"event": "{event}", "player": PLAYER}, by_a_member=DONE),
    Use("history", {"event": "{event}", "at": "yesterday"}, by_a_member=DONE),
    Use("help", by_a_member=DONE, from_another_server=DONE),
    Use("profile", {"player": PLAYER}, by_a_member=DONE, from_another_server=NOT_A_PLAYER),
    Use("compare", {"player": PLAYER, "other": RIVAL}, by_a_member=DONE, from_another_server=NOT_A_PLAYER),
    Use("notify", by_a_member=DONE, from_another_server=DONE),
    Use("events", by_a_member=DONE, from_another_server=DONE),
    Use("event create", {"name": "New {event}", "direction": "LOW"}, from_another_server=DONE),
    Use("event edit", {"event": "{event}", "unit": "points"}),
    Use("event edit", {"event": "{event}", "default-channel": HOME.channel}),
    Use("board post", {"event": "{event}"}),
    Use("event archive", {"event": "{event}"}),
    Use("event rehearse", {"event": "{event}", "method": "ranks"}),
    Use("event begin-again", {"event": "{event}"}),
    Use("weekly-reset", {"event": "{event}"}),
    Use("weekly-reset", {"event": "{event}", "preview": True}),
    Use("weekly-undo", {"event": "{event}"}),
    Use("score add", {"event": "{event}", "player": PLAYER, "score": "200", "when": "yesterday"}),
    Use("score remove", {"event": "{event}", "player": PLAYER, "score": "#{submission}", "reason": "spliced"}),
    Use("score restore", {"event": "{event}", "player": PLAYER, "score": "#{submission}"}),
    Use("player withdraw", {"player": PLAYER, "reason": "cheats"}, from_another_server=NOT_A_PLAYER),
    Use("player return", {"player": GONE}, from_another_server=NOT_PLAYING),
    Use("player excuse", {"player": PLAYER, "week": "next week"}, from_another_server=NOT_A_PLAYER),
    Use("player unexcuse", {"player": PLAYER, "week": "2026-W40"}, from_another_server=NOT_A_PLAYER),
    Use("board remove", {"event": "{event}"}),
    Use("review", by_a_member=DONE, from_another_server=DONE),
    Use("audit", from_another_server=DONE),
    Use("audit", {"event": "{event}"}),
    Use("audit", {"player": PLAYER}, from_another_server=NOT_A_PLAYER),
    Use("export", {"event": "{event}"}),
    Use("setup", from_another_server=DONE),
    Use("import", {"file": EXPORTED}, from_another_server=DONE),
    Use("import", {"event": "{event}", "file": f"player,score,time\n<@{PLAYER.id}>,300,2026-11-20".encode()}),
    Use("settings", from_another_server=DONE),
    Use("settings", {"time-zone": "Asia/Tokyo"}, from_another_server=DONE),
    Use("settings", {"close-weeks": True, "grace": 60}, from_another_server=DONE),
    Use("settings", {"announcements": HOME.news, "quiet-from": "22", "quiet-to": "8"}, from_another_server=NO_CHANNEL),
    Use("settings", {"review-channel": HOME.news}, from_another_server=NO_CHANNEL),
    Use("event role", {"event": "{event}", "role": REFEREES, "award": "nobody"}),
    Use("my-data", by_a_member=DONE, from_another_server=DONE),
]


@dataclass(frozen=True)
class Someone:
    """A user in a server or in a direct message, and the outcome of all uses, or of each."""

    user: User
    guild: Guild | None
    told: str | None

    def expected(self, use: Use) -> str:
        if self.told is not None:
            return self.told
        return use.by_a_member if self.guild is HOME else use.from_another_server


EVERYONE = {
    "a member": Someone(User("mia"), HOME, None),
    "a member with a role of another server": Someone(User("eve", roles=(JUDGES.id,)), HOME, None),
    "the admin role": Someone(User("cy", roles=(REFEREES.id,)), HOME, DONE),
    "Manage Server": Someone(User("ana", MANAGE_SERVER), HOME, DONE),
    "Administrator": Someone(User("bob", ADMINISTRATOR), HOME, DONE),
    "the bot's owner": Someone(OWNER, HOME, DONE),
    "another server's admin": Someone(User("zoe", MANAGE_SERVER), RIVALS, None),
    "another server's admin role": Someone(User("eve", roles=(JUDGES.id,)), RIVALS, None),
    "an admin in a direct message": Someone(ADMIN, None, NOT_HERE),
    "the bot's owner in a direct message": Someone(OWNER, None, NOT_HERE),
}


def event_of(use: Use) -> str:
    return f"Event {TABLE.index(use)}"


def prepare(url: URL) -> None:
    """Create an event for each use, with a closed week and one that can be closed; and define the admins."""

    async def work() -> None:
        async with open_test_backend(url) as backend:
            services = backend.real.services
            await services.settings.change(actor(ADMIN), admin_role_id=REFEREES.id)
            await services.settings.change(actor(ADMIN, RIVALS), admin_role_id=JUDGES.id)
            for name in map(event_of, TABLE):
                await backend.create_event(name=name, actor=actor(ADMIN))
                await backend.submit(PLAYER.id, 100, name, guild_id=HOME.id)
                await services.weeks.run(actor(ADMIN), name, early=True)
            backend.clock.move(weeks=1)
            for name in map(event_of, TABLE):
                await backend.submit(PLAYER.id, 100, name, guild_id=HOME.id)
            for name in [event_of(use) for use in TABLE if use.command == "event begin-again"]:
                await services.weeks.run(actor(ADMIN), name, early=True)
            for name in [event_of(use) for use in TABLE if use.command == "board remove"]:
                await services.boards.post(actor(ADMIN), name, HOME.channel.id)
            for name in [event_of(use) for use in TABLE if use.command == "score restore"]:
                await services.removals.remove(actor(ADMIN), name, PLAYER.id, "100 · W48")
            await services.excuses.excuse(actor(ADMIN), PLAYER.id, "2026-W40")
            await backend.submit(RIVAL.id, 100, event_of(TABLE[0]), guild_id=HOME.id)
            await backend.submit(GONE.id, 100, event_of(TABLE[0]), guild_id=HOME.id)
            await services.withdrawals.withdraw(actor(ADMIN), GONE.id)
            await backend.rate()

    asyncio.run(work())


@pytest.fixture
def database_url(templates: Templates) -> Iterator[URL]:
    """A file is enough; `tests/servers/test_authority.py` tests authority on both databases."""
    with templates.prepared("sqlite", prepare) as url:
        yield url


@pytest.fixture
async def submissions(wired: WiredBot) -> dict[str, int]:
    """Return the latest submission to each event."""
    wired.backend.clock.move(weeks=1)
    log = sorted(row["id"] for row in (await wired.tables())["score_submissions"])
    return dict(zip(map(event_of, TABLE), log[len(TABLE) : 2 * len(TABLE)], strict=True))


async def test_the_table_holds_every_command(wired: WiredBot) -> None:
    offered = [
        " ".join((command["name"], *within))
        for command in wired.discord.commands[None]
        if command["type"] == SLASH
        for within in [[one["name"]] for one in command["options"] if one["type"] == SUBCOMMAND] or [[]]
    ]
    assert {use.command for use in TABLE} == set(offered)


async def test_discord_offers_the_commands_of_admins_to_admins_only(wired: WiredBot) -> None:
    offered = {command["name"]: command["default_member_permissions"] for command in wired.discord.commands[None]}
    of_admins = {use.command.split()[0] for use in TABLE if use.by_a_member == NOT_ADMIN}
    assert {name for name, permissions in offered.items() if permissions == MANAGE_SERVER} == of_admins
    assert {name for name, permissions in offered.items() if permissions is None} == offered.keys() - of_admins


@pytest.mark.usefixtures("jobs_by_request")
@pytest.mark.parametrize("who", EVERYONE)
async def test_everyone_may_do_what_the_table_says_and_nothing_else(
    wired: WiredBot, submissions: dict[str, int], who: str
) -> None:
    someone, outcomes = EVERYONE[who], {}
    for use in TABLE:
        options = use.typed(event=event_of(use), submission=submissions[event_of(use)])
        outcomes[str(use)] = await outcome(wired, someone, use.command, options)

    assert outcomes == {str(use): someone.expected(use) for use in TABLE}


async def test_without_the_admin_role_a_member_is_an_admin_no_longer(wired: WiredBot) -> None:
    referee = User("cy", roles=(REFEREES.id,))
    assert "Settings of this server" in (await wired.use(referee, "settings")).text

    assert NOT_ADMIN in await wired.refused(wired.use(replace(referee, roles=()), "settings"))


async def test_nothing_is_offered_in_a_direct_message_nor_in_another_server(wired: WiredBot) -> None:
    for guild in (None, RIVALS):
        assert await wired.discord.autocomplete(ADMIN, "submit-score", "event", "", guild=guild) == []
        assert await wired.discord.autocomplete(ADMIN, "weekly-reset", "event", "", guild=guild) == []
        assert await wired.discord.autocomplete(ADMIN, "weekly-reset", "week", "", guild=guild, event="Event 0") == []


async def outcome(wired: WiredBot, someone: Someone, command: str, options: dict[str, Any]) -> str:
    """Return the outcome of a command, as its user sees it; after a refusal, check that every row is unchanged."""
    before = await wired.tables()
    reply = await wired.use(someone.user, command, guild=someone.guild, **options)
    if "⚠️" not in reply.text:
        return DONE
    assert reply.ephemeral, reply
    assert await wired.tables() == before, reply
    return next(
        (told for told in (NOT_ADMIN, NO_EVENT, NOT_A_PLAYER, NOT_PLAYING, NOT_HERE, NO_CHANNEL) if told in reply.text),
        reply.text,
    )
