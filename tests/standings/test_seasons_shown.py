"""What a board says about the season of its event, and about a lack of scores."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.events import EventInfo
from bot.domain.scores import ScoreDirection, ScoreStyle
from bot.domain.seasons import Season
from bot.domain.standings import Board, LeaderboardPage
from bot.domain.weeks import Week
from bot.ui.standings import board_card

MOMENT = datetime(2026, 11, 30, tzinfo=UTC)
UNTIL, IN = f"<t:{int(MOMENT.timestamp())}:f>", f"<t:{int(MOMENT.timestamp())}:R>"
EVENT = EventInfo(1, 1001, "Tetris", ScoreDirection.HIGH, ScoreStyle(), None, None, is_active=True)
PAGE = LeaderboardPage(EVENT, Board.ALL_TIME, None, (), 0, 1, 0, None)
FIRST, LAST = Week.from_code(202640), Week.from_code(202648)
GOES_ON = Season(1, None, None, None, has_ended=False)
ENDS = Season(1, None, MOMENT, 3, has_ended=False)


@pytest.mark.parametrize(
    ("season", "says"),
    [
        (replace(GOES_ON, number=2), "Season 2"),
        (replace(GOES_ON, begins_at=MOMENT), f"Begins {IN}"),
        (ENDS, f"3 weeks left, until {UNTIL}"),
        (replace(ENDS, number=4, weeks_left=1), f"Season 4 · the last week, until {UNTIL}"),
        (replace(ENDS, weeks_left=0), "Takes no more scores; its last week is not closed yet"),
        (replace(ENDS, number=2, weeks_left=0, has_ended=True), "Season 2 · ended"),
    ],
)
def test_a_board_says_which_season_it_is_and_how_much_is_left(season: Season, says: str) -> None:
    assert board_card(replace(PAGE, season=season), None).small[0] == says


def test_a_season_lasts_until_its_last_week_is_over_and_closed() -> None:
    event, week = replace(EVENT, first_week=FIRST.code, last_week=LAST.code), LAST.next()

    def season(week: Week, *, has_open_scores: bool = False) -> Season:
        return Season.of(event, week, "UTC", has_open_scores=has_open_scores)

    early, first, last, closed = (season(one) for one in (FIRST.before(), FIRST, LAST, week))
    assert [one.weeks_left for one in (early, first, last, closed)] == [9, 9, 1, 0]
    assert [one.begins_at for one in (early, first)] == [FIRST.begins_at("UTC"), None]
    assert [one.has_ended for one in (last, closed, season(week, has_open_scores=True))] == [False, True, False]


def test_a_first_season_without_an_end_is_not_mentioned() -> None:
    assert board_card(replace(PAGE, season=GOES_ON), None).small == board_card(PAGE, None).small


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (PAGE, "No scores yet. Be the first with `/submit-score`."),
        (replace(PAGE, board=Board.WEEK, week=LAST), "No scores for this week yet. Be the first with `/submit-score`."),
        (replace(PAGE, season=replace(ENDS, weeks_left=0)), "No scores."),
        (replace(PAGE, season=replace(ENDS, begins_at=MOMENT)), "No scores."),
        (replace(PAGE, event=replace(EVENT, is_active=False)), "No scores."),
    ],
)
def test_an_empty_board_invites_only_where_a_score_would_count(page: LeaderboardPage, says: str) -> None:
    assert board_card(page, None).lines == (says,)


def test_pages_are_numbered_as_players_are() -> None:
    card = board_card(replace(PAGE, page=999, pages=1_000, players=10_000), "Ana")
    assert "-# Ana asked · page 1,000 of 1,000 · 10,000 players" in card.text
