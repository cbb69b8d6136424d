"""Changed rules of an event: what they change at once, what they leave alone, and what is refused."""

from collections.abc import Mapping
from dataclasses import replace
from statistics import NormalDist
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import update

from bot.database.models import AuditLog, Event, Job, WeeklyResult
from bot.domain.announcements import Results
from bot.domain.jobs import JobKind
from bot.domain.methods import Rating
from bot.domain.moderation import Correction
from bot.domain.ratings import RatingScale, round_half_up
from bot.domain.rules import DEFAULT_RULES, Attendance, Method, Rules
from bot.domain.scores import ScoreDirection
from bot.domain.standings import Board
from bot.domain.weeks import Week
from bot.errors import LogarithmImpossible, NotAllowed, NothingToChange, RuleOutOfRange
from bot.services.events import EventOptions
from bot.services.submissions import _known_bests as known_bests
from bot.services.transfer import read_event_file
from bot.ui.announcements import show_results
from bot.ui.events import show_events
from bot.ui.standings import board_card
from tests import tables
from tests.backends import ADMIN, EVENT, GUILD, MEMBER, TestBackend, open_test_backend
from tests.one_database import on_one_database
from tests.transfer.test_transfer import ELSEWHERE, exported, ratings

ANA, BOB, CAI, DAN = 1, 2, 3, 4
ROBUST, RANKS = Rules(Method.ROBUST), Rules(Method.RANKS)
FAIR = Rules(Method.RANKS, attendance=Attendance.BEST, best_of=1, last_weeks=2, all_time_weight=0.3, min_field=2)


async def change(backend: TestBackend, rules: Rules, event: str = EVENT) -> None:
    await backend.real.services.rules.change(ADMIN, event, rules)


def by_ranks(scores: Mapping[int, float]) -> dict[int, int]:
    """Return the Elos of players without ties, by the normal distribution of the standard library."""
    ranked = sorted(scores, key=lambda player: -scores[player])
    shares = {player: (len(ranked) - place - 0.5) / len(ranked) for place, player in enumerate(ranked)}
    return {player: round_half_up(1000 + 200 * NormalDist().inv_cdf(share)) for player, share in shares.items()}


async def numbers(backend: TestBackend) -> tuple[Any, Any]:
    """Return everything stored about weeks and ratings."""
    return await tables.rows(backend.database, WeeklyResult), await ratings(backend, GUILD)


async def test_ratings_follow_new_rules_at_once_and_the_old_ones_again(backend: TestBackend) -> None:
    await backend.create_event()
    weeks = [{ANA: 900, BOB: 500, CAI: 100}, {BOB: 700, CAI: 300}, {CAI: 200}]
    for scores in weeks:
        await backend.submit_all(scores)
        await backend.run()
        backend.clock.move(weeks=1)
    before = await numbers(backend)
    await change(backend, FAIR)
    second = {ANA: 0, **by_ranks(weeks[1])}
    best = {ANA: max(by_ranks(weeks[0])[ANA], 0), BOB: max(by_ranks(weeks[0])[BOB], second[BOB]), CAI: 0}
    # The third week has too few players to count.
    best[CAI] = max(by_ranks(weeks[0])[CAI], second[CAI])
    all_time = by_ranks({ANA: 900, BOB: 700, CAI: 300})
    stats = await tables.stats(backend.database, 1)
    assert {player: row.all_time_leaderboard_elo for player, row in stats.items()} == all_time
    assert {player: row.weekly_elo_average for player, row in stats.items()} == best
    assert {row.weeks_participated for row in stats.values()} == {2}
    assert {player: row.calculated_event_elo for player, row in stats.items()} == {
        player: round_half_up(0.3 * all_time[player] + 0.7 * best[player]) for player in stats
    }
    assert await backend.elos(Board.OVERALL) == {player: row.calculated_event_elo for player, row in stats.items()}
    assert await backend.differences() == []
    await change(backend, DEFAULT_RULES)
    assert await numbers(backend) == before
    assert await backend.differences() == []
    log = await tables.rows(backend.database, AuditLog)
    rules = [row for row in log if row["action"] == "event rules"]
    logged = [row["detail"] for row in sorted(rules, key=lambda row: row["id"])]
    assert len(logged) == 2
    assert {"method": ["classic", "ranks"], "attendance": ["zero", "best"]}.items() <= logged[0]["changes"].items()
    assert logged[1]["changes"] == {name: [now, then] for name, (then, now) in logged[0]["changes"].items()}


