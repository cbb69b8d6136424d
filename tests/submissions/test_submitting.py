"""Submitting: all or nothing, safe under races, limited by the cooldown, within the bounds of the event."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import URL

from bot.database.models import LeaderboardScore, Member, Player, PlayerEventStats, ScoreSubmission
from bot.domain.servers import NewMember
from bot.domain.standings import Board
from bot.domain.statistics import RunningStatistics
from bot.domain.submissions import SubmissionResult
from bot.errors import (
    AlreadyCounted,
    CooldownActive,
    EventArchived,
    EventNotFound,
    InvalidProof,
    InvalidScore,
    Unavailable,
)
from bot.services.events import EventOptions
from tests import tables
from tests.backends import ADMIN, EVENT, GUILD, TestBackend, open_test_backend
from tests.outages import statements_fail
from tests.ratings.fields import stored_field


async def test_a_first_score_is_everything_at_once(backend: TestBackend) -> None:
    event = await backend.create_event()
    result = await backend.submit(1, 100, proof=" https://example.com/run ")
    assert result == SubmissionResult(
        interaction_id=result.interaction_id,
        event=event,
        player=result.player,
        score=100,
        week=result.week,
        closed_week=None,
        previous_best=None,
        personal_best=100,
        is_personal_best=True,
        is_weekly_best=True,
        rank=1,
        elo=1000,
        previous_rank=None,
        previous_elo=None,
        neighbour=None,
        players=1,
        proof="https://example.com/run",
    )
    assert (result.player.discord_id, result.player.name, str(result.week)) == (1, "Player 1", "2026-W47")


async def test_a_worse_score_is_logged_and_changes_neither_best(backend: TestBackend) -> None:
    await backend.create_event("LOW")
    await backend.submit(1, 60)
    result = await backend.submit(1, 61)
    assert (result.is_personal_best, result.is_weekly_best, result.personal_best, result.previous_best) == (
        False,
        False,
        60,
        60,
    )
    assert [row["score"] for row in await tables.rows(backend.database, ScoreSubmission)] == [60, 61]
    assert {row["score"] for row in await tables.rows(backend.database, LeaderboardScore)} == {60}


async def test_an_equal_score_leaves_the_time_of_the_first(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(1, 100)
    before = await tables.rows(backend.database, LeaderboardScore)
    backend.clock.move(hours=1)
    assert not (await backend.submit(1, 100)).is_personal_best
    assert await tables.rows(backend.database, LeaderboardScore) == before


async def test_a_new_week_has_a_best_of_its_own(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(1, 100)
    backend.clock.move(weeks=1)
    result = await backend.submit(1, 50)
    assert (result.is_personal_best, result.is_weekly_best, str(result.week)) == (False, True, "2026-W48")


async def test_players_with_equal_scores_share_a_rank_the_earlier_listed_first(backend: TestBackend) -> None:
    await backend.create_event()
    ranks = []
    for player, score in ((1, 100), (2, 200), (3, 100), (4, 50)):
        ranks.append((await backend.submit(player, score)).rank)
        backend.clock.move(seconds=1)
    assert ranks == [1, 1, 2, 4]
    assert [(row.rank, row.player.discord_id) for row in (await backend.page()).standings] == [
        (1, 2),
        (2, 1),
        (2, 3),
        (4, 4),
    ]


async def test_the_elo_that_is_told_is_the_one_that_the_board_shows(backend: TestBackend) -> None:
    await backend.create_event()
    told = {player: (await backend.submit(player, player**3)).elo for player in (5, 3, 4, 1, 2)}
    shown = await backend.elos()
    assert told[2] == shown[2]
    assert told[5] == 1000


async def test_a_player_is_renamed_by_their_next_submission(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(1, 100, username="ana", display_name="Ana")
    await backend.submit(1, 50, username="ana.b", display_name="  Ana\u202e  B. ")
    [player], [member] = await tables.rows(backend.database, Player), await tables.rows(backend.database, Member)
    assert (player["username"], member["display_name"]) == ("ana.b", "Ana B.")


async def test_a_player_has_a_name_of_their_own_in_each_server(backend: TestBackend) -> None:
    elsewhere = replace(ADMIN, guild_id=2002)
    await backend.create_event()
    await backend.create_event(actor=elsewhere)
    await backend.submit(1, 100, display_name="Ana")
    await backend.submit(1, 200, guild_id=elsewhere.guild_id, display_name="Anabel")
    await backend.submit(1, 50, display_name="Ana B.")
    assert len(await tables.rows(backend.database, Player)) == 1
    names = {row["guild_id"]: row["display_name"] for row in await tables.rows(backend.database, Member)}
    assert names == {GUILD: "Ana B.", elsewhere.guild_id: "Anabel"}
    assert [row.player.name for row in (await backend.page()).standings] == ["Ana B."]


async def test_the_log_tells_the_week_it_counts_for_and_the_one_it_was_made_in(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(1, 100)
    await backend.run()
    await backend.submit(1, 200)
    logged = {row["score"]: row for row in await tables.rows(backend.database, ScoreSubmission)}
    weeks = {score: (row["week_number"], row["made_in_week"]) for score, row in logged.items()}
    assert weeks == {100: (202647, 202647), 200: (202648, 202647)}


async def test_a_failure_however_late_leaves_nothing_behind(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(1, 100)
    await backend.rate()
    before = await tables.contents(backend.database)
    written = ("leaderboard_scores", "score_submissions", "player_event_stats", "members", "players")
    for table in (*(f"INTO {table}" for table in written), "UPDATE events"):
        with statements_fail(table) as failed, pytest.raises(Unavailable):
            await backend.submit(2, 200)
        assert failed, table
        assert await tables.contents(backend.database) == before, table
    assert (await backend.submit(2, 200)).players == 2
    assert await backend.differences() == []


async def test_twenty_submissions_of_one_player_at_once_leave_one_best(database_url: URL) -> None:
    async with open_test_backend(database_url) as one, open_test_backend(database_url) as other:
        event = await one.create_event()
        results = await asyncio.gather(*((one, other)[score % 2].submit(1, score) for score in range(1, 21)))
        assert max(result.personal_best for result in results) == 20
        [best] = (await one.page()).standings
        [weekly] = (await one.page(Board.WEEK)).standings
        assert (best.score, weekly.score) == (20, 20)
        assert len(await tables.rows(one.database, ScoreSubmission)) == 20
        assert len(await tables.rows(one.database, Player)) == 1
        field = await stored_field(one.database)
        assert (field.size, field.middle, field.spread) == (1, 20, 0)
        await one.real.scoring.recalculate(event.id)
        assert await one.differences() == []


async def test_first_submissions_of_twenty_at_once_leave_exact_statistics(database_url: URL) -> None:
    scores = {player: 999_999_000 + player / 21 for player in range(1, 21)}
    async with open_test_backend(database_url) as one, open_test_backend(database_url) as other:
        event = await one.create_event()
        await asyncio.gather(*((one, other)[player % 2].submit(player, score) for player, score in scores.items()))
        field = await stored_field(one.database)
        counted = RunningStatistics.of([round(score, 9) for score in scores.values()]).field
        assert field.size == 20
        assert field.spread == pytest.approx(counted.spread, rel=1e-9)
        await one.real.scoring.recalculate(event.id)
        assert await one.differences() == []


async def test_a_player_new_in_two_events_at_once_is_one_player(database_url: URL) -> None:
    events = ["Tetris Blitz", "40L Sprint", "Ultra", "Zone"]
    async with open_test_backend(database_url) as one, open_test_backend(database_url) as other:
        for name in events:
            await one.create_event(name=name)
        await asyncio.gather(*((one, other)[i % 2].submit(1, 100, name) for i, name in enumerate(events)))
        assert len(await tables.rows(one.database, Player)) == 1
        assert len(await tables.rows(one.database, PlayerEventStats)) == 4


async def test_the_same_interaction_delivered_twice_at_once_counts_once(database_url: URL) -> None:
    async with open_test_backend(database_url) as one, open_test_backend(database_url) as other:
        await one.create_event()
        outcomes = await asyncio.gather(
            *(process.submit(1, 100, interaction_id=77) for process in (one, other, one, other)), return_exceptions=True
        )
        assert Counter(type(outcome) for outcome in outcomes) == {SubmissionResult: 1, AlreadyCounted: 3}
        assert len(await tables.rows(one.database, ScoreSubmission)) == 1


async def test_an_interaction_delivered_again_later_counts_once_and_says_so(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(1, 100, interaction_id=77)
    backend.clock.move(minutes=5)
    with pytest.raises(AlreadyCounted):
        await backend.submit(1, 100, interaction_id=77)


async def test_of_submissions_at_once_within_the_cooldown_one_is_accepted(database_url: URL) -> None:
    events = ["Tetris Blitz", "40L Sprint", "Ultra", "Zone"]
    async with (
        open_test_backend(database_url, submit_cooldown_seconds=60) as one,
        open_test_backend(database_url, one.clock, submit_cooldown_seconds=60) as other,
    ):
        for name in events:
            await one.create_event(name=name)
        await one.submit(1, 100)
        one.clock.move(seconds=60)
        outcomes = await asyncio.gather(
            *(process.submit(1, 200, name) for name in events for process in (one, other)), return_exceptions=True
        )
        assert Counter(type(outcome) for outcome in outcomes) == {SubmissionResult: 1, CooldownActive: 7}


async def test_the_cooldown_is_spent_by_accepted_submissions_only(database_url: URL) -> None:
    async with open_test_backend(database_url, submit_cooldown_seconds=60) as backend:
        await backend.create_event(max_score="500")
        for refused in ("fast", "0", "501"):
            with pytest.raises(InvalidScore):
                await backend.submit(1, refused)
        await backend.submit(1, 100)
        backend.clock.move(seconds=59.5)
        with pytest.raises(CooldownActive) as refusal:
            await backend.submit(1, 200)
        backend.clock.move(seconds=0.5)
        assert refusal.value.until == backend.clock.now
        await backend.submit(1, 200)


async def test_the_cooldown_is_one_per_player_and_server(database_url: URL) -> None:
    elsewhere = 2002
    async with open_test_backend(database_url, submit_cooldown_seconds=60) as backend:
        for name in ("Tetris Blitz", "40L Sprint"):
            await backend.create_event(name=name)
        await backend.create_event(actor=replace(ADMIN, guild_id=elsewhere))
        await backend.submit(1, 100)
        await backend.submit(2, 100)
        await backend.submit(1, 100, guild_id=elsewhere)
        with pytest.raises(CooldownActive):
            await backend.submit(1, 100, "40L Sprint")


async def test_what_an_admin_adds_or_imports_spends_no_cooldown(database_url: URL) -> None:
    async with open_test_backend(database_url, submit_cooldown_seconds=60) as backend:
        await backend.create_event()
        services, now = backend.real.services, backend.clock.now
        await services.additions.add(ADMIN, EVENT, NewMember(1, "player1", "Player 1"), 100, now)
        file = f"player,score,time\n<@2>,100,{now.isoformat()}\n".encode()
        await services.transfer.import_scores(ADMIN, EVENT, file)
        backend.clock.move(seconds=10)

        await backend.submit_all({1: 200, 2: 200})

        for player in (1, 2):
            with pytest.raises(CooldownActive):
                await backend.submit(player, 300)


async def test_a_clock_that_steps_back_locks_nobody_out(database_url: URL) -> None:
    async with open_test_backend(database_url, submit_cooldown_seconds=60) as backend:
        event = await backend.create_event()
        await backend.submit(1, 100)
        backend.clock.move(hours=-1)
        await backend.submit(1, 200)
        with pytest.raises(CooldownActive):
            await backend.submit(1, 300)
        backend.clock.move(seconds=60)
        await backend.submit(1, 300)
        await backend.real.scoring.recalculate(event.id)
        assert await backend.differences() == []


async def test_an_archived_event_takes_no_scores_and_can_still_be_read(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(1, 100)
    await backend.real.services.events.archive(ADMIN, EVENT)
    with pytest.raises(EventArchived):
        await backend.submit(2, 200)
    assert (await backend.page()).players == 1
    await backend.real.services.events.edit(ADMIN, EVENT, EventOptions(is_active=True))
    assert (await backend.submit(2, 200)).players == 2


async def test_an_event_of_another_server_does_not_exist(backend: TestBackend) -> None:
    event = await backend.create_event()
    with pytest.raises(EventNotFound):
        await backend.submit(1, 100, guild_id=2002)
    with pytest.raises(EventNotFound):
        await backend.submit(1, 100, event=str(event.id))
    assert await tables.rows(backend.database, Player) == []


async def test_a_refused_submission_leaves_no_player_behind(backend: TestBackend) -> None:
    await backend.create_event()
    with pytest.raises(InvalidScore):
        await backend.submit(1, "fast")
    with pytest.raises(InvalidProof):
        await backend.submit(1, 100, proof="my word")
    assert await tables.rows(backend.database, Player) == []


async def test_the_event_is_found_by_its_name_however_it_is_typed(backend: TestBackend) -> None:
    await backend.create_event(name="Straße  Rush")
    assert (await backend.submit(1, 100, event=" STRASSE rush\u200b")).event.name == "Straße Rush"


async def test_a_database_that_cannot_be_reached_is_said_to_be_so(backend: TestBackend) -> None:
    await backend.create_event()
    with statements_fail("SELECT"), pytest.raises(Unavailable):
        await backend.submit(1, 100)
