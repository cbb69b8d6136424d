"""A target is the worst score that reaches a goal: held against the services themselves."""

import random

import pytest

from bot.domain.rules import Attendance, Method, Rules
from bot.domain.standings import Board
from bot.domain.targets import GoalKind, Outcome, Target
from tests.backends import ADMIN, EVENT, GUILD, TestBackend
from tests.one_database import on_one_database

pytestmark = on_one_database

OWN, PLAYERS = 1, range(1, 8)
RULES = {
    "classic": Rules(),
    "robust": Rules(Method.ROBUST, attendance=Attendance.PLAYED),
    "logarithms": Rules(Method.ROBUST, uses_logarithm=True, attendance=Attendance.BEST, best_of=1, last_weeks=2),
    "ranks": Rules(Method.RANKS, min_field=3),
}


async def reached(backend: TestBackend, target: Target) -> bool:
    """Whether a board shows that the player has reached the goal; after a close on the overall one."""
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


async def closed(backend: TestBackend, target: Target, score: float) -> bool:
    """Whether the goal is reached once the player has submitted a score; the week is open again afterwards."""
    await backend.submit(OWN, score)
    await backend.rate()
    if target.board is not Board.OVERALL:
        return await reached(backend, target)
    await backend.run()
    found = await reached(backend, target)
    await backend.undo()
    return found


async def play(backend: TestBackend, direction: str, rules: Rules, chance: random.Random) -> None:
    """Have few players play two weeks, the second of which is open; who has not played it is excused."""
    await backend.create_event(direction, min_score="1", max_score="200.5")
    backend.clock.move(weeks=-1)
    for player in chance.sample(PLAYERS, 5):
        await backend.submit(player, chance.randint(20, 60))
    await backend.run()
    if rules != Rules():
        await backend.real.services.rules.change(ADMIN, EVENT, rules)
    backend.clock.move(weeks=1)
    absent = set(PLAYERS) - {OWN}
    for player in chance.sample(PLAYERS, 4):
        await backend.submit(player, chance.randint(20, 60) + chance.choice([0, 0.5]))
        absent.discard(player)
    for player in absent:
        if player in {row.player.discord_id for row in (await backend.page()).standings}:
            await backend.real.services.excuses.excuse(ADMIN, player, "2026-W47", EVENT)
    await backend.rate()


@pytest.mark.parametrize("direction", ["HIGH", "LOW"])
@pytest.mark.parametrize("rules", RULES)
async def test_a_target_reaches_its_goal_and_one_step_less_does_not(
    backend: TestBackend, direction: str, rules: str
) -> None:
    chance = random.Random(f"{direction} {rules}")
    await play(backend, direction, RULES[rules], chance)
    players = [row.player.discord_id for row in (await backend.page()).standings]
    asked = [{"rank": chance.randint(1, 4)}, {"elo": chance.randint(900, 1250)}]
    asked += [{"player": chance.choice([one for one in players if one != OWN])}, {}]
    chance.shuffle(asked)
    for options in asked:
        for board in chance.sample(list(Board), 3):
            target = await backend.real.services.targets.find(GUILD, EVENT, OWN, board=board, **options)
            if target.outcome is Outcome.NEEDED:
                assert target.score is not None
                step = 0.1 * target.event.direction.sign
                less = round(target.score - step, 1)
                assert not await closed(backend, target, less), target
                assert await closed(backend, target, target.score), target