async def test_a_reversed_direction_finds_all_bests_anew(backend: TestBackend) -> None:
    rules = backend.real.services.rules
    await backend.create_event()
    for scores in ([(ANA, 900), (ANA, 100), (BOB, 500)], [(ANA, 300), (BOB, 700), (BOB, 50)]):
        for player, score in scores:
            await backend.submit(player, score)
        await backend.run()
        backend.clock.move(weeks=1)
    for player, score in ((CAI, 20), (CAI, 10), (ANA, 400)):
        await backend.submit(player, score)
    await backend.real.services.removals.remove(ADMIN, EVENT, ANA, "100")
    await backend.real.scoring.recalculate(1)
    before = await numbers(backend)

    changed = await rules.change(ADMIN, EVENT, DEFAULT_RULES, ScoreDirection.LOW)

    assert (changed.before.direction, changed.event.direction) == (ScoreDirection.HIGH, ScoreDirection.LOW)
    low = Rating(ScoreDirection.LOW, DEFAULT_RULES, RatingScale())
    bests = {ANA: 300.0, BOB: 50.0, CAI: 10.0}
    assert await backend.elos() == {player: low.elo(bests[player], low.field_of(bests.values())) for player in bests}
    # The run of the first week had counted the score that was removed later.
    weeks = [await backend.results(Week(2026, number)) for number in (47, 48)]
    assert [[(row.player.discord_id, row.score, row.rank, row.elo) for row in week] for week in weeks] == [
        [(ANA, 100, 1, 1200), (BOB, 500, 2, 800)],
        [(BOB, 50, 1, 1200), (ANA, 300, 2, 800)],
    ]
    assert await backend.elos(Board.WEEK) == {CAI: 1200, ANA: 800}
    assert await backend.elos(Board.OVERALL) == {ANA: 860, BOB: 1055, CAI: None}
    assert await backend.differences() == []
    told = await backend.submit(BOB, 5)
    assert (told.previous_best, told.is_personal_best) == (50, True)
    assert await backend.differences() == []
    await backend.real.services.removals.remove(ADMIN, EVENT, BOB, "5")
    await rules.change(ADMIN, EVENT, DEFAULT_RULES, ScoreDirection.HIGH)
    assert await numbers(backend) == before
    assert await backend.differences() == []


