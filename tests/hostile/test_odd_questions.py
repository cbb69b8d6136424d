"""Odd questions to `/target`, `/history`, `/profile` and `/compare`: an answer or a sentence, for the user only."""

from typing import Any

import pytest

from tests.backends import EVENT
from tests.one_database import on_both_databases, on_one_database
from tests.world import World

pytestmark = on_one_database

GREATEST = 2**53 - 1
"""The greatest number that Discord allows in an option."""
EVENTS = ("nan", "-inf", "1", f"{GREATEST}", "<@1>", "@everyone", "%", "\u202e", "x" * 5_000)
TIMES = ("nan", "inf", "-1", "1e9", "w0", "2026-W99", "9999-12-31", "31 Feb", "2026-11-18 24:00", "<@1>", "x" * 5_000)


@pytest.fixture
async def played(world: World) -> World:
    """Two events with ties, times, negative scores, and players who were later withdrawn or erased."""
    await world.create_event(direction="LOW", format="time")
    await world.create_event("Golf", min="-9007199254740991", max="9007199254740991")
    scores: dict[str, dict[str, float]] = {
        EVENT: {"Ana": 60.5, "Ben": 60.5, "Cy": 61.25, "Zoe": 70},
        "Golf": {"Ana": -GREATEST, "Ben": GREATEST, "Cy": -3, "Dan": -3},
    }
    for event, played in scores.items():
        await world.submit_all(played, event)
        await world.reset(event)
    world.clock.move(weeks=1)
    await world.submit_all({"Ben": 60, "Cy": 61})
    services = world.backend.real.services
    await services.withdrawals.withdraw(world.as_actor(), world.member("Ben").id)
    await services.privacy.erase(world.member("Zoe").id, "Former player")
    return world


async def asked(world: World, who: str, command: str, **options: Any) -> str:
    """Return the answer; check that nobody else sees it."""
    seen = await world.use(who, command, **options)
    assert seen.is_private, seen.public
    return seen.alone


@on_both_databases
@pytest.mark.usefixtures("untroubled")
async def test_odd_questions_are_answered_or_refused_in_a_sentence(played: World) -> None:
    users = {name: played.member(name).user for name in ("Ana", "Ben", "Cy", "Zoe", "Nobody")}
    goals: list[dict[str, Any]] = [{"rank": GREATEST}, {"elo": GREATEST}, {"elo": -GREATEST}, {"rank": 1}]
    for who in ("Ana", "Ben", "Zoe"):
        for event in (EVENT, "Golf"):
            for board in ("all-time", "week", "overall"):
                for goal in (*goals, {"player": users["Cy"]}, {"player": users["Zoe"]}):
                    told = await asked(played, who, "target", event=event, board=board, **goal)
                    assert told.startswith(("Tetris Blitz\n", "Golf\n", "⚠️ ")), told
    for user in users.values():
        for other in (None, users["Zoe"], users["Ben"]):
            pair = {"player": user} if other is None else {"player": user, "other": other}
            assert await asked(played, "Ana", "compare", **pair)
        assert await asked(played, "Ana", "profile", player=user)
        assert await asked(played, "Ana", "history", event=EVENT, at="now", player=user)


async def test_hostile_events_and_times_are_repeated_shortened_and_inert(played: World) -> None:
    for event in EVENTS:
        for command in ("target", "history", "rating"):
            told = await played.refused(played.use("Ana", command, event=event))
            assert told.startswith(("This server has no event “", "Which one: "))
            assert len(told) < 200
    for at in TIMES:
        told = await played.refused(played.use("Ana", "history", event=EVENT, at=at))
        assert "is no day or week." in told
        assert len(told) < 200
