"""Finding a score by the text that an admin types: its value, its day, its week, however old it is."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.score_search import Wanted, read_search
from bot.domain.scores import ScoreFormat, ScoreStyle
from bot.errors import NothingToRemove, SeveralScores
from bot.services.moderation._finding import MOST_LISTED, MOST_NAMED
from tests.backends import ADMIN, EVENT, TestBackend

ANA = 1
NUMBER, TIME = ScoreStyle(unit="Points"), ScoreStyle(ScoreFormat.TIME)
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)


def fits(score: float, wanted: tuple[Wanted, ...]) -> bool:
    return all(any(low <= score < high for low, high in part.scores) for part in wanted)


@given(st.decimals("0.001", "999999999", places=3), st.sampled_from([NUMBER, TIME]), st.data())
def test_a_score_is_found_by_each_beginning_of_what_is_shown(
    score: object, style: ScoreStyle, data: st.DataObject
) -> None:
    value = float(str(score)) % 36_000 + 1 if style is TIME else float(str(score))
    value = round(value, 3)
    shown = style.show(value)
    typed = shown[: data.draw(st.integers(1, len(shown.removesuffix(" Points"))))]
    assert fits(value, read_search(typed, style, "UTC", NOW))
    assert fits(value, read_search(shown, style, "UTC", NOW, is_complete=True))


@pytest.mark.parametrize(
    ("typed", "style", "among", "found"),
    [
        ("9", NUMBER, [9, 9.5, 90, 900, 19, 8, 10, 99_999], [9, 9.5, 90, 900, 99_999]),
        ("18,9", NUMBER, [18_900, 189, 1890, 18.95, 188, 190, 18], [18_900, 189, 1890, 18.95]),
        ("15.2", NUMBER, [15.2, 15.29, 15.3, 152], [15.2, 15.29]),
        ("1:2", TIME, [85.5, 79, 90, 3600 + 1_200], [85.5, 3600 + 1_200]),
        ("59.5", TIME, [59.5, 59.55, 59.6, 3570], [59.5, 59.55]),
        ("1:23,4", TIME, [83.4, 83.45, 83.5, 83], [83.4, 83.45]),
        ("−3", NUMBER, [-3, -3.5, -30, -4, -2.9, 3], [-3, -3.5, -30]),
        ("-1:2", TIME, [-85.5, -79, 85.5], [-85.5]),
        ("fast", NUMBER, [1, 2], []),
    ],
)
def test_the_beginning_of_a_value_finds_no_other_values(
    typed: str, style: ScoreStyle, among: list[float], found: list[float]
) -> None:
    wanted = read_search(typed, style, "UTC", NOW)
    assert [score for score in among if fits(score, wanted)] == found


async def test_a_score_is_offered_by_value_day_or_week_however_old(backend: TestBackend) -> None:
    await backend.create_event(unit="points")
    await backend.real.services.settings.change(ADMIN, time_zone="Pacific/Auckland")
    backend.clock.move(weeks=-60)
    await backend.submit(ANA, 12_345)
    backend.clock.move(weeks=60)
    for score in range(100, 100 + MOST_LISTED):
        await backend.submit(ANA, score)
    removals = backend.real.services.removals

    listed = await removals.listed(ADMIN, EVENT, ANA, are_removed=False)
    assert [row.score for row in listed] == list(range(99 + MOST_LISTED, 99, -1))
    # 12:00 UTC is the next day in Auckland.
    name = "12,345 points · 2025-09-25 00:00 · 2025-W39"
    for typed in (
        *("12,34", "12345", "12,345 points", "2025-09-25", "2025-09", "25 sep 2025", "September 25, 2025"),
        *("2025-W39", "2025-w3", "2025-W", "2025-09-25 00:00", "12,345 · 2025-09", name),
    ):
        assert [str(row) for row in await removals.listed(ADMIN, EVENT, ANA, typed, are_removed=False)] == [name], typed
    for typed in ("12,345 · 2025-08", "2025-09-24", "2025-W38", "2025-13", "31 feb", "99 sep", "2025-00-00", "·"):
        found = await removals.listed(ADMIN, EVENT, ANA, typed, are_removed=False)
        assert name not in [str(row) for row in found] or typed == "·", typed
    this_week = [
        await removals.listed(ADMIN, EVENT, ANA, typed, are_removed=False) for typed in ("W47", "19 nov", "nov 19", "")
    ]
    assert this_week == [listed] * 4


async def test_a_score_typed_by_value_is_found_although_it_is_no_best(backend: TestBackend) -> None:
    await backend.create_event(unit="points")
    for score in (50, 90, 70):
        await backend.submit(ANA, score)
    removals = backend.real.services.removals
    assert (await removals.remove(ADMIN, EVENT, ANA, " 50 points ")).submission.score == 50
    with pytest.raises(NothingToRemove):
        await removals.remove(ADMIN, EVENT, ANA, "7")
    assert (await removals.restore(ADMIN, EVENT, ANA, "50")).submission.score == 50


async def test_of_several_scores_that_fit_none_is_taken_and_each_is_named(backend: TestBackend) -> None:
    await backend.create_event(unit="points")
    for _ in range(MOST_NAMED + 2):
        await backend.submit(ANA, 50)
        backend.clock.move(days=1)
    removals = backend.real.services.removals
    with pytest.raises(SeveralScores) as refused:
        await removals.remove(ADMIN, EVENT, ANA, "50")
    assert refused.value.number == MOST_NAMED + 2
    assert refused.value.scores[0] == "50 points · 2026-11-29 12:00 · 2026-W48"
    assert len(refused.value.scores) == MOST_NAMED
    result = await removals.remove(ADMIN, EVENT, ANA, "50 · 20 nov 2026")
    assert str(result.submission) == "50 points · 2026-11-20 12:00 · 2026-W47"


async def test_a_value_that_may_mean_two_numbers_finds_the_one_that_there_is(backend: TestBackend) -> None:
    await backend.create_event()
    for score in (15_020, 15.02, 7_125, 18.9, 189):
        await backend.submit(ANA, score)
    removals = backend.real.services.removals
    with pytest.raises(SeveralScores):
        await removals.remove(ADMIN, EVENT, ANA, "15.020")
    assert (await removals.remove(ADMIN, EVENT, ANA, "7.125")).submission.score == 7_125
    assert (await removals.remove(ADMIN, EVENT, ANA, "18,9")).submission.score == 18.9
