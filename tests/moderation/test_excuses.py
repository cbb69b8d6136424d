"""Excuses from weeks: where they apply, and that verification agrees."""

from dataclasses import replace

from bot.database.models import WeeklyResult, WeeklyRun
from bot.domain.standings import Board
from bot.ui.moderation import show_excuse_preview
from tests import tables
from tests.backends import ADMIN, EVENT, TestBackend

ANA, BOB = 1, 2
GUILDS = 3001, 3002


async def test_an_excuse_from_all_events_of_a_server_holds_in_that_server_alone(backend: TestBackend) -> None:
    here, there = (replace(ADMIN, guild_id=guild_id) for guild_id in GUILDS)
    weeks, excuses = backend.real.services.weeks, backend.real.services.excuses
    for actor in (there, here):
        await backend.create_event(actor=actor)
        for player in (ANA, BOB):
            await backend.submit(player, 10.0 * player, guild_id=actor.guild_id)
        backend.clock.move(minutes=2)
    backend.clock.move(weeks=1)
    for actor in (there, here):
        await weeks.run(actor, EVENT)
        await backend.submit(ANA, 50, guild_id=actor.guild_id)
        backend.clock.move(minutes=2)
    await excuses.excuse(here, BOB, "this week")
    backend.clock.move(weeks=1)
    for actor in (there, here):
        await weeks.run(actor, EVENT)

    assert await backend.differences() == []
    runs = {row["id"]: (row["event_id"], row["week_number"]) for row in await tables.rows(backend.database, WeeklyRun)}
    missed = [runs[row["run_id"]] for row in await tables.rows(backend.database, WeeklyResult) if row["score"] is None]
    last = max(week for _, week in runs.values())
    assert missed == [(1, last)]


async def test_an_excuse_shows_first_who_would_lead_the_overall_board(backend: TestBackend) -> None:
    await backend.create_event()
    for scores in ({ANA: 50, BOB: 100}, {ANA: 40}, {ANA: 45}):
        await backend.submit_all(scores)
        await backend.run()
        backend.clock.move(weeks=1)
    assert [*await backend.elos(Board.OVERALL)] == [ANA, BOB]

    excuses = backend.real.services.excuses
    asked = await excuses.preview(ADMIN, BOB, "last week", EVENT, is_excused=True)

    [podium] = asked.events[0].consequences.podiums
    assert (podium.board, [player.discord_id for player in podium.players]) == (Board.OVERALL, [BOB, ANA])
    assert "The overall podium would be Player 2, Player 1." in show_excuse_preview(asked, None).cards[0].text
