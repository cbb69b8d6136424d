"""A target is the worst score that reaches a goal: compared with the services, score by score."""

import random
from itertools import product

import pytest

from bot.domain.rules import Attendance, Method, Rules
from bot.domain.scores import ScoreDirection
from bot.domain.standings import Board
from bot.domain.targets import GoalKind, Outcome, Target
from bot.errors import EventNotBegun, SubmitterWithdrawn
from bot.services.targets import _aims
from bot.ui.targets import show_target
from tests.backends import ADMIN, EVENT, GUILD, TestBackend
from tests.databases import KINDS
from tests.one_database import on_both_databases, on_one_database
from tests.tracing import untraced

pytestmark = [on_one_database, untraced]

OWN, PLAYERS = 1, range(1, 8)
LEAST, GREATEST = 1, 10
RULES = [
    Rules(method, uses_logarithm=attendance is Attendance.BEST, attendance=attendance, best_of=1, last_weeks=2)
    for method, attendance in product(Method, Attendance)
]


async def reached(backend: TestBackend, target: Target) -> bool:
    """Return whether a board shows that the player has reached the goal; for the overall board, after a close."""
    page = await backend.page(target.board)
    own, rival = ([row for row in page.standings if row.player.discord_id == who] for who in (OWN, target.goal.value))
    if not own or own[0].elo is None:
        return False
    if target.goal.kind is GoalKind.RANK:
        return own[0].rank is not None and own[0].rank <= target.goal.value
    if target.goal.kind is GoalKind.ELO:
        return own[0].elo >= target.goal.value
    if target.board is Board.OVERALL:
        return not rival or rival[0].elo is None or own[0].elo > rival[0].elo
    return not rival or target.event.direction.is_better(own[0].score, rival[0].score)


def told(target: Target) -> str:
    """Return the answer as its player reads it."""
    return show_target(target).cards[0].text


async def closed(backend: TestBackend, target: Target, score: float) -> bool:
    """Return whether the goal is reached once the player has submitted a score; then reopen the week."""
    await backend.submit(OWN, score)
    await backend.rate()
    if target.board is not Board.OVERALL:
        return await reached(backend, target)
    await backend.run()
    found = await reached(backend, target)
    await backend.undo()
    return found


async def play(backend: TestBackend, direction: str, rules: Rules, chance: random.Random) -> None:
    """Let a few players play two weeks, the second of which is open; players who have not played it are excused."""
    await backend.create_event(direction, min_score=f"{LEAST}", max_score=f"{GREATEST}")
    backend.clock.move(weeks=-1)
    for player in chance.sample(PLAYERS, 5):
        await backend.submit(player, chance.randint(3, 8))
    await backend.run()
    if rules.method is not Method.CLASSIC or rules.attendance is not Attendance.ZERO:
        await backend.real.services.rules.change(ADMIN, EVENT, rules)
    backend.clock.move(weeks=1)
    absent = set(PLAYERS) - {OWN}
    for player in chance.sample([*absent], 4):
        await backend.submit(player, chance.randint(3, 8))
        absent.discard(player)
    for player in absent:
        if player in {row.player.discord_id for row in (await backend.page()).standings}:
            await backend.real.services.excuses.excuse(ADMIN, player, "2026-W47", EVENT)
    await backend.rate()


def better_scores(target: Target) -> range:
    """Return all better scores than the player's on the board of a target, the worst first."""
    own = target.best if target.board is Board.ALL_TIME else target.best_of_week
    if target.event.direction is ScoreDirection.HIGH:
        return range(LEAST if own is None else int(own) + 1, GREATEST + 1)
    return range(GREATEST if own is None else int(own) - 1, LEAST - 1, -1)


