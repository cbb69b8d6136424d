"""Admins are told once what has stopped working in their server."""

import pytest

from bot.domain.jobs import JobKind
from bot.domain.servers import Trouble
from bot.services.servers import leave_notice
from tests.one_database import on_both_databases, on_one_database
from tests.outages import statements_seen
from tests.seen import Seen
from tests.world import World

pytestmark = on_one_database

WORDS = "Results and records are not announced any more"


@pytest.fixture
async def board(world: World) -> Seen:
    """A board, in a server whose channel for announcements is gone."""
    await world.create_event()
    await world.submit("Ana", 100)
    board = await world.board()
    kind, place, now = JobKind.RESULTS, world.channel.id, world.clock()
    await world.backend.database.write(
        lambda session: leave_notice(session, world.guild.id, kind, Trouble.CHANNEL_GONE, place, now)
    )
    return board


@on_both_databases
async def test_any_command_of_an_admin_tells_once_what_stopped_working(world: World, board: Seen) -> None:
    assert WORDS in (await world.board(who=world.admin)).alone
    assert WORDS not in await world.board(who=world.admin)


async def test_whoever_has_administrator_alone_is_told_what_stopped_working(world: World, board: Seen) -> None:
    assert WORDS in (await world.board(who=world.member("Boss", administrator=True))).alone


async def test_any_button_of_an_admin_tells_what_stopped_working(world: World, board: Seen) -> None:
    assert WORDS in (await world.click(world.admin, board, "This week")).alone


async def test_whoever_is_no_admin_is_told_nothing_and_costs_no_look(world: World, board: Seen) -> None:
    with statements_seen("notices") as looks:
        assert WORDS not in await world.board(who="Ana")
        assert WORDS not in await world.click("Ana", board, "This week")
        assert looks == []


@on_both_databases
async def test_a_notice_that_discord_refuses_is_told_with_the_next_answer(world: World, board: Seen) -> None:
    world.fail_discord("POST", "/webhooks/*", status=404)

    assert WORDS not in await world.use(world.admin, "events")
    assert WORDS in (await world.use(world.admin, "events")).alone
