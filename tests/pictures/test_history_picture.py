"""The picture of a history."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from statistics import fmean

import pytest

from benchmarks.sample_pictures import NOW, SECONDS, WEEK, event, history
from bot.domain.history import MOST_POINTS, HistoryEntry, HistoryPage, WeekMiddle, graph_of, mark
from bot.domain.scores import ScoreDirection, ScoreStyle
from bot.ui.pictures import picture_of_history
from bot.ui.pictures._canvas import RULE
from tests.one_database import on_one_database
from tests.pictures.drawn import ends, parts, words

pytestmark = on_one_database

NUMBERS = ScoreStyle()
DIAMOND = 6.0
"""How far the diamond of a best extends from its centre."""
UNSEEN = 133
"""The index of a score that the graph leaves out: it draws only 200 of 260 scores."""


def page_of(
    scores: Sequence[float], direction: ScoreDirection = ScoreDirection.HIGH, style: ScoreStyle = NUMBERS
) -> HistoryPage:
    """Return a history with one score per hour; the middle of the field is the mean of the scores."""
    began = NOW - timedelta(hours=len(scores))
    entries = [HistoryEntry(key, score, began + timedelta(hours=key), WEEK) for key, score in enumerate(scores)]
    marked = mark(entries, direction)
    middle = WeekMiddle(began, NOW, fmean(scores))
    best = next(entry for entry in marked if entry.is_best)
    return replace(
        history(),
        event=replace(event(style=style), direction=direction),
        scores=len(scores),
        best=best,
        graph=graph_of(marked, [middle], NOW, "UTC"),
    )


@pytest.mark.parametrize("direction", ScoreDirection)
def test_a_best_that_is_not_among_the_drawn_scores_is_within_the_graph(direction: ScoreDirection) -> None:
    scores = [1_000.0 + key % 7 for key in range(260)]
    scores[UNSEEN] = 1_000.0 + direction.sign * 900
    page = page_of(scores, direction)
    assert len(page.graph.points) == MOST_POINTS
    assert scores[UNSEEN] not in {point.score for point in page.graph.points}

    drawn = picture_of_history(page)

    assert f"{scores[UNSEEN]:,.0f}" in words(drawn)
    top, bottom = sorted(ends(part)[0] for part in parts(drawn, "line") if part["fill"] == RULE)
    shown = [ends(part) for part in parts(drawn, "line") + parts(drawn, "area") if ends(part)[1] > top - DIAMOND]
    assert min(first for first, _ in shown) == top - DIAMOND
    assert max(last for _, last in shown) <= bottom + DIAMOND


def test_the_middle_of_a_field_is_written_as_short_as_a_reader_needs_it() -> None:
    page = history()
    middles = tuple(replace(middle, score=2_692 + 5 / 13) for middle in page.graph.middles)
    assert "2,692.38" in words(picture_of_history(replace(page, graph=replace(page.graph, middles=middles))))


def test_a_score_of_the_player_stands_in_full_beside_its_line() -> None:
    drawn = picture_of_history(page_of([3_599.999, 3_700.5, 4_000.123], ScoreDirection.LOW, SECONDS))
    assert {"59:59.999", "1:06:40.123"} <= set(words(drawn))


def test_a_best_made_just_now_leaves_the_number_above_it_free() -> None:
    drawn = picture_of_history(page_of([10.0, 20.0, 40.0]))
    [label] = [part for part in parts(drawn, "text") if part["words"] == "40"]
    _legend, *bests = parts(drawn, "area")
    assert min(ends(best)[0] for best in bests) > label["y"]
