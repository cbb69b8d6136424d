"""Suggestions that fail, or that Discord refuses: the user keeps typing, and the log stays quiet."""

import logging

import pytest

from bot.services.events import EventService
from tests.one_database import on_one_database
from tests.outages import statements_fail
from tests.wire.discord_interactions import command
from tests.wire.discord_stub import AUTOCOMPLETE, HOME, Fault, Reply, User
from tests.wire.wired_bot import WiredBot
from tests.world import World

pytestmark = on_one_database

ANA = User("ana")


async def typing(wired: WiredBot) -> Reply:
    """Let someone type a letter, without waiting for suggestions."""
    data = command(["submit-score"], {"event": "t"}, wired.discord.commands[None], focused="event")
    return await wired.discord.deliver(AUTOCOMPLETE, ANA, HOME, data)


async def test_suggestions_that_another_process_made_first_are_no_error(
    wired: WiredBot, caplog: pytest.LogCaptureFixture
) -> None:
    await wired.create_event()
    reply = await (await typing(wired)).acknowledged()
    assert "40060" in (await wired.discord.redeliver(reply)).error
    await wired.settle()
    assert logged(caplog) == []
    wired.expect_what_failed()


@pytest.mark.parametrize("how", [404, 401, Fault.RESET_BEFORE])
async def test_suggestions_that_do_not_arrive_are_no_error(
    wired: WiredBot, caplog: pytest.LogCaptureFixture, how: int | Fault
) -> None:
    await wired.create_event()
    wired.discord.fail_next("/callback", how)
    await typing(wired)
    await wired.discord.wait_failed()
    await wired.settle()
    assert logged(caplog) == []
    wired.expect_what_failed()


async def test_nothing_is_suggested_while_the_database_fails(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await world.create_event()
    with statements_fail("SELECT"):
        assert await world.suggestions("Ana", "submit-score", "event") == []
    assert [line for line in logged(caplog) if not line.startswith("the database")] == []


async def test_suggestions_that_break_are_logged_with_their_place(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EventService, "suggest", None)
    assert await world.suggestions("Ana", "submit-score", "event") == []
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.name.startswith("bot.")
    assert record.exc_info is not None


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
