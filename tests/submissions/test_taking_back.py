"""Taking back a score, within ten minutes: everything is as before, and the next score may come at once."""

import pytest
from sqlalchemy import URL

from bot.errors import AlreadyTakenBack, NothingToTakeBack, TooLateToTakeBack
from tests import tables
from tests.backends import ADMIN, EVENT, GUILD, TestBackend
from tests.one_database import on_both_databases, on_one_database
from tests.world import open_world

pytestmark = on_one_database

LOG = ("score_submissions", "jobs", "events", "members")
"""The log keeps the score that was taken back; versions and jobs move on."""


@on_both_databases
async def test_everything_is_as_before_and_the_next_score_may_come_at_once(database_url: URL) -> None:
    async with open_world(database_url, submit_cooldown_seconds=60) as world:
        await world.create_event(unit="points")
        await world.submit_all({"Ana": 15_800, "Bob": 16_400})
        world.clock.move(minutes=5)
        await world.settle_ratings()
        before, board = await tables.contents(world.backend.database, except_for=LOG), await world.board()
        submitted = await world.submit("Ana", 18_900)
        assert "#2 → **#1** of 2" in submitted
        assert "can submit again" in await world.refused(world.submit("Ana", 18_901))

        assert await world.refused(world.click("Bob", submitted, "Undo")) == (
            "Only whoever submitted a score can take it back."
        )
        undone = await world.click("Ana", submitted, "Undo")

        assert undone.public == ("~~18,900 points~~ · taken back by **Ana**\nTetris Blitz · best 15,800 points again")
        assert undone.buttons == {}
        await world.settle_ratings()
        assert await tables.contents(world.backend.database, except_for=LOG) == before
        assert (await world.board()).public == board.public
        assert await world.backend.differences() == []
        assert "#2 → **#1** of 2" in await world.submit("Ana", 19_000)


async def test_whoever_is_withdrawn_or_erased_is_told_what_is_true(database_url: URL) -> None:
    async with open_world(database_url) as world:
        await world.create_event()
        await world.submit("Ana", 300)
        latest, also = await world.submit("Ana", 200), await world.submit("Ana", 100)
        asked = await world.use(world.admin, "player withdraw", player=world.member("Ana"))
        await world.click(world.admin, asked, "Withdraw")
        assert (await world.click("Ana", latest, "Undo")).public == "~~200~~ · taken back by **Ana**\nTetris Blitz"

        await world.backend.real.services.privacy.erase(world.member("Ana").id, "Former player")
        assert await world.refused(world.click("Ana", also, "Undo")) == (
            "Since you were erased, this score has no name. Only an admin can remove it."
        )


async def test_it_is_possible_once_for_ten_minutes_while_the_week_is_open(backend: TestBackend) -> None:
    event, removals = await backend.create_event(), backend.real.services.removals
    late, open_, closed, removed = [(await backend.submit(1, score)).interaction_id for score in (10, 20, 30, 40)]
    await removals.remove(ADMIN, EVENT, 1, "40")

    async def take_back(interaction_id: int, player: int = 1) -> object:
        return await removals.take_back(GUILD, event.id, player, interaction_id)

    await take_back(open_)
    for interaction_id, player, error in ((open_, 1, AlreadyTakenBack), (removed, 1, NothingToTakeBack)):
        with pytest.raises(error):
            await take_back(interaction_id, player)
    with pytest.raises(NothingToTakeBack):
        await take_back(late, 2)
    await backend.run()
    with pytest.raises(TooLateToTakeBack):
        await take_back(closed)
    await backend.undo()
    backend.clock.move(minutes=10)
    with pytest.raises(TooLateToTakeBack):
        await take_back(late)
    await removals.restore(ADMIN, EVENT, 1, "20")
    assert await backend.differences() == []