@pytest.mark.parametrize("rules", [ROBUST, Rules(Method.ROBUST, uses_logarithm=True), RANKS])
@pytest.mark.parametrize("is_large", [False, True])
async def test_an_answer_and_the_boards_have_the_elo_that_is_stored(
    backend: TestBackend, rules: Rules, is_large: bool
) -> None:
    await backend.create_event()
    await change(backend, rules)
    scores = {player: float(5 * (player // 2) + 10) for player in range(1, 14)}
    with patch.object(known_bests, "MOST_SCORES", 0 if is_large else known_bests.MOST_SCORES):
        for player, score in scores.items():
            told = await backend.submit(player, score)
            field = Rating(ScoreDirection.HIGH, rules, RatingScale()).field_of(list(scores.values())[:player])
            if rules.method is Method.RANKS or not is_large:
                assert told.elo == Rating(ScoreDirection.HIGH, rules, RatingScale()).elo(score, field)
                assert (await backend.elos())[player] == told.elo
        await backend.real.scoring.recalculate(1)
        again = await backend.submit(7, 1.0)
    stats = await tables.stats(backend.database, 1)
    assert again.elo == stats[7].all_time_leaderboard_elo
    pages = [await backend.page(board, page=page) for board in (Board.ALL_TIME, Board.WEEK) for page in (0, 1)]
    shown = [(row.player.discord_id, row.elo) for page in pages for row in page.standings]
    assert sorted(shown) == sorted(2 * [(player, row.all_time_leaderboard_elo) for player, row in stats.items()])
    own = await backend.real.services.standings.page(GUILD, EVENT, Board.ALL_TIME, 0, viewer_id=2)
    assert own.own is not None
    assert own.own.elo == stats[2].all_time_leaderboard_elo
    assert await backend.differences() == []


async def test_whoever_has_too_few_weeks_stands_below_without_a_rank(backend: TestBackend) -> None:
    await backend.create_event()
    for scores in ({ANA: 100}, {ANA: 100, BOB: 900}):
        await backend.submit_all(scores)
        await backend.run()
        backend.clock.move(weeks=1)
    await backend.submit(CAI, 500)
    await change(backend, Rules(min_weeks=2))
    page = await backend.page(Board.OVERALL)
    assert [(row.player.discord_id, row.rank, row.weeks_left) for row in page.standings] == [
        (ANA, 1, 0),
        (BOB, None, 1),
        (CAI, None, 0),
    ]
    assert "– **Player 2** · **1223?**" in board_card(page, None).text
    assert "1 week to go" in board_card(page, None).text
    assert "? = still settling: it takes 2 weeks" in board_card(page, None).text
    assert "ranked after 2 weeks" in board_card(page, None).text
    ended = replace(page, event=replace(page.event, is_active=False))
    assert "-# ? = fewer than 2 closed weeks" in board_card(ended, None).text


async def test_a_week_with_too_few_players_counts_for_nobody(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 100, BOB: 300})
    await backend.run()
    before = await tables.stats(backend.database, 1)
    await change(backend, Rules(min_field=2))
    backend.clock.move(weeks=1)
    await backend.submit(ANA, 50)
    [run] = await backend.run()
    assert await tables.missed(backend.database, run.week) == {}
    assert [(result.rank, result.elo) for result in await backend.results(run.week)] == [(1, None)]
    results = await backend.real.services.results.answer(GUILD, run.event.id, [run.week])
    assert isinstance(results, Results)
    told = show_results(results).cards[0].text
    assert "\nCounts for nobody: a week of this event takes 2 players.\n" in told
    assert "played alone" not in told
    past = await backend.real.services.standings.page(GUILD, EVENT, Board.WEEK, 0, viewer_id=0, week=str(run.week))
    assert "Not rated: a week of this event takes 2 players." in board_card(past, None).text
    stats = await tables.stats(backend.database, 1)
    assert {player: row.weekly_elo_average for player, row in stats.items()} == {
        player: row.weekly_elo_average for player, row in before.items()
    }
    assert await backend.differences() == []
    # The first week played is counted; weeks missed after it count as missed.
    backend.clock.move(weeks=1)
    await backend.submit_all({ANA: 100, CAI: 300})
    await backend.run()
    assert (await tables.stats(backend.database, 1))[BOB].weekly_elo_average == before[BOB].weekly_elo_average / 2
    assert await backend.undo() == "2026-W49"
    assert await backend.differences() == []


async def test_a_preview_of_a_removal_tells_whose_elos_move_by_the_rules(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 100, BOB: 200, CAI: 300, DAN: 99_000})
    moved = {}
    for rules in (DEFAULT_RULES, RANKS, ROBUST):
        if rules != DEFAULT_RULES:
            await change(backend, rules)
        before = await backend.elos()
        preview = (await backend.real.services.removals.preview(Correction.REMOVE, ADMIN, EVENT, DAN)).consequences
        rating = Rating(ScoreDirection.HIGH, rules, RatingScale())
        left = rating.field_of([100.0, 200.0, 300.0])
        after = {player: rating.elo(100.0 * player, left) for player in (ANA, BOB, CAI)}
        moved[rules] = [abs(after[player] - (before[player] or 0)) for player in after]
        assert (preview.elos_moved, preview.most_moved) == (sum(map(bool, moved[rules])), max(moved[rules]))
    assert moved[ROBUST] != moved[RANKS] != moved[DEFAULT_RULES]


async def test_an_export_carries_the_rules_and_all_that_follows_from_them(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({ANA: 900, BOB: 500, CAI: 100}, {BOB: 700, CAI: 300})
    await change(backend, FAIR)
    await backend.run()
    file = read_event_file((await exported(backend))["event.json"])
    assert file.event.rules.rules == FAIR
    await backend.real.services.transfer.carry_out(file, ELSEWHERE)
    assert await ratings(backend, ELSEWHERE) == await ratings(backend, GUILD)
    assert await backend.differences() == []


@on_one_database
async def test_what_cannot_be_or_changes_nothing_is_refused(backend: TestBackend) -> None:
    await backend.create_event()
    logarithms = Rules(Method.ROBUST, uses_logarithm=True)
    for refusal, rules in ((NothingToChange, DEFAULT_RULES), (RuleOutOfRange, Rules(min_field=0))):
        with pytest.raises(refusal):
            await change(backend, rules)
    with pytest.raises(NotAllowed):
        await backend.real.services.rules.change(MEMBER, EVENT, RANKS)
    await change(backend, logarithms)
    with pytest.raises(LogarithmImpossible):
        await backend.real.services.events.edit(ADMIN, EVENT, EventOptions(min_score="-5"))
    await backend.create_event(name="Golf", min_score="-20")
    with pytest.raises(LogarithmImpossible):
        await change(backend, logarithms, "Golf")


@on_one_database
async def test_the_list_of_events_says_rules_that_are_not_the_usual_ones(backend: TestBackend) -> None:
    await backend.create_event()
    await change(backend, Rules(Method.ROBUST, attendance=Attendance.BEST, all_time_weight=0.3, missed_week_elo=700))
    told = show_events(await backend.real.services.events.list(GUILD)).cards[0].text
    assert "robust · best 6 of 10 weeks · all-time best 30 % · a missed week counts 700" in told


async def test_another_base_elo_reaches_the_weeks_that_are_added_under_played(backend: TestBackend) -> None:
    await backend.create_event()
    await change(backend, Rules(attendance=Attendance.PLAYED))
    await backend.submit_all({ANA: 100, BOB: 300})
    await backend.run()
    assert {row.weekly_elo_average for row in (await tables.stats(backend.database, 1)).values()} == {
        (800 + 2000) / 3,
        (1200 + 2000) / 3,
    }
    async with open_test_backend(backend.database.url, backend.clock, leaderboard_base_elo=1300) as other:
        await other.real.scoring.recalculate(1)
        stats = await tables.stats(other.database, 1)
        assert {player: row.weekly_elo_average for player, row in stats.items()} == {
            ANA: (800 + 2600) / 3,
            BOB: (1200 + 2600) / 3,
        }
        assert stats[ANA].calculated_event_elo == round_half_up(1100 / 2 + stats[ANA].weekly_elo_average / 2)
        assert await other.differences() == []


@on_one_database
async def test_roles_follow_the_board_that_other_rules_make(backend: TestBackend) -> None:
    await backend.create_event()
    await tables.execute(backend.database, update(Event).values(gives_roles=True))
    await change(backend, RANKS)
    jobs = await tables.rows(backend.database, Job)
    assert [job["key"] for job in jobs if job["kind"] is JobKind.ROLES] == [str(GUILD)]
