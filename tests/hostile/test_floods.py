"""One user floods the bot, and the others get their answers in time."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import URL

from tests.backends import EVENT
from tests.one_database import on_both_databases, on_one_database
from tests.patience import SOON, set_limits
from tests.wire.bots import busy
from tests.wire.discord_stub import Reply, User
from tests.wire.wired_bot import WiredBot, answered, open_wired_bot

pytestmark = on_one_database

BURSTS = 10
SUGGESTIONS = 200

Json = dict[str, Any]

EVE = User("eve", display_name="Eve")
OTHERS = [User(name, display_name=name.title()) for name in ("ana", "bob", "cy")]
PERSONAL_BEST, FIRST_PAGE = "🎉", f"{EVENT} · "
NO_ADMIN = "⚠️ Only admins of this server"
SUBMIT: tuple[str, Json] = ("submit-score", {"event": EVENT, "score": "5"})
SHOW: tuple[str, Json] = ("leaderboard", {"event": EVENT})
FLOOD: list[tuple[tuple[str, Json], tuple[str, ...]]] = [
    (SUBMIT, (PERSONAL_BEST, "⚠️ You can submit again")),
    (("submit-score", {"event": EVENT, "score": "a lot"}), ("⚠️ “a lot” is no score.",)),
    (SHOW, (FIRST_PAGE,)),
    (("leaderboard", {"event": EVENT, "board": "overall"}), (FIRST_PAGE,)),
    (("leaderboard", {"event": "Nothing"}), ("⚠️ This server has no event",)),
    (("events", {}), ("Events of this server",)),
    (("event create", {"name": "Mine", "direction": "LOW"}), (NO_ADMIN,)),
    (("weekly-reset", {"event": EVENT}), (NO_ADMIN,)),
    (("weekly-undo", {"event": EVENT}), (NO_ADMIN,)),
    (("settings", {"time-zone": "Asia/Tokyo"}), (NO_ADMIN,)),
]
"""The uses in each burst, and the possible beginnings of their answers."""
OTHERS_USE = {BURSTS // 2: SUBMIT, BURSTS - 1: SHOW}
"""The uses of other users, by the burst that they follow."""


@pytest.fixture
async def hasty(database_url: URL, monkeypatch: pytest.MonkeyPatch, untroubled: None) -> AsyncIterator[WiredBot]:
    """A bot with a cooldown, which soon asks for patience; its clock stands still."""
    set_limits(monkeypatch.setattr, {"DIRECT_ANSWER_SECONDS": SOON})
    async with open_wired_bot(database_url, monkeypatch, submit_cooldown_seconds=60) as wired:
        await wired.create_event()
        yield wired


async def send(wired: WiredBot, user: User, use: tuple[str, Json]) -> Reply:
    """Let someone use a command; its answer comes later."""
    return await wired.discord.invoke(user, use[0], **use[1])


@on_both_databases
async def test_whoever_asks_amid_a_flood_is_answered_before_it_is_over(hasty: WiredBot, database_url: URL) -> None:
    flood, others = [], []
    # Another process blocks all writers until everyone has at least been asked for patience.
    async with busy(database_url):
        for burst in range(BURSTS):
            flood += [await send(hasty, EVE, use) for use, _ in FLOOD]
            if burst in OTHERS_USE:
                others += [await send(hasty, user, OTHERS_USE[burst]) for user in OTHERS]
        await asyncio.gather(*(reply.acknowledged() for reply in others))

    for number, reply in enumerate(await asyncio.gather(*map(answered, flood))):
        assert reply.final.text.startswith(FLOOD[number % len(FLOOD)][1]), reply
    told = [reply.final.text for reply in await asyncio.gather(*map(answered, others))]
    assert [text.startswith((PERSONAL_BEST, FIRST_PAGE)) for text in told] == [True] * 2 * len(OTHERS), told
    assert len((await hasty.tables())["score_submissions"]) == 1 + len(OTHERS)


async def test_a_flood_of_suggestions_keeps_nobody_from_submitting(hasty: WiredBot) -> None:
    typed = [("submit-score", "event", EVENT), ("settings", "time-zone", "UTC")]
    flood = [asyncio.create_task(hasty.discord.autocomplete(EVE, *typed[number % 2])) for number in range(SUGGESTIONS)]
    await asyncio.sleep(0)
    submitted = [answered(await send(hasty, user, SUBMIT)) for user in OTHERS]

    assert all(PERSONAL_BEST in reply.text for reply in await asyncio.gather(*submitted))
    for number, offered in enumerate(await asyncio.gather(*flood)):
        assert [choice["value"] for choice in offered] == [typed[number % 2][2]]
