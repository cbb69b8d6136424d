"""Rehearsals: their predictions come true when the rules are applied, and nothing changes before."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import URL, update

from bot.database.models import Event, ScoreSubmission
from bot.domain.fairness import Rated
from bot.domain.rehearsals import Moves, Outcome, Proposal, first_of, moved_most
from bot.domain.rules import Attendance, Method, Rules
from bot.domain.scores import ScoreDirection
from bot.domain.standings import Board
from bot.errors import LogarithmImpossible, NotAllowed, RuleOutOfRange
from tests import tables
from tests.backends import ADMIN, EVENT, MEMBER, TestBackend, open_test_backend
from tests.databases import Templates
from tests.patience import UNTIL_IT_HANGS
from tests.sessions import engine_of

ANA, BOB, CAI, DOV, EMI = range(1, 6)
WEEKS = {ANA: 50, BOB: 100, CAI: 9000}, {ANA: 80, CAI: 70}, {DOV: 60, BOB: 120, ANA: 20}, {EMI: 90}
ALL = Rules()
PROPOSALS = [
    Proposal(),
    Proposal(Method.ROBUST, attendance=Attendance.BEST, best_of=1, last_weeks=2),
    Proposal(Method.RANKS, attendance=Attendance.PLAYED),
    Proposal(Method.ROBUST, uses_logarithm=True, all_time_weight=0.2),
    Proposal(missed_week="700", min_weeks=2),
    Proposal(Method.RANKS, min_field=3),
    Proposal(direction=ScoreDirection.LOW),
    Proposal(Method.ROBUST, attendance=Attendance.PLAYED, direction=ScoreDirection.LOW),
]


def play_a_season(url: URL) -> None:
    """Three closed weeks and an open one, with a removed score, a late removal, a restored score, and a withdrawal."""

    async def play() -> None:
        async with open_test_backend(url) as backend:
            services = backend.real.services
            await backend.create_event()
            await backend.play(
                {ANA: 50, BOB: 100, CAI: 9000}, {ANA: 80, CAI: 70}, {DOV: 60, BOB: 120, ANA: 20}, {EMI: 90}
            )
            await services.removals.remove(ADMIN, EVENT, CAI, "9000")
            await backend.submit(CAI, 9)
            await backend.run()
            await services.removals.remove(ADMIN, EVENT, BOB, "120")
            await services.removals.restore(ADMIN, EVENT, CAI, "9000")
            await backend.submit(EMI, 95)
            await services.withdrawals.withdraw(ADMIN, DOV)
            await backend.rate()

    asyncio.run(play())


@pytest.fixture
def database_url(templates: Templates, database_kind: str) -> Iterator[URL]:
    with templates.prepared(database_kind, play_a_season) as url:
        yield url


async def test_a_rehearsal_tells_what_applying_its_rules_does(backend: TestBackend) -> None:
    services = backend.real.services
    before = await ratings(backend)
    assert await backend.differences() == []
    for proposal in PROPOSALS:
        untouched = await tables.contents(backend.database)
        rehearsal = await services.rehearsals.rehearse(ADMIN, EVENT, proposal)
        assert await tables.contents(backend.database) == untouched
        assert elos_of(rehearsal.before) == await overall(backend)
        if rehearsal.is_change:
            await services.rules.change(ADMIN, EVENT, proposal.over(ALL), proposal.direction)
        assert elos_of(rehearsal.after) == await overall(backend), proposal
        assert await backend.differences() == []
        if rehearsal.is_change:
            await services.rules.change(ADMIN, EVENT, ALL, ScoreDirection.HIGH)
    assert await ratings(backend) == before


async def test_a_rehearsal_waits_for_nobody_who_writes_and_sees_nothing_of_it(backend: TestBackend) -> None:
    async with (
        asyncio.timeout(UNTIL_IT_HANGS),
        engine_of(backend.database) as engine,
        engine.connect() as writer,
    ):
        await writer.execute(update(Event).values(version=Event.version))
        await writer.execute(update(ScoreSubmission).values(score=1.0))
        rehearsal = await backend.real.services.rehearsals.rehearse(ADMIN, EVENT, Proposal())
    assert elos_of(rehearsal.before) == await overall(backend)


async def test_only_admins_rehearse_and_rules_out_of_range_are_refused(backend: TestBackend) -> None:
    rehearsals = backend.real.services.rehearsals
    with pytest.raises(NotAllowed):
        await rehearsals.rehearse(MEMBER, EVENT, Proposal())
    for wrong in (Proposal(best_of=11), Proposal(missed_week="none"), Proposal(all_time_weight=1.5)):
        with pytest.raises(RuleOutOfRange):
            await rehearsals.rehearse(ADMIN, EVENT, wrong)


def test_a_proposal_may_switch_off_what_the_rules_have() -> None:
    rules = Rules(Method.ROBUST, uses_logarithm=True, all_time_weight=0.2, missed_week_elo=700)
    proposal = Proposal(uses_logarithm=False, all_time_weight=0.0, missed_week="default")
    assert proposal.over(rules) == Rules(Method.ROBUST, all_time_weight=0.0)


def test_among_equal_moves_and_equal_elos_the_older_player_comes_first() -> None:
    before = {player: Rated(elo=1000, all_time=1000, key=1000) for player in (4, 3, 2, 1)}
    after = {player: replace(rated, elo=1000 + 7 * (-1) ** player) for player, rated in before.items()}
    assert moved_most(before, after) == [1, 2, 3]
    assert first_of(after) == [1, 2, 3, 4]


async def test_no_logarithm_is_rehearsed_where_a_score_may_be_zero(backend: TestBackend) -> None:
    await backend.create_event(name="Golf", min_score="-9")
    await backend.submit(ANA, 5, "Golf")
    rehearse = backend.real.services.rehearsals.rehearse
    assert (await rehearse(ADMIN, "Golf", Proposal(Method.ROBUST))).other_logarithm is None
    with pytest.raises(LogarithmImpossible):
        await rehearse(ADMIN, "Golf", Proposal(Method.ROBUST, uses_logarithm=True))


async def test_before_the_first_closed_week_the_all_time_board_is_rehearsed(backend: TestBackend) -> None:
    await backend.create_event("LOW", "Sprint")
    for player, score in {ANA: 10, BOB: 11, CAI: 12}.items():
        await backend.submit(player, score, "Sprint")
    rehearsal = await backend.real.services.rehearsals.rehearse(ADMIN, "Sprint", Proposal(Method.RANKS))
    assert (rehearsal.board, rehearsal.weeks) == (Board.ALL_TIME, 0)
    # Normal scores of three: ± 0.9674 for the ends, and 0 in the middle; by mean and deviation ± 1.2247.
    assert elos_of(rehearsal.before) == {ANA: 1245, BOB: 1000, CAI: 755}
    assert elos_of(rehearsal.after) == {ANA: 1193, BOB: 1000, CAI: 807}
    assert rehearsal.moves == Moves(risen=1, fallen=1, most=52)
    assert rehearsal.other_logarithm is None
    assert rehearsal.after.fairness.missed_week is None

    robust = await backend.real.services.rehearsals.rehearse(ADMIN, "Sprint", Proposal(Method.ROBUST))
    assert robust.other_logarithm is not None
    assert robust.other_logarithm.rules == Rules(Method.ROBUST, uses_logarithm=True)


async def test_a_rehearsal_tells_that_missed_weeks_would_count_the_set_elo(database_url: URL) -> None:
    async with open_test_backend(database_url, missed_week_elo=500) as backend:
        before = await overall(backend)
        rehearsal = await backend.real.services.rehearsals.rehearse(ADMIN, EVENT, Proposal(min_weeks=2))
        assert elos_of(rehearsal.before) == before
        assert rehearsal.moves.risen > 0
        await backend.real.services.rules.change(ADMIN, EVENT, rehearsal.after.rules)
        assert elos_of(rehearsal.after) == await overall(backend)


async def test_before_the_first_close_ranks_are_by_score_where_elos_are_equal(backend: TestBackend) -> None:
    await backend.create_event(name="Sprint")
    for player, score in {ANA: 1, BOB: 2, CAI: 3, EMI: 10_000_000}.items():
        await backend.submit(player, score, "Sprint")
    board = [row.player for row in (await backend.page(event="Sprint")).standings]
    rehearsal = await backend.real.services.rehearsals.rehearse(ADMIN, "Sprint", Proposal(Method.ROBUST))
    for outcome in (rehearsal.before, rehearsal.after):
        assert [(one.rank, one.player) for one in outcome.top] == [*enumerate(board, 1)]


def elos_of(outcome: Outcome) -> dict[int, int]:
    return {one.player.discord_id: one.elo for one in outcome.top}


async def overall(backend: TestBackend) -> dict[int, int]:
    page = await backend.page(Board.OVERALL)
    return {row.player.discord_id: row.elo for row in page.standings if row.elo is not None}


async def ratings(backend: TestBackend) -> object:
    """Return all ratings, by players and weeks."""
    passing = {"updated_at", "version", "elo_version", "scores_version", "elo_field_version"}
    passing |= {"field_origin", "field_centre", "field_spread"}
    # A reversal counts the statistics anew, relative to another score.
    passing |= {f"{field}_{part}" for field in ("score", "week", "elo") for part in ("origin", "mean", "m2", "m2_peak")}
    passing |= {"elo_centre"}
    # A change of rules clears the stored bests of runs.
    passing |= {"bests_size", "bests_origin", "bests_centre", "bests_spread", "bests_by_elo"}
    return await tables.contents(backend.database, without=passing, except_for=["audit_log"])
