"""Discord accepts an acknowledgement but reports a failure: it refuses the retry, and the user gets one answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.one_database import on_one_database
from tests.outages import statement_waits
from tests.patience import SOON, UNTIL_IT_HANGS, hasty
from tests.wire.discord_stub import Fault, Reply, User
from tests.wire.waiting import until
from tests.wire.wired_bot import ADMIN, WiredBot

pytestmark = on_one_database

ANA = User("ana")
USES = {
    "a score that counts": (ANA, "submit-score", {"score": "300"}, "🎉"),
    "a score that does not": (ANA, "submit-score", {"score": "none"}, "⚠️"),
    "a board": (ANA, "leaderboard", {}, "12 players"),
    "a private answer": (ADMIN, "weekly-reset", {"preview": True}, "nothing is closed yet"),
    "a command that is refused": (ADMIN, "weekly-reset", {"week": "2026-W40"}, "Nobody has submitted a score"),
}


@pytest.fixture
async def lossy(wired: WiredBot) -> AsyncIterator[WiredBot]:
    """The bot with an event of two pages, on a Discord whose refusals are part of the test."""
    await wired.create_event()
    for number in range(12):
        await wired.submit(User(f"player{number}"), str(100 + number))
    yield wired
    wired.expect_what_failed()


@pytest.mark.parametrize(("user", "command", "options", "words"), USES.values(), ids=USES.keys())
async def test_an_answer_that_arrived_is_not_told_again(
    lossy: WiredBot, user: User, command: str, options: dict[str, Any], words: str
) -> None:
    async with losing(lossy):
        reply = await lossy.use(user, command, event="Tetris Blitz", **options)
    await through(lossy, reply)
    assert [words in message.text for message in reply.messages] == [True]


@pytest.mark.parametrize(("user", "command", "options", "words"), USES.values(), ids=USES.keys())
async def test_a_deferral_that_arrived_is_followed_by_the_answer(
    lossy: WiredBot, user: User, command: str, options: dict[str, Any], words: str
) -> None:
    async with deferring(lossy, "found" if command == "submit-score" else "SELECT events"):
        reply = await lossy.use(user, command, event="Tetris Blitz", **options)
    await through(lossy, reply)
    assert sum(words in message.text for message in reply.messages) == 1
    assert not any(message.loading for message in reply.messages)


@pytest.mark.parametrize("is_slow", [False, True])
async def test_a_page_is_turned_all_the_same(lossy: WiredBot, is_slow: bool) -> None:
    board = await lossy.use(ANA, "leaderboard", event="Tetris Blitz")
    async with deferring(lossy) if is_slow else losing(lossy):
        reply = await lossy.discord.click(ANA, board, "›")
        await reply.finished()
    await through(lossy, reply)
    assert "12 **player" in reply.text
    assert len(reply.messages) == 1


@asynccontextmanager
async def losing(lossy: WiredBot) -> AsyncIterator[None]:
    """Make Discord not confirm the next acknowledgement."""
    lossy.discord.fail_next("/callback", Fault.ERROR_AFTER)
    yield


@asynccontextmanager
async def deferring(lossy: WiredBot, statement: str = "SELECT events") -> AsyncIterator[None]:
    """Make the next work last until its deferral arrives, which Discord does not confirm."""
    before = len(lossy.discord.replies)

    def is_deferred() -> bool:
        replies = lossy.discord.replies[before:]
        return bool(replies) and replies[0].callback is not None

    with hasty(DIRECT_ANSWER_SECONDS=SOON), statement_waits(statement, is_deferred):
        async with losing(lossy):
            yield


async def through(lossy: WiredBot, reply: Reply) -> None:
    """Wait until the bot has finished all answers."""
    path = f"/interactions/{reply.id}/"
    await until(
        lambda: sum(one.path.startswith(path) for one in lossy.discord.exchanges) == 2,
        UNTIL_IT_HANGS,
        lambda: "the acknowledgement again",
    )
    await lossy.settle()
