"""The picture of a rating."""

from dataclasses import replace
from typing import Any

from benchmarks.sample_pictures import rating
from bot.domain.explanations import PlayerRating
from bot.domain.ratings import round_half_up
from bot.domain.rules import Rules
from bot.ui.pictures import Picture, picture_of_rating
from bot.ui.pictures._canvas import BLUE, GROUND, INK, MARGIN, ORANGE, RED, RULE, YELLOW
from bot.ui.pictures._rating import BAR, MISSED, STEP
from bot.ui.standings import STILL_SETTLING
from tests.one_database import on_one_database
from tests.pictures.drawn import ends, parts, words

pytestmark = on_one_database

DIGIT = 0.572
"""The width of a digit or a minus sign, as a fraction of the font size."""


def rated(*weekly: int | None, missed_week_elo: int = 0, all_time_elo: int = 1_165) -> PlayerRating:
    """Return a rating with these weekly Elos, the latest first; None is a missed week."""
    page = rating(weekly=weekly)
    weeks = [replace(week, elo=missed_week_elo) if week.is_missed else week for week in page.weeks]
    average = sum(week.elo for week in weeks) / len(weeks)
    return replace(
        page,
        weeks=tuple(weeks),
        rules=Rules(missed_week_elo=missed_week_elo),
        all_time_elo=all_time_elo,
        weekly_average=average,
        event_elo=round_half_up((all_time_elo + average) / 2),
    )


def label(picture: Picture, text: str) -> dict[str, Any]:
    return next(part for part in parts(picture, "text") if part["words"] == text)


def missed_box(picture: Picture) -> tuple[float, float]:
    """Return the top and the bottom of the box of a missed week."""
    box = next(part for part in parts(picture, "box") if part["fill"] == RED)
    return box["y"], box["y"] + box["height"]


def zero(picture: Picture) -> float:
    return next(ends(part)[0] for part in parts(picture, "line") if part["fill"] == RULE)


def test_the_elo_of_a_week_stands_out_before_the_average() -> None:
    drawn = picture_of_rating(rated(990, 1_190))
    everything = parts(drawn, "line") + parts(drawn, "box") + parts(drawn, "text")
    order = [part for part in everything if part.get("fill") in (YELLOW, GROUND)]
    assert len([part for part in order if part["fill"] == GROUND]) == 2
    text = drawn.drawing
    assert text.index('"dashed":true') < text.index(GROUND, text.index("parts")) < text.index('"words":"990"')


def test_the_box_of_a_missed_week_that_counts_0_stands_above_zero() -> None:
    for weekly in ((1_200, None, -150), (-1_000, None), (12, None, -1_234)):
        drawn = picture_of_rating(rated(*weekly))
        first, last = missed_box(drawn)
        assert last == zero(drawn)
        assert last - first >= MISSED
        assert first >= label(drawn, "Weeks")["y"] + 28


def test_the_box_of_a_missed_week_that_counts_below_0_hangs_below_zero() -> None:
    drawn = picture_of_rating(rated(1_200, None, 1_000, missed_week_elo=-20))
    first, last = missed_box(drawn)
    assert first == zero(drawn)
    assert last <= label(drawn, "16")["y"] - 18


def bars(picture: Picture) -> list[dict[str, Any]]:
    """Return the bars of the two halves and of the event Elo."""
    return [part for part in parts(picture, "box") if part["height"] == BAR]


def test_the_bar_of_the_event_elo_has_both_halves_side_by_side() -> None:
    fills = [bar["fill"] for bar in bars(picture_of_rating(rated(400)))]
    assert fills == [BLUE, ORANGE, BLUE, ORANGE]


def test_where_a_half_takes_from_the_other_the_event_elo_has_one_bar() -> None:
    best, weeks, total = bars(picture_of_rating(rated(-400, all_time_elo=1_000)))
    assert [best["fill"], weeks["fill"], total["fill"]] == [BLUE, ORANGE, INK]
    assert total["x"] == best["x"] == MARGIN
    assert abs(total["x"] + total["width"] + 1 - weeks["x"]) < 0.02


def test_the_elos_of_neighbouring_weeks_do_not_touch() -> None:
    drawn = picture_of_rating(rated(-1_300, -1_200, 1_244, -123_456))
    shown = [label(drawn, text) for text in ("−1300", "−1200", "1244", "−123456")]
    assert [part["size"] for part in shown if len(part["words"]) * part["size"] * DIGIT > STEP - 3] == []
    assert label(drawn, "1244")["size"] == 15


def test_a_mark_behind_the_event_elo_is_explained() -> None:
    few, new = replace(rated(1_000), players=2), replace(rated(1_000), rules=Rules(min_weeks=4))
    assert STILL_SETTLING in words(picture_of_rating(few))
    assert f" {STILL_SETTLING}." in picture_of_rating(few).description
    assert "? = still settling: 3 more weeks make it count" in words(picture_of_rating(new))
    assert "?" not in picture_of_rating(rated(1_000)).drawing
