"""Two processes receive every command: the one that did it tells the user, and the other tells nothing else."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import URL

from bot.domain.clock import utc_now
from tests.backends import ADMIN as BACKEND_ADMIN
from tests.backends import Clock, TestBackend, open_test_backend
from tests.patience import SOON, UNTIL_IT_HANGS, limits
from tests.tracing import untraced
from tests.wire.bots import ADMIN, busy, settings, told
from tests.wire.discord_stub import HOME, DiscordStub, Reply, User
from tests.wire.forked_bot import forked
from tests.wire.waiting import until

pytestmark = untraced

PLAYER = User("bob")
HOME_ADMIN = replace(BACKEND_ADMIN, guild_id=HOME.id)
AT_LOAD = 3
"""How many users use each command concurrently."""


@dataclass(frozen=True)
class Use:
    """A command, and words that only its success contains; `{n}` is the number of its event."""

    user: User
    command: str
    words: str
    options: dict[str, Any] = field(default_factory=dict)
    event: str | None = None


DOES = (
    Use(ADMIN, "event create", "Event created", {"name": "New {n}", "direction": "HIGH"}),
    Use(ADMIN, "event edit", "Event changed", {"name": "Renamed {n}"}, "Old {n}"),
    Use(ADMIN, "event archive", "Event archived", {}, "Archived {n}"),
    Use(ADMIN, "weekly-reset", "🏆", {}, "Closed {n}"),
    Use(ADMIN, "weekly-undo", " is open again", {}, "Undone {n}"),
    Use(ADMIN, "settings", "Nothing changed", {"time-zone": "UTC"}),
    Use(User("cy{n}"), "submit-score", "🎉", {"score": "100"}, "Played {n}"),
)
READS = (
    Use(ADMIN, "score restore", "'s score of 50?", {"player": PLAYER}, "Restored {n}"),
    Use(ADMIN, "leaderboard", "1 player", {}, "Shown {n}"),
    Use(ADMIN, "events", "Shown 0"),
    Use(ADMIN, "weekly-reset", "nothing is closed yet", {"preview": True}, "Shown {n}"),
    Use(ADMIN, "settings", "Settings of this server"),
    Use(ADMIN, "score remove", "would leave the leaderboard", {"player": PLAYER}, "Shown {n}"),
)


@pytest.fixture
async def backend(server_url: URL) -> AsyncIterator[TestBackend]:
    """A third process, with an event for each use, to which a player submitted last week."""
    clock = Clock(utc_now() - timedelta(weeks=1))
    async with open_test_backend(server_url, clock) as backend:
        for use in (*DOES, *READS):
            for number in range(AT_LOAD if use.event is not None else 0):
                await prepare(backend, use, str(use.event).format(n=number))
        clock.move(weeks=1)
        yield backend


async def prepare(backend: TestBackend, use: Use, event: str) -> None:
    if event not in {one.event.name for one in await backend.real.services.events.list(HOME.id)}:
        await backend.create_event(name=event, actor=HOME_ADMIN)
        await backend.submit(PLAYER.id, 50, event, guild_id=HOME.id)
    if use.command == "weekly-undo":
        await backend.real.services.weeks.run(HOME_ADMIN, event, early=True)
    if use.command == "score restore":
        await backend.real.services.removals.remove(HOME_ADMIN, event, PLAYER.id)


def is_acknowledged(reply: Reply) -> bool:
    return reply.callback is not None


def is_refused(reply: Reply) -> bool:
    return "⚠️" in reply.text


NEVER = {"LATEST_DEFERRAL_SECONDS": UNTIL_IT_HANGS, "PRECEDENCE_SECONDS": UNTIL_IT_HANGS}


@pytest.mark.parametrize(
    ("uses", "seconds", "first_answer_waits_for", "all_wait"),
    [
        pytest.param(DOES + READS, NEVER, None, False, id="quick"),
        pytest.param(DOES + READS, NEVER | {"DIRECT_ANSWER_SECONDS": SOON}, None, True, id="both defer"),
        pytest.param(
            DOES + READS, NEVER | {"LATEST_DEFERRAL_SECONDS": SOON}, is_acknowledged, False, id="the other is first"
        ),
        pytest.param(DOES, {}, is_refused, False, id="the other has told something else"),
    ],
)
async def test_whoever_did_it_tells_it_and_nobody_else_tells_anything(
    discord: DiscordStub,
    backend: TestBackend,
    redis_url: str,
    uses: tuple[Use, ...],
    seconds: dict[str, float],
    first_answer_waits_for: Callable[[Reply], bool] | None,
    all_wait: bool,
) -> None:
    url = backend.database.url
    environment = settings(discord, url, REDIS_URL=redis_url, **limits(**seconds))
    if first_answer_waits_for is not None:
        discord.hold_first_answers_until(first_answer_waits_for)
    async with (
        forked(discord, environment) as one,
        forked(discord, environment, already=1) as other,
    ):
        replies = {}
        async with busy(url) if all_wait else nullcontext():
            for use in uses:
                for number in range(AT_LOAD):
                    replies[await invoke(discord, use, number)] = use.words
            if all_wait:
                await until(lambda: all(map(is_acknowledged, replies)), UNTIL_IT_HANGS, lambda: "deferrals")
        await asyncio.gather(*(told(reply, words) for reply, words in replies.items()))
        outputs = one.output + other.output
    wrong = [
        reply
        for reply, words in replies.items()
        if [words in message.text for message in reply.messages].count(True) != 1 or is_refused(reply)
    ]
    assert wrong == []
    assert "Traceback" not in outputs
    assert "40060" not in outputs
    assert await backend.differences() == []


@pytest.mark.parametrize("first_answer_waits_for", [None, is_acknowledged], ids=["quick", "the other is first"])
async def test_a_button_that_does_something_is_told_by_whoever_did_it(
    discord: DiscordStub,
    backend: TestBackend,
    redis_url: str,
    first_answer_waits_for: Callable[[Reply], bool] | None,
) -> None:
    await backend.submit(PLAYER.id, 50, "Played 0", guild_id=HOME.id)
    await backend.real.services.weeks.run(HOME_ADMIN, "Played 0")
    seconds = NEVER if first_answer_waits_for is None else NEVER | {"LATEST_DEFERRAL_SECONDS": SOON}
    environment = settings(discord, backend.database.url, REDIS_URL=redis_url, **limits(**seconds))
    async with forked(discord, environment) as one, forked(discord, environment, already=1) as other:
        score = await discord.invoke(User("cy"), "submit-score", event="Played 0", score="15.020")
        reset = await discord.invoke(ADMIN, "weekly-reset", event="Played 0")
        await told(score, "15.02")
        await told(reset, "Close it now")
        cheated = await discord.invoke(ADMIN, "score remove", event="Shown 0", player=PLAYER)
        await told(cheated, "would leave the leaderboard")
        spared = await discord.invoke(ADMIN, "score remove", event="Shown 0", player=PLAYER)
        await told(spared, "would leave the leaderboard")
        if first_answer_waits_for is not None:
            discord.hold_first_answers_until(first_answer_waits_for)
        counted = await discord.click(score.user, score, "15,020")
        await told(counted, "🎉")
        closed = await discord.click(ADMIN, reset, "Close it now")
        await told(closed, "🏆")
        undone = await discord.click(ADMIN, await told(closed, "🏆"), "Undo")
        await told(undone, " is open again")
        removal = await discord.click(ADMIN, cheated, "Remove")
        await told(removal, "Score removed")
        question = await discord.click(ADMIN, await told(removal, "Score removed"), "Restore")
        restored = await discord.click(ADMIN, question, "Restore")
        await told(restored, "Score restored")
        kept = await discord.click(ADMIN, spared, "Cancel")
        await told(kept, "Nothing was changed.")
        outputs = one.output + other.output
    assert "40060" not in outputs
    assert [is_refused(reply) for reply in (counted, closed, undone, removal, restored)] == [False] * 5
    assert [len(reply.messages) for reply in (counted, closed, removal)] == [2, 2, 2]


async def invoke(discord: DiscordStub, use: Use, number: int) -> Reply:
    options: dict[str, Any] = {
        key: value.format(n=number) if isinstance(value, str) else value for key, value in use.options.items()
    }
    if use.event is not None:
        options["event"] = use.event.format(n=number)
    user = replace(use.user, name=use.user.name.format(n=number), id=use.user.id + number)
    return await discord.invoke(user, use.command, **options)