@on_both_databases
@pytest.mark.parametrize("number", range(-(-len(RULES) // len(KINDS))))
async def test_no_score_that_is_worse_than_a_target_reaches_its_goal(
    backend: TestBackend, database_kind: str, number: int
) -> None:
    # The databases take turns with the rules.
    rules = RULES[(len(KINDS) * number + KINDS.index(database_kind)) % len(RULES)]
    chance = random.Random(f"{rules}")
    await play(backend, chance.choice(["HIGH", "LOW"]), rules, chance)
    players = [row.player.discord_id for row in (await backend.page()).standings if row.player.discord_id != OWN]
    asked = [{"rank": chance.randint(1, 2)}, {"elo": chance.randint(980, 1120)}, {"player": chance.choice(players)}, {}]
    for options in chance.sample(asked, 2):
        board = chance.choice([Board.OVERALL, Board.OVERALL, Board.OVERALL, Board.WEEK, Board.ALL_TIME])
        target = await backend.real.services.targets.find(GUILD, EVENT, OWN, board=board, **options)
        if target.outcome not in (Outcome.NEEDED, Outcome.ANY):
            continue
        await assert_worst(backend, target)


async def assert_worst(backend: TestBackend, target: Target) -> None:
    """Submit better and better scores; the first one that reaches the goal must be the target."""
    for score in better_scores(target):
        is_enough = await closed(backend, target, score)
        assert is_enough == (score == target.score), target
        if is_enough:
            break


async def test_of_the_weeks_of_a_rival_the_latest_count(backend: TestBackend) -> None:
    rival, rules = 2, Rules(attendance=Attendance.BEST, best_of=1, last_weeks=2)
    await backend.create_event(min_score=f"{LEAST}", max_score=f"{GREATEST}")
    await backend.real.services.rules.change(ADMIN, EVENT, rules)
    await backend.play({OWN: 5, rival: 9, 3: 1}, {OWN: 5, rival: 3, 3: 9}, {rival: 4, 3: 6})
    await backend.run()
    await backend.rate()
    target = await backend.real.services.targets.find(GUILD, EVENT, OWN, board=Board.OVERALL, player=rival)
    assert target.outcome is Outcome.NEEDED
    await assert_worst(backend, target)


async def test_a_target_has_as_many_decimals_as_the_best_scores(backend: TestBackend) -> None:
    await backend.create_event("LOW", format="time")
    await backend.submit_all({2: 61.25, 3: 62.5, 4: 64})
    target = await backend.real.services.targets.find(GUILD, EVENT, OWN, elo=1120)
    assert (target.score, target.elo) == (61.75, 1120)


async def test_a_rank_that_takes_more_weeks_than_this_one_has_no_target_yet(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.real.services.rules.change(ADMIN, EVENT, Rules(min_weeks=3))
    await backend.play({OWN: 10, 2: 20})
    await backend.run()
    backend.clock.move(weeks=1)
    target = await backend.real.services.targets.find(GUILD, EVENT, OWN, board=Board.OVERALL, rank=1)
    assert (target.outcome, target.weeks_left) == (Outcome.TOO_FEW_WEEKS, 2)


async def test_who_has_no_rank_after_this_week_is_ahead_of_nobody_with_one(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({2: 20, 3: 30}, {2: 20, 3: 30}, {OWN: 10, 2: 20, 3: 30}, {})
    await backend.run()
    await backend.real.services.rules.change(ADMIN, EVENT, Rules(min_weeks=3))
    target = await backend.real.services.targets.find(GUILD, EVENT, OWN, board=Board.OVERALL, player=2)
    assert (target.outcome, target.weeks_left) == (Outcome.TOO_FEW_WEEKS, 2)
    assert "To be ahead of **Player 2** overall, you need **2 closed weeks** first." in told(target)


async def test_whoever_has_a_rank_is_ahead_of_a_rival_without_one(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({OWN: 10, 2: 20}, {OWN: 10, 2: 20, 3: 900}, {})
    await backend.run()
    await backend.real.services.rules.change(ADMIN, EVENT, Rules(min_weeks=3))
    target = await backend.real.services.targets.find(GUILD, EVENT, OWN, board=Board.OVERALL, player=3)
    assert target.outcome is Outcome.ANY
    await backend.submit_all({OWN: 1, 2: 20, 3: 900})
    await backend.run()
    await backend.rate()
    ranks = {row.player.discord_id: row.rank for row in (await backend.page(Board.OVERALL)).standings}
    assert ranks == {2: 1, OWN: 2, 3: None}


async def test_who_may_not_submit_has_no_target(backend: TestBackend) -> None:
    find = backend.real.services.targets.find
    await backend.create_event()
    await backend.create_event(name="Sprint", first_week="2026-W48")
    await backend.submit_all({OWN: 10, 2: 20})
    with pytest.raises(EventNotBegun):
        await find(GUILD, "Sprint", OWN)
    await backend.real.services.withdrawals.withdraw(ADMIN, OWN)
    with pytest.raises(SubmitterWithdrawn):
        await find(GUILD, EVENT, OWN)


async def test_a_rank_beyond_all_of_a_large_event_is_aimed_at_as_in_a_small_one(
    backend: TestBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    await backend.create_event()
    await backend.play({1: 10, 2: 20})
    await backend.run()
    backend.clock.move(weeks=1)
    await backend.submit_all({1: 100, 2: 110, 3: 30, 4: 40, 5: 50, 7: 10})
    small = await backend.real.services.targets.find(GUILD, EVENT, 6, board=Board.OVERALL, rank=5)
    monkeypatch.setattr(_aims, "LOOKED_AT", 5)
    monkeypatch.setattr(_aims, "AROUND", 1)

    large = await backend.real.services.targets.find(GUILD, EVENT, 6, board=Board.OVERALL, rank=5)

    assert (small.outcome, large.outcome) == (Outcome.NEEDED, Outcome.NEEDED)
    assert large.score == small.score
    assert (small.is_near, large.is_near) == (False, True)
    assert "counts only players near that rank now" in told(large)


async def test_a_player_of_a_large_event_is_not_counted_among_those_ahead(
    backend: TestBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = backend.real.services.targets.find
    await backend.create_event()
    await backend.real.services.rules.change(ADMIN, EVENT, Rules(all_time_weight=0.0))
    await backend.play({1: 60, 2: 50, 3: 40, 4: 30, 5: 20, 6: 10})
    await backend.run()
    backend.clock.move(weeks=1)
    await backend.submit_all({7: 10, 8: 20, 9: 30})
    # Of those near the fourth rank, player 3 is the first.
    above_and_near = (2, 3)
    small = [await find(GUILD, EVENT, player, board=Board.OVERALL, rank=4) for player in above_and_near]
    monkeypatch.setattr(_aims, "LOOKED_AT", 5)
    monkeypatch.setattr(_aims, "AROUND", 1)

    large = [await find(GUILD, EVENT, player, board=Board.OVERALL, rank=4) for player in above_and_near]

    assert [target.is_near for target in (*small, *large)] == [False, False, True, True]
    assert [target.score for target in large] == [target.score for target in small] == [15, 19]
