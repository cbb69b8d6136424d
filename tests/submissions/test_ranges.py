"""Scores below zero, of zero and above a billion: counted, listed, rated, closed, undone, removed and verified."""

import pytest

from bot.domain.scores import MAX_SCORE
from bot.domain.standings import Board
from bot.errors import ScoreTooHigh, ScoreTooLow
from tests.backends import ADMIN, EVENT, TestBackend
from tests.tracing import untraced

pytestmark = untraced

FIELDS: dict[str, tuple[str, str | None, str | None, list[float]]] = {
    "golf": ("LOW", "-20", "60", [-3, -12.5, 0, 4, 54]),
    "deaths": ("LOW", "0", None, [0, 3, 1, 17, 999_999_999]),
    "pinball": ("HIGH", None, "9,007,199,254,740,991", [1_234_567_890, 1, 9.5e12, MAX_SCORE, MAX_SCORE - 1]),
    "everything": ("HIGH", f"{-MAX_SCORE}", f"{MAX_SCORE}", [-MAX_SCORE, MAX_SCORE, 0, 0.000000001, -0.000000001]),
}


@pytest.mark.parametrize("field", FIELDS)
async def test_scores_of_every_size_are_ranked_rated_and_kept_exactly(backend: TestBackend, field: str) -> None:
    direction, least, greatest, scores = FIELDS[field]
    await backend.create_event(direction, min_score=least, max_score=greatest)
    ranked = sorted(map(float, scores), reverse=direction == "HIGH")

    told = {score: await backend.submit(player, score) for player, score in enumerate(scores, 1)}
    worse = await backend.submit(1 + scores.index(ranked[0]), ranked[-1])

    assert [result.score for result in told.values()] == scores
    assert not worse.is_personal_best
    for board in (Board.ALL_TIME, Board.WEEK):
        page = await backend.page(board)
        assert [row.score for row in page.standings] == ranked
        elos = [row.elo for row in page.standings if row.elo is not None]
        assert elos == sorted(elos, reverse=True)
    assert (await backend.elos())[scores.index(told[scores[-1]].score) + 1] == told[scores[-1]].elo
    [run] = await backend.run()
    assert [result.score for result in await backend.results(run.week)] == ranked
    await backend.rate()
    assert await backend.differences() == []
    await backend.undo()
    await backend.real.services.removals.remove(ADMIN, EVENT, 1 + scores.index(ranked[0]))
    await backend.rate()
    assert await backend.differences() == []


async def test_pages_go_on_where_the_one_before_ended_below_zero_too(backend: TestBackend) -> None:
    await backend.create_event("LOW", min_score="-20")
    scores = [float(number % 26 - 15) for number in range(26)]
    await backend.submit_all(dict(enumerate(scores, 1)))

    pages = [await backend.page(page=number) for number in range(3)]

    assert [row.score for page in pages for row in page.standings] == sorted(scores)
    assert [row.rank for page in pages for row in page.standings] == [*range(1, 27)]


async def test_a_side_without_a_bound_keeps_the_default(backend: TestBackend) -> None:
    await backend.create_event("LOW", min_score="-20")
    await backend.submit(1, "-20")
    await backend.submit(2, "999,999,999")
    with pytest.raises(ScoreTooLow):
        await backend.submit(3, "-21")
    with pytest.raises(ScoreTooHigh):
        await backend.submit(3, "1,000,000,000")
