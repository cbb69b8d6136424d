"""The picture of a profile."""

from dataclasses import replace

from benchmarks.sample_pictures import profile
from bot.domain.profiles import Streaks
from bot.ui.pictures import picture_of_profile
from tests.one_database import on_one_database
from tests.pictures.drawn import words

pytestmark = on_one_database


def test_a_profile_tells_of_weeks_in_a_row_once_there_are_two() -> None:
    assert "3 weeks in a row, 11 at most." in picture_of_profile(profile()).description
    assert "in a row" not in picture_of_profile(replace(profile(), streaks=Streaks(1, 1))).description


def test_the_text_of_a_profile_says_how_many_events_are_not_listed() -> None:
    drawn = picture_of_profile(replace(profile(events=9), more_events=4))
    assert "and 7 events more" in words(drawn)
    assert drawn.description.endswith(" and 4 events more.")
    assert "more" not in picture_of_profile(profile()).description


def test_a_profile_says_that_no_open_event_has_an_elo_yet() -> None:
    drawn = picture_of_profile(replace(profile(), standing=None))
    assert "No event Elo in an open event yet" in words(drawn)
    assert drawn.description.startswith("Chloé: no event Elo in an open event yet. Weeks won 4,")
    assert "Tetris Blitz: event Elo 1042," in drawn.description
