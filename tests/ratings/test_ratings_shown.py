"""The ratings of the plan's examples, as players read them."""

import re

import pytest

from tests.one_database import on_both_databases, on_one_database
from tests.seen import Seen
from tests.world import World

pytestmark = on_one_database

FIVE = {"Ana": 717, "Bob": 859, "Cy": 1000, "Di": 1141, "Eve": 1283}
OTHERS = [f"Other {number}" for number in range(9)]


@on_both_databases
@pytest.mark.parametrize(("first", "step"), [(100, 100), (999_999_995, 1)])
async def test_five_scores_at_equal_distances_are_rated_alike(world: World, first: int, step: int) -> None:
    await world.create_event()
    for place, name in enumerate(FIVE):
        await world.submit(name, first + place * step)

    for board in ("all-time", "week"):
        assert elos(await world.board(board)) == list(reversed(FIVE.items())), board


async def test_of_two_times_the_shorter_is_rated_a_deviation_above_the_base(world: World) -> None:
    await world.create_event(direction="LOW", format="time")
    await world.submit_all({"Ana": 100, "Bob": 50})

    assert elos(await world.board()) == [("Bob", 1200), ("Ana", 800)]


@pytest.mark.parametrize("players", [["Ana"], ["Ana", "Bob", "Cy"]])
async def test_without_any_spread_everyone_has_the_base_elo(world: World, players: list[str]) -> None:
    await world.create_event()
    await world.submit_all(dict.fromkeys(players, 0.1))

    assert elos(await world.board()) == [(player, 1000) for player in players]


async def test_a_better_score_moves_everyones_elo_with_it(world: World) -> None:
    await world.create_event()
    await world.submit_all(dict(zip(FIVE, (100, 200, 300, 400, 100), strict=True)))
    await world.submit("Eve", 500)

    assert elos(await world.board()) == list(reversed(FIVE.items()))


async def test_the_event_elo_is_half_all_time_elo_and_half_weekly_average(world: World) -> None:
    """All-time 1600; weeks 1550, 1450, missed, 1500; so the average is 1125 and the event Elo 1362.5, rounded up."""
    await world.create_event()
    # The distance of eight of the nine others from the ninth determines Ana's lead in deviations.
    for spread, ana, weekly_elo in ((14.623, 1100, 1550), (29.58, 1100, 1450), (0, None, None), (22.249, 1100, 1500)):
        week = {name: 1000 + spread * side for name, side in zip(OTHERS, [0, *[1, -1] * 4], strict=True)}
        await world.submit_all(week if ana is None else {"Ana": ana, **week})
        assert dict(elos(await world.board("week"))).get("Ana") == weekly_elo
        world.clock.move(weeks=1)
        await world.reset()
    await world.submit_all({"Ana": 3000, **dict.fromkeys(OTHERS, 2000)})
    await world.settle_ratings()

    assert elos(await world.board())[0] == ("Ana", 1600)
    assert "🥇 **Ana** · **1363**\nbest 1600 · weeks 1125" in await world.board("overall")


def elos(board: Seen) -> list[tuple[str, int]]:
    """Return the players of a board with their Elos, in order."""
    return [
        (name, int(elo)) for name, elo in re.findall(r"^\S+ \*\*(.+?)\*\* · .* · (\d+)\??$", board.text, re.MULTILINE)
    ]
