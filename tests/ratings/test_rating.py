"""Where an event Elo comes from, as its player reads it."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from bot.database.models import Event
from bot.domain.ratings import RatingScale
from bot.domain.rules import Attendance, Method, Rules
from bot.ui.ratings import halves_of
from tests import tables
from tests.backends import ADMIN, EVENT, GUILD, TestBackend
from tests.one_database import on_both_databases, on_one_database
from tests.world import World

pytestmark = on_one_database

elos = st.integers(-5_000, 5_000)


@given(all_time_elo=elos, elos_of_weeks=st.lists(elos, min_size=1, max_size=12), weight=st.floats(0, 1))
def test_the_halves_add_up_and_round_to_the_elo(all_time_elo: int, elos_of_weeks: list[int], weight: float) -> None:
    average = sum(elos_of_weeks) / len(elos_of_weeks)

    written = halves_of(all_time_elo, average, weight)

    best, weeks, total = (Decimal(part.replace("−", "-").replace(",", "")) for part in written)
    assert best + weeks == total
    assert abs(float(total) - (weight * all_time_elo + (1 - weight) * average)) < 0.06
    rounded = int((total + Decimal("0.5")).to_integral_value("ROUND_FLOOR"))
    assert rounded == RatingScale().event_elo(all_time_elo, average, weight)


@on_both_databases
async def test_a_rating_names_the_best_each_week_and_both_halves(world: World) -> None:
    await world.create_event(unit="points")
    assert "has no scores in Tetris Blitz" in await world.refused(world.use("Ana", "rating", event="Tetris"))
    await world.submit_all({"Ana": 100, "Ben": 200, "Cy": 300})
    first = await world.use("Ana", "rating", event="Tetris")
    assert first.is_private
    assert "Ana · Tetris Blitz\nBest\n**100 points** → 755\n1.22 spreads below the middle, 200 points\n" in first
    assert "#3 of 3 by best score\nthe event Elo begins when a first week closes" in first
    await world.reset()
    world.clock.move(weeks=1)
    await world.submit_all({"Ben": 150, "Cy": 250})
    world.clock.move(weeks=1)
    await world.reset()
    await world.submit("Ana", 400)

    rating = await world.use("Cy", "rating", event="Tetris", player=world.member("Ana").user)

    assert rating.alone == (
        "Ana · Tetris Blitz · **811**\n"
        "Best, half\n**400 points** → 1245: 622.5\n1.22 spreads above the middle, 300 points\n"
        "Weeks, half\naverage 377.5: 188.8\n23–29 Nov · missed: 0\n16–22 Nov · 755\nall weeks count, missed ones too\n"
        "**622.5 + 188.8 = 811.3 → 811**\n"
        "#1 of 3 by best score"
    )


async def test_a_rating_follows_the_rules_of_the_event(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({1: 100, 2: 200, 3: 300}, {2: 1, 3: 2}, {})
    await backend.run()
    rules = {"attendance": Attendance.PLAYED, "all_time_weight": 0.25}
    await tables.execute(backend.database, update(Event).values(**rules))

    rating = await backend.real.services.standings.rating(GUILD, EVENT, 1, 1)

    assert [(week.elo, week.is_missed) for week in rating.weeks] == [(0, True), (755, False)]
    assert rating.weekly_average == (755 + 2 * 1000) / 3
    assert rating.event_elo == RatingScale().event_elo(755, rating.weekly_average, 0.25)


async def test_the_middle_is_that_of_the_method_and_ranks_have_none(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({1: 100, 2: 200, 3: 900})
    services, found = backend.real.services, []
    for rules in (Rules(), Rules(Method.ROBUST), Rules(Method.ROBUST, uses_logarithm=True), Rules(Method.RANKS)):
        if rules != Rules():
            await services.rules.change(ADMIN, EVENT, rules)
        rating = await services.standings.rating(GUILD, EVENT, 2, 2)
        found.append((rating.middle, rating.spreads))

    classic, robust, logarithmic, ranked = found
    assert (classic[0], robust, ranked) == (400, (200, 0), (None, None))
    assert (round(logarithmic[0] or 0, 9), logarithmic[1]) == (200, 0)
