"""The explanation of an event Elo, as its player reads it."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from bot.database.models import Event
from bot.domain.events import EventInfo
from bot.domain.explanations import BestChange, EloChange, Part, PlayerRating, RatedWeek, RulesChanged
from bot.domain.methods import Rating, method_of, middle_score, spread_of
from bot.domain.ratings import Field, RatingScale, round_half_up
from bot.domain.rules import Attendance, Method, Rules
from bot.domain.scores import ScoreDirection, ScoreStyle
from bot.domain.servers import PlayerName
from bot.domain.weeks import Week
from bot.errors import NoScores
from bot.ui.ratings import halves_of, show_rating
from tests import tables
from tests.backends import ADMIN, EVENT, GUILD, TestBackend
from tests.one_database import on_both_databases, on_one_database
from tests.world import World

pytestmark = on_one_database

elos = st.integers(-5_000, 5_000)
weights = st.integers(0, 1_000).map(lambda thousandths: thousandths / 1_000)


@given(all_time_elo=elos, elos_of_weeks=st.lists(elos, min_size=1, max_size=12), weight=weights)
def test_the_halves_add_up_and_round_to_the_elo(all_time_elo: int, elos_of_weeks: list[int], weight: float) -> None:
    average = sum(elos_of_weeks) / len(elos_of_weeks)

    written = halves_of(all_time_elo, average, weight)

    best, weeks, total = (Decimal(part.replace("−", "-").replace(",", "")) for part in written)
    assert best + weeks == total
    assert abs(float(total) - (weight * all_time_elo + (1 - weight) * average)) < 0.06
    rounded = int((total + Decimal("0.5")).to_integral_value("ROUND_FLOOR"))
    rating = Rating(ScoreDirection.HIGH, Rules(all_time_weight=weight), RatingScale())
    assert rounded == rating.event_elo(all_time_elo, average)


@on_both_databases
async def test_a_rating_names_the_best_each_week_and_both_halves(world: World) -> None:
    await world.create_event(unit="points")
    nothing = "You have no scores in Tetris Blitz yet. `/submit-score` counts your first."
    assert await world.refused(world.use("Ana", "rating", event="Tetris")) == nothing
    await world.submit_all({"Ana": 100, "Ben": 200, "Cy": 300})
    first = await world.use("Ana", "rating", event="Tetris")
    assert first.is_private
    assert (
        "Ana · Tetris Blitz\nBest\n**100 points** → 755\nthe mean of all bests is 200\n"
        "a spread, the usual distance, is 81.6\n1.225 spreads below the mean\n1000 − 1.225 × 200 = 755\n"
    ) in first
    assert "#3 of 3 by best score\nno event Elo before a first closed week" in first
    assert list(first.buttons) == ["Picture", "What must I score?", "Share"]
    await world.reset()
    world.clock.move(weeks=1)
    await world.submit_all({"Ben": 150, "Cy": 250})
    world.clock.move(weeks=1)
    await world.reset()
    await world.submit("Ana", 400)

    rating = await world.use("Cy", "rating", event="Tetris", player=world.member("Ana").user)

    assert rating.alone == (
        "Ana · Tetris Blitz · **811**\n"
        "Best, half\n**400 points** → 1245: 622.5\nthe mean of all bests is 300\n"
        "a spread, the usual distance, is 81.6\n1.225 spreads above the mean\n1000 + 1.225 × 200 = 1245\n"
        "Weeks, half\n755 / 2 = 377.5: 188.8\n"
        "23–29 Nov · missed: 0, costs 189\n16–22 Nov · 755\nall weeks count, missed ones too\n"
        "**622.5 + 188.8 = 811.3 → 811**\n"
        "**+56** since 16–22 Nov closed\n+245 · own new best\n−189 · 23–29 Nov missed\n"
        "#1 of 3 by best score"
    )
    assert list(rating.buttons) == ["Picture", "Share"]

    shared = await world.click("Cy", rating, "Share")

    assert rating.alone in shared.alone
    assert shared.alone.endswith("\nshared with everyone here")
    assert shared.public == f"{rating.alone}\nCy shares this"


async def test_the_better_of_two_times_is_shorter_than_the_mean(world: World) -> None:
    await world.create_event(direction="LOW", format="time")
    await world.submit_all({"Ana": 60, "Ben": 80})
    best, worst = [await world.use(name, "rating", event="Tetris") for name in ("Ana", "Ben")]
    assert "the mean of all bests is 1:10" in best
    assert "1.00 spreads shorter than the mean\n" in best
    assert "1000 + 1.00 × 200 = 1200" in best
    assert "1.00 spreads longer than the mean\n" in worst


async def test_a_sum_that_is_whole_needs_no_rounding(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    await world.reset()

    told = (await world.use("Ana", "rating", event="Tetris")).alone

    assert "1000 / 1 = 1000: 500\n" in told
    assert "**500 + 500 = 1000**\n" in told


async def test_a_rating_follows_the_rules_of_the_event(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({1: 100, 2: 200, 3: 300}, {2: 1, 3: 2}, {})
    await backend.run()
    rules = {"attendance": Attendance.PLAYED, "all_time_weight": 0.25}
    await tables.execute(backend.database, update(Event).values(**rules))

    rating = await rated(backend)

    assert [(week.elo, week.is_missed) for week in rating.weeks] == [(0, True), (755, False)]
    assert rating.weekly_average == (755 + 2 * 1000) / 3
    assert rating.event_elo == round_half_up(0.25 * 755 + 0.75 * rating.weekly_average)


@pytest.mark.parametrize(
    ("attendance", "costs"),
    [
        (Attendance.ZERO, ["missed: 0, costs 104", "missed: 0, costs 104", "1245"]),
        (Attendance.BEST, ["missed: 0, costs nothing", "missed: 0, costs nothing", "1245"]),
        (Attendance.PLAYED, ["missed: 0, does not count", "missed: 0, does not count", "1245"]),
    ],
)
async def test_a_missed_week_says_what_it_costs_beside_all_others(
    backend: TestBackend, attendance: Attendance, costs: list[str]
) -> None:
    await backend.create_event()
    await backend.play({1: 300, 2: 200, 3: 100}, {2: 1, 3: 2}, {2: 1, 3: 2}, {})
    await backend.run()
    await tables.execute(backend.database, update(Event).values(attendance=attendance, best_of=1, all_time_weight=0.5))

    shown = text_of(await rated(backend, 1))

    assert re.findall(r"^-# \d.* · (.*)", shown, re.MULTILINE) == costs


async def test_a_missed_week_says_what_it_costs_however_long_ago_it_was(backend: TestBackend) -> None:
    await backend.create_event()
    both, ben = {1: 100, 2: 100}, {2: 100}
    await backend.play(both, ben, both, *[both] * 8, {})
    await backend.run()

    shown = re.findall(r"^-# (\d.* · .*|and .*)", text_of(await rated(backend, 1)), re.MULTILINE)

    assert len(shown) == 10
    assert shown[-2:] == ["7–13 Sep · missed: 0, costs 45", "and 2 more weeks before"]


async def test_each_cause_of_a_change_is_told_in_a_line(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({1: 100, 2: 200})
    await backend.run()
    rating, ben, week = await rated(backend, 1), PlayerName(2, "Ben *the* Great"), Week(2026, 48)

    def player(before: float | None, after: float | None) -> Part:
        return Part(-1, 2, ben, BestChange(before, after))

    parts = (
        *(player(None, 5), player(5, 6), player(6, 5), player(6, None)),
        *(Part(2), Part(-1_000, best=BestChange(9, 8))),
        *(Part(7, week=RatedWeek(week, 1136, False)), Part(-3, week=RatedWeek(week, 0, True))),
    )

    shown = text_of(replace(rating, change=EloChange(Week(2026, 47), -998, parts)))

    name = "Ben \\*the\\* Great"
    assert "-# unchanged since 16–22 Nov closed" in text_of(rating)
    assert (
        f"**−998** since 16–22 Nov closed\n-# −1 · {name}'s first score\n-# −1 · {name}'s new best\n"
        f"-# −1 · {name}'s score removed\n-# −1 · {name} is out\n-# +2 · bests of others\n"
        "-# −1,000 · own score removed\n-# +7 · 23–29 Nov closed, 1136\n-# −3 · 23–29 Nov missed\n"
    ) in shown
    own = (Part(56, best=BestChange(1, 2)),)
    by_rules = RulesChanged(backend.clock.now, 7)
    assert (
        "**+56** since 16–22 Nov closed, others left out\n-# +56 · own new best\n"
        "-# rules changed <t:1795003200:D> by <@7>: both Elos are by the new ones\n"
    ) in text_of(replace(rating, change=EloChange(Week(2026, 47), 56, own, by_rules, lacks_others=True)))
    unmoved = EloChange(Week(2026, 47), 0, (), replace(by_rules, actor_id=-1))
    assert "-# unchanged since 16–22 Nov closed\n-# rules changed <t:1795003200:D> by a former admin" in text_of(
        replace(rating, change=unmoved)
    )


async def test_a_rating_says_what_it_lacks_to_tell_much(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(1, 100)
    assert "alone in the event: 1000 by rule" in text_of(await rated(backend, 1))
    await backend.submit_all({2: 100, 3: 100, 4: 100, 5: 100})
    await backend.run()
    settled = text_of(await rated(backend, 1))
    assert "· **1000**\n" in settled
    assert "at the mean of all bests, 100" in settled
    await tables.execute(backend.database, update(Event).values(min_weeks=3))
    shown = text_of(await rated(backend, 1))
    assert "· **1000**?\n" in shown
    assert "? = still settling: 2 more weeks make it count" in shown


async def test_the_rating_of_an_archived_event_promises_nothing(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({1: 100, 2: 100})
    await backend.run()
    await tables.execute(backend.database, update(Event).values(is_active=False))
    of_two = text_of(await rated(backend, 1))
    assert "#1 of 2 by best score · archived\n-# ? = fewer than 3 players" in of_two
    await tables.execute(backend.database, update(Event).values(min_weeks=3))
    assert "· archived\n-# ? = fewer than 3 closed weeks" in text_of(await rated(backend, 1))


async def test_the_rating_of_an_event_that_has_ended_promises_nothing(world: World) -> None:
    await world.create_event(**{"last-week": "2026-W47"})
    await world.backend.real.services.rules.change(world.as_actor(), EVENT, Rules(min_weeks=2))
    await world.submit_all({"Ana": 100, "Ben": 200})
    before = await world.use("Ana", "rating", event="Tetris")
    assert "What must I score?" in before.buttons
    await world.reset()

    ended = await world.use("Ana", "rating", event="Tetris")

    assert ended.alone.endswith("#2 of 2 by best score\n? = fewer than 2 closed weeks")
    assert list(ended.buttons) == ["Picture", "Share"]
    assert "to go" not in await world.board("overall")


async def test_nobody_is_invited_to_an_event_that_has_ended_or_not_begun(world: World) -> None:
    dee, ben = world.member("Dee"), world.member("Ben")
    await world.create_event()
    await world.create_event("Golf", **{"first-week": "2026-W48", "last-week": "2026-W48"})
    await world.submit_all({"Dee": 100, "Ben": 200})

    async def refusals() -> set[str]:
        asked = [world.use(dee, command, event="Golf") for command in ("rating", "history")]
        return {await world.refused(one) for one in (*asked, world.use(dee, "compare", event="Golf", player=ben))}

    takes_none = "You have no scores in Golf, which takes none now. `/events` names all events."
    assert await refusals() == {takes_none}
    world.clock.move(weeks=1)
    await world.submit("Ben", 100, "Golf")
    assert await refusals() == {"You have no scores in Golf yet. `/submit-score` counts your first."}
    world.clock.move(weeks=1)
    assert await refusals() == {takes_none}


async def test_the_rating_of_a_past_season_can_be_asked_for(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({1: 100, 2: 200})
    await backend.run()
    await backend.real.services.events.begin_again(ADMIN, EVENT)
    with pytest.raises(NoScores):
        await rated(backend, 1)

    past = await backend.real.services.standings.rating(GUILD, EVENT, 1, 1, "1")

    assert past.event_elo == 800


async def rated(backend: TestBackend, player: int = 1) -> PlayerRating:
    return await backend.real.services.standings.rating(GUILD, EVENT, player, player)


async def test_before_the_first_recalculation_rating_and_board_agree(backend: TestBackend) -> None:
    await backend.create_event()
    await tables.execute(backend.database, update(Event).values(method=Method.ROBUST))
    await backend.play({1: 100, 2: 200, 3: 900})
    await tables.execute(
        backend.database, update(Event).values(elo_version=0, elo_origin=0, elo_centre=0, elo_spread=0)
    )

    assert (await rated(backend, 2)).middle == 200


def text_of(rating: PlayerRating) -> str:
    return "\n".join(card.text for card in show_rating(rating).cards)


async def test_a_middle_of_millions_keeps_its_whole_part(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({1: 1_000_000, 2: 1_234_567, 3: 1_469_134})

    assert "the mean of all bests is 1,234,567\n" in text_of(await rated(backend, 1))


async def test_the_middle_is_that_of_the_method_and_ranks_have_none(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({1: 100, 2: 200, 3: 900})
    services, found, told = backend.real.services, [], []
    for rules in (Rules(), Rules(Method.ROBUST), Rules(Method.ROBUST, uses_logarithm=True), Rules(Method.RANKS)):
        if rules != Rules():
            await services.rules.change(ADMIN, EVENT, rules)
        rating = await rated(backend, 2)
        found.append((rating.middle, rating.spreads))
        told.append(text_of(rating))

    classic, robust, logarithmic, ranked = found
    assert (classic[0], robust, ranked) == (400, (200, 0), (None, None))
    assert (round(logarithmic[0] or 0, 9), logarithmic[1]) == (200, 0)
    assert "beats 1 of 2 others" in told[-1]


async def test_a_rating_can_be_computed_from_what_it_says(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({1: 100, 2: 200, 3: 900, 4: 250})
    services, found = backend.real.services, []
    for rules in (Rules(), Rules(Method.ROBUST), Rules(Method.ROBUST, uses_logarithm=True)):
        if rules != Rules():
            await services.rules.change(ADMIN, EVENT, rules)
        rating = await rated(backend, 1)
        if rating.spread is not None and rating.middle is not None and rating.spreads is not None:
            assert (rating.best - rating.middle) / rating.spread == pytest.approx(rating.spreads)
        told = re.search(r"^-# 1000 − (\S+) × 200 = (\S+)$", text_of(rating), re.MULTILINE)
        assert told is not None
        assert round_half_up(1000 - 200 * float(told[1])) == int(told[2]) == rating.all_time_elo
        found.append("a spread, the usual distance, is a factor\n" in text_of(rating))

    assert found == [False, False, True]


@given(
    bests=st.lists(st.integers(1, 2_000_000).map(lambda number: number / 100), min_size=2, max_size=12),
    direction=st.sampled_from(ScoreDirection),
    rules=st.sampled_from([Rules(), Rules(Method.ROBUST)]),
)
def test_whoever_computes_with_the_numbers_shown_ends_at_the_elo(
    bests: list[float], direction: ScoreDirection, rules: Rules
) -> None:
    rating = Rating(direction, rules, RatingScale())
    best, field = bests[0], rating.field_of(bests)
    assert isinstance(field, Field)
    told = PlayerRating(
        event=EventInfo(1, 1, EVENT, direction, ScoreStyle(), None, None, is_active=True, rules=rules),
        player=PlayerName(1, "Ana"),
        rules=rules,
        best=best,
        rank=1,
        players=len(bests),
        all_time_elo=rating.elo(best, field),
        scale=rating.scale,
        middle=middle_score(field, rules),
        spread=spread_of(field, rules),
        spreads=method_of(rules).z_score(best, field, direction),
        beaten=None,
        weeks=(),
        averaged=(),
        weekly_average=None,
        event_elo=None,
    )

    shown = text_of(told).replace(",", "")

    what = "mean" if rules.method is Method.CLASSIC else "middle"
    middle = re.search(rf"the {what} of all bests is (−?[\d.]+)$", shown, re.MULTILINE)
    spread = re.search(r"a spread, the usual distance, is ([\d.]+)$", shown, re.MULTILINE)
    if middle is not None and spread is not None and not told.is_bounded:
        z = direction.sign * (best - float(middle[1].replace("−", "-"))) / float(spread[1])
        assert RatingScale().elo_of(z) == told.all_time_elo
    assert ("no score counts more spreads" in shown) == told.is_bounded


async def test_equal_bests_beat_none_of_each_other(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({1: 100, 2: 100, 3: 50, 4: 200})
    await backend.real.services.rules.change(ADMIN, EVENT, Rules(Method.RANKS))

    assert (await rated(backend, 1)).beaten == 1
