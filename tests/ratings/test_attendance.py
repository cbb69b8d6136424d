"""The condensed data of weeks and fields lead to the same numbers as the full data."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.attendance import ClosedWeeks
from bot.domain.methods import Rating, elos_of
from bot.domain.ratings import RatingScale
from bot.domain.rules import Attendance, CountedWeek, Method, Rules
from bot.domain.scores import ScoreDirection
from tests.one_database import on_one_database

pytestmark = on_one_database

ANA, BOB, CAI = 1, 2, 3
MISSED, BASE = 300, 1000

attendances = st.builds(
    lambda attendance, last, of: Rules(attendance=attendance, last_weeks=last, best_of=min(of, last)),
    st.sampled_from(Attendance),
    st.integers(1, 5),
    st.integers(1, 5),
)
weeks_of_elos = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from([ANA, BOB, CAI]), st.integers(-500, 2500), min_size=1),
        st.frozensets(st.sampled_from([ANA, BOB, CAI])),
        st.booleans(),
    ),
    max_size=9,
)
ratings = st.builds(
    Rating,
    st.sampled_from(ScoreDirection),
    st.builds(Rules, method=st.sampled_from(Method), uses_logarithm=st.booleans()),
    st.just(RatingScale()),
)


@given(rules=attendances, weeks=weeks_of_elos)
def test_the_few_numbers_held_of_a_player_make_the_average_of_all_weeks(
    rules: Rules, weeks: list[tuple[dict[int, int], frozenset[int], bool]]
) -> None:
    closed = ClosedWeeks(rules, len(weeks))
    seen: dict[int, list[CountedWeek]] = {}
    for elos, omitted, is_rated in weeks:
        if not is_rated:
            closed.meet(elos)
            seen |= {player: seen.get(player, []) for player in elos}
            continue
        closed.count(elos, MISSED, omitted)
        for player, before in seen.items():
            if player not in elos and player not in omitted:
                before.append(CountedWeek(MISSED, is_missed=True))
        for player, elo in elos.items():
            seen.setdefault(player, []).append(CountedWeek(elo, is_missed=False))

    assert set(closed.players) == seen.keys()
    for player, counted in seen.items():
        assert (closed.weeks(player), closed.played(player)) == (
            len(counted),
            sum(not week.is_missed for week in counted),
        )
        assert closed.average(player, BASE) == rules.weekly_average(counted, BASE)
        one_more = [*counted, CountedWeek(MISSED, is_missed=True)]
        assert closed.average_after_missing(player, BASE, MISSED) == rules.weekly_average(one_more, BASE)


@given(rating=ratings, scores=st.lists(st.integers(-50, 10_000) | st.floats(0.001, 1e9), max_size=40))
def test_the_elos_of_many_scores_are_those_of_each(rating: Rating, scores: list[float]) -> None:
    field, by_place = rating.field_of(scores), dict(enumerate(scores))
    assert elos_of(rating, field, by_place) == {place: rating.elo(score, field) for place, score in by_place.items()}
