"""The picture of a closed week."""

from dataclasses import replace

import pytest

from benchmarks.sample_pictures import POINTS, SECONDS, closed_week, event
from bot.domain.scores import MAX_SCORE, ScoreStyle
from bot.ui.pictures import picture_of_week
from bot.ui.pictures._canvas import PANEL
from bot.ui.pictures._results import CHARACTER, COLUMN, STAGE
from bot.ui.standings import FEW_PLAYERS
from tests.one_database import on_one_database
from tests.pictures.drawn import parts, words

pytestmark = on_one_database


def heights(ranks: tuple[int, ...]) -> list[float]:
    """Return the heights of the podium's steps, beginning with that of the best player."""
    page = closed_week()
    tied = [replace(one, rank=rank) for one, rank in zip(page.standings, ranks, strict=False)]
    drawn = picture_of_week(replace(page, standings=tuple(tied)))
    return [box["height"] for box in parts(drawn, "box") if box["fill"] == PANEL]


def test_those_who_share_a_rank_stand_on_steps_of_one_height() -> None:
    first, second, third = heights((1, 2, 3))
    assert first > second > third
    assert heights((1, 1, 3)) == [first, first, third]
    assert heights((1, 2, 2)) == [first, second, second]
    assert heights((1, 1, 1)) == [first, first, first]


@pytest.mark.parametrize(
    ("score", "style"),
    [(999_999_999.123456, POINTS), (-float(MAX_SCORE), POINTS), (359_999.123456, SECONDS)],
    ids=["decimals", "the smallest", "a time"],
)
def test_the_longest_score_on_the_podium_is_small_enough_to_be_whole(score: float, style: ScoreStyle) -> None:
    page = closed_week()
    first = replace(page.standings[0], score=score)
    drawn = picture_of_week(replace(page, event=event(style=style), standings=(first, *page.standings[1:])))
    [shown, other] = [part for part in parts(drawn, "text") if part["words"] in (style.bare(score), style.bare(16_400))]
    assert CHARACTER * shown["size"] * len(shown["words"]) <= COLUMN - 8 == shown["room"]
    assert shown["size"] < other["size"] == 15


def test_a_week_without_players_has_no_stage() -> None:
    nobody, somebody = picture_of_week(closed_week(())), picture_of_week(closed_week(("Ana", "Ben", "Cy")))
    assert parts(nobody, "line") == []
    assert f'"height":{76 + 12}' in nobody.drawing
    assert f'"height":{76 + 12 + round(STAGE) + 12}' in somebody.drawing


def test_elos_among_few_players_are_marked_and_the_mark_is_explained() -> None:
    few, many = picture_of_week(closed_week(("Ana", "Ben"))), picture_of_week(closed_week(("Ana", "Ben", "Cy")))
    assert {"Elo 1181?", FEW_PLAYERS} <= set(words(few))
    assert f"Elo 1181?. #2 Ben 16,400 points, Elo 1103?. {FEW_PLAYERS}." in few.description
    assert "Elo 1181" in words(many)
    assert "?" not in many.drawing + many.description


def test_a_week_that_is_not_rated_explains_no_mark() -> None:
    page = closed_week(("Ana", "Ben"))
    unrated = replace(page, standings=tuple(replace(one, elo=None) for one in page.standings))
    assert FEW_PLAYERS not in words(picture_of_week(unrated))
