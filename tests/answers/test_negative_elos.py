"""Elos below 0 have the same minus sign as scores."""

import re
from dataclasses import replace

import pytest

from benchmarks.sample_pictures import WEEK as PLAYED
from benchmarks.sample_pictures import closed_week, event, profile, rating
from bot.domain.fairness import Fairness, Group, MissedWeek
from bot.domain.profiles import ClosedWeek, ServerStanding
from bot.domain.rehearsals import Moves, Rehearsal
from bot.domain.rehearsals import Outcome as Rehearsed
from bot.domain.rules import Rules
from bot.domain.scores import ScoreDirection
from bot.domain.standings import Board
from bot.domain.targets import Goal, GoalKind, Outcome, Target
from bot.ui.pictures import picture_of_profile, picture_of_rating, picture_of_week
from bot.ui.profiles import show_profile
from bot.ui.ratings import show_rating
from bot.ui.rehearsals import show_rehearsal
from bot.ui.standings import board_card
from bot.ui.targets import show_target
from tests.one_database import on_one_database

pytestmark = on_one_database

ELO = -725
WEEK = replace(
    closed_week(),
    standings=tuple(
        replace(one, elo=ELO, all_time_elo=ELO, weekly_average=float(ELO)) for one in closed_week().standings
    ),
)
RATING = replace(rating(weekly=(ELO, None)), event_elo=ELO, all_time_elo=ELO, weekly_average=float(ELO))
PROFILE = replace(
    profile(),
    events=tuple(replace(one, elo=ELO, event_elo=ELO) for one in profile().events),
    best_week=ClosedWeek(event(), PLAYED, 1, 12, ELO),
    standing=ServerStanding(2 * ELO, 2, 2, 35),
)
TARGET = Target(event(), Board.OVERALL, Goal(GoalKind.ELO, ELO), Outcome.NEEDED, score=45, elo=ELO)
GROUP = Group(3, ELO)
FAIRNESS = Fairness(None, MissedWeek(ELO, 2 * ELO), GROUP, GROUP, GROUP, GROUP, newcomers_on_top=1)
REHEARSED = Rehearsed(ScoreDirection.HIGH, Rules(), 3, (), FAIRNESS)
REHEARSAL = Rehearsal(event(), Board.OVERALL, 3, REHEARSED, REHEARSED, Moves(0, 0, 0), (), None)
PICTURES = {
    "picture of a week": picture_of_week(WEEK),
    "picture of a rating": picture_of_rating(RATING),
    "picture of a profile": picture_of_profile(PROFILE),
}
MESSAGES = {
    "board of a week": [board_card(WEEK, None)],
    "overall board": [board_card(replace(WEEK, board=Board.OVERALL), None)],
    "rating": show_rating(RATING).cards,
    "profile": show_profile(PROFILE).cards,
    "target": show_target(TARGET).cards,
    "rehearsal": show_rehearsal(REHEARSAL).cards,
}
TEXTS = {
    **{name: "\n".join(card.text for card in cards) for name, cards in MESSAGES.items()},
    **{
        name: " ".join((one.description, *re.findall('"words":"(.*?)"', one.drawing))) for name, one in PICTURES.items()
    },
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_an_elo_below_0_is_written_with_a_minus(text: str) -> None:
    assert "−725" in text
    assert re.findall(r"-\d+", text) == []
